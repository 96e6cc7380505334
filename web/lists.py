"""The lists: changes, findings, pages. Filtered by what stands in the URL, in parts, sorted, and as files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import BeforeValidator

from crawler.errors import ConfigurationError
from crawler.model import ChangeKind, FindingKind, PageState, Severity
from store import Cursor, MarkState, PageOrder, Part
from store.views import ChangeView
from web.asked import SPANS, After, Filter, cursor_of, one_of, query_of, since_of
from web.exports import AT_ONCE, Form, download, rows_of
from web.room import InRoom, Room, SourceName

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 50
# A form sends an empty word for a choice that was not made.
Oldest = Annotated[
    bool, BeforeValidator(lambda given: given or False), Query(alias="oldest", description="The oldest first")
]
# A feed has the newest first, whatever the list is cut to.
_OF_NO_FEED = frozenset({"since", "until", "oldest", "order"})
AsFile = Annotated[Form | None, Query(alias="form", description="As a file")]
PageUrl = Annotated[str | None, Query(max_length=100_000)]


def by_day(room: Room, views: Sequence[ChangeView]) -> list[tuple[str, list[ChangeView]]]:
    """Changes under the day, as the reader is shown times, on which they happened."""
    return [(name, list(group)) for name, group in groupby(views, key=lambda view: room.day(view.at))]


@router.get("/changes")
def changes(
    room: InRoom,
    source: SourceName = None,
    kind: Filter = None,
    since: Filter = None,
    until: Filter = None,
    page: PageUrl = None,
    minor: bool = True,
    oldest: Oldest = False,
    after: After = None,
    form: AsFile = None,
) -> Response:
    """All changes; `minor=0` leaves out those of typography only."""
    read = partial(
        room.history.parts.changes,
        source=source or None,
        kind=one_of(ChangeKind, kind, "kind of change"),
        since=since_of(since, room.clock()),
        until=since_of(until, room.clock()),
        page=page or None,
        minor=None if minor else False,
        newest_first=not oldest,
    )
    asked = {"source": source, "kind": kind, "since": since, "until": until, "page": page}
    asked |= {"minor": None if minor else "0", "oldest": "1" if oldest else None}
    if form is not None:
        return download(rows_of(lambda place: read(after=place, limit=AT_ONCE)), form, "changes")
    part = part_of(read, after)
    return room.page(
        "changes.html",
        here="changes",
        days=by_day(room, part.rows),
        minor=minor,
        oldest=oldest,
        source_names=room.source_names(),
        spans=list(SPANS),
        **onwards(asked, part, after),
    )


@router.get("/findings")
def findings(
    room: InRoom,
    only_open: Annotated[bool, Query(alias="open")] = False,
    kind: Filter = None,
    severity: Filter = None,
    state: Filter = None,
    source: SourceName = None,
    since: Filter = None,
    page: PageUrl = None,
    oldest: Oldest = False,
    after: After = None,
    form: AsFile = None,
) -> Response:
    """What is wrong; `open=1` leaves out what is resolved. `state` is what people decided of it."""
    read = partial(
        room.history.parts.findings,
        open_only=only_open,
        kind=one_of(FindingKind, kind, "kind of finding"),
        severity=one_of(Severity, severity, "severity"),
        state=one_of(MarkState, state, "state of a finding"),
        source=source or None,
        since=since_of(since, room.clock()),
        page=page or None,
        newest_first=not oldest,
    )
    asked = {"open": "1" if only_open else None, "kind": kind, "severity": severity, "source": source}
    asked |= {"since": since, "page": page, "oldest": "1" if oldest else None, "state": state}
    if form is not None:
        return download(rows_of(lambda place: read(after=place, limit=AT_ONCE)), form, "findings")
    part = part_of(read, after)
    return room.page(
        "findings.html",
        here="findings",
        rows=part.rows,
        only_open=only_open,
        oldest=oldest,
        source_names=room.source_names(),
        spans=list(SPANS),
        **onwards(asked, part, after),
    )


@router.get("/pages")
def tracked(
    room: InRoom,
    source: SourceName = None,
    state: Filter = None,
    order: Filter = None,
    after: After = None,
    form: AsFile = None,
) -> Response:
    """Every tracked page and how it stands."""
    sorting = one_of(PageOrder, order, "order of pages") or PageOrder.ADMITTED
    read = partial(
        room.history.parts.pages,
        source=source or None,
        state=one_of(PageState, state, "state of a page"),
        order=sorting,
    )
    asked = {"source": source, "state": state, "order": order}
    if form is not None:
        return download(rows_of(lambda place: read(after=place, limit=AT_ONCE)), form, "pages")
    part = part_of(read, after)
    return room.page(
        "pages.html",
        here="pages",
        rows=part.rows,
        order=sorting.value,
        source_names=room.source_names(),
        **onwards(asked, part, after),
    )


def part_of(read: Any, after: str | None) -> Part[Any]:  # noqa: ANN401 - any of the lists, asked in its own way
    """The part that is asked for. Raises HTTPException for a place in another list."""
    place: Cursor | None = cursor_of(after)
    try:
        found: Part[Any] = read(after=place, limit=ROWS)
    except ConfigurationError as error:
        raise HTTPException(400, str(error)) from None
    return found


def onwards(asked: dict[str, str | None], part: Part[Any], after: str | None) -> dict[str, Any]:
    """What every list's template is given: what was `asked`; queries of the list, its feed, its start, what follows."""
    query = query_of(asked)
    return {
        "asked": asked,
        "query": query,
        "feed": {name: value for name, value in query.items() if name not in _OF_NO_FEED},
        "first": query if after else None,
        "more": query | {"after": str(part.next)} if part.next is not None else None,
    }
