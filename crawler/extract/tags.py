"""What each tag means for the lines of a page.

Tags are read as they stand in markup written by anybody: in any case, with any quotes or none.
"""

from __future__ import annotations

import re
from typing import Final

from mypy_extensions import i64, mypyc_attr

from crawler.extract.hidden_by import how_hidden
from crawler.extract.names import names_in
from crawler.extract.nesting import CLOSED_BY
from crawler.extract.quotes import cut_short
from crawler.extract.references import unescape_attribute
from crawler.extract.roles import box_role
from crawler.extract.rules import BLOCK_TAGS, REVEALED_BODIES, SKIPPED_TAGS, VOID_TAGS

_HREF = re.compile(r"\shref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_NAME = re.compile(r"/?[^\s/>]*")
# An attribute with its value, however quoted.
_VALUED = re.compile(r"([^\s\"'>/=]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
# Articles that the page itself hides until its scripts have run: every reader sees them.
_REVEALED = re.compile(REVEALED_BODIES)

# What a tag means for the lines; an end tag has its own entry. INLINE ones mean nothing, those up to UNPRE close a box,
# from there up to PRE open one, and all up to HIDDEN_BOX break the line.
INLINE: Final = 0
CLOSE: Final = 1
UNPRE: Final = 2
OPEN: Final = 3
PRE: Final = 4
BREAK: Final = 5
HIDDEN_BOX: Final = 6
LINK: Final = 7
UNLINK: Final = 8
SKIP: Final = 9
HIDDEN: Final = 10
MARQUEE: Final = 11
UNMARQUEE: Final = 12
COMMENT: Final = 13
META: Final = 14
TITLE: Final = 15

_NOTHING: frozenset[str] = frozenset()


def name_key(name: str) -> i64:
    """A short name as one number, its letters as bytes, for comparing it without making a string; -1 of others."""
    if len(name) > 7 or not name.isascii():
        return -1
    key: i64 = 0
    for letter in name:
        key = (key << 8) | ord(letter)
    return key


@mypyc_attr(acyclic=True)
class Step:
    """What one tag means: what it does, and for those that open a box or hide one its name and attributes.

    `how` says how an element is hidden. `closes` names the boxes that end where this one begins. `key` is the name's
    `name_key`.
    """

    def __init__(
        self,
        does: int,
        name: str = "",
        attrs: str = "",
        how: str = "",
        closes: frozenset[str] = _NOTHING,
    ) -> None:
        self.does = does
        self.name = name
        self.attrs = attrs
        self.how = how
        self.closes = closes
        self.key: i64 = name_key(name)
        self._role = -1

    @property
    def role(self) -> int:
        """What a box's tag and names say it is (crawler.extract.roles); worked out when first asked for."""
        if self._role < 0:
            self._role = box_role(self.name, self.attrs)
        return self._role


def _kinds() -> dict[str, int]:
    kinds = dict.fromkeys(BLOCK_TAGS, OPEN) | {f"/{tag}": CLOSE for tag in BLOCK_TAGS}
    kinds |= dict.fromkeys(SKIPPED_TAGS, SKIP) | {"head": INLINE, "/body": INLINE}
    kinds |= {"br": BREAK, "/br": BREAK, "hr": BREAK, "a": LINK, "/a": UNLINK, "noscript": HIDDEN}
    kinds |= {"meta": META, "title": TITLE}
    return kinds | {"pre": PRE, "/pre": UNPRE, "marquee": MARQUEE, "/marquee": UNMARQUEE}


KINDS: Final = _kinds()

# Tags recur within a page and between pages, so what they mean is worked out once. Bounded against pages that never
# repeat one; addresses of links and pictures are not kept.
STEPS: Final[dict[str, Step]] = {}
_MOST_STEPS: Final = 16_384
_LONGEST: Final = 300
_LONGEST_PLAIN: Final = 48
PLAIN: Final = Step(INLINE)
PLAIN_LINK: Final = Step(LINK, "a")
_COMMENT: Final = Step(COMMENT)
_META: Final = Step(META)
_SCRIPT: Final = Step(SKIP, "script")


def step_of(tag: str) -> Step:
    """The Step of a tag: what stands between "<" and ">"."""
    step = STEPS.get(tag)
    return step if step is not None else work_out(tag)


def work_out(tag: str) -> Step:
    """The Step of a tag that is not among STEPS."""
    space = tag.find(" ")
    name = tag if space < 0 else tag[:space]
    does = KINDS.get(name, -1)
    if does < 0:
        if name in VOID_TAGS:
            return PLAIN
        if tag.startswith("!") or tag.startswith("?"):  # noqa: PIE810 - a tuple costs more, compiled
            return _COMMENT if tag.startswith("!--") else PLAIN
        if name.isalnum() and name.islower():
            does = INLINE
        else:
            found = _NAME.match(tag)
            name = found[0] if found is not None else ""
            space = len(name)
            name = name.lower()
            does = KINDS.get(name, INLINE)
            if name in VOID_TAGS and does == INLINE:
                return PLAIN
    if does == META:
        return _META
    if name == "script":
        return _SCRIPT
    step = _read(does, name, "" if space < 0 or space >= len(tag) else " " + tag[space:])
    # One with a quote left open is only the beginning of a tag, and to be kept for none.
    kept = len(tag) < (_LONGEST if step is not PLAIN else _LONGEST_PLAIN) and step is not PLAIN_LINK
    if kept and not cut_short(tag):
        if len(STEPS) >= _MOST_STEPS:
            STEPS.clear()
        STEPS[tag] = step
    return step


def _read(does: int, name: str, attrs: str) -> Step:
    if does in (CLOSE, UNPRE):
        return Step(does, name[1:])
    if attrs and (does in (INLINE, OPEN, PRE, LINK)):
        low = attrs.lower()
        if "&" in low:
            low = unescape_attribute(low.replace("&quot;", "'"))
        if "style" in low or "hidden" in low:
            how = how_hidden(low)
            if how is not None and not (how == "visibility" and _REVEALED.search(" ".join(names_in(low))) is not None):
                return Step(HIDDEN_BOX if does in (OPEN, PRE) else HIDDEN, name, attrs, how)
        if does == LINK:
            return PLAIN_LINK if _HREF.search(attrs) is not None else PLAIN
        if does == INLINE:
            return PLAIN
        return Step(does, name, low, "", CLOSED_BY.get(name, _NOTHING))
    if does in (OPEN, PRE):
        return Step(does, name, "", "", CLOSED_BY.get(name, _NOTHING))
    if does == HIDDEN:
        return Step(HIDDEN, name, "", "noscript")
    return Step(does, name) if does and does != LINK else PLAIN


def href_of(tag: str) -> str | None:
    """The address in a link's tag as written, references undone; None where it has none."""
    at = tag.find(' href="')
    if at >= 0:
        return unescape_attribute(tag[at + 7 : tag.find('"', at + 7)])
    found = _HREF.search(tag)
    return unescape_attribute(found[1] or found[2] or found[3] or "") if found is not None else None


def attributes_of(tag: str) -> dict[str, str]:
    """A tag's attributes that have a value, by lower-case name, the first of each; references undone."""
    found: dict[str, str] = {}
    for name, double, single, bare in _VALUED.findall(tag):
        found.setdefault(name.lower(), unescape_attribute(double or single or bare))
    return found
