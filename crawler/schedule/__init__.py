"""When to look again. Pure: docs/schedule.md has the formulas and where they come from.

rate.py estimates how often a page changes, rhythm.py what the pages of a source have in common, visits.py says when.
"""

from crawler.schedule.rate import HALF_LIFE_DAYS, learn, rate
from crawler.schedule.rhythm import learn_rhythm, prior_of, week_of
from crawler.schedule.visits import (
    SLOWEST,
    after_failure,
    age,
    interval,
    next_check,
    next_entry,
    place_of,
)

__all__ = [
    "HALF_LIFE_DAYS",
    "SLOWEST",
    "after_failure",
    "age",
    "interval",
    "learn",
    "learn_rhythm",
    "next_check",
    "next_entry",
    "place_of",
    "prior_of",
    "rate",
    "week_of",
]
