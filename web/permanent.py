"""Links that hold for good: where the past is told anew, versions and findings get other numbers; times stay.

/at?url=URL&time=T              the version in force then
/at?url=URL&since=S&time=T      what differs between those in force at two times
/finding/of?url=URL&fingerprint=F&opened=T      a finding, or the last time that the same was there
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from crawler.errors import NotKnown
from web.render import query
from web.room import InRoom, Room, Url
from web.times import Moment

router = APIRouter(include_in_schema=False)


@router.get("/at")
def at(
    room: InRoom,
    url: Url,
    time: Moment,
    since: Moment | None = None,
    view: Annotated[Literal["inline", "sides"], Query()] = "inline",
) -> Response:
    """302 to the version, or the diff, as they are numbered now."""
    number = _number(room, url, time)
    if since is None:
        return RedirectResponse(f"/version?{query({'url': url, 'n': number})}", 302)
    asked = {"url": url, "a": _number(room, url, since), "b": number}
    return RedirectResponse(f"/diff?{query(asked | ({'view': view} if view != 'inline' else {}))}", 302)


@router.get("/finding/of")
def finding_of(room: InRoom, url: Url, fingerprint: Annotated[str, Query(max_length=200)], opened: Moment) -> Response:
    """302 to the finding as it is numbered now."""
    return RedirectResponse(f"/finding?id={room.history.browsing.finding_of(url, fingerprint, opened)}", 302)


def _number(room: Room, url: str, time: datetime) -> int:
    version = room.history.at(url, time)
    if version is None:
        raise NotKnown(f"{url} had no version yet at that time; `palimpsest log {url}` lists what there is.")
    return version.number
