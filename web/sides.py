"""A diff as two columns: what stood before on the left, what stands there now on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.diff import Hunk
from crawler.words import Span
from web.folding import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One paragraph on both sides; None where a side has none. `moved` to or from the paragraph of this place."""

    op: str
    left: tuple[Span, ...] | None
    right: tuple[Span, ...] | None
    moved: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A run of pairs; `folded` ones did not change and are shown once, on demand."""

    pairs: tuple[Pair, ...]
    folded: bool = False


def side_by_side(blocks: Sequence[Block]) -> tuple[Rows, ...]:
    """The blocks of a diff as rows: what the left holds is the old text to the character, the right the new one."""
    return tuple(Rows(pairs=tuple(pair(hunk) for hunk in block.hunks), folded=block.folded) for block in blocks)


def pair(hunk: Hunk) -> Pair:
    """What a paragraph, or a piece of one, has on either side."""
    left = tuple(span for span in hunk.spans if span.op != "insert")
    right = tuple(span for span in hunk.spans if span.op != "delete")
    if hunk.op == "move":
        came = hunk.spans[0].op == "insert"
        moved = (hunk.before if came else hunk.after) or 0
        return Pair(op="move", left=None if came else left, right=right if came else None, moved=moved + 1)
    return Pair(
        op=hunk.op,
        left=None if hunk.op == "insert" else left,
        right=None if hunk.op == "delete" else right,
    )
