"""How a Source as a whole changes: what is kept that it is learned from, and what was learned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import accumulate

# An office's week before anything is known of it: Monday to Friday, nine to six; little at other times.
OFFICE_DAYS = (1.0, 1.0, 1.0, 1.0, 1.0, 0.2, 0.2)
OFFICE_HOURS = (*(0.1,) * 9, *(1.0,) * 9, *(0.1,) * 6)
PRIOR_CHANGES = 0.5
PRIOR_DAYS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RateEstimate:
    """What the schedule has learned of a Page: decayed counts of changes seen and days watched (crawler.schedule)."""

    changes: float = 0.0
    days: float = 0.0
    as_of: datetime | None = None


UNWATCHED = RateEstimate()


# Not slotted: its week takes all of it to be added up, and is asked for at every visit.
@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """What the schedule has learned of a Source (crawler.schedule); as it stands here: nothing yet.

    `changes` and `days` are what a Page of it counts for before it was watched. `weekdays` (from Monday) and `hours`
    (of the day, where the Source is) are their shares of its changes; `arrivals` how often its entry brings new Pages;
    `pages` how many it has.
    """

    changes: float = PRIOR_CHANGES
    days: float = PRIOR_DAYS
    weekdays: tuple[float, ...] = OFFICE_DAYS
    hours: tuple[float, ...] = OFFICE_HOURS
    arrivals: RateEstimate = UNWATCHED
    pages: int = 0

    @cached_property
    def weeks(self) -> tuple[float, ...]:
        """How many weeks' changes have happened by each full hour of three weeks, from 0 to 3."""
        whole = sum(self.weekdays) * sum(self.hours)
        week = [day * hour / whole for day in self.weekdays for hour in self.hours]
        return tuple(accumulate(week * 3, initial=0.0))


ORDINARY = Rhythm()


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A change of some Page that happened after one time and not after another; at the same two: exactly then."""

    after: datetime
    seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is kept of a Source that its rhythm is learned from.

    `rates` are changes seen and days watched, each of some Page; `made` when changes were, as far as is known;
    `admissions` when discovery brought new Pages, the last first.
    """

    pages: int = 0
    rates: tuple[tuple[float, float], ...] = ()
    made: tuple[Between, ...] = ()
    admissions: tuple[datetime, ...] = ()
