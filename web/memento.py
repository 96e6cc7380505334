"""Time travel as programs do it (RFC 7089): a TimeGate, TimeMaps, and Mementos: kept responses as they were.

    /timegate/URL                  the response nearest to Accept-Datetime
    /timemap/link/URL, /timemap/json/URL    all of them
    /memento/20260302010000/URL    one of them; as archives do, with or without `id_` behind the time
    /memento/cdx?url=URL           the index of them, as other archives' tools ask for it

URL is what stands in the request, to the byte: its escapes and its query are part of it. What is replayed is hostile:
it goes out as it was, under a policy that allows it nothing, and never as a script or a style sheet.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from crawler.errors import NotKnown
from crawler.model import Json, Snapshot
from crawler.urls import canonical
from store.cursors import Cursor
from store.mementos import Beside, Memento
from web.api import json_response
from web.room import InRoom, Room, Url
from web.safe import FRAMED_POLICY
from web.tagged import Tagged
from web.times import of_stamp, stamp_of

router = APIRouter(include_in_schema=False, route_class=Tagged)

LINK_FORMAT = "application/link-format"
# In one TimeMap; a line of it has some two hundred bytes.
MOST = 500
# What may be replayed under its own name. A page of ours could not be made to run these, or take its styles from them.
_SHOWN = re.compile(
    r"(?:text/(?:html|plain|xml)|application/(?:xhtml\+xml|xml|pdf|json|rss\+xml|atom\+xml)|image/[a-z0-9.+-]+)"
    r"(?:\s*;\s*charset\s*=\s*\"?[a-z0-9._:-]{1,40}\"?)?",
    re.IGNORECASE | re.ASCII,
)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", re.ASCII)
_VALUE = re.compile(r"[\x20-\x7e]{0,2000}", re.ASCII)
# What was true of how it came then, and would be false of how it goes out now.
_OF_THE_WIRE = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive"})
_ASKED = re.compile(r"(?:(?P<cursor>\d{1,17}_\d{1,18})/)?(?P<url>.*)", re.DOTALL)
_HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d{2}:\d{2}:\d{2} GMT",
    re.ASCII,
)


@router.get("/timegate/{rest:path}")
def timegate(request: Request, room: InRoom) -> Response:
    """302 to the Memento that is nearest to Accept-Datetime, to the newest where none is asked for."""
    url = _tracked(room, _asked(request, "/timegate/"))
    beside = room.history.mementos.near(url, _accepted(request.headers.get("accept-datetime")))
    place = _address(request, beside.chosen)
    return RedirectResponse(place, 302, {"Vary": "accept-datetime", "Link": _links(request, beside)})


@router.get("/timemap/{form}/{rest:path}")
def timemap(request: Request, room: InRoom, form: Literal["link", "json"]) -> Response:
    """Every Memento of a Page, the oldest first; of many, the first ones and where the list goes on."""
    found = _ASKED.fullmatch(_asked(request, f"/timemap/{form}/"))
    cursor, asked = found.groups() if found else (None, "")
    url = _tracked(room, asked)
    part = room.history.mementos.of(url, after=Cursor.read(cursor) if cursor else None, limit=MOST)
    # Several of one second have one name, under which the last of them is found.
    named = {_address(request, one): one for one in part.rows}
    if not named:
        raise NotKnown(f"nothing of {url} was kept yet; `palimpsest log {url}` lists what was seen of it.")
    this = f"{_base(request)}/timemap/{form}/{f'{cursor}/' if cursor else ''}{url}"
    following = f"{_base(request)}/timemap/{form}/{part.next}/{url}" if part.next else None
    if form == "json":
        return json_response(_as_json(request, url, named, this, following))
    span = f'from="{_date(part.rows[0].at)}"; until="{_date(part.rows[-1].at)}"'
    lines = [
        f'<{url}>; rel="original"',
        f'<{this}>; rel="self"; type="{LINK_FORMAT}"; {span}',
        f'<{_base(request)}/timegate/{url}>; rel="timegate"',
        *([f'<{following}>; rel="timemap"; type="{LINK_FORMAT}"'] if following else []),
    ]
    ends = {} if cursor else {next(iter(named)): "first "}
    if part.next is None:
        last = list(named)[-1]
        ends[last] = ends.get(last, "") + "last "
    lines += [
        f'<{place}>; rel="{ends.get(place, "")}memento"; datetime="{_date(one.at)}"' for place, one in named.items()
    ]
    return Response(",\n".join(lines) + "\n", media_type=LINK_FORMAT)


@router.get("/memento/cdx")
def cdx(
    room: InRoom,
    url: Url,
    begin: Annotated[str, Query(alias="from", pattern=r"^\d{0,14}$")] = "",
    end: Annotated[str, Query(alias="to", pattern=r"^\d{0,14}$")] = "",
    match: Annotated[Literal["exact", "prefix", "host"], Query(alias="matchType")] = "exact",
    limit: Annotated[int, Query(ge=1, le=10_000)] = 5_000,
) -> Response:
    """The Mementos of a URL, of all below it or of its host, as pywb's CDX server lists them: an object a line.

    Those of one URL are in the order of their times. What is not tracked has none: who walks an index goes on.
    """
    since, until = of_stamp(begin) if begin else None, of_stamp(end, last=True) if end else None
    rows: tuple[Memento, ...] = ()
    if match == "exact":
        with suppress(NotKnown):
            tracked = _tracked(room, url)
            rows = room.history.mementos.of(tracked, limit=limit, since=since, until=until).rows
    elif (below := canonical(url)) is not None:
        rows = room.history.mementos.below(below, whole_host=match == "host", limit=limit, since=since, until=until)
    return Response("".join(json.dumps(_as_cdx(one)) + "\n" for one in rows), media_type="text/x-ndjson")


@router.get("/memento/{rest:path}")
def memento(request: Request, room: InRoom) -> Response:
    """A kept response as it was, under the status it had; 302 to the nearest one from any other time."""
    found = re.fullmatch(r"(\d{4,14})(?:[a-z]{2}_)?/(.*)", _asked(request, "/memento/"), re.ASCII | re.DOTALL)
    at = of_stamp(found[1]) if found else None
    if found is None or at is None:
        raise HTTPException(400, "Ask for /memento/, a time like 20260302010000, a slash and the page's URL.")
    url = _tracked(room, found[2])
    beside = room.history.mementos.near(url, at)
    links = _links(request, beside)
    if stamp_of(beside.chosen.at) != found[1]:
        return RedirectResponse(_address(request, beside.chosen), 302, {"Link": links})
    snapshot = room.history.mementos.response(beside.chosen)
    return Response(snapshot.body, _status(snapshot), _replayed(snapshot, links))


# ---- what is asked for -------------------------------------------------------------------------------------------


def _asked(request: Request, prefix: str) -> str:
    """What follows the prefix in the request, to the byte: the decoded path has lost what was escaped in it."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    rest = raw.partition(b"?")[0].decode("latin-1").removeprefix(prefix)
    query = request.scope["query_string"].decode("latin-1")
    return f"{rest}?{query}" if query else rest


def _tracked(room: Room, asked: str) -> str:
    """The URL of the Page that is meant: as archives have it, under either scheme. Raises NotKnown, HTTPException."""
    # Some clients escape the whole of it, and proxies make one slash of two.
    whole = unquote(asked) if re.match("https?%3a", asked, re.IGNORECASE) else asked
    whole = re.sub(r"^(https?):/+", r"\1://", whole, flags=re.IGNORECASE)
    url = canonical(whole if "://" in whole.partition("?")[0] else f"http://{whole}")
    if url is None:
        raise HTTPException(400, f"{asked[:200]!r} is no http(s) URL; give that of a page, as it is.")
    scheme, _, rest = url.partition("://")
    for one in (url, f"{'http' if scheme == 'https' else 'https'}://{rest}"):
        try:
            return room.history.page(one).url
        except NotKnown:
            continue
    raise NotKnown(f"{url} is not tracked; `palimpsest pages` lists what is.")


def _accepted(header: str | None) -> datetime | None:
    """The time of Accept-Datetime. Raises HTTPException 400 for what is none."""
    if header is None:
        return None
    try:
        if _HTTP_DATE.fullmatch(header.strip()):
            return parsedate_to_datetime(header.strip()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise HTTPException(400, "Accept-Datetime should be like Mon, 02 Mar 2026 01:00:00 GMT.")


# ---- what is answered --------------------------------------------------------------------------------------------


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _address(request: Request, one: Memento) -> str:
    return f"{_base(request)}/memento/{stamp_of(one.at)}/{one.page}"


def _date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)


def _links(request: Request, beside: Beside) -> str:
    """The Link header of a Memento and of the TimeGate: what it is one of, and those beside it."""
    url, base = beside.chosen.page, _base(request)
    near = {"first": beside.first, "prev": beside.previous, "": beside.chosen, "next": beside.following}
    rels: dict[str, list[str]] = {}
    times: dict[str, datetime] = {}
    for rel, one in {**near, "last": beside.last}.items():
        if one is not None:
            place = _address(request, one)
            rels.setdefault(place, []).append(rel)
            times[place] = one.at
    return ", ".join(
        [
            f'<{url}>; rel="original"',
            f'<{base}/timegate/{url}>; rel="timegate"',
            f'<{base}/timemap/link/{url}>; rel="timemap"; type="{LINK_FORMAT}"',
            *(
                f'<{place}>; rel="{" ".join([*filter(None, names), "memento"])}"; datetime="{_date(times[place])}"'
                for place, names in rels.items()
            ),
        ]
    )


def _as_json(
    request: Request, url: str, named: dict[str, Memento], this: str, following: str | None
) -> dict[str, Json]:
    """A TimeMap as aggregators write it in JSON."""
    listed: list[Json] = [{"datetime": one.at.strftime("%Y-%m-%dT%H:%M:%SZ"), "uri": uri} for uri, one in named.items()]
    pages: dict[str, Json] = {"next": following} if following else {}
    return {
        "original_uri": url,
        "self": this,
        "timegate_uri": f"{_base(request)}/timegate/{url}",
        "timemap_uri": {form: f"{_base(request)}/timemap/{form}/{url}" for form in ("link", "json")},
        "mementos": {"list": listed, "first": listed[0], "last": listed[-1]},
        "pages": pages,
    }


def _as_cdx(one: Memento) -> dict[str, str]:
    parts = urlsplit(one.page)
    host = ",".join(reversed((parts.hostname or "").removeprefix("www.").split(".")))
    port = f":{parts.port}" if parts.port else ""
    return {
        "urlkey": f"{host}{port}){parts.path}{f'?{parts.query}' if parts.query else ''}".lower(),
        "timestamp": stamp_of(one.at),
        "url": one.page,
        "mime": one.media_type.partition(";")[0].strip().lower() or "unk",
        "status": str(one.status),
        "digest": f"sha256:{one.digest}",
        "length": str(one.size),
    }


def _status(snapshot: Snapshot) -> int:
    """The status that it had, but for those under which nothing is shown, or a browser would do something else."""
    return snapshot.status if snapshot.status == 200 or 400 <= snapshot.status < 600 else 200


def _replayed(snapshot: Snapshot, links: str) -> dict[str, str]:
    """The headers of a replay: ours by their names, the page's own under those that archives give them."""
    headers = {
        f"X-Archive-Orig-{name}": value
        for name, value in snapshot.headers[:60]
        if _HEADER.fullmatch(name) and _VALUE.fullmatch(value) and name.lower() not in _OF_THE_WIRE
    }
    given = (snapshot.header("content-type") or "text/html").strip()
    digest = b64encode(bytes.fromhex(snapshot.digest)).decode()
    return headers | {
        "Content-Type": given if _SHOWN.fullmatch(given) else "application/octet-stream",
        "Content-Security-Policy": FRAMED_POLICY,
        "Memento-Datetime": _date(snapshot.fetched_at),
        "Link": links,
        "ETag": f'"{snapshot.digest[:32]}"',
        "Repr-Digest": f"sha-256=:{digest}:",
    }
