"""The exact difference of two texts: which whole words stayed, came or went."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

from crawler import indel
from crawler.alignment import Common, common, common_tokens, joined

Op = Literal["equal", "insert", "delete"]

# Han one by one; numbers with their separators, dates and Latin words whole: nobody reads half a number.
_TOKEN = re.compile(
    r"[\u3001-\u303f\u4e00-\u9fff\uff01-\uff0f\uff1a-\uff5e]+"
    r"|\d+(?:[.,:/\-]\d+)*[%％]?|[^\W\d_\u2e80-\U0003ffff]+|\s+|.",
    re.DOTALL,
)
# A clause with its stop. A figure's point or a date's stroke has no space behind it.
_CLAUSE = re.compile(r".+?(?:[，。、；：！？]+|[,.;:!?]+\s+|\s{2,}|$)", re.DOTALL)
# So far back from where two texts begin to differ a token is looked for that surely ends there.
_NEAR = 64
# Texts no longer than this, both together, are not worth looking for where they begin to differ.
_SHORT = 200
# From so many cells on clauses are aligned before their words; a shorter one, or a few of them, may stand anywhere.
_LONG, _CLAUSES = 1_000_000, 8
# More runs than this, one for less than so many characters, are a text that was shaken to pieces.
_MANY, _DENSE = 30, 3
# So many letters kept between two changes of words read as changed; and so many in such a text.
_LONE, _FEW = 1, 6


# One for each paragraph of each diff: a tuple is made in a third of the time.
class Span(NamedTuple):
    """A run of text inside a paragraph that stayed, came or went."""

    op: Op
    text: str


def tokens(text: str) -> list[str]:
    """The pieces a diff never splits: one Han character, or a whole number, date or Latin word, or a run of space."""
    found: list[str] = []
    for piece in _TOKEN.findall(text):
        # Han and its punctuation is found by the run, which is several times faster.
        if len(piece) > 1 and piece[0] > "\u3000" and not piece[0].isdecimal():
            found.extend(piece)
        else:
            found.append(piece)
    return found


def words(before: str, after: str) -> tuple[Span, ...]:
    """The spans that turn one text into the other; a lone character kept between changes reads as changed."""
    short = len(before) + len(after) <= _SHORT
    kept = _by_letters(tokens(before), tokens(after), indel.matching) if short else _kept(before, after)
    shaken = len(kept) > _MANY and len(kept) * _DENSE > max(len(before), len(after))
    return tuple(_spans(before, after, kept, _FEW if shaken else _LONE))


def _kept(before: str, after: str) -> list[Common]:
    """What two texts keep, by places of characters; looked for only between where they begin and end to differ."""
    head, tail = _ends(before, after)
    ends = len(before) - tail, len(after) - tail
    inside = _inside(before[head : ends[0]], after[head : ends[1]])
    if head:
        inside = [(head + at, head + to, size) for at, to, size in inside]
    return joined([(0, 0, head), *inside, (*ends, tail)])


def _ends(before: str, after: str) -> tuple[int, int]:
    """How many characters two texts keep at the beginning and at the end, up to one that is a token by itself."""
    head = _alike_for(before, after)
    tail = _alike_for(before[head:][::-1], after[head:][::-1])
    head = next((at for at in range(head, max(head - _NEAR, 0), -1) if _is_token(before[at - 1])), 0)
    tail = next((at for at in range(tail, max(tail - _NEAR, 0), -1) if _is_token(before[-at])), 0)
    return head, tail


def _is_token(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff"


def _alike_for(before: str, after: str) -> int:
    """How many characters two texts have alike at the beginning; halved in each step, for so C compares them."""
    low, high = 0, min(len(before), len(after))
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _inside(before: str, after: str) -> list[Common]:
    """What two texts keep that differ where they begin and where they end."""
    if not before or not after:
        return []
    if len(before) * len(after) < _LONG:
        return _by_letters(tokens(before), tokens(after), common_tokens)
    found: list[Common] = []
    at = to = 0
    clauses = _by_letters(_CLAUSE.findall(before), _CLAUSE.findall(after), common)
    for one, other, size in [*(run for run in clauses if run[2] >= _CLAUSES), (len(before), len(after), 0)]:
        old, new = tokens(before[at:one]), tokens(after[to:other])
        if old and new:
            inside = _by_letters(old, new, common_tokens)
            found += [(at + begin, to + start, length) for begin, start, length in inside]
        found.append((one, other, size))
        at, to = one + size, other + size
    return found


def _by_letters(
    old: Sequence[str], new: Sequence[str], runs: Callable[[Sequence[str], Sequence[str]], list[Common]]
) -> list[Common]:
    """What two sequences have in common, by places of characters and not of pieces."""
    at, to = [0, *accumulate(map(len, old))], [0, *accumulate(map(len, new))]
    if at[-1] == len(old) and to[-1] == len(new):
        return runs(old, new)
    return [(at[one], to[other], at[one + size] - at[one]) for one, other, size in runs(old, new)]


def _spans(before: str, after: str, kept: Sequence[Common], lone: int) -> Iterator[Span]:
    """The texts between what was kept, and that; but what is no longer than `lone` between words that changed."""
    at = to = behind = beyond = 0
    ends = len(before), len(after)
    more = 3 if lone == _LONE else 0
    left = ""
    for place, (one, other, size) in enumerate(kept, 1):
        if size <= lone:
            left = left or before[behind:one] + after[beyond:other]
            behind, beyond = one + size, other + size
            next_one, next_other = kept[place][:2] if place < len(kept) else ends
            right = before[behind:next_one] + after[beyond:next_other]
            if _island(left, right, more):
                left = right
                continue
            left = right
        else:
            left = ""
        if one > at:
            yield Span("delete", before[at:one])
        if other > to:
            yield Span("insert", after[to:other])
        at, to = behind, beyond = one + size, other + size
        yield Span("equal", before[one:at])
    if at < ends[0]:
        yield Span("delete", before[at:])
    if to < ends[1]:
        yield Span("insert", after[to:])


def _island(left: str, right: str, more: int) -> bool:
    """Whether what stands between two changes is alone among words; between two figures it stays."""
    return len(left) + len(right) > more and _has_words(left) and _has_words(right)


def _has_words(text: str) -> bool:
    return text[:1].isalpha() or any(map(str.isalpha, text))
