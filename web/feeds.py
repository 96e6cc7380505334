"""Feeds of changes, of findings and of what a search finds: Atom and JSON Feed, each filter in the address."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import format_datetime
from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from crawler.model import ChangeKind, FindingKind, Severity
from store.marks import MarkState
from web.api import json_response
from web.entries import Feed, FeedEntry, atom, change_entries, finding_entries, found_entries, json_feed
from web.room import InRoom, SourceName
from web.tagged import Tagged

router = APIRouter(prefix="/feeds", include_in_schema=False, route_class=Tagged)

MEDIA_TYPES = {"atom": "application/atom+xml; charset=utf-8", "json": "application/feed+json"}
ENTRIES = 100


class Form(Enum):
    """What a feed is written as."""

    ATOM = "atom"
    JSON = "json"


InForm = Annotated[Form, Path()]
PageUrl = Annotated[str | None, Query()]


@router.get("/changes.{form}")
def changes(
    request: Request,
    room: InRoom,
    form: InForm,
    page: PageUrl = None,
    source: SourceName = None,
    kind: ChangeKind | None = None,
    minor: bool | None = None,
) -> Response:
    """The newest changes, of all or of one page, source or kind; `minor=false` without those of typography only."""
    part = room.history.parts.changes(page=page or None, source=source or None, kind=kind, minor=minor, limit=ENTRIES)
    return _feed(request, form, _title("changes", page, source, kind), change_entries(part.rows))


@router.get("/findings.{form}")
def findings(
    request: Request,
    room: InRoom,
    form: InForm,
    page: PageUrl = None,
    source: SourceName = None,
    kind: FindingKind | None = None,
    severity: Severity | None = None,
    only_open: Annotated[bool, Query(alias="open")] = False,
    state: MarkState | None = None,
) -> Response:
    """The newest findings, of all or of one page, source, kind, severity or decision."""
    part = room.history.parts.findings(
        page=page or None,
        source=source or None,
        kind=kind,
        severity=severity,
        open_only=only_open,
        state=state,
        limit=ENTRIES,
    )
    return _feed(request, form, _title("findings", page, source, kind, severity, state), finding_entries(part.rows))


@router.get("/search.{form}")
def search(request: Request, room: InRoom, form: InForm, q: str, source: SourceName = None) -> Response:
    """The newest versions that say something."""
    found = room.history.search(q, source=source or None, limit=ENTRIES)
    return _feed(request, form, _title(f"“{q}”", source), found_entries(found.versions))


def _title(*of: object) -> str:
    """`Palimpsest: findings, suqian-press, high`."""
    named = (str(one.value) if isinstance(one, Enum) else str(one) for one in of if one)
    return f"Palimpsest: {', '.join(named)}"


def _feed(request: Request, form: Form, title: str, entries: Sequence[FeedEntry]) -> Response:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    feed = Feed(title=title, path=path, base=str(request.base_url).rstrip("/"), entries=entries)
    media_type = MEDIA_TYPES[form.value]
    if form is Form.ATOM:
        response = Response(atom(feed), media_type=media_type)
    else:
        response = json_response(json_feed(feed), media_type=media_type)
    response.headers["Last-Modified"] = format_datetime(feed.updated, usegmt=True)
    return response
