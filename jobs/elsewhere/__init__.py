"""From elsewhere: what others watched and kept, as entries of sources.toml and captures of the past.

A reader is told a file by what is in it, never by its name, and reads whatever of it can be read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.errors import ConfigurationError
from jobs.elsewhere import changedetection, lines, opml, urlwatch
from jobs.elsewhere.entries import Found
from jobs.elsewhere.given import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One kind of file: what `--as` calls it, what it is in words, how it is recognised and read."""

    kind: str
    words: str
    recognise: Callable[[Given], bool]
    read: Callable[[Given], Found]


# The first that recognises a file reads it.
READERS: tuple[Reader, ...] = (
    Reader(
        kind="changedetection",
        words="a backup of changedetection.io",
        recognise=changedetection.recognise,
        read=changedetection.read,
    ),
    Reader(kind="opml", words="OPML", recognise=opml.recognise, read=opml.read),
    Reader(kind="urlwatch", words="a job file of urlwatch", recognise=urlwatch.recognise, read=urlwatch.read),
    Reader(
        kind="webchanges",
        words="a job file of webchanges",
        recognise=urlwatch.recognise_webchanges,
        read=urlwatch.read,
    ),
    Reader(kind="list", words="a list of addresses, one a line", recognise=lines.recognise, read=lines.read),
)
# Palimpsest's own lines hold a store and no entries, and are read by who wrote them.
OWN = "palimpsest"
KINDS = (OWN, *(reader.kind for reader in READERS))


def reader_of(given: Given, kind: str | None = None) -> Reader:
    """Who reads this file: as what was said to be, or as what it is.

    Raises ConfigurationError, with what it looks like and what can be read, where nobody does.
    """
    if kind is not None:
        found = next((reader for reader in READERS if reader.kind == kind), None)
        if found is None:
            raise ConfigurationError(f"--as {kind}: not a kind of file. Use one of: {', '.join(KINDS)}")
        return found
    # A recogniser may read all of a file, which may be large.
    found = None if given.mark else next((reader for reader in READERS if reader.recognise(given)), None)
    if found is None:
        known = ", ".join(reader.words for reader in READERS)
        raise ConfigurationError(
            f"{given.name}: {given.seen}. What can be imported: {known}, and what `palimpsest export --format jsonl` "
            "writes; --as says which it is"
        )
    return found
