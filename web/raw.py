"""The response behind a version: its bytes, its text, and as a browser would draw it, without any power.

Whatever a page carries may be made to attack whoever looks at it. Drawn, it stands in a frame that runs no script,
loads nothing, knows no origin and leads nowhere; it is never given to a browser as a page of its own.
"""

from __future__ import annotations

import re
from base64 import b64encode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from crawler.decode import decode
from web.render import query
from web.room import InRoom, Url, VersionNumber
from web.safe import FRAMED_POLICY, FRAMING_POLICY, RAW_POLICY

router = APIRouter(include_in_schema=False)

# No policy keeps a browser from looking up a host, or from connecting to one, that a <link> names beforehand. The
# element is exchanged for one that does nothing; the bytes and the text as they are stand beside it.
_LINK = re.compile(r"<link(?=[\s/>])", re.IGNORECASE)
_INERT = "<wbr data-was-link"
_PAGES = ("text/html", "application/xhtml+xml")


@router.get("/raw")
def raw(room: InRoom, url: Url, n: VersionNumber, download: bool = False) -> Response:
    """The HTML behind a version as plain text, under a policy that allows nothing; `download=1`: the exact bytes."""
    snapshot = room.history.snapshot(url, n)
    headers = {"Content-Security-Policy": RAW_POLICY}
    if download:
        headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(snapshot.digest)).decode()}:"
        headers["Content-Disposition"] = f'attachment; filename="{snapshot.digest[:16]}.bin"'
        return Response(snapshot.body, media_type="application/octet-stream", headers=headers)
    text = decode(snapshot).text.encode("utf-8", "replace")
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)


@router.get("/raw/view", response_class=HTMLResponse)
def viewer(room: InRoom, url: Url, n: VersionNumber) -> Response:
    """The page around the frame in which a version's response is drawn, with what is left out of it."""
    read = room.history.browsing.version(url, n)
    kind = next((value for name, value in read.response.headers if name.lower() == "content-type"), "")
    answer = room.page(
        "raw.html",
        here="pages",
        url=url,
        page=read.page,
        version=read.version,
        response=read.response,
        # What says nothing of itself is taken for a page, as a browser would.
        drawable=not kind or kind.partition(";")[0].strip().lower() in _PAGES,
    )
    answer.headers["Content-Security-Policy"] = FRAMING_POLICY
    return answer


@router.get("/raw/html", response_class=HTMLResponse)
def framed(request: Request, room: InRoom, url: Url, n: VersionNumber) -> Response:
    """A version's response for the frame, in UTF-8 whatever it was in; a browser that asks for it alone gets the frame.

    The charset of the header goes before any that the page names. A mark of byte order at its beginning can only be
    that of UTF-8, for in UTF-8 it is written.
    """
    if request.headers.get("sec-fetch-dest") in {"document", "embed", "object"}:
        return RedirectResponse(f"/raw/view?{query({'url': url, 'n': n})}", 303)
    text = _LINK.sub(_INERT, decode(room.history.snapshot(url, n)).text)
    headers = {
        "Content-Security-Policy": FRAMED_POLICY,
        "Referrer-Policy": "no-referrer",
        "X-DNS-Prefetch-Control": "off",
        "Vary": "Sec-Fetch-Dest",
    }
    return Response(text.encode("utf-8", "replace"), media_type="text/html; charset=utf-8", headers=headers)
