"""The file that was given: its first bytes, its text with a bound, its lines; from a disk or out of a pipe."""

from __future__ import annotations

import io
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from crawler.decode import decode_bytes
from crawler.errors import ConfigurationError

HEAD = 64 * 1024
# Twenty thousand jobs with their filters fit in a tenth of it.
MOST_TEXT = 16 * 1024 * 1024
_MEGABYTE = 1024 * 1024
# A response of the largest size, as base64, and as much again around it.
LONGEST_LINE = 256 * _MEGABYTE
_XML_ENCODING = re.compile(rb"^[^<]{0,4}<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")

# What a person may have taken for one of the files that can be read, by its first bytes.
_SEEN: tuple[tuple[bytes, str], ...] = (
    (b"SQLite format 3\x00", "an SQLite database, perhaps the history of urlwatch or webchanges; give their job file"),
    (b"\x1f\x8b", "gzip data; unpack it first"),
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"PAR1", "a Parquet file"),
    (b"WARC/", "a WARC; bring it in with `palimpsest backfill --from warc:PATH`"),
)


@dataclass(frozen=True, kw_only=True)
class Given:
    """A file to be imported. `name` is what messages call it; `file` can be read from any place in it."""

    name: str
    file: IO[bytes]

    @cached_property
    def head(self) -> bytes:
        """Its first bytes."""
        self.file.seek(0)
        return self.file.read(HEAD)

    @cached_property
    def text(self) -> str:
        """All of it as text, whatever the charset. Raises ConfigurationError where it is larger than a text may be."""
        self.file.seek(0)
        body = self.file.read(MOST_TEXT + 1)
        if len(body) > MOST_TEXT:
            raise ConfigurationError(
                f"{self.name}: larger than {MOST_TEXT // _MEGABYTE} MB, too large for a list of sources; split it"
            )
        return text_of(body)

    def text_lines(self) -> Iterator[str]:
        """Its lines from the beginning, one at a time, however many there are; one that is not UTF-8 says so instead.

        A line without end comes in pieces, which nobody can read.
        """
        self.file.seek(0)
        while line := self.file.readline(LONGEST_LINE):
            try:
                yield line.decode("utf-8-sig").rstrip("\r\n")
            except UnicodeDecodeError as error:
                yield f"(not UTF-8: {error.reason})"

    @property
    def mark(self) -> str | None:
        """What its first bytes say for certain that it is, other than a zip file; None where they say nothing."""
        return next((name for magic, name in _SEEN if self.head.startswith(magic)), None)

    @property
    def seen(self) -> str:
        """What it looks like, in words for a person who gave the wrong file."""
        head = self.head
        if not head.strip():
            return "an empty file"
        if self.mark is not None:
            return self.mark
        if head.startswith(b"PK"):
            return "a zip archive without watches of changedetection.io, or cut short"
        if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "binary data"
        start = text_of(head[:4096]).lstrip()
        if re.match(r"<!doctype html|<html", start, re.IGNORECASE):
            return "a web page"
        if start.startswith("<"):
            return "XML that is no OPML"
        return "JSON of another kind" if start.startswith(("{", "[")) else "text of another kind"


def text_of(body: bytes) -> str:
    """Bytes as text: by their mark, by what XML says of itself, or by what they must be."""
    declared = _XML_ENCODING.match(body)
    content_type = f"text/xml; charset={declared[1].decode()}" if declared else None
    text = decode_bytes(body, url="", content_type=content_type, markup=False).text
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


@contextmanager
def opened(name: str) -> Iterator[Given]:
    """The file of this name, or standard input for `-`. Raises ConfigurationError where it cannot be read."""
    if name == "-":
        with tempfile.TemporaryFile() as kept:
            shutil.copyfileobj(sys.stdin.buffer, kept)
            yield Given(name="standard input", file=kept)
        return
    path = Path(name)
    if path.is_dir():
        raise ConfigurationError(f"{name}: a folder; give a file (captures in a folder: backfill --from dir:PATH)")
    try:
        file = path.open("rb")
    except OSError as error:
        raise ConfigurationError(f"{name}: {error.strerror}") from None
    with file:
        # A named pipe can be read once only.
        if file.seekable():
            yield Given(name=path.name, file=file)
            return
        with tempfile.TemporaryFile() as kept:
            shutil.copyfileobj(file, kept)
            yield Given(name=path.name, file=kept)


def given_bytes(name: str, body: bytes) -> Given:
    """The same for bytes that are at hand."""
    return Given(name=name, file=io.BytesIO(body))
