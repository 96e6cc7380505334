"""Pages and the times of their changes, for simulating schedules: real ones by the day, and made-up ones."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bench.pages import DATA
from crawler.model import Between

# The days of each change of a page, from `Pages.start` on.
Changes = Sequence[float]
MONDAY = datetime(2018, 1, 1, tzinfo=UTC)
MADE_UP_DAYS = 1000
ANY_HOUR, OFFICE, NIGHT = (0.0, 24.0), (9.0, 18.0), (22.0, 29.0)


@dataclass(frozen=True, slots=True)
class Pages:
    """So many days of the changes of pages; `rates` where they are known, `made` what their entry tells beside."""

    changes: Sequence[Changes]
    days: float
    start: datetime = MONDAY
    rates: Sequence[float] = ()
    made: Sequence[Between] = ()

    def some(self, numbers: Sequence[int]) -> Pages:
        """Those of these numbers; each as often as it is named."""
        return Pages([self.changes[number] for number in numbers], self.days, self.start)


def real_pages(seed: int, hours: tuple[float, float]) -> Pages | None:
    """The pages of the measuring data, each change at some hour of its day; None where there are none."""
    pages_of = [json.loads(file.read_text()).values() for file in sorted((DATA / "schedule").glob("*.json"))]
    told = [[date.fromisoformat(day).toordinal() for day in days] for pages in pages_of for days in pages]
    if not told:
        return None
    first, last = min(map(min, told)), max(map(max, told))
    hour = random.Random(seed)
    changes = [sorted(day - first + hour.uniform(*hours) / 24 for day in days) for days in told]
    return Pages(changes, last - first + 1, datetime.combine(date.fromordinal(first), time(), UTC))


def mixed(seed: int, pages: int, slowest: float = -3) -> Pages:
    """Pages that change at random times, at rates from 10 to the `slowest` (one in a thousand days) to ten a day."""
    chance = random.Random(seed)
    rates = [10 ** chance.uniform(slowest, 1) for _ in range(pages)]
    return Pages([_at_random(rate, chance) for rate in rates], MADE_UP_DAYS, rates=rates)


def by_hours(seed: int, pages: int, hours: tuple[float, float]) -> Pages:
    """Pages that change from Monday to Friday at these hours, at rates from one in a hundred days to one a day.

    And so do new articles come.
    """
    chance = random.Random(seed)
    changes = []
    for _ in range(pages):
        days = [int(at) for at in _at_random(10 ** chance.uniform(-2, 0), chance) if at % 7 < 5]
        changes.append(sorted(day + chance.uniform(*hours) / 24 for day in days))
    return Pages(changes, MADE_UP_DAYS, made=_new_articles(chance, hours))


def _new_articles(chance: random.Random, hours: tuple[float, float]) -> list[Between]:
    """One on each working day, at these hours, found by one of four visits a day to the entry."""
    made = []
    for day in (day for day in range(MADE_UP_DAYS) if day % 7 < 5):
        found = math.ceil((day + chance.uniform(*hours) / 24) * 4) / 4
        made.append(Between(after=MONDAY + timedelta(days=found - 0.25), seen=MONDAY + timedelta(days=found)))
    return made


def _at_random(rate: float, chance: random.Random) -> list[float]:
    at, changes = 0.0, []
    while (at := at + chance.expovariate(rate)) < MADE_UP_DAYS:
        changes.append(at)
    return changes
