"""How often a page changes, from irregular visits.

The estimator is the one for irregularly observed Poisson change (Cho and Garcia-Molina, "Estimating frequency of
change", 2003, in its incremental form): with X changes seen in T days watched, rate = (a + X) / (b + T) a day. A visit
after t days that saw no change adds t to T; one that saw a change adds the expected time to the *first* change within
t, 1/rate - t·e^(-rate·t) / (1 - e^(-rate·t)), because the rest of t says nothing. Both sums fade with a half-life.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from crawler.model import ORDINARY, RateEstimate, Rhythm

HALF_LIFE_DAYS = 180.0
_DAY = timedelta(days=1)


def rate(estimate: RateEstimate, rhythm: Rhythm = ORDINARY) -> float:
    """Expected changes a day of a Page whose Source has this rhythm."""
    return (rhythm.changes + estimate.changes) / (rhythm.days + estimate.days)


def learn(estimate: RateEstimate, *, changed: bool, now: datetime, rhythm: Rhythm = ORDINARY) -> RateEstimate:
    """The estimate after a visit at `now` that did or did not see a change; the first visit only sets the clock."""
    if estimate.as_of is None:
        return RateEstimate(as_of=now)
    elapsed = (now - estimate.as_of) / _DAY
    if elapsed <= 0:
        return estimate
    fade = 0.5 ** (elapsed / HALF_LIFE_DAYS)
    seen = int(changed)
    watched = _until_first_change(rate(estimate, rhythm), elapsed) if changed else elapsed
    return RateEstimate(changes=estimate.changes * fade + seen, days=estimate.days * fade + watched, as_of=now)


def _until_first_change(per_day: float, elapsed: float) -> float:
    expected = per_day * elapsed
    if expected < 1e-6:  # the limit; the difference below would be lost in rounding
        return elapsed / 2
    return 1 / per_day - elapsed * math.exp(-expected) / -math.expm1(-expected)
