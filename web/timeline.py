"""A part of a Page's history → the entries of its timeline, in its order: visits, outages, and gaps between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from crawler.model import Outcome
from store import ChangeView, PagePart, Stretch
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
    """Visits in a row that did not reach the page, from the first to the last; `ended`: the next one, None: not yet.

    `parts` tells apart what they met, in the order of the timeline.
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
        """From the first failure to the next visit, or to the last failure where there is none yet."""
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


def timeline(part: PagePart) -> tuple[Entry | Outage | Gap, ...]:
    """The entries in the order of the part. A Change stands at the Check of its time, or for itself where none is.

    A gap between two parts is told by the later one of them.
    """
    waiting: dict[datetime, list[ChangeView]] = defaultdict(list)
    for change in part.changes:
        waiting[change.at].append(change)
    entries = [_entry(stretch, tuple(waiting.pop(stretch.at, ()))) for stretch in part.stretches.shown]
    for at, left in waiting.items():
        entries.append(Entry(at=at, since=at, outcome=Outcome.CHANGED, changes=tuple(left)))
    entries.sort(key=lambda entry: entry.at, reverse=True)
    newer, older = part.stretches.newer, part.stretches.older
    told = list(_outages(entries, None if newer is None else newer.at))
    if part.newest_first:
        ahead = [] if newer is None else [_entry(newer)]
        return tuple(_with_gaps([*ahead, *told]))[len(ahead) :]
    ahead = [] if older is None else [_entry(older)]
    drawn = tuple(_with_gaps([*told, *ahead]))
    return tuple(_turned(entry) for entry in reversed(drawn))[len(ahead) :]


def _entry(stretch: Stretch, changes: tuple[ChangeView, ...] = ()) -> Entry:
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


def _turned(entry: Entry | Outage | Gap) -> Entry | Outage | Gap:
    return replace(entry, parts=entry.parts[::-1]) if isinstance(entry, Outage) else entry


def _outages(entries: Iterable[Entry], newer: datetime | None) -> Iterator[Entry | Outage]:
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
