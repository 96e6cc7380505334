"""What each tag means for the lines of a page, and the little text handling that tags need."""

from __future__ import annotations

import re
from typing import NamedTuple

from crawler.extract.roles import box_role
from crawler.extract.rules import BLOCK_TAGS, RAW_TAGS, REVEALED_BODIES, SKIPPED_TAGS, VOID_TAGS

HREF = re.compile(r'\shref="([^"]*)"')
_STYLE = re.compile(r'\sstyle="([^"]*)"')
_HIDDEN = re.compile(r"\shidden(?:=|\s|$)")
# Articles that the page itself hides until its scripts have run: every reader sees them.
_REVEALED = re.compile(REVEALED_BODIES)

# What a tag means for the lines; an end tag has its own entry. INLINE ones mean nothing, those up to UNPRE close a box,
# from there up to PRE open one, and all up to HIDDEN_BOX break the line.
INLINE, CLOSE, UNPRE, OPEN, PRE, BREAK, HIDDEN_BOX = range(7)
LINK, UNLINK, SKIP, HIDDEN, MARQUEE, UNMARQUEE, COMMENT = range(7, 14)


class Step(NamedTuple):
    """What one tag means: what it does, and for those that open a box or hide one its name, attributes and role.

    `how` says how an element is hidden.
    """

    does: int
    name: str = ""
    attrs: str = ""
    role: int = 0
    how: str = ""


def _kinds() -> dict[str, int]:
    kinds = dict.fromkeys(BLOCK_TAGS, OPEN) | {f"/{tag}": CLOSE for tag in BLOCK_TAGS}
    kinds |= dict.fromkeys(SKIPPED_TAGS, SKIP)
    kinds |= {"br": BREAK, "hr": BREAK, "a": LINK, "/a": UNLINK, "noscript": HIDDEN}
    return kinds | {"pre": PRE, "/pre": UNPRE, "marquee": MARQUEE, "/marquee": UNMARQUEE}


KINDS = _kinds()
# How pieces begin in which "<" is not the beginning of a tag.
RAW_STARTS = ("!--", *sorted(RAW_TAGS))

# Tags recur within a page and between pages, so what they mean is worked out once. Bounded against pages that never
# repeat one; addresses of links and pictures are not kept.
STEPS: dict[str, Step] = {}
_MOST_STEPS = 8_192
_LONGEST = 300
_INLINE, PLAIN_LINK, _COMMENT, _SKIP_SCRIPT = Step(INLINE), Step(LINK), Step(COMMENT), Step(SKIP, "script")


def step_of(tag: str) -> Step:
    """The Step of a tag: what stands between "<" and ">" in serialised HTML."""
    if tag.startswith("!--"):
        return _COMMENT
    name, space, attrs = tag.partition(" ")
    does = KINDS.get(name, INLINE)
    if does == INLINE:
        if name in VOID_TAGS:
            return _INLINE
    elif name == "script":
        return _SKIP_SCRIPT
    styled = "style=" in attrs or "hidden" in attrs
    if does == LINK and not styled:
        return PLAIN_LINK if ' href="' in tag else _INLINE
    step = _read(does, name, space + attrs, styled) if does or styled else _INLINE
    if len(tag) < _LONGEST:
        if len(STEPS) >= _MOST_STEPS:
            STEPS.clear()
        STEPS[tag] = step
    return step


def _read(does: int, name: str, attrs: str, styled: bool) -> Step:
    if does == LINK and ' href="' not in attrs:
        does = INLINE
    if styled and does not in (SKIP, HIDDEN) and name not in VOID_TAGS:
        how = how_hidden(attrs)
        if how is not None and not (how == "visibility" and _REVEALED.search(attrs)):
            return Step(HIDDEN_BOX if does in (OPEN, PRE) else HIDDEN, name, attrs, how=how)
    if does == HIDDEN:
        return Step(HIDDEN, name, how="noscript")
    if does in (OPEN, PRE):
        return Step(does, name, attrs, box_role(name, attrs))
    return Step(does, name)


def is_raw(name: str) -> bool:
    """Whether what an element holds is not markup."""
    return name in RAW_TAGS


# ---- what hides an element ----------------------------------------------------------------------------------------

_OFF_SCREEN = re.compile(
    r"(?:left|top|right|bottom|text-indent|margin-left|margin-top)\s*:\s*-\s*\d{3,}\s*(?:px|em|pt|rem)?"
)
_ZERO_BOX = re.compile(r"(?<![\w-])(?:height|width|max-height|max-width)\s*:\s*[01](?:px|pt|em|%)?\s*(?:;|!|$)")
_COLOUR = re.compile(r"(?<![\w-])(background-color|background|color)\s*:\s*([^;!]+)")
_NO_FONT = re.compile(r"font-size:0(?:px|pt|em|%|;|!|$)")


def how_hidden(attrs: str) -> str | None:
    """How an element's own attributes keep it from being seen, or None.

    One of display:none, visibility, off-screen, zero-size, font-size 0, same-colour, overflow.
    """
    found = _STYLE.search(attrs)
    if found is None:
        return "display:none" if _HIDDEN.search(attrs) else None
    style = found[1].lower().replace("&quot;", "")
    packed = style.replace(" ", "")
    if "display:none" in packed:
        return "display:none"
    if "visibility:hidden" in packed or "opacity:0;" in packed + ";":
        return "visibility"
    placed = "position" in packed or "text-indent" in packed or "margin" in packed
    if placed and _OFF_SCREEN.search(style):
        return "off-screen"
    if "overflow:hidden" in packed and _ZERO_BOX.search(style):
        return "overflow"
    if _NO_FONT.search(packed):
        return "font-size 0"
    if ("width" in packed and "height" in packed) and len(_ZERO_BOX.findall(style)) > 1:
        return "zero-size"
    return _same_colour(style) if "background" in packed else None


def _same_colour(style: str) -> str | None:
    colours = {name[:10]: value.split()[0] for name, value in _COLOUR.findall(style) if value.split()}
    same = colours.get("color") is not None and colours.get("color") == colours.get("background")
    return "same-colour" if same else None


def unescape(text: str) -> str:
    """Undo the five references that serialising writes; nothing else can occur in it."""
    if "&" not in text:
        return text
    text = text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    return text.replace("&amp;", "&")
