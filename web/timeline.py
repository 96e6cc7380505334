"""A Page's Checks and Changes → the entries of its timeline, newest first, with long quiet runs drawn together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from crawler.model import Outcome
from store.views import ChangeView, CheckView

_TROUBLE = frozenset({Outcome.GONE, Outcome.BLOCKED, Outcome.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One Check, or `count` like ones in a row between `since` and `at`. `quiet` ones found nothing new."""

    at: datetime
    since: datetime
    outcome: Outcome
    status: int | None = None
    detail: str = ""
    version: int | None = None
    changes: tuple[ChangeView, ...] = ()
    count: int = 1

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to tell but that somebody looked."""
        return self.outcome is Outcome.UNCHANGED and not self.changes and not self.version

    @property
    def css(self) -> str:
        """The class of the entry's mark."""
        if self.outcome in _TROUBLE:
            return "trouble"
        return "version" if self.version or self.changes else ""


def timeline(checks: Iterable[CheckView], changes: Iterable[ChangeView]) -> tuple[Entry, ...]:
    """The entries, newest first. A Change stands at the Check of its time; one that has none stands for itself."""
    waiting: dict[datetime, list[ChangeView]] = defaultdict(list)
    for change in changes:
        waiting[change.at].append(change)
    entries: list[Entry] = []
    for check in sorted(checks, key=lambda check: check.at, reverse=True):
        entries.append(
            Entry(
                at=check.at,
                since=check.at,
                outcome=check.outcome,
                status=check.status,
                detail=check.detail,
                version=check.version,
                changes=tuple(waiting.pop(check.at, ())),
            )
        )
    for at, left in waiting.items():
        entries.append(Entry(at=at, since=at, outcome=Outcome.CHANGED, changes=tuple(left)))
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return tuple(_drawn_together(entries))


def _drawn_together(entries: Iterable[Entry]) -> Iterable[Entry]:
    run: Entry | None = None
    for entry in entries:
        if run and _alike(run, entry):
            run = replace(run, since=entry.at, count=run.count + 1)
            continue
        if run:
            yield run
        run = entry
    if run:
        yield run


def _alike(one: Entry, other: Entry) -> bool:
    """Whether two neighbours tell the same thing. What a quiet Check says of itself (304 or 200) does not count."""
    if one.version or other.version or one.changes or other.changes or one.outcome is not other.outcome:
        return False
    return one.quiet or (one.status == other.status and one.detail == other.detail)
