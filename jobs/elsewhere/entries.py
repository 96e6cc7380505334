"""What was found in a file of another program: entries for sources.toml, and what could not be carried over."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from crawler.model import Json

_CREDENTIALS = re.compile(r"//[^/?#\s@]+@")


class Level(StrEnum):
    """NOTE: Palimpsest does it by itself. LOST: the entry goes in without it. REFUSED: it does not go in."""

    NOTE = "note"
    LOST = "lost"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that did not come over as it was: where it stood (`urls.yaml:12`), what it is, and why."""

    level: Level
    where: str
    what: str
    why: str

    @property
    def line(self) -> str:
        """One line for a person."""
        verdict = {
            Level.NOTE: "is not needed",
            Level.LOST: "was not carried over",
            Level.REFUSED: "was refused",
        }[self.level]
        return _without_secrets(f"{self.where}: {self.what} {verdict}: {self.why}")

    def as_json(self) -> dict[str, Json]:
        """The same for programs."""
        said = {"where": self.where, "what": self.what, "why": self.why}
        return {"level": self.level.value, **{key: _without_secrets(text) for key, text in said.items()}}


def _without_secrets(text: str) -> str:
    """A text in which no address shows a name and password."""
    return _CREDENTIALS.sub("//…@", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One thing that another program kept of a page: when, the bytes, and what they are."""

    at: datetime
    body: bytes
    content_type: str


class Past(Protocol):
    """What another program kept of one page."""

    @property
    def times(self) -> tuple[datetime, ...]:
        """When each was kept, in order, each once."""
        ...

    def kept(self, at: datetime) -> Kept | Remark:
        """What was kept at that time, or why it cannot be read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was watched. `name` empty: made from the address. `kind` None: found out at the first visit.

    `notify` None: whom the configuration names. `paused` says how; such an entry is appended commented out.
    `comments` stand above it.
    """

    where: str
    url: str
    name: str = ""
    kind: str | None = None
    body: str = ""
    render: bool = False
    every: timedelta | None = None
    notify: tuple[str, ...] | None = None
    paused: str = ""
    comments: tuple[str, ...] = ()
    past: Past | None = None


@dataclass(slots=True, kw_only=True)
class Found:
    """What a file holds, in its order, and what of it did not come over."""

    entries: list[Entry] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def note(self, where: str, what: str, why: str) -> None:
        """Something that needs no carrying over."""
        self.remarks.append(Remark(level=Level.NOTE, where=where, what=what, why=why))

    def lost(self, where: str, what: str, why: str) -> None:
        """Something without which an entry goes in."""
        self.remarks.append(Remark(level=Level.LOST, where=where, what=what, why=why))

    def refused(self, where: str, what: str, why: str) -> None:
        """An entry, or a piece of the file, that does not go in."""
        self.remarks.append(Remark(level=Level.REFUSED, where=where, what=what, why=why))
