"""Undoing content-codings with a bound on what they may cost: nothing is inflated faster than it is counted."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Protocol

import brotli  # type: ignore[import-untyped]
import zstandard

ACCEPT_ENCODING = "gzip, deflate, br, zstd"

# No piece that a coding yields is longer than this, give or take one block of the coding.
PIECE = 64 * 1024
# Beyond these two together a body is a bomb whatever its cap: the densest honest pages stay near 50 to 1.
BOMB_BYTES = 4 * 1024 * 1024
BOMB_RATIO = 100
MAX_CODINGS = 4
# From so many pieces of a few bytes each, a body is sent to be dear: each costs more than a thousand bytes do.
MANY_PIECES, FEW_BYTES = 50_000, 16
# RFC 9659 allows no larger window over HTTP.
ZSTD_WINDOW = 8 * 1024 * 1024
# A zstd block inflates four bytes to 128 KiB at most, so a slice costs 4 MiB at the worst.
ZSTD_SLICE = 128

Sink = Callable[[bytes], None]


class BodyTooLarge(Exception):
    """More bytes than the cap allows, or inflating to out of all proportion."""


class BodyTruncated(Exception):
    """The body ended before its coding said it would."""


class BodyCorrupt(Exception):
    """The body is not what its Content-Encoding says."""


class Coding(Protocol):
    """One content-coding being undone."""

    def feed(self, data: bytes, sink: Sink) -> None:
        """Hand everything that `data` inflates to on to `sink`, in bounded pieces."""

    @property
    def complete(self) -> bool:
        """Whether the coded stream is at its end, or was never begun."""


class _Deflated:
    """gzip and deflate; further gzip members are read on, and rubbish after the last is left, as browsers do."""

    def __init__(self, wbits: int | None) -> None:
        self._wbits = wbits
        self._inflater = None if wbits is None else zlib.decompressobj(wbits)
        self._begun = False
        self._held = b""

    def feed(self, data: bytes, sink: Sink) -> None:
        if self._inflater is None:
            data = self._held + data
            if len(data) < 2:
                self._held = data
                return
            # "deflate" is zlib's format by the standard and bare deflate by old habit.
            zlibbed = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._inflater = zlib.decompressobj(15 if zlibbed else -15)
        while data:
            if self._inflater.eof:
                if self._wbits is None or data[0] != 0x1F:
                    return
                self._inflater = zlib.decompressobj(self._wbits)
            self._begun = True
            piece = self._inflater.decompress(data, PIECE)
            data = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
            if piece:
                sink(piece)
                if not data and len(piece) == PIECE:
                    self._drain(sink)

    def _drain(self, sink: Sink) -> None:
        """What zlib still holds back because a piece was full although all input was taken."""
        while self._inflater is not None and not self._inflater.eof:
            piece = self._inflater.decompress(b"", PIECE)
            if not piece:
                return
            sink(piece)

    @property
    def complete(self) -> bool:
        if self._inflater is None:
            return not self._held
        return self._inflater.eof or not self._begun


class _Brotli:
    def __init__(self) -> None:
        self._inflater = brotli.Decompressor()
        self._begun = False

    def feed(self, data: bytes, sink: Sink) -> None:
        if self._inflater.is_finished():
            return
        self._begun = True
        piece = self._inflater.process(data, output_buffer_limit=PIECE)
        while piece:
            sink(piece)
            if self._inflater.is_finished():
                return
            piece = self._inflater.process(b"", output_buffer_limit=PIECE)

    @property
    def complete(self) -> bool:
        return self._inflater.is_finished() or not self._begun


class _Zstd:
    def __init__(self) -> None:
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
        self._frame: zstandard.ZstdDecompressionObj | None = None

    def feed(self, data: bytes, sink: Sink) -> None:
        view = memoryview(data)
        for start in range(0, len(data), ZSTD_SLICE):
            rest = bytes(view[start : start + ZSTD_SLICE])
            while rest:
                if self._frame is None or self._frame.eof:
                    self._frame = self._decompressor.decompressobj()
                piece = self._frame.decompress(rest)
                rest = self._frame.unused_data if self._frame.eof else b""
                if piece:
                    sink(piece)

    @property
    def complete(self) -> bool:
        return self._frame is None or self._frame.eof


def _coding(name: str) -> Coding | None:
    if name in ("gzip", "x-gzip"):
        return _Deflated(31)
    if name == "deflate":
        return _Deflated(None)
    if name == "br":
        return _Brotli()
    if name == "zstd":
        return _Zstd()
    # identity, and what nobody knows ("utf-8", "none"): browsers take the bytes as they are.
    return None


class _Collected:
    """What has come out of the codings so far, counted against the cap and against what went in."""

    def __init__(self, max_bytes: int) -> None:
        self.received = 0
        self.buffer = io.BytesIO()
        self._kept = 0
        self._max_bytes = max_bytes

    def take_in(self, size: int) -> None:
        self.received += size
        if self.received > self._max_bytes:
            raise BodyTooLarge(f"the body is larger than the cap of {self._max_bytes:,} bytes")

    def keep(self, piece: bytes) -> None:
        self._kept += len(piece)
        if self._kept > min(BOMB_BYTES, self._max_bytes) and self._kept > BOMB_RATIO * self.received:
            raise BodyTooLarge(
                f"a compression bomb: {self.received:,} bytes had inflated to {self._kept:,} "
                f"when it was stopped (more than {BOMB_RATIO} to 1; the cap is {self._max_bytes:,} bytes)"
            )
        if self._kept > self._max_bytes:
            raise BodyTooLarge(f"the body is larger than the cap of {self._max_bytes:,} bytes")
        self.buffer.write(piece)


class BodyReader:
    """Collects one body: counts, inflates, and stops at `max_bytes` of either the wire's bytes or the page's.

    Raises BodyCorrupt for codings stacked higher than anybody has reason to.
    """

    def __init__(self, content_encoding: str, max_bytes: int) -> None:
        names = [name.strip().lower() for name in content_encoding.split(",")]
        if len(names) > MAX_CODINGS:
            raise BodyCorrupt(f"{len(names)} content-codings on top of each other")
        self._codings = [coding for coding in map(_coding, names) if coding]
        self._collected = _Collected(max_bytes)
        self.pieces = 0
        # The coding named last was applied last and is undone first.
        self._sink: Sink = self._collected.keep
        for coding in self._codings:
            self._sink = _into(coding, self._sink)

    def feed(self, data: bytes) -> None:
        """Take bytes from the wire. Raises BodyTooLarge or BodyCorrupt."""
        self.pieces += 1
        self._collected.take_in(len(data))
        if self.pieces > MANY_PIECES and self._collected.received < FEW_BYTES * self.pieces:
            raise BodyCorrupt(f"{self.pieces:,} pieces of the body hold {self._collected.received:,} bytes together")
        try:
            self._sink(data)
        except (zlib.error, brotli.error, zstandard.ZstdError) as exc:
            raise BodyCorrupt(f"the body is not what its Content-Encoding says ({exc})") from exc

    def finish(self) -> bytes:
        """The whole body. Raises BodyTruncated."""
        if not all(coding.complete for coding in self._codings):
            raise BodyTruncated(f"the compressed body broke off after {self._collected.received:,} bytes")
        return self._collected.buffer.getvalue()


def _into(coding: Coding, sink: Sink) -> Sink:
    return lambda data: coding.feed(data, sink)
