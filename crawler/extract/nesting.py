"""Which boxes a tag ends that do not end by a tag of their own.

The rules of the HTML standard's tree construction (13.2.6, "in body" and the table modes) for elements that break a
line; what they leave open (text misplaced into tables, say) is for the parser itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from crawler.extract.rules import BLOCK_TAGS

HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_ROWS: Final = frozenset(("table", "tbody", "thead", "tfoot"))
_SECTIONS: Final = frozenset(("tbody", "thead", "tfoot"))
_CELLS: Final = frozenset(("td", "th"))
_PARTS: Final = {"li": frozenset(("li",)), "dd": frozenset(("dd", "dt")), "dt": frozenset(("dd", "dt"))}
# What an item of a list may be left open under.
_PASSED: Final = frozenset(("p", "div", "address"))
# No end tag reaches beyond these; those of a table's parts do.
_SCOPE: Final = frozenset(("table", "td", "th", "caption"))
_LIST_SCOPE: Final = _SCOPE | {"ul", "ol"}
_TABLE: Final = frozenset(("table",))
_P: Final = frozenset(("p",))
_NEVER: Final = frozenset(("table", "caption", "legend", "body"))
BLOCKS: Final = BLOCK_TAGS | {"pre"}


def _closed_by() -> dict[str, frozenset[str]]:
    found = dict.fromkeys(BLOCKS - _NEVER - {"tr", "td", "th"} - _SECTIONS, _P)
    found |= dict.fromkeys(HEADINGS, HEADINGS | _P)
    found |= {tag: part | _PASSED for tag, part in _PARTS.items()}
    found |= {tag: BLOCKS - {"tr"} - _ROWS for tag in _CELLS}
    found |= {tag: BLOCKS - {"table"} for tag in _SECTIONS}
    found["tr"] = BLOCKS - _ROWS
    return found


# For each tag the innermost boxes at which `ended_by_start` must be asked; most often the innermost is none of them.
CLOSED_BY: Final = _closed_by()


class Unusual(Exception):
    """Markup that only the parser can make sense of."""


def ended_by_start(tag: str, open_boxes: Iterable[str]) -> int:
    """How many of the open boxes, the innermost first, end where `tag` begins.

    Raises Unusual for a cell or row outside of any table.
    """
    part = _PARTS.get(tag)
    if part is not None:
        return _end_of_item(part, open_boxes)
    if tag in _CELLS:
        return _within_table(_CELLS, open_boxes)
    if tag == "tr":
        return _within_table(frozenset(("tr",)), open_boxes)
    if tag in _SECTIONS:
        return _within_table(_SECTIONS, open_boxes, also=frozenset(("tr",)))
    ended = 0
    for name in open_boxes:
        if name == "p" and not ended:
            ended = 1
            continue
        # A heading ends the one it would stand in, and the paragraph in that.
        return ended + (tag in HEADINGS and name in HEADINGS)
    return ended


def _end_of_item(part: frozenset[str], open_boxes: Iterable[str]) -> int:
    ended_p = 0
    for depth, name in enumerate(open_boxes):
        if name in part:
            return depth + 1
        if depth == 0 and name == "p":
            ended_p = 1
        if name not in _PASSED:
            break
    return ended_p


def _within_table(parts: frozenset[str], open_boxes: Iterable[str], also: frozenset[str] = frozenset()) -> int:
    ended = 0
    for depth, name in enumerate(open_boxes):
        if name == "table":
            return ended
        if name in parts or name in also:
            ended = depth + 1
            if name in parts:
                return ended
    raise Unusual


def ended_by_end(tag: str, open_boxes: Iterable[str]) -> int:
    """How many of the open boxes, the innermost first, the end tag of `tag` ends; 0: it is a stray one."""
    bounds = _TABLE if tag in _ROWS or tag in _CELLS or tag == "tr" else _LIST_SCOPE if tag == "li" else _SCOPE
    wanted = HEADINGS if tag in HEADINGS else (tag,)
    for depth, name in enumerate(open_boxes):
        if name in wanted:
            return depth + 1
        if name in bounds:
            break
    return 0
