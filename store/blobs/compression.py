"""How a body lies in storage: one zstd frame, by itself or, as `zstd --patch-from` makes it, against a body like it."""

from __future__ import annotations

import hashlib
import threading

import zstandard

from crawler.errors import BlobCorrupt

# Of a page's days a tenth less than at level 3, for two thirds more time; nothing to speak of above it.
LEVEL = 6
# A larger body is no page, and rarely like the one before: what is packed inside files changes throughout.
PATCHED_MOST = 4 * 1024 * 1024
# A compressor is costly to set up, and no two threads may use one at a time.
_own = threading.local()


def digest_of(body: bytes) -> str:
    """sha-256 in hex: the name of a blob."""
    return hashlib.sha256(body).hexdigest()


def is_digest(name: str) -> bool:
    """Whether a name is 64 lower-case hex digits."""
    return len(name) == 64 and not set(name) - set("0123456789abcdef")


def pack(body: bytes, base: bytes | None = None) -> bytes:
    """The stored form of a body, by itself or against its base."""
    if base:
        return _compressor_against(body, base).compress(body)
    compressor: zstandard.ZstdCompressor | None = getattr(_own, "compressor", None)
    if compressor is None:
        compressor = _own.compressor = zstandard.ZstdCompressor(level=LEVEL)
    return compressor.compress(body)


def _compressor_against(body: bytes, base: bytes) -> zstandard.ZstdCompressor:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        LEVEL,
        source_size=len(body),
        dict_size=len(base),
        # The whole base must stay within reach up to the last byte of the body.
        window_log=max(zstandard.WINDOWLOG_MIN, (len(base) + len(body)).bit_length()),
        write_dict_id=False,
    )
    return zstandard.ZstdCompressor(dict_data=_prefix(base), compression_params=parameters)


def _prefix(base: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def apply(digest: str, packed: bytes, base: bytes | None = None) -> bytes:
    """The bytes behind a stored form and its base, not yet verified. Raises BlobCorrupt."""
    try:
        return zstandard.ZstdDecompressor(dict_data=_prefix(base) if base else None).decompress(packed)
    except (zstandard.ZstdError, MemoryError) as error:
        raise corrupt(digest, f"cannot be decompressed ({error})") from error


def verified(digest: str, body: bytes) -> bytes:
    """The body. Raises BlobCorrupt unless it is exactly what the digest names."""
    if digest_of(body) != digest:
        raise corrupt(digest, "holds other bytes than its digest names")
    return body


def corrupt(digest: str, how: str) -> BlobCorrupt:
    """The error for one blob, saying what to do."""
    return BlobCorrupt(
        f"blob {digest} {how}; restore it from a backup. `palimpsest doctor` lists every blob in this state."
    )
