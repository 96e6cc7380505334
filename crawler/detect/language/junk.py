"""Runs of injected keywords in a text: a likelihood ratio over pairs of characters, and the run's own structure.

No word list decides. A cheap scan finds places where telling pairs stand together; around them every pair counts for
or against, and the best-scoring stretch is snapped to the items that separators make.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawler.detect.language.items import (
    PROSE,
    SEPARATOR,
    STOP,
    grown,
    is_border,
    items_of,
    main_separator,
    plain_score,
    scored,
    snapped,
)
from crawler.detect.language.seeds import ENOUGH, looks

TELLING = 3.0
# Looks closer together than twice this (characters) are taken together, with so much text on either side.
REACH = 60
# A stretch ends where the score has fallen this far below its peak, and is worth at least so much.
DROP = 12.0
WORTH = 6.0
# In a run of items one that the model does not know may stand between two that it does.
BRIDGE = 40
# What unknown items at the ends of a run may cost, as a share of its score.
GROWTH = 0.4


@dataclass(frozen=True, slots=True)
class JunkRun:
    """One run: its place in the text, its items, the separator most of them share, its score and what made it up.

    `alone`: it fills its item or line; nothing else runs into it.
    """

    start: int
    end: int
    items: tuple[str, ...]
    separator: str
    score: float
    pairs: int
    telling: tuple[str, ...]
    alone: bool

    @property
    def mean(self) -> float:
        """The score per pair of characters."""
        return self.score / max(self.pairs, 1)


def junk_runs(text: str, *, enough: float = ENOUGH) -> list[JunkRun]:
    """Every run in `text` that reads like injected keywords, in order; nothing is decided about severity here.

    `enough`: what the telling pairs of a place must sum to for a look; less for short texts where few words count.
    """
    runs: list[JunkRun] = []
    for low, high in _windows(looks(text, enough=enough), len(text)):
        for start, end in _stretches(text[low:high]):
            run = _run(text, *snapped(text, low + start, low + end))
            if run is not None:
                runs.append(run)
    return _joined(text, runs) if runs else runs


def _windows(places: Iterable[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    low = high = -1
    for first, last in places:
        if low >= 0 and first - high > 2 * REACH:
            yield max(low - REACH, 0), min(high + REACH, size)
            low = -1
        low, high = (first if low < 0 else low), max(last, high)
    if low >= 0:
        yield max(low - REACH, 0), min(high + REACH, size)


def _stretches(window: str) -> list[tuple[int, int]]:
    """Maximal-scoring stretches of a window that are worth more than a single telling pair."""
    found: list[tuple[int, int]] = []
    total = peak = 0.0
    begin = top = 0
    for start, end, score, _ in scored(window):
        if total <= 0.0:
            total, peak, begin, top = 0.0, 0.0, start, start
        total += score
        if total > peak:
            peak, top = total, end
        elif total < peak - DROP or total <= 0.0:
            if peak >= WORTH:
                found.append((_first_char(window, begin), top))
            total = peak = 0.0
    if peak >= WORTH:
        found.append((_first_char(window, begin), top))
    return found


def _first_char(window: str, at: int) -> int:
    # A pair is booked on its second character.
    return at - 1 if at > 0 and window[at - 1].isalpha() and not window[at - 1].isascii() else at


def _run(text: str, start: int, end: int) -> JunkRun | None:
    while start < end and SEPARATOR.match(text[start]):
        start += 1
    if start >= end:
        return None
    separator = main_separator(text[start:end])
    pieces = list(scored(text[start:end]))
    if separator:
        total = sum(piece[2] for piece in pieces)
        wider = grown(text, start, end, separator, GROWTH * total)
        if wider != (start, end):
            start, end = wider
            pieces = list(scored(text[start:end]))
    body = text[start:end]
    telling = {body[max(b - 2, 0) : b] if b - a == 1 else body[a:b] for a, b, weight, _ in pieces if weight >= TELLING}
    return JunkRun(
        start=start,
        end=_past(text, end, separator) if separator.strip() else end,
        items=items_of(body, separator),
        separator=separator,
        score=sum(piece[2] for piece in pieces),
        pairs=sum(piece[3] for piece in pieces),
        telling=tuple(sorted(telling)),
        alone=(start == 0 or is_border(text[start - 1])) and (end >= len(text) or is_border(text[end])),
    )


def _past(text: str, end: int, separator: str) -> int:
    """A separator right behind the last item still belongs to the run."""
    after = end + (text[end : end + 1] == " ")
    return after + len(separator) if text.startswith(separator, after) else end


def _joined(text: str, runs: list[JunkRun]) -> list[JunkRun]:
    """Runs with only a short unknown item between them are one run."""
    runs.sort(key=lambda run: run.start)
    groups: list[list[JunkRun]] = []
    for run in runs:
        if groups and (run.start <= groups[-1][-1].end or _bridged(text, groups[-1][-1], run)):
            groups[-1].append(run)
        else:
            groups.append([run])
    whole = (
        group[0] if len(group) == 1 else _run(text, group[0].start, max(run.end for run in group)) for group in groups
    )
    return [run for run in whole if run is not None]


def _bridged(text: str, before: JunkRun, after: JunkRun) -> bool:
    gap = text[before.end : after.start]
    if len(gap) > BRIDGE or STOP.search(gap) or PROSE.search(gap):
        return False
    return plain_score(gap) > -0.4 * min(before.score, after.score)
