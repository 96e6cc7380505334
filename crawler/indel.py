"""The Indel distance of two texts or sequences: what has to be deleted and inserted to turn one into the other.

rapidfuzz is loaded when the first two differ: a pass over pages that did not change does without it and its 3 MB.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def similarity(one: str, other: str, *, floor: float = 0.0) -> float:
    """1 - distance / (both lengths); 0 where it is below `floor`, which is found out sooner than the number."""
    found: float = _indel().normalized_similarity(one, other, score_cutoff=floor)
    return found


def matching(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[tuple[int, int, int]]:
    """The runs that stay: where in the one, where in the other, and how long."""
    # The last that it gives is the end of both, and holds nothing.
    return [(run.a, run.b, run.size) for run in _indel().opcodes(one, other).as_matching_blocks()[:-1]]


@cache
def _indel() -> ModuleType:
    from rapidfuzz.distance import Indel

    return Indel
