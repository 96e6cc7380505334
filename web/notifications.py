"""What could not be told to anybody, or not yet: the notifications that `palimpsest outbox` lists."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from crawler.model import Change, ChangeKind
from store import OutboxItem, OutboxState
from web.asked import After, Filter, one_of
from web.exports import AT_ONCE, download, rows_of
from web.lists import AsFile, Oldest, onwards, part_of
from web.room import InRoom

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/notifications")
def notifications(
    room: InRoom, state: Filter = None, oldest: Oldest = False, after: After = None, form: AsFile = None
) -> Response:
    """All that are not delivered; of their targets nothing but what went wrong, which names none of their secrets."""
    chosen = one_of(OutboxState, state, "state of a notification")
    read = partial(room.history.notifications, chosen, newest_first=not oldest)
    if form is not None:
        return download(rows_of(lambda place: read(after=place, limit=AT_ONCE)), form, "notifications")
    part = part_of(read, after)
    asked = {"state": state, "oldest": "1" if oldest else None}
    rows = [(item, _change_of(item)) for item in part.rows]
    return room.page("notifications.html", here="health", rows=rows, oldest=oldest, **onwards(asked, part, after))


def _change_of(item: OutboxItem) -> Change | None:
    """The Change that a notification tells of, as far as its summary goes; None for what is none."""
    if item.what != "change":
        return None
    fields, evidence = item.payload.get("fields"), item.payload.get("evidence")
    added, removed = item.payload.get("added"), item.payload.get("removed")
    return Change(
        before=0,
        after=0,
        kind=ChangeKind(item.kind),
        minor=item.minor,
        fields=tuple(map(str, fields)) if isinstance(fields, list) else (),
        added=added if isinstance(added, int) else 0,
        removed=removed if isinstance(removed, int) else 0,
        summary=item.summary,
        evidence=evidence if isinstance(evidence, dict) else {},
    )
