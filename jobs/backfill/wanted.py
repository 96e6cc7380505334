"""What a backfill was asked for, what it came to, and what every way into the past is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from crawler.errors import ConfigurationError
from crawler.model import Json, Source
from jobs.settings import Settings

# Problems that are named; further ones are only counted, so that a broken archive does not fill the memory.
NAMED_PROBLEMS = 100
_SHOWN = 3


class Tell(Protocol):
    """Hears how far long work is: so much done, of how much (None: not known), and what it is at, where that changes.

    `unit` "MB": it is counted in bytes.
    """

    def __call__(self, done: int, of: int | None, what: str = "", unit: str = "", /) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was asked for on the command line. `limit` is of captures or pages; `notify`: tell of what is new."""

    source: str | None
    origin: str
    page_url: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    notify: bool = False
    settings: Settings = field(default_factory=Settings)

    def in_time(self, at: datetime) -> bool:
        """Whether a time is within the limits asked for."""
        return (self.since is None or at >= self.since) and (self.until is None or at <= self.until)


@dataclass(slots=True, kw_only=True)
class Imported:
    """What a backfill brought: captures recorded, those already there, Versions among them, and what failed.

    `other` were no pages (pictures, scripts), `elsewhere` of no Source that was asked for, `histories` told anew.
    `problems` names the first of `failed`, `skipped` files beside captures that are none.
    """

    recorded: int = 0
    known: int = 0
    versions: int = 0
    changes: int = 0
    admitted: int = 0
    planned: int = 0
    other: int = 0
    elsewhere: int = 0
    histories: int = 0
    failed: int = 0
    dry_run: bool = False
    problems: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def fail(self, problem: str, times: int = 1) -> None:
        """Counts what failed, and names it while there is room."""
        self.failed += times
        if len(self.problems) < NAMED_PROBLEMS:
            self.problems.append(problem)
        elif len(self.problems) == NAMED_PROBLEMS:
            self.problems.append("and more, which are counted and not named")

    @property
    def summary(self) -> str:
        """One line for a person."""
        beside = (f", {self.elsewhere} of other sites" if self.elsewhere else "") + (
            f", {self.other} no pages" if self.other else ""
        )
        if self.skipped:
            named = ", ".join(self.skipped[:_SHOWN]) + (", …" if len(self.skipped) > _SHOWN else "")
            beside += f", left out as not named by a time: {named}"
        if self.dry_run:
            failed = f", {self.failed} failed" if self.failed else ""
            return f"would bring in {self.planned}; {self.known} already there{beside}{failed}; nothing was done"
        return (
            f"{self.recorded} brought in ({self.versions} versions, {self.changes} changes, "
            f"{self.admitted} pages newly tracked), {self.known} already there{beside}, {self.failed} failed"
        )

    def as_json(self) -> dict[str, Json]:
        """The object of `backfill --json`."""
        return {
            "recorded": self.recorded,
            "known": self.known,
            "versions": self.versions,
            "changes": self.changes,
            "admitted": self.admitted,
            "planned": self.planned,
            "other": self.other,
            "elsewhere": self.elsewhere,
            "histories": self.histories,
            "dry_run": self.dry_run,
            "failures": self.failed,
            "failed": list(self.problems),
            "skipped": list(self.skipped),
        }


class Backfill(Protocol):
    """One way into the past. `total` is how much there is to do, None where that cannot be known before."""

    @property
    def total(self) -> int | None: ...

    async def run(self, *, dry_run: bool = False, tell: Tell | None = None) -> Imported:
        """Bring it in; `tell` hears (done, of how many)."""
        ...


def source_of(sources: Sequence[Source], name: str | None) -> Source:
    """The Source of that name, the only one where none is named. Raises ConfigurationError."""
    by_name = {source.name: source for source in sources}
    if name is None and len(by_name) == 1:
        return next(iter(by_name.values()))
    if name is None or name not in by_name:
        asked = "no source given" if name is None else f"no source {name!r} is configured"
        raise ConfigurationError(f"{asked}. Configured: {', '.join(sorted(by_name)) or 'none'}")
    return by_name[name]
