"""Rows of figures in an article's lines: a table read cell by cell is a label and, below it, its figures.

A stripped page has one line a cell. A line that is no figure and is followed by lines that are nothing else labels
them, so a figure that differs can be named by its row wherever the table stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# Nothing but a figure, with the signs and footnote marks that stand at one: 1,957 · -3 · 4.5% · 18* · (12) · — · N/A
_SIGNS, _UNITS = r"[(<>≤≥~+\-−±$€£¥￥]{0,3}", r"[%％‰)*†‡+万亿元人例名个件户吨公里㎡°℃]{0,6}"
_FIGURE = re.compile(rf"{_SIGNS}\d[\d,.\s:/]{{0,18}}{_UNITS}|[-–—]|N/?A", re.IGNORECASE)
_TOTAL = re.compile(r"总|合计|共计|累计|全国|全省|全市|\btotals?\b|\ball\b", re.IGNORECASE)
_MAX_LABEL, _MAX_HEADING = 80, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A figure of a row that differs. `column` counts from 1 among the row's figures, `columns` how many it has.

    `heading` is the column's own, where the lines before the table's first row are its headings.
    """

    label: str
    column: int
    columns: int
    heading: str | None
    before: str
    after: str


def is_figure(line: str) -> bool:
    """Whether a line is nothing but a figure, as a table's cell is."""
    # Most lines begin with a letter, which no figure does but N/A.
    return (
        len(line) <= 24 and (line[:1] in "nN" or not line[:1].isalpha()) and _FIGURE.fullmatch(line.strip()) is not None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row's figures and its columns' headings, as many or none."""

    figures: tuple[str, ...]
    headings: tuple[str, ...] = ()


def rows_of(lines: Sequence[str]) -> dict[tuple[str, int], Row]:
    """Each label with its row. The number tells rows apart that have the same label, in reading order."""
    rows: dict[tuple[str, int], Row] = {}
    seen: Counter[str] = Counter()
    headings: tuple[str, ...] = ()
    place = ended = 0
    figures = [*map(is_figure, lines), False]
    while place < len(lines):
        end = figures.index(False, place + 1)
        label, count = lines[place].strip(), end - place - 1
        if count and not figures[place] and len(label) <= _MAX_LABEL:
            if place != ended or len(headings) != count:
                headings = _headings(lines[max(ended, place - count) : place], count)
            rows[label, seen[label]] = Row(
                figures=tuple(line.strip() for line in lines[place + 1 : end]), headings=headings
            )
            seen[label] += 1
            ended = end
        place = end
    return rows


def _headings(lines: Sequence[str], count: int) -> tuple[str, ...]:
    """The lines before a table's first row, if they can be headings; a single column's need not be named."""
    if count < 2 or len(lines) != count or any(len(line) > _MAX_HEADING or is_figure(line) for line in lines):
        return ()
    return tuple(line.strip() for line in lines)


def cells_changed(before: Sequence[str], after: Sequence[str]) -> tuple[Cell, ...]:
    """The figures that differ in rows which both have: totals first, then in the reading order of `after`.

    Rows whose label stands more often on one side than on the other cannot be told apart, and are left out; so are rows
    that got or lost a column.
    """
    old, new = rows_of(before), rows_of(after)
    counts = Counter(label for label, _ in old), Counter(label for label, _ in new)
    found = []
    for (label, number), row in new.items():
        was = old.get((label, number))
        if was is None or counts[0][label] != counts[1][label] or len(was.figures) != len(row.figures):
            continue
        headings = row.headings or (None,) * len(row.figures)
        for place, (one, other) in enumerate(zip(was.figures, row.figures, strict=True)):
            if one != other:
                found.append(
                    Cell(
                        label=label,
                        column=place + 1,
                        columns=len(row.figures),
                        heading=headings[place],
                        before=one,
                        after=other,
                    )
                )
    return tuple(sorted(found, key=lambda cell: _TOTAL.search(f"{cell.label} {cell.heading or ''}") is None))
