"""Bodies written one against another: which against which, and the way back.

A page's bodies form a chain: the first is written by itself, each other one against the one before it, its base.
Short cuts in it halve the time of reading one, which is under a millisecond without, and take more room; they are taken
where each body that is read is a request.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from crawler.errors import BlobCorrupt
from store.blobs.compression import apply, corrupt, verified

# A body by itself at every so many: it bounds what is read for one, and what damage to one can cost.
KEYFRAME_EVERY = 50


class Stored(NamedTuple):
    """One body of a chain as it is stored, by itself at `step` 0. `row` is its number, where that is a database."""

    digest: str
    step: int
    packed: bytes
    row: int = 0


class Base(NamedTuple):
    """What a new body is written against: its stored form, its bytes, and the step that the new one then is at."""

    stored: Stored
    body: bytes
    next_step: int


def body_of(chain: Sequence[Stored]) -> bytes:
    """The verified body at the end of a chain, all of which is given in its order. Raises BlobCorrupt."""
    digest = chain[-1].digest
    if chain[0].step:
        raise corrupt(digest, "is written against a blob that is missing")
    body: bytes | None = None
    for stored in chain:
        body = apply(digest, stored.packed, body)
    return verified(digest, body or b"")


def is_whole(chain: Sequence[Stored]) -> bool:
    """Whether the body at the end of a chain is there and can be read."""
    try:
        return bool(chain) and body_of(chain) is not None
    except BlobCorrupt:
        return False


def base_in(chain: Sequence[Stored], *, short_cuts: bool = False) -> Base | None:
    """What the body after the one at the end of a chain is written against; None: it is written by itself.

    So it is too where the base cannot be read: whatever happened to that, it ends here. With `short_cuts` the base of
    step n is n without its lowest bit set: of the chain of the one before, and six bodies are read for any, not fifty.
    """
    if not chain or chain[-1].step + 1 >= KEYFRAME_EVERY:
        return None
    step = chain[-1].step + 1
    if short_cuts:
        chain = [stored for stored in chain if stored.step <= step & (step - 1)]
    try:
        return Base(chain[-1], body_of(chain), step)
    except BlobCorrupt:
        return None
