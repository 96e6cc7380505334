"""Runs of injected keywords in a text: a likelihood ratio over pairs of characters, and the run's own structure.

No word list decides. A cheap scan finds places where telling pairs stand together; the text around them is cut into
items, every item is weighed, and the best-scoring stretch of items, with those that its separator binds, is the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from crawler.detect.language.items import (
    BAR,
    BLANK,
    COMMA,
    COSTS,
    LINE,
    SPACE,
    STOP,
    Item,
    best_part,
    items_in,
)
from crawler.detect.language.marks import BORDER, behind_last, first_of
from crawler.detect.language.seeds import ENOUGH, han_looks, looks

# Looks closer together than twice this (characters) are taken together, with so much text on either side.
REACH: Final = 80
# A stretch ends where the score has fallen this far below its peak, and is worth at least so much.
DROP: Final = 14.0
WORTH: Final = 4.5
# What an item may still lack when its Latin letters are gone.
MAYBE: Final = 3.5
# What unknown items at the ends of a run may cost, as a share of its score; how long one may be; and what one may cost
# for each pair: a bar binds closer than a comma or a space, which other text has too, and a line hardly at all.
GROWTH: Final = 0.4
LONGEST_ITEM: Final = 40
BOUND: Final = {BAR: -1.7, SPACE: -0.9, COMMA: -0.9, LINE: -0.2}
# So many unknown items may stand between two stretches of one list.
GAP: Final = 3
# An item at the end of a run that is bound by no more than these has to be worth so much.
WEAK: Final = (LINE, BLANK, STOP, COMMA, SPACE)
EDGE: Final = 2.0
# And so many pairs, for a date or a word of three characters may be anything.
LEAST_PAIRS: Final = 3
# A part of an item, with prose running into it, must be worth so much, and so much more than the item.
PART: Final = 12.0
PART_GAIN: Final = 4.0


@dataclass(frozen=True, slots=True)
class JunkRun:
    """One run: its place in the text, its items, the separator most of them share, its score and what made it up.

    `junk` counts the items that tell by themselves. `alone`: it fills a line or stands between marks that end an item
    for certain; nothing else runs into it.
    """

    start: int
    end: int
    items: tuple[str, ...]
    separator: str
    score: float
    pairs: int
    telling: tuple[str, ...]
    alone: bool
    junk: int = 1

    @property
    def mean(self) -> float:
        """The score per pair of characters."""
        return self.score / max(self.pairs, 1)


def junk_runs(
    text: str, *, enough: float = ENOUGH, grow: bool = True, around: Collection[str] | None = None
) -> list[JunkRun]:
    """Every run in `text` that reads like injected keywords, in order; nothing is decided about severity here.

    `enough`: what the telling pairs of a place must sum to for a look; less for short texts where few words count.
    `grow`: whether unknown items may belong to a run; not in a title, where the neighbours are the page's own.
    `around`: pieces of the text away from which there is none; None where that is not known.
    """
    runs: list[JunkRun] = []
    for low, high in _windows(text, looks(text, enough=enough, around=around)):
        items = items_in(text, low, high)
        runs.extend(_run(text, items, first, last, grow) for first, last in _bridged(items, _stretches(items)))
        if not runs or runs[-1].end <= low:
            runs.extend(_parts(text, items))
    return runs


def runs_between(text: str, low: int, high: int, *, worth: float, grow: bool) -> list[JunkRun]:
    """The runs within a stretch of a text that are worth so much, whatever pairs they have; nothing else counts."""
    items = items_in(text, low, high)
    return [_run(text, items, first, last, grow) for first, last in _bridged(items, _stretches(items, worth))]


def plausible(text: str, places: Sequence[tuple[int, float]]) -> Iterator[tuple[str, float]]:
    """(text, score) of what might become a run, for a text whose Latin letters and marks are gone.

    Much cheaper than the runs, and never stricter: what stands in prose has to be worth more, and most of what tells a
    little stands in prose.
    """
    done = -1
    for first, last in han_looks(text, places):
        if first < done:
            continue
        low, high = _item_around(text, first, last)
        done = high
        items = items_in(text, low, high)
        score = sum(max(item.score, 0.0) for item in items)
        part = max((item.score for item in items), default=0.0)
        if part >= MAYBE or score >= PART or any(_parts(text, items)):
            yield text[low:high], score


def _item_around(text: str, first: int, last: int) -> tuple[int, int]:
    """The stretch around a look up to the next borders on either side."""
    low = behind_last(text, max(first - LONGEST_ITEM, 0), first, BORDER)
    return low, first_of(text, last + 1, last + LONGEST_ITEM, BORDER)


def _windows(text: str, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Stretches of text around groups of looks, cut at borders of items."""
    low = high = -1
    for first, last in places:
        if low >= 0 and first - high > 2 * REACH:
            yield _cut(text, low, high)
            low = -1
        low, high = (first if low < 0 else low), max(last, high)
    if low >= 0:
        yield _cut(text, low, high)


def _cut(text: str, first: int, last: int) -> tuple[int, int]:
    low, high = max(first - REACH, 0), min(last + 1 + REACH, len(text))
    if low:
        border = first_of(text, low, first, BORDER)
        low = border + 1 if border < first else low
    if high < len(text):
        border = behind_last(text, last + 1, high, BORDER) - 1
        high = border if border > last else high
    return low, high


def _stretches(items: Sequence[Item], worth: float = WORTH) -> Iterator[tuple[int, int]]:
    """(first, last) of the best-scoring stretches of items; both ends of each are worth something."""
    total = peak = 0.0
    begin = top = 0
    for number, item in enumerate(items):
        if total > 0.0:
            total += COSTS[items[number - 1].border]
        if total <= 0.0 or total < peak - DROP:
            if peak >= worth:
                yield begin, top
            total = peak = 0.0
            begin = number
        if total == 0.0 and item.score <= 0.0:
            begin = number + 1
            continue
        total += item.bound if total > 0.0 else item.score
        if total > peak and item.bound > 0.0:
            peak, top = total, number
    if peak >= worth:
        yield begin, top


def _bridged(items: Sequence[Item], stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches, those as one between which a few unknown items stand in the same list."""
    found: list[tuple[int, int]] = []
    for first, last in stretches:
        if found and _is_bridge(items, *found[-1], first, last):
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _is_bridge(items: Sequence[Item], first: int, last: int, then: int, end: int) -> bool:
    """Whether what stands between two stretches belongs to the list that both are of."""
    between = items[last + 1 : then]
    borders = {item.border for item in items[last:then]}
    if len(between) > GAP or len(borders) > 1 or not borders <= {LINE, BAR, SPACE}:
        return False
    if any(item.prose or item.end - item.start > LONGEST_ITEM for item in between):
        return False
    lost = -sum(min(item.score, 0.0) for item in between)
    return lost <= GROWTH * sum(item.score for item in (*items[first : last + 1], *items[then : end + 1]))


def _trimmed(items: Sequence[Item], first: int, last: int) -> tuple[int, int]:
    """A stretch without the lines and words at its ends that only happen to be worth something."""
    while first < last and items[first].bound < EDGE and items[first].border in WEAK:
        first += 1
    while last > first and items[last].bound < EDGE and items[last - 1].border in WEAK:
        last -= 1
    return first, last


def _run(text: str, items: Sequence[Item], first: int, last: int, grow: bool) -> JunkRun:
    first, last = _trimmed(items, first, last)
    mark, border = _separator(items[first:last]) if last > first else _neighbours(items, first)
    if grow and (last > first or border == BAR):
        score = sum(item.bound for item in items[first : last + 1])
        first, last = _grown(items, first, last, mark, border, GROWTH * score)
    inside = items[first : last + 1]
    end = inside[-1].end
    bar = mark.strip()
    if grow and bar and last > first and inside[-1].mark.strip().startswith(bar):
        # A separator right behind the last item still belongs to the run.
        end += inside[-1].mark.index(bar[0]) + 1
    return JunkRun(
        start=inside[0].start,
        end=end,
        items=_named(text, inside, end, bar),
        separator=(bar[:1] or ("\n" if border in (LINE, BLANK) else " ")) if last > first else "",
        score=sum(item.score for item in inside),
        pairs=sum(item.pairs for item in inside),
        telling=tuple(sorted({pair for item in inside for pair in item.telling})),
        alone=_clean(items[first - 1] if first else None, mark) and _clean(inside[-1], mark),
        junk=sum(item.junk for item in inside),
    )


def _named(text: str, inside: Sequence[Item], end: int, bar: str) -> tuple[str, ...]:
    """The items as a reader counts them: between the bars where there are some, whatever else stands in them."""
    if bar[:1] in ("", ",", "，"):
        return tuple(text[item.start : item.end] for item in inside)
    return tuple(part for item in text[inside[0].start : end].split(bar[0]) if (part := item.strip()))


def _separator(items: Sequence[Item]) -> tuple[str, str]:
    """(mark, border) that most of these items end with."""
    marks = (("\n" if item.border in (LINE, BLANK) else item.mark, item.border) for item in items)
    return Counter(marks).most_common(1)[0][0]


def _neighbours(items: Sequence[Item], at: int) -> tuple[str, str]:
    """The mark that a single item shares with what stands before it, else behind it."""
    item = items[at - 1] if at and items[at - 1].border not in (LINE, BLANK, STOP) else items[at]
    return item.mark, item.border


def _grown(items: Sequence[Item], first: int, last: int, mark: str, border: str, budget: float) -> tuple[int, int]:
    """The stretch with the neighbouring items that its separator binds to it, though the model does not know them."""
    limit = BOUND.get(border)
    if limit is None:
        return first, last
    while first and _binds(items[first - 1], mark, border):
        cost = _cost(items[first - 1], limit)
        if cost is None or cost > budget:
            break
        first, budget = first - 1, budget - cost
    while last + 1 < len(items) and _binds(items[last], mark, border):
        cost = _cost(items[last + 1], limit)
        if cost is None or cost > budget:
            break
        last, budget = last + 1, budget - cost
    return first, last


def _binds(item: Item, mark: str, border: str) -> bool:
    return item.border == border and (border in (LINE, SPACE) or item.mark.strip() == mark.strip())


def _cost(item: Item, limit: float) -> float | None:
    """What an unknown item takes from the budget; None where it is no item of a run."""
    slack = 1.0 if limit < -1.0 else 0.0
    if item.prose or item.end - item.start > LONGEST_ITEM or item.bound < limit * item.pairs - slack:
        return None
    return max(-item.bound, 0.0) if slack or item.pairs >= LEAST_PAIRS else None


def _clean(before: Item | None, mark: str) -> bool:
    """Whether what ends here surely ends: at a line, a stop, a bar, or the run's own separator."""
    return before is None or before.border != COMMA or before.mark == mark


def _parts(text: str, items: Sequence[Item]) -> Iterator[JunkRun]:
    """Runs inside of items that do not tell as a whole, because prose runs into what is injected."""
    for item in items:
        if item.pairs < 8 or len(item.telling) < 3:
            continue
        part = best_part(text, item)
        if part is None:
            continue
        (inner, *_) = items_in(text, part.start, part.end) or [part]
        if inner.score >= PART and inner.score >= item.score + PART_GAIN:
            yield JunkRun(
                start=inner.start,
                end=inner.end,
                items=(text[inner.start : inner.end],),
                separator="",
                score=inner.score,
                pairs=inner.pairs,
                telling=tuple(sorted(set(inner.telling))),
                alone=False,
            )
