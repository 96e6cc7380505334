"""Which of some texts that went are which of those that came: in order, each at most once, as alike as can be.

How far two texts are apart takes a step for every letter of the one and some letters of the other; how far they could
be at most shows in what letters they are made of. So that is asked first, and the rest only where it could matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import isqrt

from crawler import indel

# So much of each text is compared, of its beginning and its end, and below this (0..1) two are not the same one edited.
COMPARED = 5_000
SAME_TEXT = 0.4
# So many comparisons of one letter with another take a few milliseconds: less than it takes to avoid them.
_FEW = 20_000_000
# Texts that have nothing in common but their letters need all answers anyhow; beyond so many comparisons of one letter
# with another, from parts of each.
_ROUNDS, _MOST = 6, 30_000_000
# More pairs than that are not looked through for the best: behind one the next is looked for among so many of each, by
# so much of their texts.
_MOST_PAIRS, _NEAR, _NEAR_COMPARED = 2_500, 12, 400
# More than what is lost in dividing.
_ROUNDING = 1e-9

Pairs = list[tuple[int, int]]


def pair_up(before: Sequence[str], after: Sequence[str]) -> Pairs:
    """The places of those that belong together, in both sequences."""
    if len(before) * len(after) > _MOST_PAIRS:
        return _along(before, after)
    if len(before) == len(after) == 1:
        one, other = before[0], after[0]
        if max(len(one), len(other)) > COMPARED:
            (one,), (other,) = _parts(before, COMPARED), _parts(after, COMPARED)
        return [(0, 0)] if _alike(one, other) else []
    if not before or not after:
        return []
    each = min(COMPARED, isqrt(_MOST // min(len(before), len(after))))
    old, new = _parts(before, each), _parts(after, each)
    if sum(map(len, old)) * sum(map(len, new)) <= _FEW:
        return _best([[_alike(one, other) for other in new] for one in old])
    if not any(_bound(len(one), len(other), min(len(one), len(other))) for one in old for other in new):
        return []
    alike = _at_most(old, new)
    known: set[tuple[int, int]] = set()
    for _ in range(_ROUNDS):
        pairs = _best(alike)
        unsure = [pair for pair in pairs if pair not in known]
        if not unsure:
            # No other pairing could come to more, even if all that is not known were as good as it could be.
            return pairs
        _learn(old, new, alike, known, unsure)
        if sum(len(old[i]) * len(new[j]) for i, j in known) > _MOST // 2:
            break
    rest = [(i, j) for i, row in enumerate(alike) for j, most in enumerate(row) if most and (i, j) not in known]
    each = isqrt(_MOST // max(1, len(rest)))
    _learn(_parts(old, each), _parts(new, each), alike, known, rest)
    return _best(alike)


def _parts(texts: Sequence[str], most: int) -> list[str]:
    """The beginning and the end of each text that is longer than `most`."""
    half = most // 2
    return [text if len(text) <= most else text[:half] + text[-half:] for text in texts]


def _along(before: Sequence[str], after: Sequence[str]) -> Pairs:
    """Pairs of long sequences, one after the other: the next two if they are alike, else the best of those near."""
    old, new = _parts(before, _NEAR_COMPARED), _parts(after, _NEAR_COMPARED)
    pairs: Pairs = []
    i = j = 0
    while i < len(old) and j < len(new):
        if pair_up(old[i : i + 1], new[j : j + 1]):
            pairs.append((i, j))
            i, j = i + 1, j + 1
            continue
        near = pair_up(old[i : i + _NEAR], new[j : j + _NEAR])
        pairs += [(i + one, j + other) for one, other in near]
        i, j = (pairs[-1][0] + 1, pairs[-1][1] + 1) if near else (i + _NEAR, j + _NEAR)
    return pairs


def _learn(
    old: Sequence[str], new: Sequence[str], alike: list[list[float]], known: set[tuple[int, int]], pairs: Pairs
) -> None:
    for i, j in pairs:
        alike[i][j] = _alike(old[i], new[j])
        known.add((i, j))


def _alike(before: str, after: str) -> float:
    """How alike two texts are, 0 where they are not the same one edited."""
    return indel.similarity(before, after, floor=SAME_TEXT)


def _at_most(old: Sequence[str], new: Sequence[str]) -> list[list[float]]:
    """How alike each two could be at most: with all the letters that they share in one order."""
    bits = _letters([*old, *new])
    old_bits, new_bits = bits[: len(old)], bits[len(old) :]
    return [
        [_bound(len(one), len(other), (one_bits & new_bits[j]).bit_count()) for j, other in enumerate(new)]
        for one, one_bits in zip(old, old_bits, strict=True)
    ]


def _bound(one: int, other: int, shared: int) -> float:
    both = one + other
    most = 1 - (both - 2 * shared) / both + _ROUNDING if both else 1.0
    return most if most >= SAME_TEXT else 0.0


def _letters(texts: Sequence[str]) -> list[int]:
    """Each text's letters as a set of bits, with a bit for every time that a letter stands in it."""
    counts = [Counter(text) for text in texts]
    most: Counter[str] = Counter()
    for one in counts:
        most |= one
    offsets, end = {}, 0
    for letter, times in most.items():
        offsets[letter] = end
        end += times
    made = []
    for one in counts:
        value = 0
        for letter, times in one.items():
            value |= ((1 << times) - 1) << offsets[letter]
        made.append(value)
    return made


def _best(alike: Sequence[Sequence[float]]) -> Pairs:
    """The pairing in order that comes to the most; nobody is paired where there is nothing alike."""
    if not alike:
        return []
    many, others = len(alike), len(alike[0])
    # best[i][j]: the most that the texts from i and j on can agree, as in aligning two sequences.
    best = [[0.0] * (others + 1) for _ in range(many + 1)]
    for i in range(many - 1, -1, -1):
        row, below, here = alike[i], best[i + 1], best[i]
        for j in range(others - 1, -1, -1):
            together = row[j] + below[j + 1] if row[j] else 0.0
            here[j] = max(together, below[j], here[j + 1])
    pairs: Pairs = []
    i = j = 0
    while i < many and j < others:
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs
