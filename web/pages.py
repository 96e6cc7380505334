"""The pages: history → HTML. Every view has a link that stays; every filter lives in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from crawler.model import ChangeKind, FindingKind, Severity
from store.views import ChangeView
from web.room import MAX_OFFSET, InRoom, Room, SourceName

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

TODAY_CHANGES = 40
TODAY_ALARMS = 6
TODAY_CREATED = 8
# New pages come in hundreds when a source is first walked; changes are looked for behind that many.
TODAY_SEARCHED = 200
ROWS = 100
CHECKS_SHOWN = 500
ALARMING = (Severity.CRITICAL, Severity.HIGH)
COUNTED = ("pages", "versions", "changes", "checks", "open_findings")
# A check may run late by a pass or two before anybody should worry.
OVERDUE_AFTER = timedelta(minutes=30)

Offset = Annotated[int, Query(ge=0, le=MAX_OFFSET)]


@router.get("/")
def today(room: InRoom) -> Response:
    """The newest changes, with what is gravely wrong first."""
    history = room.history
    counts = history.counts()
    grave = (history.findings(open_only=True, severity=one, limit=TODAY_ALARMS) for one in ALARMING)
    alarms = [view for views in grave for view in views]
    latest = [view for view in history.changes(limit=TODAY_SEARCHED) if view.kind is not ChangeKind.CREATED]
    return room.page(
        "today.html",
        here="today",
        counts=[(name, getattr(counts, name)) for name in COUNTED],
        any_pages=counts.pages > 0,
        alarms=alarms[:TODAY_ALARMS],
        days=_by_day(room, latest[:TODAY_CHANGES]),
        created=history.changes(kind=ChangeKind.CREATED, limit=TODAY_CREATED),
    )


def _by_day(room: Room, views: Sequence[ChangeView]) -> list[tuple[str, list[ChangeView]]]:
    """Changes under the day, in the room's zone, on which they happened."""
    return [(name, list(group)) for name, group in groupby(views, key=lambda view: room.day(view.at))]


@router.get("/changes")
def changes(
    room: InRoom, source: SourceName = None, kind: str | None = None, minor: bool = True, offset: Offset = 0
) -> Response:
    """All changes, newest first; `minor=0` leaves out those of typography only."""
    if kind and kind not in set(ChangeKind):
        raise HTTPException(400, f"{kind!r} is not a kind of change; the kinds are {', '.join(ChangeKind)}.")
    views = room.history.changes(
        source=source or None,
        kind=ChangeKind(kind) if kind else None,
        minor=None if minor else False,
        limit=offset + ROWS + 1,
    )[offset:]
    return room.page(
        "changes.html",
        here="changes",
        days=_by_day(room, views[:ROWS]),
        more=_more(views, offset, source=source, kind=kind, minor=None if minor else "0"),
        chosen_kind=kind,
        chosen_source=source,
        no_minor=not minor,
        source_names=_source_names(room),
    )


@router.get("/findings")
def findings(
    room: InRoom,
    only_open: Annotated[bool, Query(alias="open")] = False,
    kind: str | None = None,
    source: SourceName = None,
    offset: Offset = 0,
) -> Response:
    """What is wrong, newest first; `open=1` leaves out what is resolved."""
    if kind and kind not in set(FindingKind):
        raise HTTPException(400, f"{kind!r} is not a kind of finding; the kinds are {', '.join(FindingKind)}.")
    views = room.history.findings(
        open_only=only_open,
        kind=FindingKind(kind) if kind else None,
        source=source or None,
        limit=offset + ROWS + 1,
    )[offset:]
    return room.page(
        "findings.html",
        here="findings",
        rows=views[:ROWS],
        more=_more(views, offset, open=int(only_open), kind=kind, source=source),
        only_open=only_open,
        chosen_kind=kind,
        chosen_source=source,
        source_names=_source_names(room),
    )


@router.get("/pages")
def tracked(room: InRoom, source: SourceName = None, offset: Offset = 0) -> Response:
    """Every tracked page and how it stands."""
    views = room.history.pages(source=source or None, limit=ROWS + 1, offset=offset)
    return room.page(
        "pages.html",
        here="pages",
        rows=views[:ROWS],
        more=_more(views, offset, source=source),
        chosen_source=source,
        source_names=_source_names(room),
    )


@router.get("/sources")
def sources(room: InRoom) -> Response:
    """Every source and its health."""
    return room.page(
        "sources.html",
        here="sources",
        rows=room.history.sources(),
        overdue_before=room.clock() - OVERDUE_AFTER,
    )


def _source_names(room: Room) -> list[str]:
    return [view.name for view in room.history.sources()]


def _more(rows: Sequence[object], offset: int, **asked: str | int | None) -> dict[str, str | int] | None:
    """The query of the following rows, or None where these are the last."""
    if len(rows) <= ROWS:
        return None
    return {**{name: value for name, value in asked.items() if value}, "offset": offset + ROWS}
