"""What could not be told to anybody, or not yet: the notifications that `palimpsest outbox` lists."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from store import OutboxState
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
    return room.page("notifications.html", here="health", rows=part.rows, oldest=oldest, **onwards(asked, part, after))
