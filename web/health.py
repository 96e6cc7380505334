"""How the watch itself stands: what is overdue, who works, what could not be told to anybody, how much is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from store.views import SourceView
from web.room import InRoom
from web.sources import ORDERS, OVERDUE_AFTER

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

LATE_SHOWN = 20
# To count reads whole tables: so long an answer is good enough.
COUNTS_FRESH = timedelta(minutes=5)


@router.get("/health")
def health(room: InRoom) -> Response:
    """Queue, workers, what is overdue and failing, dead letters, and the figures of the store."""
    now = room.clock()
    history = room.history
    standing = [view for view in history.sources() if view.active]
    failing = [view for view in standing if view.failures or view.alarm]
    counts, counted_at = room.memory.recall("counts", now, COUNTS_FRESH, history.counts)
    return room.page(
        "health.html",
        here="health",
        watch=history.tallies.watch(now, late=OVERDUE_AFTER),
        late=overdue(standing, now),
        failing=sorted(failing, key=lambda view: ORDERS["failures"](view, now))[:LATE_SHOWN],
        failing_in_all=len(failing),
        any_sources=bool(standing),
        shown=LATE_SHOWN,
        counts=counts,
        counted_at=counted_at,
        unindexed=history.unindexed(),
    )


def overdue(views: Iterable[SourceView], now: datetime) -> list[SourceView]:
    """Those that have been due for too long, the worst first, at most LATE_SHOWN."""
    late = [view for view in views if view.active and view.overdue(now) >= OVERDUE_AFTER]
    return sorted(late, key=lambda view: ORDERS["overdue"](view, now))[:LATE_SHOWN]
