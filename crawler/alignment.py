"""What two sequences of paragraphs, clauses or tokens have in common, in order; the work grows with their length.

Exactly where that is affordable. Beyond, what stands only once in both holds the rest in place, and between such places
a window goes along both: what it finds is common to both as well, though perhaps not the most there could be.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from crawler import indel

# The exact answer costs a bit a cell, and some milliseconds for this many.
_MAX_CELLS = 4_000_000
_WINDOW = 800
# So much of a window counts as found: what is nearer to its end may be better aligned with what follows.
_SURE = 0.75
# Where less of a text stays, another has taken its place; what letters they share says nothing.
SAME_TEXT = 0.4


# A run that both have: where it begins in the one and in the other, and how long it is. As there may be tens of
# thousands of them, a plain tuple.
Common = tuple[int, int, int]


def common(before: Sequence[str], after: Sequence[str]) -> list[Common]:
    """The runs that both have, in order; what stands only once in each may hold the rest in place."""
    return _common(before, after, anchored=True, least=0.0)


def common_tokens(before: Sequence[str], after: Sequence[str]) -> list[Common]:
    """The same of words and letters, of which none holds a place, and which any two texts share."""
    return _common(before, after, anchored=False, least=SAME_TEXT)


def _common(before: Sequence[str], after: Sequence[str], *, anchored: bool, least: float) -> list[Common]:
    if len(before) * len(after) <= _MAX_CELLS:
        return _worth(before, after, indel.matching(before, after), least)
    head, tail = ends_alike(before, after)
    found = [(0, 0, head)] if head else []
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    for (at, to), (gone, come) in pairwise([(0, 0), *(_anchors(old, new) if anchored else ()), (len(old), len(new))]):
        one, other = old[at:gone], new[to:come]
        small = len(one) * len(other) <= _MAX_CELLS
        inside = _worth(one, other, indel.matching(one, other), least) if small else _windowed(one, other, least)
        found += [(head + at + begin, head + to + start, size) for begin, start, size in inside]
    if tail:
        found.append((len(before) - tail, len(after) - tail, tail))
    return joined(found)


def joined(runs: Iterable[Common]) -> list[Common]:
    """Runs that go on where the one before ended, as one; without those that hold nothing."""
    found: list[Common] = []
    begin = start = at = to = 0
    for one, other, size in runs:
        if not size:
            continue
        if one != at or other != to:
            if at > begin:
                found.append((begin, start, at - begin))
            begin, start = one, other
        at, to = one + size, other + size
    if at > begin:
        found.append((begin, start, at - begin))
    return found


def ends_alike(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """How many items two sequences have alike at the beginning, and at the end how many of those behind them."""
    most = min(len(before), len(after))
    head = next((place for place in range(most) if before[place] != after[place]), most)
    tail = next((place for place in range(most - head) if before[-1 - place] != after[-1 - place]), most - head)
    return head, tail


def _worth(before: Sequence[str], after: Sequence[str], runs: list[Common], least: float) -> list[Common]:
    """The runs, or none where two long sequences have less than `least` in common."""
    both = len(before) + len(after)
    return [] if both >= _WINDOW and 2 * sum(size for _, _, size in runs) < least * both else runs


# ---- more than can be aligned at once ----------------------------------------------------------------------------


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """The places of what stands exactly once in both: the longest series that is in order."""
    old_count, new_count = Counter(before), Counter(after)
    to = {text: place for place, text in enumerate(after) if new_count[text] == 1 and old_count[text] == 1}
    pairs = [(place, to[text]) for place, text in enumerate(before) if text in to]
    ends: list[int] = []
    last: list[int] = []
    behind: list[int] = []
    for number, (_, other) in enumerate(pairs):
        length = bisect_left(ends, other)
        behind.append(last[length - 1] if length else -1)
        ends[length : length + 1], last[length : length + 1] = [other], [number]
    found = []
    number = last[-1] if last else -1
    while number >= 0:
        found.append(pairs[number])
        number = behind[number]
    return found[::-1]


def _windowed(before: Sequence[str], after: Sequence[str], least: float) -> list[Common]:
    """What is found by a window that goes along both; nothing of those where less than `least` of them stays."""
    found: list[Common] = []
    at = to = 0
    while at < len(before) and to < len(after):
        old, new = before[at : at + _WINDOW], after[to : to + _WINDOW]
        ends = at + len(old) == len(before) and to + len(new) == len(after)
        runs = _worth(old, new, indel.matching(old, new), least)
        sure = [run for run in runs if ends or max(run[0], run[1]) <= _SURE * _WINDOW]
        # However little is sure, each step goes on by a good part of the window.
        sure = sure if _far(sure) else runs
        found += [(at + one, to + other, size) for one, other, size in sure]
        if _far(sure):
            one, other, size = sure[-1]
            at, to = at + one + size, to + other + size
        else:
            at, to = at + len(old), to + len(new)
    return found


def _far(runs: Sequence[Common]) -> bool:
    return bool(runs) and runs[-1][0] + runs[-1][1] >= _WINDOW // 2
