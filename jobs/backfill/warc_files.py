"""The WARC files of a path: one, those of a folder, or those inside a WACZ; and what else lies there."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# A member that is smaller in its WACZ by more than this is no archive of pages, which are packed already.
_BOMB_RATIO = 200
_KINDS = {b"WARC": "warc", b"\x1f\x8b": "gzip", b"PK": "wacz"}

Name = Callable[[str, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcFile:
    """One file of records: where it lies, its member in a WACZ ("" for none), and how many bytes it has.

    `name` is what it is called from the path that was given.
    """

    path: Path
    member: str
    name: str
    size: int

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Its bytes. Raises OSError, zipfile.BadZipFile, RuntimeError for what is encrypted, NotImplementedError."""
        if not self.member:
            with self.path.open("rb") as file:
                yield file
            return
        with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as inside:
            yield inside


def files_at(path: Path, name: Name) -> Iterator[WarcFile]:
    """The WARC files of a file or a folder, in the order of their names; `name` hears of what is none, and why."""
    if not path.is_dir():
        yield from _files_of(path, path.name, name)
        return
    for one in _files_below(path, name):
        yield from _files_of(one, one.relative_to(path).as_posix(), name)


def _files_below(folder: Path, name: Name) -> list[Path]:
    found: list[Path] = []

    def refused(error: OSError) -> None:
        name(str(error.filename), error.strerror or str(error))

    for place, _, names in os.walk(folder, onerror=refused):
        found += [Path(place) / one for one in names]
    return sorted(found)


def _files_of(path: Path, called: str, name: Name) -> Iterator[WarcFile]:
    try:
        if not path.is_file():
            name(called, "no such file" if not path.exists() else "no file")
            return
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        name(called, error.strerror or str(error))
        return
    kind = next((kind for magic, kind in _KINDS.items() if head.startswith(magic)), None)
    if not head:
        name(called, "an empty file")
    elif kind is None:
        name(called, "no WARC file")
    elif kind == "wacz":
        yield from _members(path, called, name)
    else:
        yield WarcFile(path=path, member="", name=called, size=size)


def _members(path: Path, called: str, name: Name) -> Iterator[WarcFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            found = sorted(archive.infolist(), key=lambda one: one.filename)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        name(called, f"no readable WACZ ({error})")
        return
    members = [
        one
        for one in found
        if one.filename.startswith("archive/") and one.filename.lower().endswith((".warc", ".warc.gz"))
    ]
    if not members:
        name(called, "a ZIP file without archive/*.warc.gz in it: no WACZ")
    for one in members:
        inside = f"{called}/{one.filename}"
        if one.file_size > _BOMB_RATIO * max(one.compress_size, 1):
            name(inside, f"{one.compress_size:,} bytes that would become {one.file_size:,}: a ZIP bomb")
        else:
            yield WarcFile(path=path, member=one.filename, name=inside, size=one.compress_size)
