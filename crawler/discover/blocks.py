"""Which groups of links are the listing itself: the strongest block and its strays, or all blocks of a front page."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from crawler.discover.outline import Outline
from crawler.discover.rows import Group, Row

_LEAST_WORTH = 0.42  # a group whose rows are worth less is a menu
_PEER = 0.25  # share of the strongest block's score from which another block of a front page counts
_DOMINANT = 0.5  # share of all scores from which the strongest block is the listing and the rest is frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The rows that make up a listing, in page order, and the groups they came from, strongest first."""

    rows: tuple[Row, ...]
    groups: tuple[Group, ...]

    @property
    def dated(self) -> float:
        """The share of rows with a date beside them."""
        return sum(row.date_text is not None for row in self.rows) / len(self.rows) if self.rows else 0.0


def find_block(page: Outline, found: list[Group], *, certain: bool = False) -> Block:
    """The block of article links of the page; empty where nothing looks like one.

    `certain`: the page is known for a listing, so short titles ("Agenda") will do where dates stand beside them.
    """
    fit = [group for group in found if group.worth >= _LEAST_WORTH and group.score > 0]
    if not fit and certain:
        fit = [group for group in found if group.dated >= 0.5 and group.weight >= 0.3 and group.distinct > 1]
    if not fit:
        return Block(rows=(), groups=())
    ranked = sorted(fit, key=lambda group: -group.score)
    best = ranked[0]
    total = sum(group.score for group in ranked)
    if best.score >= _DOMINANT * total or best.weight < 0.5:
        chosen = [best]
    else:
        chosen = [g for g in ranked if g.score >= _PEER * best.score and g.weight >= 0.5 and g.worth >= 0.5]
        chosen = chosen or [best]
    rows = {row.anchor.element: row for group in chosen for row in group.rows}
    for row in _strays(page, chosen, found):
        rows.setdefault(row.anchor.element, row)
    return Block(rows=tuple(rows[element] for element in sorted(rows)), groups=tuple(chosen))


def _strays(page: Outline, chosen: list[Group], found: list[Group]) -> list[Row]:
    """Rows that the same lists draw otherwise (the first in bold, one in red): same parent, outside the rows found."""
    parents = {page.parent[row.element] for group in chosen for row in group.rows}
    inside = sorted((row.element, page.end[row.element]) for group in chosen for row in group.rows)
    starts = [start for start, _ in inside]
    taken = {id(group) for group in chosen}
    strays = []
    for group in found:
        if id(group) in taken:
            continue
        for row in group.rows:
            if row.likeness >= 0.35 and not _covered(row.anchor.element, inside, starts) and _under(page, row, parents):
                strays.append(row)
    return strays


def _covered(element: int, inside: list[tuple[int, int]], starts: list[int]) -> bool:
    index = bisect_right(starts, element) - 1
    return index >= 0 and element < inside[index][1]


def _under(page: Outline, row: Row, parents: set[int]) -> bool:
    element = row.anchor.element
    for _ in range(6):
        element = page.parent[element]
        if element < 0:
            return False
        if element in parents:
            return page.tag[element] in {"ul", "ol", "tbody", "table", "dl", "div", "section"}
    return False
