"""Ways of scheduling, ours and others, as the simulation asks them: how long to wait after a visit, in days.

Each has one `scale`, by which it is brought to the number of visits that all get. Nutch's AdaptiveFetchSchedule (1.20)
and StormCrawler's AdaptiveScheduler (3.2) are after their documentation and source, with the values of their default
configuration; what is scaled are their first, least and most interval alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Protocol

from bench.schedule_pages import Pages
from crawler import schedule
from crawler.model import ORDINARY, UNWATCHED, Between, Past, RateEstimate, Source

_DAY = timedelta(days=1)
# The rhythm is learned once a day in earnest; here once in such a share of the time since the first visit, which is
# quicker.
_LEARNED_EVERY = 0.1
_TIMES = 500
# No page of those simulated is new.
_OLD = timedelta(days=3650)


class Way(Protocol):
    """One run of a way of scheduling over so many pages."""

    def wait(self, page: int, now: datetime, changed: bool) -> float:
        """Days until the next visit to a page, after one at `now`."""


@dataclass(frozen=True, slots=True)
class Named:
    """A way of scheduling by its name; `start` makes a run of it from a scale and the pages."""

    name: str
    start: Callable[[float, Pages], Way]


class Uniform:
    """Every page after the same time."""

    def __init__(self, scale: float, pages: Pages) -> None:
        self._wait = 10 * scale

    def wait(self, page: int, now: datetime, changed: bool) -> float:
        return self._wait


class Proportional:
    """As long as a change takes on average, by our estimate."""

    def __init__(self, scale: float, pages: Pages) -> None:
        self._scale = scale
        self._estimates: list[RateEstimate] = [UNWATCHED] * len(pages.changes)

    def wait(self, page: int, now: datetime, changed: bool) -> float:
        learned = self._estimates[page] = schedule.learn(self._estimates[page], changed=changed, now=now)
        return min(self._scale / schedule.rate(learned), 60.0)


class Ours:
    """As the judge asks it, with the rhythm of the Source learned from what the visits saw, or not learned."""

    def __init__(self, scale: float, pages: Pages, *, learning: bool = True) -> None:
        count = len(pages.changes)
        self._source = Source(
            name="s",
            url="https://e.example/",
            every=scale * _DAY / 4,
            min_every=timedelta(minutes=15),
            max_every=max(7 * scale, 0.02) * _DAY,
            timezone="UTC",
            host_delay=timedelta(0),
        )
        self._estimates: list[RateEstimate] = [UNWATCHED] * count
        self._keys = [f"page {number}" for number in range(count)]
        self._rhythm, self._learning = ORDINARY, learning
        self._times: list[Between] = []
        self._told = list(reversed(pages.made))
        self._began: datetime | None = None
        self._learned_at: datetime | None = None

    def wait(self, page: int, now: datetime, changed: bool) -> float:
        before = self._estimates[page]
        if changed and before.as_of and now - before.as_of <= _DAY:
            self._times.append(Between(after=before.as_of, seen=now))
        if self._learning:
            self._learn(now)
        learned = schedule.learn(before, changed=changed, now=now, rhythm=self._rhythm)
        self._estimates[page] = learned
        at = schedule.next_check(self._source, learned, now, key=self._keys[page], rhythm=self._rhythm, age=_OLD)
        return (at - now) / _DAY

    def _learn(self, now: datetime) -> None:
        if self._learned_at is None or self._began is None:
            self._began = self._learned_at = now
        if now - self._learned_at < max(_DAY, (now - self._began) * _LEARNED_EVERY):
            return
        while self._told and self._told[-1].seen <= now:
            self._times.append(self._told.pop())
        rates = tuple((one.changes, one.days) for one in self._estimates if one.as_of)
        past = Past(rates=rates, made=tuple(sorted(self._times, key=attrgetter("seen"))[-_TIMES:]))
        self._rhythm, self._learned_at = schedule.learn_rhythm(self._source, past, now), now


class Nutch:
    """Its interval, at first 30 days, grows by .4 where nothing changed and shrinks by .2 where something had.

    From a minute to a year. With `sync_delta` (its default) it is not less than the time since the last change, of
    which .3 is taken off.
    """

    def __init__(self, scale: float, pages: Pages, *, sync_delta: bool = True) -> None:
        self._least, self._most = scale / 1440, 365 * scale
        self._intervals = [30 * scale] * len(pages.changes)
        self._modified: list[datetime | None] = [None] * len(pages.changes)
        self._sync = sync_delta

    def wait(self, page: int, now: datetime, changed: bool) -> float:
        interval = self._intervals[page]
        modified = self._modified[page]
        if modified is None:
            self._modified[page] = now
            return interval
        interval *= 0.8 if changed else 1.4
        if changed:
            modified = self._modified[page] = now
        delta = (now - modified) / _DAY if self._sync else 0.0
        interval = self._intervals[page] = min(max(interval, delta, self._least), self._most)
        return interval - 0.3 * delta


class StormCrawler:
    """Its interval, at first a day, grows by half (up to 14 days), or shrinks half-way to an hour."""

    def __init__(self, scale: float, pages: Pages) -> None:
        self._least, self._most = scale / 24, 14 * scale
        self._first = scale
        self._intervals: list[float | None] = [None] * len(pages.changes)

    def wait(self, page: int, now: datetime, changed: bool) -> float:
        before = self._intervals[page]
        if before is None:
            interval = self._first
        elif changed:
            interval = (before + self._least) / 2
        else:
            interval = min(before * 1.5, self._most)
        self._intervals[page] = interval
        return interval


class Knowing:
    """The bound: each page's true rate is known from the start, and its interval goes with the root of it."""

    def __init__(self, scale: float, rates: Sequence[float]) -> None:
        self._waits = [scale / rate**0.5 for rate in rates]

    def wait(self, page: int, now: datetime, changed: bool) -> float:
        return self._waits[page]


OURS = Named("palimpsest", Ours)
UNIFORM = Named("uniform", Uniform)
UNLEARNED = Named("the same, of the source nothing learned", lambda scale, pages: Ours(scale, pages, learning=False))
OTHERS = (
    Named("1/rate", Proportional),
    Named("Nutch", Nutch),
    Named("Nutch without sync_delta", lambda scale, pages: Nutch(scale, pages, sync_delta=False)),
    Named("StormCrawler", StormCrawler),
)
WAYS = (UNIFORM, OURS, *OTHERS)
