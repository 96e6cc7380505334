"""A zip file from somewhere else, read in place and with a bound: nothing is extracted, no name leads anywhere."""

from __future__ import annotations

import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import IO

import brotli  # type: ignore[import-untyped]

_MEGABYTE = 1024 * 1024
# No member may come to more; and all together to no more than this many times the file, as texts never do.
MOST_MEMBER = 64 * _MEGABYTE
FREE, RATIO = 256 * _MEGABYTE, 100
_PIECE = 256 * 1024
# What zipfile raises of a member that is broken, encrypted, or packed in a way that it does not know.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError)


class Unreadable(Exception):
    """A member that cannot be read; says why."""


class TooMuch(Unreadable):
    """The file inflates to out of all proportion; nothing more of it is read."""


@dataclass(slots=True, kw_only=True)
class Backup:
    """The members of a zip file by their names."""

    archive: zipfile.ZipFile
    size: int
    members: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    inflated: int = 0

    @classmethod
    def of(cls, file: IO[bytes]) -> Backup:
        """The zip file's members; `odd` are those whose names lead elsewhere, and links. Raises Unreadable."""
        file.seek(0, 2)
        size = file.tell()
        try:
            backup = cls(archive=zipfile.ZipFile(file), size=size)
        except _BROKEN as error:
            raise Unreadable(f"not a whole zip file ({error})") from None
        for info in backup.archive.infolist():
            name = info.filename.replace("\\", "/")
            leads_away = name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/")
            if leads_away or stat.S_ISLNK(info.external_attr >> 16):
                backup.odd.append(info.filename)
            elif not info.is_dir():
                backup.members[name] = info
        return backup

    def read(self, name: str) -> bytes:
        """A member's bytes; of one named `.br`, what they were before. Raises Unreadable, saying why."""
        info = self.members.get(name)
        if info is None:
            raise Unreadable("it is not in the backup")
        try:
            with self.archive.open(info) as member:
                body = self._bounded(member)
        except _BROKEN as error:
            raise Unreadable(f"it is broken ({error})") from None
        return self._unpacked(body) if name.endswith(".br") else body

    def _bounded(self, member: IO[bytes]) -> bytes:
        pieces, length = [], 0
        while piece := member.read(_PIECE):
            self._count(len(piece))
            length += len(piece)
            if length > MOST_MEMBER:
                raise Unreadable(f"it is larger than {MOST_MEMBER // _MEGABYTE} MB")
            pieces.append(piece)
        return b"".join(pieces)

    def _unpacked(self, body: bytes) -> bytes:
        inflater = brotli.Decompressor()
        pieces, length = [], 0
        try:
            piece = inflater.process(body, output_buffer_limit=_PIECE)
            while piece or not inflater.can_accept_more_data():
                self._count(len(piece))
                length += len(piece)
                if length > MOST_MEMBER:
                    raise Unreadable(f"it is larger than {MOST_MEMBER // _MEGABYTE} MB")
                pieces.append(piece)
                if inflater.is_finished():
                    break
                piece = inflater.process(b"", output_buffer_limit=_PIECE)
        except brotli.error:
            raise Unreadable("it is not Brotli, as its name says") from None
        if not inflater.is_finished():
            raise Unreadable("it is cut short")
        return b"".join(pieces)

    def _count(self, length: int) -> None:
        self.inflated += length
        if self.inflated > FREE + RATIO * self.size:
            raise TooMuch("the backup inflates to out of all proportion, and nothing more of it is read")
