"""A kept response, by its version or its time: its bytes, its text, and as a browser would draw it, without any power.

Whatever a page carries may be made to attack whoever looks at it. Drawn, it stands in a frame that runs no script,
loads nothing, knows no origin and leads nowhere; it is never given to a browser as a page of its own.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from crawler.decode import decode
from crawler.model import Snapshot
from store.mementos import Memento
from store.responses import KeptResponse
from web.render import query
from web.room import MAX_NUMBER, InRoom, Room, Url
from web.safe import FRAMED_POLICY, FRAMING_POLICY, RAW_POLICY
from web.times import of_stamp

router = APIRouter(include_in_schema=False)

# No policy keeps a browser from looking up a host, or from connecting to one, that a <link> names beforehand. The
# element is exchanged for one that does nothing; the bytes and the text as they are stand beside it.
_LINK = re.compile(r"<link(?=[\s/>])", re.IGNORECASE)
_INERT = "<wbr data-was-link"
_PAGES = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which response of a page: the one that version `n` was read from, or the one that was received `at` a time."""

    url: Url
    n: Annotated[int | None, Query(description="A version's number", ge=1, le=MAX_NUMBER)] = None
    at: Annotated[str | None, Query(description="The time of a kept response", pattern=r"^\d{14}$")] = None

    @property
    def query(self) -> dict[str, str | int]:
        """As it stands in an address."""
        return {"url": self.url, "at": self.at or ""} if self.n is None else {"url": self.url, "n": self.n}

    def memento(self, room: Room) -> Memento:
        """The one `at` a time. Raises HTTPException where neither is asked for, or no time."""
        at = of_stamp(self.at) if self.at else None
        if at is None:
            raise HTTPException(400, "Ask for a version, as n=2, or for a time, as at=20260302010000.")
        return room.history.mementos.of_second(self.url, at)

    def snapshot(self, room: Room) -> Snapshot:
        """The response itself."""
        if self.n is not None:
            return room.history.snapshot(self.url, self.n)
        return room.history.mementos.response(self.memento(room))


InQuery = Annotated[Asked, Depends()]


@router.get("/raw")
def raw(room: InRoom, asked: InQuery, download: bool = False) -> Response:
    """The HTML of a response as plain text, under a policy that allows nothing; `download=1`: the exact bytes."""
    snapshot = asked.snapshot(room)
    headers = {"Content-Security-Policy": RAW_POLICY}
    if download:
        headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(snapshot.digest)).decode()}:"
        headers["Content-Disposition"] = f'attachment; filename="{snapshot.digest[:16]}.bin"'
        return Response(snapshot.body, media_type="application/octet-stream", headers=headers)
    text = decode(snapshot).text.encode("utf-8", "replace")
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)


@router.get("/raw/view", response_class=HTMLResponse)
def viewer(room: InRoom, asked: InQuery) -> Response:
    """The page around the frame in which a response is drawn, with what is left out of it."""
    response: Memento | KeptResponse
    if asked.n is None:
        response = one = asked.memento(room)
        page, version, at, kind = room.history.page(asked.url), None, one.at, one.media_type
    else:
        read = room.history.browsing.version(asked.url, asked.n)
        response = read.response
        page, version, at = read.page, read.version, read.response.fetched_at
        kind = next((value for name, value in read.response.headers if name.lower() == "content-type"), "")
    answer = room.page(
        "raw.html",
        here="pages",
        url=asked.url,
        asked=asked.query,
        page=page,
        version=version,
        response=response,
        at=at,
        # What says nothing of itself is taken for a page, as a browser would.
        drawable=not kind or kind.partition(";")[0].strip().lower() in _PAGES,
    )
    answer.headers["Content-Security-Policy"] = FRAMING_POLICY
    return answer


@router.get("/raw/html", response_class=HTMLResponse)
def framed(request: Request, room: InRoom, asked: InQuery) -> Response:
    """A response for the frame, in UTF-8 whatever it was in; a browser that asks for it alone gets the frame.

    The charset of the header goes before any that the page names. A mark of byte order at its beginning can only be
    that of UTF-8, for in UTF-8 it is written.
    """
    if request.headers.get("sec-fetch-dest") in {"document", "embed", "object"}:
        return RedirectResponse(f"/raw/view?{query(asked.query)}", 303)
    text = _LINK.sub(_INERT, decode(asked.snapshot(room)).text)
    headers = {
        "Content-Security-Policy": FRAMED_POLICY,
        "Referrer-Policy": "no-referrer",
        "X-DNS-Prefetch-Control": "off",
        "Vary": "Sec-Fetch-Dest",
    }
    return Response(text.encode("utf-8", "replace"), media_type="text/html; charset=utf-8", headers=headers)
