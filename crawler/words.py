"""The exact difference of two texts: which whole words stayed, came or went."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from crawler import indel

Op = Literal["equal", "insert", "delete"]

# The opcode matrix costs one bit a cell; beyond this many cells a block is shown as replaced whole (about 12 MB).
_MAX_CELLS = 100_000_000
# Han one by one; numbers with their separators, dates and Latin words whole: nobody reads half a number.
_TOKEN = re.compile(r"\d+(?:[.,:/\-]\d+)*[%％]?|[^\W\d_\u2e80-\U0003ffff]+|\s+|.", re.DOTALL)
# So far back from where two texts begin to differ a token is looked for that surely ends there.
_NEAR = 64


# One for each paragraph of each diff: a tuple is made in a third of the time.
class Span(NamedTuple):
    """A run of text inside a paragraph that stayed, came or went."""

    op: Op
    text: str


Aligned = tuple[bool, range, range]  # (the same?, places before, places after)


def aligned(before: Sequence[str], after: Sequence[str]) -> Iterator[Aligned]:
    """Runs of (the same?, places before, places after), by turns, over two sequences of paragraphs or tokens."""
    if not affordable(before, after):
        yield False, range(len(before)), range(len(after))
        return
    opcodes = [(op.tag == "equal", op) for op in indel.opcodes(before, after)]
    for same, group in groupby(opcodes, key=lambda pair: pair[0]):
        ops = [op for _, op in group]
        yield same, range(ops[0].src_start, ops[-1].src_end), range(ops[0].dest_start, ops[-1].dest_end)


def affordable(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether two sequences can be aligned in the memory that there is for it."""
    return len(before) * len(after) <= _MAX_CELLS


_Run = tuple[bool, str, str]  # (same, old text, new text)


def tokens(text: str) -> list[str]:
    """The pieces a diff never splits: one Han character, or a whole number, date or Latin word, or a run of space."""
    return _TOKEN.findall(text)


def words(before: str, after: str) -> tuple[Span, ...]:
    """The spans that turn one text into the other; a lone character kept between changes reads as changed."""
    head, tail = _kept(before, after)
    old, new = (tokens(text[head : len(text) - tail]) for text in (before, after))
    runs: list[_Run] = [
        (same, "".join(old[gone.start : gone.stop]), "".join(new[come.start : come.stop]))
        for same, gone, come in aligned(old, new)
    ]
    if head:
        first = runs.pop(0)[1] if runs and runs[0][0] else ""
        runs.insert(0, (True, before[:head] + first, before[:head] + first))
    if tail:
        last = runs.pop()[1] if runs and runs[-1][0] else ""
        runs.append((True, last + before[-tail:], last + before[-tail:]))
    joined = [(same and not _island(runs, place), gone, come) for place, (same, gone, come) in enumerate(runs)]
    return tuple(_spans(joined))


def _kept(before: str, after: str) -> tuple[int, int]:
    """How many characters two texts keep at the beginning and at the end, up to one that is a token by itself."""
    if len(before) * len(after) > _MAX_CELLS:
        return 0, 0
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


def _island(runs: Sequence[_Run], place: int) -> bool:
    """Whether a kept run is one lone character between two changes of words; between two figures it stays."""
    if not 0 < place < len(runs) - 1 or len(runs[place][1]) != 1:
        return False
    beside = [gone + come for _, gone, come in (runs[place - 1], runs[place + 1])]
    return all(any(char.isalpha() for char in text) for text in beside) and sum(map(len, beside)) > 3


def _spans(runs: Sequence[_Run]) -> Iterator[Span]:
    for same, group in groupby(runs, key=lambda run: run[0]):
        members = list(group)
        gone, come = "".join(run[1] for run in members), "".join(run[2] for run in members)
        if same:
            yield Span(op="equal", text=gone)
            continue
        if gone:
            yield Span(op="delete", text=gone)
        if come:
            yield Span(op="insert", text=come)
