"""Numbers → SVG: a year of days, the hours of a day, weeks in columns. Drawn here, so that nothing is loaded for it.

Colours come from the style sheet, so that one drawing does for both themes; what a shade means is said in the table
that every page puts behind its chart. To a screen reader a drawing is one image, with one sentence of what it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

_STEP, _CELL = 13, 11
_LEFT, _TOP = 30, 18
_COLUMNS_HEIGHT = 96
WEEKS = 53
SHADES = 4
_SQUARE = Markup('<rect class="heat-{}" x="{}" y="{}" width="{}" height="{}" rx="2"><title>{}: {}</title></rect>')
_PART = Markup('<rect class="part-{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}"><title>{}: {}</title></rect>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of parts that stand on each other, the first at the bottom; `under` is written below it, if anything."""

    name: str
    parts: tuple[int, ...]
    under: str = ""

    @property
    def total(self) -> int:
        """All parts together."""
        return sum(self.parts)


def calendar(counts: Mapping[date, int], last: date, *, says: str, weekdays: Sequence[str]) -> Markup:
    """A year of days up to `last`, a week a column from Monday on; the shade says how many. `says` describes it."""
    first = last - timedelta(days=last.weekday() + 7 * (WEEKS - 1))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    edges = shade_edges(counts.get(day, 0) for day in days)
    pieces: list[Markup] = []
    empty: list[str] = []
    for number, day in enumerate(days):
        x, y = _LEFT + number // 7 * _STEP, _TOP + number % 7 * _STEP
        count = counts.get(day, 0)
        if not count:
            # All days without a change are one path: most of a year is made of them.
            empty.append(f"M{x} {y}h{_CELL}v{_CELL}h-{_CELL}z")
            continue
        pieces.append(_SQUARE.format(_shade(count, edges), x, y, _CELL, _CELL, day.isoformat(), count))
    months = [
        _text(_LEFT + number // 7 * _STEP, _TOP - 6, f"{day:%Y-%m}" if day.month == 1 else f"{day.month}")
        for number, day in enumerate(days)
        if day.day == 1
    ]
    names = [_text(0, _TOP + place * _STEP + 9, weekdays[place]) for place in (0, 2, 4)]
    ground = Markup('<path class="heat-0" d="{}"/>').format("".join(empty))
    return _svg(_LEFT + WEEKS * _STEP, _TOP + 7 * _STEP, says, [ground, *pieces, *months, *names])


def shade_edges(counts: Iterable[int]) -> tuple[int, ...]:
    """From how many on each shade begins: quarters of the days that have any; one great day hides no small one."""
    some = sorted(count for count in counts if count)
    if not some:
        return (1,)
    return tuple(sorted({some[len(some) * part // SHADES] for part in range(SHADES)}))


def _shade(count: int, edges: Sequence[int]) -> int:
    reached = sum(count >= edge for edge in edges)
    # Few different counts use the strong shades, so that what there is can be seen.
    return max(1, SHADES - len(edges) + reached)


def columns(bars: Sequence[Column], *, says: str, width: int = 22) -> Markup:
    """Columns from left to right, the tallest as high as the drawing; each part has a class of its own place."""
    most = max((bar.total for bar in bars), default=0)
    pieces: list[Markup] = [
        Markup('<path class="axis" d="M{} {}h{}"/>').format(_LEFT, _TOP + _COLUMNS_HEIGHT, len(bars) * width),
        _text(0, _TOP + 4, str(most)),
        _text(0, _TOP + _COLUMNS_HEIGHT, "0"),
    ]
    for place, bar in enumerate(bars):
        x, floor = _LEFT + place * width + 2, float(_TOP + _COLUMNS_HEIGHT)
        for part, count in enumerate(bar.parts):
            if not count:
                continue
            height = max(_COLUMNS_HEIGHT * count / most, 1.0)
            floor -= height
            pieces.append(_PART.format(part, x, floor, width - 4, height, bar.name, count))
        if bar.under:
            pieces.append(_text(x, _TOP + _COLUMNS_HEIGHT + 14, bar.under))
    return _svg(_LEFT + len(bars) * width, _TOP + _COLUMNS_HEIGHT + 20, says, pieces)


def _text(x: int, y: int, words: str) -> Markup:
    return Markup('<text x="{}" y="{}">{}</text>').format(x, y, words)


def _svg(width: int, height: int, says: str, pieces: Iterable[Markup]) -> Markup:
    head = Markup('<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">')
    return head.format(says, width, height, width, height) + Markup("").join(pieces) + Markup("</svg>")
