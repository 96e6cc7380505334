"""How a body lies in storage: one zstd frame that carries its size, checked against the digest on the way out."""

from __future__ import annotations

import hashlib
import threading

import zstandard

from crawler.errors import BlobCorrupt

# A page shrinks by three parts in a hundred less than at level 6, in a quarter of the time.
LEVEL = 3
# A compressor is costly to set up, and no two threads may use one at a time.
_own = threading.local()


def digest_of(body: bytes) -> str:
    """sha-256 in hex: the name of a blob."""
    return hashlib.sha256(body).hexdigest()


def is_digest(name: str) -> bool:
    """Whether a name is 64 lower-case hex digits."""
    return len(name) == 64 and not set(name) - set("0123456789abcdef")


def pack(body: bytes) -> bytes:
    """The stored form of a body."""
    compressor: zstandard.ZstdCompressor | None = getattr(_own, "compressor", None)
    if compressor is None:
        compressor = _own.compressor = zstandard.ZstdCompressor(level=LEVEL)
    return compressor.compress(body)


def unpack(digest: str, packed: bytes) -> bytes:
    """The body behind a stored form. Raises BlobCorrupt unless it is exactly what the digest names."""
    try:
        body = zstandard.ZstdDecompressor().decompress(packed)
    except (zstandard.ZstdError, MemoryError) as error:
        raise corrupt(digest, f"cannot be decompressed ({error})") from error
    if digest_of(body) != digest:
        raise corrupt(digest, "holds other bytes than its digest names")
    return body


def corrupt(digest: str, how: str) -> BlobCorrupt:
    """The error for one blob, saying what to do."""
    return BlobCorrupt(
        f"blob {digest} {how}; restore it from a backup. `palimpsest doctor` lists every blob in this state."
    )
