"""The first page: what was put there by others, what vanished, what changed; newest first, of a stretch of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from crawler.model import ChangeKind, Severity
from store.views import ChangeView, FindingView
from web.asked import SPANS, Filter, one_of, query_of, since_of
from web.lists import by_day
from web.room import InRoom, Room, SourceName

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

CHANGES, ALARMS, CREATED = 30, 6, 6
# More than that is told as so many and more: nobody reads on, and counting them all would take long.
COUNTED = 1000
# New pages come in hundreds when a source is first walked; changes are looked for behind that many.
SEARCHED = 150
ALARMING = (Severity.CRITICAL, Severity.HIGH)
DEFAULT_SPAN = "7d"
# The tiles: what each counts, gravest first.
TILES = (
    ("injected", (ChangeKind.INJECTED,)),
    ("removed", (ChangeKind.REMOVED,)),
    ("edited", (ChangeKind.EDITED, ChangeKind.RETITLED, ChangeKind.REDATED, ChangeKind.REISSUED)),
    ("created", (ChangeKind.CREATED,)),
)


@router.get("/")
def today(
    room: InRoom,
    source: SourceName = None,
    kind: Filter = None,
    severity: Filter = None,
    since: Filter = None,
    minor: bool = True,
) -> Response:
    """The newest, with what is gravely wrong first; `since` is 7d where nothing else is asked for."""
    chosen = one_of(ChangeKind, kind, "kind of change")
    grave = one_of(Severity, severity, "severity")
    start = since_of(since or DEFAULT_SPAN, room.clock())
    tally = room.history.tallies.changes(since=start, source=source or None, most=COUNTED)
    newest = _newest(room, source or None, chosen, start, None if minor else False)
    latest = [view for view in newest if chosen or view.kind is not ChangeKind.CREATED]
    names = room.source_names()
    return room.page(
        "today.html",
        here="today",
        tiles=[(name, kinds[0].value, tally.of(*kinds)) for name, kinds in TILES],
        capped=tally.capped,
        any_sources=bool(names),
        alarms=_alarms(room, source or None, grave),
        days=by_day(room, [view for view in latest if start is None or view.at >= start]),
        before=[view for view in latest if start is not None and view.at < start],
        created=[view for view in newest if view.kind is ChangeKind.CREATED and not chosen],
        source_names=names,
        spans=list(SPANS),
        asked={"source": source, "kind": kind, "severity": severity, "since": since or DEFAULT_SPAN, "minor": minor},
        query=query_of({"source": source, "kind": kind, "since": since, "minor": None if minor else "0"}),
        findings_query=query_of({"source": source, "severity": severity}),
    )


def _alarms(room: Room, source: str | None, severity: Severity | None) -> list[FindingView]:
    """The newest open findings of the gravest kinds, or of the severity that was asked for."""
    wanted = ALARMING if severity is None else (severity,)
    read = room.history.parts.findings
    found = (read(open_only=True, severity=one, source=source, limit=ALARMS).rows for one in wanted)
    return list(islice((view for views in found for view in views), ALARMS))


def _newest(
    room: Room, source: str | None, kind: ChangeKind | None, start: datetime | None, minor: bool | None
) -> Sequence[ChangeView]:
    """The newest changes; those of one kind only of the time that is looked at, for they may lie far apart."""
    if kind is not None:
        return room.history.parts.changes(source=source, kind=kind, since=start, minor=minor, limit=CHANGES).rows
    return room.history.parts.latest(source=source, minor=minor, changed=CHANGES, created=CREATED, among=SEARCHED)
