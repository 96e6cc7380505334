"""The error tree.

Expected outcomes of a visit (a 404, a time-out, a challenge) are values (`crawler.model`); these are for
what the caller got wrong or what the machine refuses. Every message says what to do next.

    PalimpsestError
    ├── ConfigurationError     sources.toml or an option is wrong; fix it, a retry does not help
    ├── StoreError             the database or blob store refuses
    │   ├── StoreTooNew        written by a newer version; upgrade Palimpsest
    │   ├── StoreBusy          locked by another process; a retry helps
    │   ├── StoreFull          no space left; free some, then a retry helps
    │   └── BlobCorrupt        stored bytes do not match their digest, or are gone
    ├── NotWritten             a file that was asked for cannot be written; name another place, or free some
    ├── NothingToRead          a page that had content would have none; look at the rules, a retry does not help
    └── NotKnown               the page, version or source asked for is not in the store
"""

from __future__ import annotations

from dataclasses import dataclass


class PalimpsestError(Exception):
    """Base of everything Palimpsest raises on purpose."""

    retry_helps = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing wrong in a configuration file: where (1-based line, 0 = whole file), what, and what would be right."""

    line: int
    where: str
    message: str


class ConfigurationError(PalimpsestError):
    """The configuration is refused whole; `mistakes` lists everything wrong with it at once."""

    def __init__(self, message: str, mistakes: tuple[Mistake, ...] = ()) -> None:
        super().__init__(message)
        self.mistakes = mistakes


class StoreError(PalimpsestError):
    """The database or the blob store could not do what was asked."""


class StoreTooNew(StoreError):
    """The database was written by a newer Palimpsest; upgrade this one."""


class StoreBusy(StoreError):
    """Another process holds the database; try again."""

    retry_helps = True


class BodiesAway(StoreError):
    """The place for raw responses cannot be reached; the database may well be there."""

    retry_helps = True


class StoreFull(StoreError):
    """No space left where the store lives; free some and try again. Nothing was half-written."""

    retry_helps = True


class BlobCorrupt(StoreError):
    """A stored body is missing or does not match its digest; `palimpsest doctor` lists all such bodies."""


class NotWritten(PalimpsestError):
    """A file that was asked for could not be written; nothing stands under its name that did not before."""

    retry_helps = True


class NothingToRead(PalimpsestError):
    """Nothing that is kept of a page has content by today's rules, though it had by others."""


class NotKnown(PalimpsestError):
    """What was asked for is not in the store."""
