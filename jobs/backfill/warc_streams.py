"""The bytes of a WARC file as records follow one another in it, plain or gzip, and the way on from what is broken."""

from __future__ import annotations

import zlib
from typing import IO

PIECE = 64 * 1024
# Of a record's headers together: nobody has more, and a line without an end must not take the memory.
HEAD_MOST = 256 * 1024
_GZIP = b"\x1f\x8b\x08"
_BEGINS = b"WARC/"

# A place in a file: where the record's gzip member begins (or the record), and how far into what that inflates to.
Place = tuple[int, int]


class Broken(Exception):
    """What is there is no record, or none that ends where it says; the message says what is wrong."""


def stream_of(file: IO[bytes]) -> Plain | Members:
    """The file as what it is by its first bytes, not yet opened."""
    return Members(file) if file.read(2) == _GZIP[:2] else Plain(file)


class Limit:
    """Bounds what is read as headers while it is entered."""

    def __init__(self) -> None:
        self.left: int | None = None

    def __enter__(self) -> None:
        self.left = HEAD_MOST

    def __exit__(self, *_: object) -> None:
        self.left = None

    def count(self, size: int) -> None:
        """Raises Broken beyond the bound."""
        if self.left is not None:
            self.left -= size
            if self.left < 0:
                raise Broken(f"it has more than {HEAD_MOST:,} bytes of headers")


class Plain:
    """Records one after another, without gzip."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._limit = Limit()
        self.place: Place = (0, 0)

    def open(self, at: int) -> None:
        self._file.seek(at)

    def head(self) -> Limit:
        return self._limit

    def find(self) -> bool:
        """Goes to the next record; False where there is none. Raises Broken where something else is there."""
        while line := self._file.readline(PIECE):
            if line.strip():
                start = self._file.tell() - len(line)
                self.place = (start, 0)
                if not line.startswith(_BEGINS):
                    raise Broken("something that is no record")
                self._file.seek(start)
                return True
        if self._file.tell() == 0:
            self.place = (0, 0)
        return False

    def after_record(self) -> None:
        """Raises Broken where no blank line, nor the end, follows what was read as a record."""
        line = self._file.readline(PIECE)
        if line.strip():
            raise Broken("it goes on after its end: its Content-Length is wrong")

    def give_up(self) -> None:
        """Goes to what could be the next record, behind the place where this one begins."""
        self._file.seek(self.place[0] + 1)
        before = b""
        while piece := self._file.read(PIECE):
            found = (before + piece).find(b"\n" + _BEGINS)
            if found >= 0:
                self._file.seek(self._file.tell() - len(before) - len(piece) + found + 1)
                return
            before = (before + piece)[-len(_BEGINS) :]

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._limit.count(len(data))
        return data

    def readline(self, size: int | None = None) -> bytes:
        line = self._file.readline(HEAD_MOST if size is None else min(size, HEAD_MOST))
        self._limit.count(len(line))
        return line

    def tell(self) -> int:
        return self._file.tell()


class Members:
    """Records in gzip: one a member, as it should be, or many."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._limit = Limit()
        self.place: Place = (0, 0)

    def open(self, at: int) -> None:
        self._begin(at)

    def _begin(self, at: int) -> None:
        """At a member that begins there."""
        self._file.seek(at)
        self._start, self._raw, self._read = at, b"", at
        self._inflater = zlib.decompressobj(31)
        self._out, self._at, self._inner = b"", 0, 0
        self._begun = False

    def head(self) -> Limit:
        return self._limit

    def find(self) -> bool:
        """Goes to the next record; False where there is none. Raises Broken where something else is there."""
        while True:
            self.place = (self._start, self._inner)
            line = self.readline(PIECE)
            if line.strip():
                if not line.startswith(_BEGINS):
                    raise Broken("something that is no record")
                self._at -= len(line)
                self._inner -= len(line)
                return True
            if not line and not self._next():
                return False

    def _next(self) -> bool:
        """Goes on to the member behind this one, which is at its end; False where the file is."""
        if not self._begun:
            return False
        self._begin(self._read - len(self._inflater.unused_data) - len(self._raw))
        return True

    def after_record(self) -> None:
        """Raises Broken where no blank line, nor the end, follows what was read as a record."""
        if self.readline(PIECE).strip():
            raise Broken("it goes on after its end: its Content-Length is wrong")

    def give_up(self) -> None:
        """Goes to what could be the next record: further on in the member, else behind where that begins."""
        try:
            while line := self.readline(PIECE):
                if line.startswith(_BEGINS):
                    self._at -= len(line)
                    self._inner -= len(line)
                    return
        except Broken:
            self._begin(self._behind(self._start + 1))

    def _behind(self, at: int) -> int:
        """Where the next bytes are that a member begins with; the end of the file where none are."""
        self._file.seek(at)
        before = b""
        while piece := self._file.read(PIECE):
            found = (before + piece).find(_GZIP)
            if found >= 0:
                return self._file.tell() - len(before) - len(piece) + found
            before = (before + piece)[-len(_GZIP) + 1 :]
        return self._file.tell()

    def _more(self) -> bool:
        """Inflates another piece; False at the end of the member. Raises Broken."""
        self._out, self._at = self._out[self._at :], 0
        while not self._inflater.eof:
            if not self._raw:
                self._raw = self._file.read(PIECE)
                self._read += len(self._raw)
                if not self._raw:
                    if not self._begun:
                        return False
                    raise Broken("its gzip data breaks off")
            self._begun = True
            try:
                piece = self._inflater.decompress(self._raw, PIECE)
            except zlib.error as error:
                raise Broken(f"its gzip data is broken ({error})") from error
            self._raw = b"" if self._inflater.eof else self._inflater.unconsumed_tail
            if piece:
                self._out += piece
                return True
        return False

    def read(self, size: int) -> bytes:
        if self._at == len(self._out) and not self._more():
            return b""
        data = self._out[self._at : self._at + size]
        self._at += len(data)
        self._inner += len(data)
        self._limit.count(len(data))
        return data

    def readline(self, size: int | None = None) -> bytes:
        most = HEAD_MOST if size is None else min(size, HEAD_MOST)
        while (end := self._out.find(b"\n", self._at)) < 0 and len(self._out) - self._at < most and self._more():
            pass
        end = len(self._out) if end < 0 else end + 1
        line = self._out[self._at : min(end, self._at + most)]
        self._at += len(line)
        self._inner += len(line)
        self._limit.count(len(line))
        return line

    def tell(self) -> int:
        return self._inner
