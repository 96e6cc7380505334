"""What a long-running command tells as it goes: one line an event, for people, and the parts of it, for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from crawler.model import Json
from crawler.sources.amounts import format_duration
from store import SourceView
from store.views import iso

if TYPE_CHECKING:
    from jobs.sweep import Pass


# A pass and the politeness between its visits take this long without anything being late.
OVERDUE = timedelta(minutes=5)


class Told(str):
    """A line for people that carries what it says: the kind of `event`, and `parts` under stable keys."""

    event: str
    parts: Mapping[str, Json]

    def __new__(cls, line: str, event: str, **parts: Json) -> Self:
        """The line, with its parts."""
        told = super().__new__(cls, line)
        told.event, told.parts = event, parts
        return told


class Aside(Told):
    """One that is for programs only: too small a thing for a person to be told of, like a single visit."""


Say = Callable[[Told], None]


def cause_of(error: BaseException) -> BaseException:
    """What went wrong: the first error of a group that is none itself."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def pass_told(result: Pass, where: str, **which: Json) -> Iterator[Told]:
    """What one pass came to: what failed, a line each, and how much was visited. `which` says by name where it was."""
    for problem in result.problems:
        yield Told(f"{where}: failed: {problem}", "failure", **which, detail=problem)
    if result.checked or result.entries:
        line = f"{where}: {result.checked} visited, {result.news} changes"
        yield Told(line, "pass", **which, checked=result.checked, changes=result.news)


def overdue_told(view: SourceView, now: datetime) -> Told:
    """When a Source was due, when it was last done, and how late it is."""
    late = timedelta(seconds=int(view.overdue(now).total_seconds()))
    due, done = iso(view.due), iso(view.last_checked)
    line = f"{view.name}: due since {due}, overdue by {format_duration(late)}; last visited {done or 'never'}"
    return Told(line, "overdue", source=view.name, due=due, done=done, overdue=int(late.total_seconds()))
