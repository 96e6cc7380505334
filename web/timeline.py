"""A part of a Page's history → the entries of its timeline, newest first: visits, outages, and gaps between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from crawler.model import Outcome
from store import ChangeView, Stretch
from store.stretches import GAP

# The page was not reached; what is not there was.
_OUTAGE = frozenset({Outcome.BLOCKED, Outcome.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One Check with the Changes of its time, or `visits` like ones between `since` and `at`."""

    at: datetime
    since: datetime
    outcome: Outcome
    status: int | None = None
    detail: str = ""
    version: int | None = None
    changes: tuple[ChangeView, ...] = ()
    past: bool = False
    visits: int = 1

    @property
    def kind(self) -> str:
        """How it is drawn: "quiet" where there is nothing to tell but that somebody looked, else "visit"."""
        told = self.changes or self.version or self.outcome is not Outcome.UNCHANGED
        return "visit" if told else "quiet"

    @property
    def css(self) -> str:
        """The class of the entry's mark."""
        if self.outcome is Outcome.GONE or self.outcome in _OUTAGE:
            return "trouble"
        return "version" if self.version or self.changes else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Visits in a row that did not reach the page, from the first to the last; `ended`: the first that did again.

    `parts` tells apart what they met, newest first.
    """

    at: datetime
    since: datetime
    ended: datetime | None
    parts: tuple[Entry, ...]
    kind: str = "outage"
    css: str = "trouble"

    @property
    def visits(self) -> int:
        """How many there were."""
        return sum(part.visits for part in self.parts)

    @property
    def lasted(self) -> timedelta:
        """From the first failure to the first visit that worked, or to the last failure where none did yet."""
        return (self.ended or self.at) - self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time without a visit. `past`: between captures of the past, of which there simply is none from then."""

    at: datetime
    since: datetime
    past: bool
    kind: str = "gap"
    css: str = "gap"

    @property
    def lasted(self) -> timedelta:
        """How long nobody looked."""
        return self.at - self.since


def timeline(stretches: Iterable[Stretch], changes: Iterable[ChangeView]) -> tuple[Entry | Outage | Gap, ...]:
    """The entries, newest first. A Change stands at the Check of its time; one that has none stands for itself."""
    waiting: dict[datetime, list[ChangeView]] = defaultdict(list)
    for change in changes:
        waiting[change.at].append(change)
    entries = [_entry(stretch, tuple(waiting.pop(stretch.at, ()))) for stretch in stretches]
    for at, left in waiting.items():
        entries.append(Entry(at=at, since=at, outcome=Outcome.CHANGED, changes=tuple(left)))
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return tuple(_with_gaps(list(_outages(entries))))


def _entry(stretch: Stretch, changes: tuple[ChangeView, ...]) -> Entry:
    return Entry(
        at=stretch.at,
        since=stretch.since,
        outcome=stretch.outcome,
        status=stretch.status,
        detail=stretch.detail,
        version=stretch.version,
        changes=changes,
        past=stretch.past,
        visits=stretch.visits,
    )


def _outages(entries: Iterable[Entry]) -> Iterator[Entry | Outage]:
    newer: datetime | None = None
    for failing, group in groupby(entries, key=lambda entry: entry.outcome in _OUTAGE and not entry.changes):
        members = tuple(group)
        if failing:
            yield Outage(at=members[0].at, since=members[-1].since, ended=newer, parts=members)
        else:
            yield from members
        newer = members[-1].since


def _with_gaps(entries: Sequence[Entry | Outage]) -> Iterator[Entry | Outage | Gap]:
    for place, entry in enumerate(entries):
        newer = entries[place - 1] if place else None
        # Quiet visits may have been folded into their last: they were not alone in the time before it.
        if newer is not None and newer.since - entry.at > GAP and not (newer.kind == "quiet" and newer.visits > 1):
            past = any(isinstance(one, Entry) and one.past for one in (newer, entry))
            yield Gap(at=newer.since, since=entry.at, past=past)
        yield entry
