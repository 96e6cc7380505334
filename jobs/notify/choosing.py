"""Who is to be told of an item, and when: decided by today's configuration whenever the item's turn comes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from crawler.model import Severity, Source, Target
from jobs.notify.message import NotifyFailed
from store import Fate, OutboxItem, Telling

# How long to wait after the first, second … failure; the last value holds from there on.
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
MAX_ATTEMPTS = 12
# Findings from here on do not wait for the end of a window, nor do alarms.
_URGENT = Severity.HIGH
_MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)


def first_times(item: OutboxItem, source: Source | None) -> dict[str, datetime]:
    """When each address that is to be told of the item is told first. Nobody is told of a Source that is no more."""
    times: dict[str, datetime] = {}
    for target in source.notify if source else ():
        if wants(target, item):
            at = item.at if is_urgent(item) else window_end(item.at, target.digest)
            times[target.to] = min(at, times.get(target.to, at))
    return times


def wants(target: Target, item: OutboxItem) -> bool:
    """Whether a target is told of an item at all."""
    if item.what == "alarm":
        return target.wants_alarms
    if item.severity is not None:
        return target.wants_finding(item.kind, item.severity)
    # An event stands for the minor Changes of many Pages, and is none itself.
    return target.wants_change(item.kind, minor=item.minor and item.what != "event")


def is_urgent(item: OutboxItem) -> bool:
    """Whether an item is told at once, whatever a target gathers."""
    return item.severity is not None and item.severity.rank >= _URGENT.rank


def window_end(at: datetime, length: timedelta) -> datetime:
    """The end of the window that a time is in; windows follow each other from midnight UTC. Without a length: at once.

    By the time alone, so that nothing need be remembered of a window that is open.
    """
    return _MIDNIGHT + ((at - _MIDNIGHT) // length + 1) * length if length else at


def open_times(tellings: Mapping[str, Telling], first: Mapping[str, datetime]) -> dict[str, datetime]:
    """Of the addresses that are to be told: when each is told that has neither taken it nor was given up."""
    times: dict[str, datetime] = {}
    for to, at in first.items():
        telling = tellings.get(mark_of(to))
        if telling is None:
            times[to] = at
        elif telling.again is not None:
            times[to] = telling.again
    return times


def told(item: OutboxItem, to: str, failure: NotifyFailed | None, first: Mapping[str, datetime], now: datetime) -> Fate:
    """What becomes of an item that an address was told of, or (with a failure) refused."""
    was = item.targets.get(mark_of(to), Telling())
    if failure is None:
        telling = Telling(taken=True, attempts=was.attempts)
    else:
        may_cure = failure.retryable and was.attempts + 1 < MAX_ATTEMPTS
        again = now + BACKOFF[min(was.attempts, len(BACKOFF) - 1)] if may_cure else None
        telling = Telling(attempts=was.attempts + 1, again=again, error=failure.reason)
    return fate_of({**item.targets, mark_of(to): telling}, first)


def fate_of(tellings: Mapping[str, Telling], first: Mapping[str, datetime]) -> Fate:
    """Waiting while an address is to be told, then delivered, or dead where one was given up."""
    if times := open_times(tellings, first):
        return Fate(targets=tellings, next_attempt=min(times.values()))
    given_up = any(mark_of(to) in tellings and not tellings[mark_of(to)].taken for to in first)
    return Fate(targets=tellings, delivered=not given_up)


def mark_of(to: str) -> str:
    """By what an address is known in the outbox, where its secrets are not to be."""
    return hashlib.sha256(to.encode("utf-8", "surrogatepass")).hexdigest()[:12]
