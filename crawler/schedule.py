"""When to look again. Pure: an estimate of each Page's change rate from irregular visits, and an interval from it.

The estimator is the one for irregularly observed Poisson change (Cho and Garcia-Molina, "Estimating frequency of
change", 2003, in its incremental form): with X changes seen in T days watched, rate = (a + X) / (b + T) a day. A visit
after t days that saw no change adds t to T; one that saw a change adds the expected time to the *first* change within
t, 1/rate - t·e^(-rate·t) / (1 - e^(-rate·t)), because the rest of t says nothing. Both sums fade with a half-life.

The interval is that which finds changes soonest for the visits that it takes. Pages of given rates, visited every t
days each, leave a change undetected for rate · t/2 a day and page; for a given number of visits in all, the sum is
least where t goes with 1/sqrt(rate). (In proportion to 1/rate, the pages that change most take all the visits, and
finding a change takes longer than visiting all alike: `python -m bench schedule`.)
"""

from __future__ import annotations

import math
import zlib
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crawler.model import RateEstimate, Source

PRIOR_CHANGES = 0.5
PRIOR_DAYS = 10.0
HALF_LIFE_DAYS = 180.0
_DAY = timedelta(days=1)
# The rate learned of a Page that never changed, in the long run: it gets `max_every`.
SLOWEST = PRIOR_CHANGES / (PRIOR_DAYS + HALF_LIFE_DAYS / math.log(2))
# An article is corrected soon after it was published or hardly at all: for each day that it has been watched, it waits
# this share of a day longer than `every` at most.
AGEING = 0.1
# Offices change pages by day; a visit that may wait for a day comes in the evening, when most of that is over: the
# first hour, where the Source is, and how many.
EVENING, EVENING_HOURS = 18, 3
# Visits of one source spread by this share of their interval, so that a thousand pages admitted at once drift apart.
_SPREAD = 0.1


def rate(estimate: RateEstimate) -> float:
    """Expected changes a day."""
    return (PRIOR_CHANGES + estimate.changes) / (PRIOR_DAYS + estimate.days)


def learn(estimate: RateEstimate, *, changed: bool, now: datetime) -> RateEstimate:
    """The estimate after a visit at `now` that did or did not see a change; the first visit only sets the clock."""
    if estimate.as_of is None:
        return RateEstimate(as_of=now)
    elapsed = (now - estimate.as_of) / _DAY
    if elapsed <= 0:
        return estimate
    fade = 0.5 ** (elapsed / HALF_LIFE_DAYS)
    seen = int(changed)
    return RateEstimate(
        changes=estimate.changes * fade + seen,
        days=estimate.days * fade + (_until_first_change(rate(estimate), elapsed) if changed else elapsed),
        as_of=now,
    )


def _until_first_change(per_day: float, elapsed: float) -> float:
    expected = per_day * elapsed
    if expected < 1e-6:  # the limit; the difference below would be lost in rounding
        return elapsed / 2
    return 1 / per_day - elapsed * math.exp(-expected) / -math.expm1(-expected)


def interval(source: Source, estimate: RateEstimate) -> timedelta:
    """How long to wait, between the limits: `every` at first, then ever longer, up to what the rate learned is worth.

    That is `max_every` for a Page that never changes, else shorter with the square root of its rate.
    """
    per_day = rate(estimate)
    worth = max(
        source.max_every * math.sqrt(SLOWEST / per_day),
        source.every * math.sqrt(PRIOR_CHANGES / PRIOR_DAYS / per_day),
    )
    wait = min(worth, source.every + _DAY * (AGEING * estimate.days))
    return min(max(wait, source.min_every), source.max_every)


def next_check(source: Source, estimate: RateEstimate, now: datetime, *, key: str) -> datetime:
    """When a healthy Page is due again; `key` (its URL) decides its place in the spread, the same every time."""
    place = place_of(key)
    wait = max(interval(source, estimate) * (1 - _SPREAD * place), source.min_every)
    at = now + wait
    return at if wait < _DAY else _evening(source, at, place, latest=now + source.max_every)


def _evening(source: Source, at: datetime, place: float, *, latest: datetime) -> datetime:
    """The evening nearest to a time and not after `latest`, where the Source is; `at` where there is none."""
    local = at.astimezone(ZoneInfo(source.timezone))
    hours = timedelta(hours=EVENING + EVENING_HOURS * place)
    evening = local.replace(hour=0, minute=0, second=0, microsecond=0) + hours
    near = [other for days in (-1, 0, 1) if (other := (evening + days * _DAY).astimezone(at.tzinfo)) <= latest]
    return min(near, key=lambda other: abs(other - at), default=at)


def place_of(key: str) -> float:
    """Where a key stands among all keys, from 0 to 1, the same every time."""
    return zlib.crc32(key.encode("utf-8", "surrogatepass")) / 2**32


def after_failure(source: Source, failures: int, now: datetime, *, retry_after: timedelta | None = None) -> datetime:
    """When to try a Page again that failed `failures` times running: doubling from `min_every`, at most `max_every`.

    What the server asked for (Retry-After) is honoured where it is longer, up to `max_every`.
    """
    doubled: timedelta = source.min_every * (1 << min(max(failures - 1, 0), 20))
    wait = min(doubled, source.max_every)
    return now + min(max(wait, retry_after or timedelta(0)), source.max_every)
