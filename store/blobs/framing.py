"""A body in a file or an object of its own: its zstd frame, after a skippable one that names its base, if any."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Collection, Iterable

from store.blobs.chain import Base, Stored, base_in
from store.blobs.compression import PATCHED_MOST, pack

# Magic number of the first skippable frame of zstd, how long it is; then the step and the digest of the base.
_HEAD = struct.Struct("<IIB32s")
_MAGIC, _LENGTH = 0x184D2A50, 33
HEAD_SIZE = _HEAD.size

# The stored form of a digest, None where there is none.
Read = Callable[[str], bytes | None]


def frame(body: bytes, base: Base | None) -> bytes:
    """The stored form of a body, by itself or against its base."""
    if base is None:
        return pack(body)
    head = _HEAD.pack(_MAGIC, _LENGTH, base.next_step, bytes.fromhex(base.stored.digest))
    return head + pack(body, base.body)


def base_named(head: bytes) -> tuple[int, str] | None:
    """The step and the digest of the base that the first bytes of a stored form name, if they do."""
    if len(head) < HEAD_SIZE:
        return None
    magic, length, step, digest = _HEAD.unpack_from(head)
    return (step, digest.hex()) if (magic, length) == (_MAGIC, _LENGTH) else None


def chain_of(digest: str, read: Read) -> list[Stored]:
    """A body and what it is written against, back to one by itself or to where one is missing; that one first."""
    chain: list[Stored] = []
    step: int | None = None
    wanted: str | None = digest
    while wanted is not None and (framed := read(wanted)) is not None:
        named = base_named(framed)
        at, base = named or (0, None)
        if step is not None and at >= step:
            break  # Damage: a chain leads back.
        chain.append(Stored(wanted, at, framed[HEAD_SIZE:] if base else framed))
        step, wanted = at, base
    return chain[::-1]


def base_for(body: bytes, like: str | None, read: Read, *, short_cuts: bool = False) -> Base | None:
    """What a body is written against where `like` is much the same; `short_cuts` as in `base_in`."""
    return base_in(chain_of(like, read), short_cuts=short_cuts) if like and len(body) <= PATCHED_MOST else None


def not_needed(digests: Collection[str], heads: Iterable[tuple[str, bytes]]) -> list[str]:
    """Those of the digests that nothing else is written against, in an order in which they can go.

    `heads`: the first bytes of everything there is.
    """
    going = set(digests)
    needed: Counter[str] = Counter()
    bases: dict[str, str] = {}
    for digest, head in heads:
        if (named := base_named(head)) is not None and named[1] in going:
            needed[named[1]] += 1
            if digest in going:
                bases[digest] = named[1]
    free = [digest for digest in going if not needed[digest]]
    for digest in free:
        if (base := bases.get(digest)) is not None:
            needed[base] -= 1
            if not needed[base]:
                free.append(base)
    return free
