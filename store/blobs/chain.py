"""Bodies written one against another: which against which, and the way back.

A page's bodies form a chain: the first is written by itself, each other one against one before it, its base. A reader
goes back in a few long steps and a few short ones instead of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from crawler.errors import BlobCorrupt
from store.blobs.compression import apply, corrupt, verified

# A body by itself at every so many, so that damage to one does not cost a page's whole past.
KEYFRAME_EVERY = 50
# Every so many, a body is written against the one so many before: to read any, at most 4 + 9 patches are applied. Short
# steps alone would save a twentieth to a tenth, and make four times as many on average.
LONG_STEP = 10


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


def base_in(chain: Sequence[Stored]) -> Base | None:
    """What the body after the one at the end of a chain is written against; None: it is written by itself.

    So it is too where the base cannot be read: whatever happened to that, it ends here.
    """
    if not chain or chain[-1].step + 1 >= KEYFRAME_EVERY:
        return None
    step = chain[-1].step + 1
    wanted = step - LONG_STEP if step % LONG_STEP == 0 else step - 1
    before = [stored for stored in chain if stored.step <= wanted]
    try:
        return Base(before[-1], body_of(before), step)
    except BlobCorrupt:
        return None
