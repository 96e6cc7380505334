"""REST under /api/v1: the objects of the listing commands, in JSON arrays, newest first.

What is left of a list is named by a `Link: <…>; rel="next"` header. Every answer has an ETag. Errors are problem+json.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from crawler.model import ChangeKind, FindingKind, Json, PageState, Severity
from store.cursors import Cursor
from store.marks import MarkState
from store.outbox import OutboxState
from store.parts import PageOrder
from web import shapes
from web.health import overdue
from web.health_shapes import Health
from web.objects import diff_json, health_json, numbered, version_json
from web.room import InRoom, SourceName, Url, VersionNumber
from web.sources import OVERDUE_AFTER
from web.tagged import Tagged
from web.times import Moment

router = APIRouter(prefix="/api/v1", route_class=Tagged, responses=shapes.PROBLEMS)

Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most")]
# Lists by time and by number go on behind places of two kinds.
AfterTime = Annotated[
    str | None, Query(alias="cursor", pattern=r"^\d{1,17}_\d{1,18}$", description="From `Link: …; rel=next`")
]
AfterNumber = Annotated[
    str | None, Query(alias="cursor", pattern=r"^\d{1,18}$", description="From `Link: …; rel=next`")
]
AfterEither = Annotated[
    str | None, Query(alias="cursor", pattern=r"^(\d{1,17}_)?\d{1,18}$", description="From `Link: …; rel=next`")
]
PagesOrder = Annotated[
    PageOrder, Query(description="As they were admitted; the last changed or visited first; what is due next first")
]
Number = Annotated[int, Query(ge=1, lt=10**18, description="Its `id` in the list")]
PageUrl = Annotated[str | None, Query(description="Only this page")]
Since = Annotated[Moment | None, Query(description="Only at or after this time")]
Until = Annotated[Moment | None, Query(description="Only before this time")]
Order = Annotated[Literal["newest", "oldest"], Query(description="Which come first")]


@dataclass(frozen=True, kw_only=True)
class Span:
    """Which part of a list by time is asked for: between which times, from which end, from where on, how much."""

    since: Since = None
    until: Until = None
    order: Order = "newest"
    cursor: AfterTime = None
    limit: Limit = 100

    @property
    def asked(self) -> dict[str, Any]:
        """As the lists of the store take it. Raises ConfigurationError for a cursor that is none."""
        newest = self.order == "newest"
        place = {"after": after(self.cursor), "limit": self.limit}
        return {"since": self.since, "until": self.until, "newest_first": newest, **place}


@dataclass(frozen=True, kw_only=True)
class OfVersions(Span):
    """The same of a list by number, whose rows are small and come as they were made."""

    order: Order = "oldest"
    cursor: AfterNumber = None
    limit: Limit = 1000


InSpan = Annotated[Span, Depends()]


def json_response(value: object, *, status: int = 200, media_type: str = "application/json") -> Response:
    """JSON in UTF-8. Lone surrogates, which pages can smuggle in, stay escaped: they have no bytes of their own."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode("utf-8", "backslashreplace"), status, media_type=media_type)


def after(cursor: str | None) -> Cursor | None:
    """The place that a request names. Raises ConfigurationError."""
    return None if cursor is None else Cursor.read(cursor)


def _listing(request: Request, rows: Sequence[dict[str, Json]], following: Cursor | int | None) -> Response:
    """The rows, and where the list goes on."""
    response = json_response(rows)
    if following is not None:
        asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        query = urlencode([*asked, ("cursor", str(following))], errors="replace")
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return response


def shape(model: Any) -> dict[int | str, dict[str, Any]]:  # noqa: ANN401 - a type of answers
    """What an operation answers with, for its description."""
    return {200: {"model": model}}


@router.get("/sources", summary="Sources and their health", responses=shape(list[shapes.Source]))
def sources(room: InRoom) -> Response:
    """As `palimpsest sources --json`."""
    now = room.clock()
    return json_response([view.as_json(now) for view in room.history.sources()])


@router.get("/source", summary="One source and its health", responses=shape(shapes.Source))
def source(room: InRoom, name: Annotated[str, Query(description="The source's name")]) -> Response:
    """As in the list."""
    return json_response(room.history.source(name).as_json(room.clock()))


@router.get("/events", summary="What happened to whole sources, newest first", responses=shape(list[shapes.Event]))
def events(request: Request, room: InRoom, span: InSpan, source: SourceName = None) -> Response:
    """The same change on many pages is one event."""
    part = room.history.parts.events(source, **span.asked)
    return _listing(request, [view.as_json() for view in part.rows], part.next)


@router.get("/pages", summary="Tracked pages", responses=shape(list[shapes.PageShape]))
def pages(
    request: Request,
    room: InRoom,
    source: SourceName = None,
    state: PageState | None = None,
    order: PagesOrder = PageOrder.ADMITTED,
    cursor: AfterEither = None,
    limit: Limit = 100,
) -> Response:
    """As `palimpsest pages --json`. By times only those that have such a time."""
    part = room.history.parts.pages(source=source, state=state, order=order, after=after(cursor), limit=limit)
    return _listing(request, [view.as_json() for view in part.rows], part.next)


@router.get("/page", summary="One tracked page", responses=shape(shapes.PageShape))
def page(room: InRoom, url: Url) -> Response:
    """As in the list."""
    return json_response(room.history.page(url).as_json())


@router.get("/changes", summary="Changes, newest first", responses=shape(list[shapes.Change]))
def changes(
    request: Request,
    room: InRoom,
    span: InSpan,
    page: PageUrl = None,
    source: SourceName = None,
    kind: ChangeKind | None = None,
    minor: Annotated[bool | None, Query(description="false leaves out the minor ones, true all others")] = None,
) -> Response:
    """As `palimpsest changes --json`, and the `id` of each."""
    part = room.history.parts.changes(
        page=page,
        source=source,
        kind=kind,
        minor=minor,
        **span.asked,
    )
    return _listing(request, [numbered(view) for view in part.rows], part.next)


@router.get("/change", summary="One change", responses=shape(shapes.Change))
def change(room: InRoom, number: Annotated[Number, Query(alias="id")]) -> Response:
    """As in the list."""
    return json_response(numbered(room.history.change(number)))


@router.get("/findings", summary="Findings, newest first", responses=shape(list[shapes.Finding]))
def findings(
    request: Request,
    room: InRoom,
    span: InSpan,
    page: PageUrl = None,
    source: SourceName = None,
    kind: FindingKind | None = None,
    severity: Severity | None = None,
    only_open: Annotated[bool, Query(alias="open", description="Only what is not resolved")] = False,
    state: Annotated[MarkState | None, Query(description="What somebody decided of it")] = None,
) -> Response:
    """As `palimpsest findings --json`, and the `id` of each."""
    part = room.history.parts.findings(
        page=page,
        source=source,
        kind=kind,
        severity=severity,
        open_only=only_open,
        state=state,
        **span.asked,
    )
    return _listing(request, [numbered(view) for view in part.rows], part.next)


@router.get("/finding", summary="One finding", responses=shape(shapes.Finding))
def finding(room: InRoom, number: Annotated[Number, Query(alias="id")]) -> Response:
    """As in the list."""
    return json_response(numbered(room.history.finding(number)))


@router.get(
    "/notifications",
    summary="Notifications that are not delivered, newest first",
    responses=shape(list[shapes.Notification]),
)
def notifications(
    request: Request,
    room: InRoom,
    state: OutboxState | None = None,
    order: Order = "newest",
    cursor: AfterNumber = None,
    limit: Limit = 100,
) -> Response:
    """As `palimpsest outbox --json`, in the order in which they were noted."""
    part = room.history.notifications(state, newest_first=order == "newest", after=after(cursor), limit=limit)
    return _listing(request, [item.as_json() for item in part.rows], part.next)


@router.get("/search", summary="Versions that say something", responses=shape(list[shapes.Found]))
def search(
    request: Request,
    room: InRoom,
    q: Annotated[str, Query(min_length=1, max_length=1000, description="Words; every one of them must be there")],
    source: SourceName = None,
    order: Order = "newest",
    cursor: AfterNumber = None,
    limit: Limit = 20,
) -> Response:
    """As `palimpsest search --json`. A part may be empty and still name a next one: each looks through so many."""
    newest, place = order == "newest", None if cursor is None else int(cursor)
    where = {"before" if newest else "after": place}
    found = room.history.search(q, source=source, limit=limit, newest_first=newest, **where)
    return _listing(request, [view.as_json() for view in found.versions], found.next)


@router.get("/log", summary="Every check of a page, newest first", responses=shape(list[shapes.Check]))
def log(request: Request, room: InRoom, url: Url, span: InSpan) -> Response:
    """As `palimpsest log URL --json`."""
    part = room.history.parts.log(url, **span.asked)
    return _listing(request, [view.as_json() for view in part.rows], part.next)


@router.get("/versions", summary="A page's versions, without their text", responses=shape(list[shapes.Listed]))
def versions(request: Request, room: InRoom, url: Url, span: Annotated[OfVersions, Depends()]) -> Response:
    """Number, time, title and digests of each."""
    part = room.history.parts.versions(url, **span.asked)
    return _listing(request, [view.as_json() for view in part.rows], part.next)


@router.get("/version", summary="One version, whole", responses=shape(shapes.Version))
def version(room: InRoom, url: Url, n: VersionNumber) -> Response:
    """The article as it was."""
    return json_response(version_json(url, room.history.version(url, n)))


@router.get("/diff", summary="What differs between two versions", responses=shape(shapes.Diff))
def difference(room: InRoom, url: Url, a: VersionNumber, b: VersionNumber) -> Response:
    """Fields before and after, and the body as paragraphs of spans that stayed, came or went."""
    return json_response(diff_json(url, room.history.version(url, a), room.history.version(url, b)))


@router.get("/figures", summary="How much there is of everything", responses=shape(shapes.Figures))
def figures(room: InRoom) -> Response:
    """Counted now."""
    return json_response(asdict(room.history.counts()))


@router.get("/health", summary="How the watch itself stands", responses=shape(Health))
def health(room: InRoom) -> Response:
    """Queue, workers, what is overdue, what could not be told to anybody: as the reading room's Health shows it."""
    history, now = room.history, room.clock()
    watch = history.tallies.watch(now, late=OVERDUE_AFTER)
    return json_response(health_json(watch, overdue(history.sources(), now), history.unindexed()))
