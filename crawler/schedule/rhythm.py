"""What the pages of a source have in common: how often such a page changes at all, and at which hours of the week.

The rate of a page before it was watched is a gamma distribution over those of the others (empirical Bayes). It is found
by taking what each of them says of its own rate under the last guess, and the mean and variance of all that for the
next. Pages that never were count among them, as many as it takes for two or three real ones to say little.

The week is the shares of its days times those of the hours of a day. A change seen was made at some hour between two
visits: it counts for each by how likely that is under the last guess (expectation maximization for counts known by
intervals), beside so many that were made as offices usually make them. Where the visits lay further apart than a day
it does not count: their own hours would show more than those of the change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crawler.model import ORDINARY, Between, Past, RateEstimate, Rhythm, Source
from crawler.schedule.rate import HALF_LIFE_DAYS, learn
from crawler.schedule.visits import entry_interval

# What is known beforehand counts for so many pages, and so many changes.
PRIOR_PAGES, PRIOR_TIMES = 10.0, 20.0
# A page's own days soon outweigh what others did; a source may make that sooner, but not later than it was.
LEAST_DAYS, MOST_DAYS = 0.1, ORDINARY.days
_ROUNDS = 6
# What counts for less is left out; it may be as old as a page can say.
_LEAST_WEIGHT = 0.001
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

Shares = tuple[float, ...]


def learn_rhythm(source: Source, past: Past, now: datetime) -> Rhythm:
    """The rhythm of a Source, from what is kept of it."""
    changes, days = prior_of(past.rates)
    arrivals = arrivals_of(past.admissions, source, now)
    came = entry_interval(source, arrivals)
    new = [Between(after=at - came, seen=at) for at in past.admissions[:-1]]
    weekdays, hours = week_of([*past.made, *new], source.timezone, now)
    return Rhythm(changes=changes, days=days, weekdays=weekdays, hours=hours, arrivals=arrivals, pages=past.pages)


def arrivals_of(admissions: Iterable[datetime], source: Source, now: datetime) -> RateEstimate:
    """How often an entry brings new Pages; the first that it brought are no news.

    As if it had been visited in every `every`, and once when it brought them.
    """
    estimate = RateEstimate()
    for at in sorted(admissions):
        if estimate.as_of is None:
            estimate = learn(estimate, changed=False, now=at)
        elif at - estimate.as_of > source.min_every:  # not the further pages of the same visit
            estimate = learn(estimate, changed=False, now=at - source.every)
            estimate = learn(estimate, changed=True, now=at)
    return learn(estimate, changed=False, now=now) if estimate.as_of else estimate


def prior_of(rates: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Changes and days that a Page counts for before it was watched, from those seen of other Pages."""
    known = ORDINARY.changes / ORDINARY.days, ORDINARY.changes * (ORDINARY.changes + 1) / ORDINARY.days**2
    a, b = ORDINARY.changes, ORDINARY.days
    for _ in range(_ROUNDS):
        first, second = PRIOR_PAGES * known[0], PRIOR_PAGES * known[1]
        for changes, days in rates:
            mean = (a + changes) / (b + days)
            first, second = first + mean, second + mean * (mean + 1 / (b + days))
        mean, square = first / (PRIOR_PAGES + len(rates)), second / (PRIOR_PAGES + len(rates))
        b = min(max(mean / (square - mean**2), LEAST_DAYS), MOST_DAYS)
        a = mean * b
    return a, b


def week_of(made: Iterable[Between], timezone: str, now: datetime) -> tuple[Shares, Shares]:
    """The shares of the seven days and of the hours of a day in a Source's changes."""
    zone = ZoneInfo(timezone)
    weighed = [(weight, one) for one in made if (weight := _weight(one, now)) > _LEAST_WEIGHT]
    told = [(weight, span) for weight, one in weighed if (span := _hours(one, zone))]
    days: Shares = _shares(ORDINARY.weekdays)
    hours: Shares = _shares(ORDINARY.hours)
    prior = [PRIOR_TIMES * share for share in days], [PRIOR_TIMES * share for share in hours]
    for _ in range(_ROUNDS if told else 0):
        by_day, by_hour = list(prior[0]), list(prior[1])
        for weight, span in told:
            likely = [days[hour // 24] * hours[hour % 24] for hour in span]
            whole = weight / sum(likely)
            for hour, share in zip(span, likely, strict=True):
                by_day[hour // 24] += share * whole
                by_hour[hour % 24] += share * whole
        days, hours = _shares(by_day), _shares(by_hour)
    return days, hours


def _hours(one: Between, zone: ZoneInfo) -> Sequence[int]:
    """The hours of the week in which a change may have been made; none where it says too little."""
    after = one.after.astimezone(zone).replace(tzinfo=None)
    start = after.replace(minute=0, second=0, microsecond=0)
    span = one.seen.astimezone(zone).replace(tzinfo=None) - start
    if one.seen < one.after or one.seen - one.after > _DAY:
        return ()
    first = start.weekday() * 24 + start.hour
    return [hour % 168 for hour in range(first, first + max(-(-span // _HOUR), 1))]


def _weight(one: Between, now: datetime) -> float:
    return math.pow(0.5, max(now - one.seen, timedelta(0)) / _DAY / HALF_LIFE_DAYS)


def _shares(counts: Sequence[float]) -> Shares:
    whole = sum(counts)
    return tuple(count / whole for count in counts)
