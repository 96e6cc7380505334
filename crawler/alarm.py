"""When a Source is in such trouble that somebody must hear of it, and when it no longer is."""

from __future__ import annotations

from datetime import datetime, timedelta

from crawler.model import AlarmKind, Source, Standing

# A first visit to a large listing, at its host's pace, keeps pages waiting for so long without anything being wrong.
SOONEST = timedelta(hours=1)


def alarm(source: Source, standing: Standing, now: datetime, watched_since: datetime | None) -> AlarmKind | None:
    """What is wrong with a Source, None where nothing is.

    Failing: its entry gave nothing `alarm_after` times running. Overdue: something of it has waited for longer than
    its `every`, an hour at least. That begins to count with the watch (`watched_since`; None where nobody keeps it,
    and nothing begins): what fell due while no daemon ran says nothing of the Source. An alarm that has begun lasts
    until nothing is so late any more.
    """
    if standing.failures >= source.alarm_after:
        return "failing"
    if standing.due is None:
        return None
    begins = standing.due
    if standing.alarm is None:
        if watched_since is None:
            return None
        begins = max(begins, watched_since)
    return "overdue" if now - begins > tolerance(source) else None


def tolerance(source: Source) -> timedelta:
    """How late anything of a Source may be without an alarm."""
    return max(SOONEST, source.every)
