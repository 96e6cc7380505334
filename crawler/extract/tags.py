"""What each tag means for the lines of a page.

Tags are read as they stand in markup written by anybody: in any case, with any quotes or none.
"""

from __future__ import annotations

import re
from typing import Final

from mypy_extensions import i64, mypyc_attr

from crawler.extract.characters import name_key
from crawler.extract.hidden_by import how_hidden
from crawler.extract.names import names_in
from crawler.extract.nesting import CLOSED_BY
from crawler.extract.quotes import cut_short
from crawler.extract.references import unescape_attribute
from crawler.extract.roles import box_role
from crawler.extract.rules import BLOCK_TAGS, FOLDING_PANELS, REVEALED_BODIES, SKIPPED_TAGS, VOID_TAGS

_HREF: Final = re.compile(r"\shref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_NAME: Final = re.compile(r"/?[^\s/>]*")
# An attribute with its value, however quoted.
_VALUED: Final = re.compile(r"([^\s\"'>/=]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
# Articles that the page itself hides until its scripts have run: every reader sees them.
_REVEALED: Final = re.compile(REVEALED_BODIES)

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

_NOTHING: Final[frozenset[str]] = frozenset()


@mypyc_attr(acyclic=True)
class Step:
    """What one tag means: what it does, and for those that open a box or hide one its name and attributes.

    `how` says how an element is hidden; one that opens a box all the same is a panel that its reader unfolds. `closes`
    names the boxes that end where this one begins. `key` is the name's `name_key`.
    """

    def __init__(
        self,
        does: int,
        name: str = "",
        attrs: str = "",
        how: str = "",
        closes: frozenset[str] = _NOTHING,
        key: i64 = 0,
    ) -> None:
        self.does = does
        self.name = name
        self.attrs = attrs
        self.how = how
        self.closes = closes
        self.key: i64 = key or name_key(name)
        self._role = -1

    @property
    def role(self) -> int:
        """What a box's tag and names say it is (crawler.extract.roles); worked out when first asked for."""
        if self._role < 0:
            self._role = box_role(self.name, self.attrs)
        return self._role


PLAIN: Final = Step(INLINE)
PLAIN_LINK: Final = Step(LINK, "a")
_COMMENT: Final = Step(COMMENT)


def _kinds() -> dict[str, Step]:
    kinds = {tag: Step(OPEN, tag, closes=CLOSED_BY.get(tag, _NOTHING)) for tag in BLOCK_TAGS}
    kinds |= {f"/{tag}": Step(CLOSE, tag) for tag in BLOCK_TAGS}
    kinds |= {tag: Step(SKIP, tag) for tag in SKIPPED_TAGS} | {"head": PLAIN, "/body": PLAIN}
    kinds |= dict.fromkeys(("br", "/br", "hr", "br/"), Step(BREAK))
    kinds |= {"a": PLAIN, "/a": Step(UNLINK), "noscript": Step(HIDDEN, "noscript", how="noscript")}
    kinds |= {"meta": Step(META), "title": Step(TITLE, "title"), "/pre": Step(UNPRE, "pre")}
    kinds |= {"pre": Step(PRE, "pre", closes=CLOSED_BY.get("pre", _NOTHING))}
    kinds |= {"marquee": Step(MARQUEE), "/marquee": Step(UNMARQUEE)}
    return dict.fromkeys(VOID_TAGS, PLAIN) | kinds


# What tags mean by their names alone.
KINDS: Final = _kinds()

# Tags recur within a page and between pages, so what they mean is worked out once. Bounded against pages that never
# repeat one; addresses of links and pictures are not kept.
STEPS: Final[dict[str, Step]] = {}
_MOST_STEPS: Final = 16_384
_LONGEST: Final = 300
_LONGEST_PLAIN: Final = 120


def step_of(tag: str) -> Step:
    """The Step of a tag: what stands between "<" and ">"."""
    step = STEPS.get(tag)
    return step if step is not None else work_out(tag, not cut_short(tag))


def kind_of(tag: str) -> Step:
    """What a tag means by its name alone; a link means nothing by that."""
    return _COMMENT if tag.startswith("!--") else KINDS.get(_named(tag)[0], PLAIN)


def _named(tag: str) -> tuple[str, int]:
    """A tag's name in lower case, and where its attributes begin: below 0 where it has none."""
    space = tag.find(" ")
    name = tag if space < 0 else tag[:space]
    if name in KINDS or (name.isalnum() and name.islower()):
        return name, space
    found = _NAME.match(tag)
    name = found[0] if found is not None else ""
    return name.lower(), len(name) if len(name) < len(tag) else -1


def work_out(tag: str, whole: bool) -> Step:
    """The Step of a tag that is not among STEPS. One that is not `whole`, its quotes left open, is kept for none."""
    if tag.startswith("!") or tag.startswith("?"):  # noqa: PIE810 - a tuple costs more, compiled
        return _COMMENT if tag.startswith("!--") else PLAIN
    name, space = _named(tag)
    step = KINDS.get(name, PLAIN)
    does = step.does
    if space > 0 and (does in (INLINE, OPEN, PRE)) and name not in VOID_TAGS:
        attrs = tag[space:].lower()
        step = _read(step, name, attrs if attrs.startswith(" ") else " " + attrs, tag)
    if whole and len(tag) < (_LONGEST if step is not PLAIN else _LONGEST_PLAIN) and step is not PLAIN_LINK:
        if len(STEPS) >= _MOST_STEPS:
            STEPS.clear()
        STEPS[tag] = step
    return step


def _read(kind: Step, name: str, attrs: str, tag: str) -> Step:
    """The Step of a tag with attributes, in lower case, where they may say more than its name."""
    if "&" in attrs:
        attrs = unescape_attribute(attrs.replace("&quot;", "'"))
    if "style" in attrs or "hidden" in attrs:
        how = how_hidden(attrs)
        if how == "display:none" and kind.does == OPEN and not FOLDING_PANELS.isdisjoint(names_in(attrs)):
            return Step(OPEN, kind.name, attrs, how, kind.closes, kind.key)
        if how is not None and not (how == "visibility" and _REVEALED.search(" ".join(names_in(attrs))) is not None):
            # The address of a hidden link is read from it as it was written.
            return Step(HIDDEN_BOX if kind.does else HIDDEN, name, tag if name == "a" else attrs, how)
    if name == "a":
        return PLAIN_LINK if _HREF.search(attrs) is not None else PLAIN
    return kind if not kind.does else Step(kind.does, kind.name, attrs, "", kind.closes, kind.key)


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
