"""The sources: all of them with their health, and one with its rhythm: the days of a year, the hours, the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from crawler.model import ChangeKind, Severity
from store.tallies import Happened
from store.views import SourceView
from web.asked import SPANS, After, Filter, query_of, since_of
from web.charts import Column, calendar, columns
from web.exports import AT_ONCE, download, rows_of
from web.language import N_
from web.lists import ROWS, AsFile, Oldest, onwards, part_of
from web.room import InRoom, Room, SourceName

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

YEAR = timedelta(days=364)
WEEKS_OF_FINDINGS = 26
# A year of changes is thousands of rows, and drawn in squares of a day.
RHYTHM_FRESH = timedelta(minutes=1)
PAGES_SHOWN, CHANGES_SHOWN, EVENTS_SHOWN = 10, 10, 5
# A check may run late by a pass or two before anybody should worry.
OVERDUE_AFTER = timedelta(minutes=30)
WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
# Those that stand on each other in a column, the gravest at the bottom.
GRAVE = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
ORDERS: Mapping[str, Callable[[SourceView, datetime], Any]] = {
    "name": lambda view, now: view.name,
    "overdue": lambda view, now: (-view.overdue(now), view.name),
    "failures": lambda view, now: (-view.failures, not view.alarm, view.name),
    "pages": lambda view, now: (-view.pages, view.name),
}


@router.get("/sources")
def sources(room: InRoom, order: Filter = None, after: Filter = None, form: AsFile = None) -> Response:
    """Every source and its health, in parts; `after` is the name of the last one of the part before."""
    order = order or "name"
    if order not in ORDERS:
        raise HTTPException(400, f"{order!r} is no order of sources; there are {', '.join(ORDERS)}.")
    now = room.clock()
    views = sorted(room.history.sources(), key=lambda view: ORDERS[order](view, now))
    if form is not None:
        return download((view.as_json(now) for view in views), form, "sources")
    names = [view.name for view in views]
    start = names.index(after) + 1 if after in names else 0
    query = query_of({"order": order if order != "name" else None})
    shown = views[start : start + ROWS]
    return room.page(
        "sources.html",
        here="sources",
        rows=shown,
        order=order,
        orders=list(ORDERS),
        late=OVERDUE_AFTER,
        query=query,
        first=query if start else None,
        more=query | {"after": shown[-1].name} if start + ROWS < len(views) else None,
    )


@router.get("/source")
def source(room: InRoom, name: Annotated[str, Query(max_length=1000)]) -> Response:
    """One source: its health, its rhythm, and what became of its pages."""
    view = room.history.source(name)
    now, clock = room.clock(), room.clocks.of(room.reader, name)[0]
    since = now - YEAR
    tallies, parts = room.history.tallies, room.history.parts
    changed, _ = room.memory.recall(f"changes of {name}", now, RHYTHM_FRESH, lambda: tallies.change_times(name, since))
    found = tallies.finding_times(name, now - timedelta(weeks=WEEKS_OF_FINDINGS))
    return room.page(
        "source.html",
        here="sources",
        source=view,
        late=OVERDUE_AFTER,
        year=_year(room, changed, now, clock),
        hours=_hours(room, changed, clock),
        findings=_weeks(room, found, now, clock),
        pages=parts.pages(source=name, limit=PAGES_SHOWN).rows,
        changes=parts.changes(source=name, limit=CHANGES_SHOWN).rows,
        events=parts.events(name, limit=EVENTS_SHOWN).rows,
    )


@router.get("/events")
def events(
    room: InRoom,
    source: SourceName = None,
    since: Filter = None,
    oldest: Oldest = False,
    after: After = None,
    form: AsFile = None,
) -> Response:
    """What happened to whole sources: the same change on many of their pages is one event."""
    start = since_of(since, room.clock())
    read = partial(room.history.parts.events, source or None, since=start, newest_first=not oldest)
    if form is not None:
        return download(rows_of(lambda place: read(after=place, limit=AT_ONCE)), form, "events")
    part = part_of(read, after)
    asked = {"source": source, "since": since, "oldest": "1" if oldest else None}
    return room.page(
        "events.html",
        here="sources",
        rows=part.rows,
        oldest=oldest,
        source_names=room.source_names(),
        spans=list(SPANS),
        **onwards(asked, part, after),
    )


def _year(room: Room, changed: Happened, now: datetime, clock: ZoneInfo) -> dict[str, Any]:
    """The calendar of changes, new pages not counted: a first walk would outshine a year."""
    days = Counter(at.astimezone(clock).date() for at, kind in changed.times if kind != ChangeKind.CREATED)
    say = room.words.gettext
    says = say(N_("%(count)s changes on %(days)s days of a year")) % {"count": days.total(), "days": len(days)}
    drawing = calendar(days, now.astimezone(clock).date(), says=says, weekdays=[say(day) for day in WEEKDAYS])
    table = [(day.isoformat(), count) for day, count in sorted(days.items(), reverse=True)]
    return {"drawing": drawing, "says": says, "rows": table, "capped": changed.capped}


def _hours(room: Room, changed: Happened, clock: ZoneInfo) -> dict[str, Any]:
    """At which hours of the day new pages, and changes of old ones, were first seen."""
    new: Counter[int] = Counter()
    old: Counter[int] = Counter()
    for at, kind in changed.times:
        (new if kind == ChangeKind.CREATED else old)[at.astimezone(clock).hour] += 1
    bars = [
        Column(name=f"{hour:02}:00", parts=(new[hour], old[hour]), under="" if hour % 3 else f"{hour:02}")
        for hour in range(24)
    ]
    busiest = max(bars, key=lambda bar: bar.total)
    says = room.words.gettext(N_("New pages and changes by the hour; most at %(hour)s")) % {"hour": busiest.name}
    return {"drawing": columns(bars, says=says), "says": says, "rows": [(bar.name, *bar.parts) for bar in bars]} | {
        "any": bool(changed.times)
    }


def _weeks(room: Room, found: Happened, now: datetime, clock: ZoneInfo) -> dict[str, Any]:
    """The findings of each week by severity."""
    monday = _monday(now.astimezone(clock).date())
    weeks: Counter[tuple[date, str]] = Counter((_monday(at.astimezone(clock).date()), one) for at, one in found.times)
    bars = []
    for back in range(WEEKS_OF_FINDINGS - 1, -1, -1):
        week = monday - timedelta(weeks=back)
        parts = tuple(weeks[week, severity.value] for severity in GRAVE)
        bars.append(Column(name=week.isoformat(), parts=parts, under="" if back % 5 else f"{week:%m-%d}"))
    total = sum(bar.total for bar in bars)
    says = room.words.gettext(N_("%(count)s findings in %(weeks)s weeks, by the week they opened")) % {
        "count": total,
        "weeks": WEEKS_OF_FINDINGS,
    }
    rows = [(bar.name, *bar.parts) for bar in reversed(bars) if bar.total]
    return {"drawing": columns(bars, says=says, width=26), "says": says, "rows": rows, "any": total > 0}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
