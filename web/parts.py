"""A diff in parts, each of which is an answer of its own that is not too large, whatever was scraped.

What changed is never left out: where it is too much for one answer it goes on in the next. What did not change is sent
folded as far as there is room, and else behind a link.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from markupsafe import escape

from crawler.diff import Hunk
from web.folding import Block, paragraph_of, pieces

# Bytes of a part as it is sent, and as it is drawn: of the 100,000 that an answer may have, the rest is for the frame,
# and for what an estimate may be wrong by.
SENT, DRAWN = 80_000, 240_000
# Characters that are weighed at once; a fold's line has about so many.
_AT_ONCE, _LINE = 3000, 200
# What the tags of a piece, of one on two sides, and of a span take, drawn; and how much less it is as sent.
_PIECE, _ROW, _SPAN, _SAME = 30, 55, 11, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A block as it is drawn. `at`: how many characters of the diff are before it.

    `goes_on`: it begins inside a paragraph; `linked`: it is folded, and too much to be sent here.
    """

    block: Block
    at: int
    goes_on: bool = False
    linked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Part `number` of `count`; `left` of `changed` characters that came or went are in the parts after it."""

    number: int
    count: int
    blocks: tuple[Drawn, ...]
    left: int
    changed: int


def part_of(
    hunks: Sequence[Hunk],
    number: int = 1,
    *,
    at: int | None = None,
    folded: bool = True,
    twice: bool = False,
    beside: int = 0,
    line: int = _LINE,
) -> Part | None:
    """A part of a diff, or the one in which character `at` is; None where there are fewer.

    `twice`: what did not change is drawn on both sides. `beside`: bytes that the first part has beside the text;
    `line`: those that a fold has without what is in it.
    """
    scale = _Scale(twice, line)
    parts = _divided(_entries(pieces(hunks, folded=folded)), scale, _Weight(beside, beside))
    if at is not None:
        number = sum(one.entries[0].at <= at for one in parts[1:]) + 1
    if number > len(parts):
        return None
    changed = [sum(_changed(entry.hunks) for entry in one.entries if not entry.fold) for one in parts]
    return Part(
        number=number,
        count=len(parts),
        blocks=_filled(parts[number - 1]),
        left=sum(changed[number:]),
        changed=sum(changed),
    )


class _Entry(NamedTuple):
    """Pieces that are shown, or what is folded; there can be thousands, and so a tuple."""

    hunks: tuple[Hunk, ...]
    fold: Block | None
    size: int
    at: int
    goes_on: bool


@dataclass(slots=True)
class _Weight:
    """Bytes as sent and as drawn."""

    sent: int = 0
    drawn: int = 0

    def fits(self, other: _Weight) -> bool:
        return self.sent + other.sent <= SENT and self.drawn + other.drawn <= DRAWN

    def add(self, other: _Weight) -> None:
        self.sent += other.sent
        self.drawn += other.drawn


@dataclass(slots=True)
class _Portion:
    entries: list[_Entry]
    weight: _Weight


def _entries(blocks: Iterable[Block]) -> list[_Entry]:
    """Pieces that are shown, as many as are weighed at once, and each fold, with how much is before it."""
    found: list[_Entry] = []
    at, last = 0, None

    def put(hunks: tuple[Hunk, ...], fold: Block | None) -> None:
        nonlocal at, last
        size = sum([len(text) for hunk in hunks for _, text in hunk.spans])
        found.append(_Entry(hunks, fold, size, at, paragraph_of(hunks[0]) == last))
        at, last = at + size, paragraph_of(hunks[-1])

    for block in blocks:
        if block.folded:
            put(block.hunks, block)
            continue
        begin = width = 0
        for place, hunk in enumerate(block.hunks, 1):
            width += _LINE // 4 + sum([len(text) for _, text in hunk.spans])
            if width >= _AT_ONCE or place == len(block.hunks):
                put(block.hunks[begin:place], None)
                begin, width = place, 0
    return found


def _divided(entries: Sequence[_Entry], scale: _Scale, beside: _Weight) -> list[_Portion]:
    """The entries in portions that are not too large without what is folded in them; one at least, if empty."""
    portions = [_Portion([], beside)]
    begin = width = 0
    for place, entry in enumerate(entries, 1):
        width += _LINE if entry.fold else _LINE // 4 * len(entry.hunks) + entry.size
        if width < _AT_ONCE and place < len(entries):
            continue
        waiting = entries[begin:place]
        weight = scale.weigh([hunk for one in waiting if not one.fold for hunk in one.hunks])
        weight.add(scale.lines(sum(one.fold is not None for one in waiting)))
        if portions[-1].entries and not portions[-1].weight.fits(weight):
            portions.append(_Portion([], _Weight()))
        portions[-1].entries += waiting
        portions[-1].weight.add(weight)
        begin, width = place, 0
    return portions


def _filled(portion: _Portion) -> tuple[Drawn, ...]:
    """Its entries, pieces that follow each other in one block; folds hold their text as far as there is room."""
    scale, linked = _Scale(twice=False), set()
    for fold in sorted((one for one in portion.entries if one.fold), key=lambda one: one.size):
        weight = scale.weigh(fold.hunks)
        if portion.weight.fits(weight):
            portion.weight.add(weight)
        else:
            linked.add(fold.at)
    found: list[Drawn] = []
    for fold, group in groupby(portion.entries, key=lambda one: one.fold):
        members = list(group)
        block = fold or Block(hunks=tuple(hunk for one in members for hunk in one.hunks))
        first = members[0]
        found.append(Drawn(block=block, at=first.at, goes_on=first.goes_on, linked=first.at in linked))
    return tuple(found)


def _changed(hunks: Iterable[Hunk]) -> int:
    return sum([len(text) for hunk in hunks if hunk.op != "move" for op, text in hunk.spans if op != "equal"])


class _Scale:
    """Weighs one thing after the other, as sent and as drawn: what was weighed before makes what is like it lighter."""

    def __init__(self, twice: bool, line: int = 0) -> None:
        self._twice = twice
        self._line = line
        self._sent = zlib.compressobj(1)

    def weigh(self, hunks: Sequence[Hunk]) -> _Weight:
        """Pieces as they are drawn."""
        spans = [span for hunk in hunks for span in hunk.spans]
        kept = [text for op, text in spans if op == "equal"]
        text = "".join([text for _, text in spans] + kept if self._twice else [text for _, text in spans])
        drawn = escape(text).encode("utf-8", "replace")
        sent = len(self._sent.compress(drawn)) + len(self._sent.flush(zlib.Z_SYNC_FLUSH))
        tags = len(hunks) * (_ROW if self._twice else _PIECE) + (len(spans) - len(kept)) * _SPAN
        return _Weight(sent + tags // _SAME, len(drawn) + tags)

    def lines(self, many: int) -> _Weight:
        """So many folds without what is in them."""
        return _Weight(many * self._line // _SAME, many * self._line)
