"""When a page, an entry or a failure is visited next.

The interval is that which finds changes soonest for the visits that it takes. Pages of given rates, visited every t
days each, leave a change undetected for rate · t/2 a day and page; for a given number of visits in all, the sum is
least where t goes with 1/sqrt(rate). (In proportion to 1/rate, the pages that change most take all the visits, and
finding a change takes longer than visiting all alike: `python -m bench schedule`.)

The hour is that after which few changes come. Between the last visit and the one after the next, two intervals later,
a visit at t saves each change made by then the time from t to that later visit. So the hour is best at which what is
likely to have changed, times that time, is most; where all hours are alike, that is the middle.
"""

from __future__ import annotations

import math
import zlib
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crawler.model import ORDINARY, RateEstimate, Rhythm, Source, Version
from crawler.schedule.rate import HALF_LIFE_DAYS, rate

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
# The rate learned of a Page that never changed, in the long run: it gets `max_every`.
SLOWEST = ORDINARY.changes / (ORDINARY.days + HALF_LIFE_DAYS / math.log(2))
# An article is corrected soon after it was published or hardly at all: for each day of its age, it waits this share of
# a day longer than `every` at most.
AGEING = 0.1
# A new article is worth as much as so many changes of one.
ENTRY_WEIGHT = 4.0
# Visits of one source spread by this share of their interval, so that a thousand pages admitted at once drift apart.
_SPREAD = 0.1
# Those that come after hours, over three of them, or twice what visiting all pages takes, a day at most.
_AFTER_HOURS, _AFTER_HOURS_MOST = 3 * _HOUR, 24 * _HOUR
# How far a visit is moved to a better hour: within this, to either side, lies every hour of a week.
_FARTHEST = timedelta(days=3.5)


def interval(
    source: Source, estimate: RateEstimate, rhythm: Rhythm = ORDINARY, *, age: timedelta = timedelta(0)
) -> timedelta:
    """How long to wait, between the limits: `every` for a new Page, then ever longer, up to what its rate is worth.

    That is `max_every` for a Page that never changes, else shorter with the square root of its rate. A Page is as old
    as its Article (`age`), or as long as it has been watched.
    """
    wait = min(_worth(source, rate(estimate, rhythm)), source.every + max(age, _DAY * estimate.days) * AGEING)
    return min(max(wait, source.min_every), source.max_every)


def _worth(source: Source, per_day: float) -> timedelta:
    return max(
        source.max_every * math.sqrt(SLOWEST / per_day),
        source.every * math.sqrt(ORDINARY.changes / ORDINARY.days / per_day),
    )


def age(source: Source, published: str | None, latest: Version | None, now: datetime) -> timedelta:
    """How old an Article is: since it was published, where it says so, or since its newest Version was first seen."""
    times = [] if latest is None else [latest.seen_at]
    if published is not None:
        try:
            told = datetime.fromisoformat(published)
        except ValueError:
            told = now
        times.append(told if told.tzinfo else told.replace(tzinfo=ZoneInfo(source.timezone)))
    return max(now - min(times, default=now), timedelta(0))


def next_check(
    source: Source,
    estimate: RateEstimate,
    now: datetime,
    *,
    key: str,
    rhythm: Rhythm = ORDINARY,
    age: timedelta = timedelta(0),
) -> datetime:
    """When a healthy Page is due again; `key` (its URL) decides its place in the spread, the same every time."""
    return _visit(source, interval(source, estimate, rhythm, age=age), now, key, rhythm)


def next_entry(source: Source, now: datetime, *, rhythm: Rhythm = ORDINARY) -> datetime:
    """When the entry of a Source is due again: at first after `every`, then as often as the Pages that it brings."""
    return _visit(source, entry_interval(source, rhythm.arrivals), now, source.url, rhythm)


def entry_interval(source: Source, arrivals: RateEstimate) -> timedelta:
    """How long the entry of a Source waits that brings new Pages so often; between the limits."""
    wait = min(_worth(source, rate(arrivals) * ENTRY_WEIGHT), source.every + _DAY * (AGEING * arrivals.days))
    return min(max(wait, source.min_every), source.max_every)


def _visit(source: Source, wait: timedelta, now: datetime, key: str, rhythm: Rhythm) -> datetime:
    place = place_of(key)
    wait = max(wait * (1 - _SPREAD * place), source.min_every)
    if wait < _DAY:
        return now + wait
    return _after_hours(source, wait, now, place, rhythm)


def _after_hours(source: Source, wait: timedelta, now: datetime, place: float, rhythm: Rhythm) -> datetime:
    """The best full hour about `wait` from now, and a place after it, where the Source is; within the limits."""
    local = now.astimezone(ZoneInfo(source.timezone))
    monday = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) - local.weekday() * _DAY
    since = (local.replace(tzinfo=None) - monday) / _HOUR
    after = min(max(_AFTER_HOURS, source.host_delay * (2 * rhythm.pages)), _AFTER_HOURS_MOST) * place
    farthest = min(wait / 2, _FARTHEST)
    hours = (wait - farthest) / _HOUR, min(wait + farthest, source.max_every - after) / _HOUR
    best = _best_hour(rhythm.weeks, since, wait / _HOUR, hours)
    if best is None:
        return now + wait
    at = (monday + _HOUR * best).replace(tzinfo=local.tzinfo).astimezone(now.tzinfo) + after
    return min(max(at, now + source.min_every), now + source.max_every)


def _best_hour(weeks: tuple[float, ...], since: float, wait: float, hours: tuple[float, float]) -> int | None:
    """Of the full hours between two times from `since`, the one that saves the most; all counted from a Monday on."""
    whole = int(since)
    before = weeks[whole] + (weeks[whole + 1] - weeks[whole]) * (since - whole)
    first, last = math.ceil(since + hours[0]), math.floor(since + hours[1])
    skipped = first // 168
    left = since + 2 * wait - first
    made = weeks[first - skipped * 168 : last - skipped * 168 + 1]
    saved = [(left - number) * (skipped + by - before) for number, by in enumerate(made)]
    return first + saved.index(max(saved)) if saved else None


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
