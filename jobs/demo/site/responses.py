"""What the site answers: a request's path and round to a whole response. Pure; server.py puts it on a socket."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

from jobs.demo.site import render
from jobs.demo.site.pages import BY_NAME
from jobs.demo.site.render import NO_VIEWS, Counters
from jobs.demo.site.rounds import PageState, epoch, page_state, page_states

# The site's own calendar: round n happens on the n-th day after this one, whatever the clock says.
_FIRST_DAY = datetime(2022, 5, 7, 8, 0, tzinfo=UTC)
_SOFT_404 = "对不起，您访问的页面不存在或已被删除"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A status, the headers (without Content-Length) and the body."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


def respond(path: str, number: int, *, counters: Counters = NO_VIEWS, base: str = "") -> Response:
    """The full answer to a plain GET of `path` (with its query) in round `number`; conditions are `not_modified`'s."""
    for state in page_states(number):
        if state.published and path in (state.path, state.old_path):
            return _article(state, path, number, counters)
    plain = _plain(path, number, counters, base)
    if plain is not None:
        return plain
    return Response(
        status=404,
        headers={"Content-Type": "text/html; charset=utf-8"},
        body=render.notice_html("404 Not Found", "您访问的页面不存在").encode("utf-8"),
    )


def page_bytes(name: str, number: int, *, counters: Counters = NO_VIEWS) -> tuple[bytes, dict[str, str]]:
    """The body and headers that the page called `name` has in round `number`, at the address it then has."""
    response = respond(page_state(name, number).path, number, counters=counters)
    return response.body, response.headers


def not_modified(response: Response, headers: dict[str, str]) -> bool:
    """Whether the request's conditions (lower-case header names) hold, so that a 304 answers them."""
    if response.status != 200:
        return False
    wanted = headers.get("if-none-match")
    if wanted is not None:
        held = response.headers.get("ETag")
        candidates = [tag.strip().removeprefix("W/") for tag in wanted.split(",")]
        return held is not None and (held.removeprefix("W/") in candidates or candidates == ["*"])
    since, modified = headers.get("if-modified-since"), response.headers.get("Last-Modified")
    if since is None or modified is None:
        return False
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


def _article(state: PageState, path: str, number: int, counters: Counters) -> Response:
    html = {"Content-Type": "text/html; charset=utf-8"}
    if state.failing:
        body = render.notice_html("500 Internal Server Error", "服务器内部错误，请稍后再试")
        return Response(status=500, headers=html, body=body.encode("utf-8"))
    if state.gone:
        body = render.notice_html("404 Not Found", "您访问的页面不存在")
        return Response(status=404, headers=html, body=body.encode("utf-8"))
    if state.soft_gone:
        body = render.column_html(_SOFT_404, f"{_SOFT_404}！", counters)
        return Response(status=200, headers=html, body=body.encode("utf-8"))
    if path == state.old_path:
        return Response(status=301, headers={**html, "Location": state.path})
    charset = state.dress.header
    content_type = "text/html" if charset is None else f"text/html; charset={charset}"
    wanted = state.page.validators
    validators = _validators(f"article:{state.page.name}", number)
    if wanted != "both":
        del validators["Last-Modified" if wanted == "etag" else "ETag"]
    return Response(
        status=200,
        headers={"Content-Type": content_type, **validators},
        body=_article_bytes(state, number, counters),
    )


def _article_bytes(state: PageState, number: int, counters: Counters) -> bytes:
    return render.article_html(state, number, counters).encode(state.dress.codec)


def _plain(path: str, number: int, counters: Counters, base: str) -> Response | None:
    """The listing, the feed, the sitemap, robots.txt, attachments, and the pages that only fill the site."""
    machine = {"/feed.xml": "application/rss+xml", "/sitemap.xml": "application/xml", "/robots.txt": "text/plain"}
    if path in machine:
        body = render.machine_text(path.removeprefix("/"), number, base).encode("utf-8")
        headers = {"Content-Type": f"{machine[path]}; charset=utf-8", **_validators(path, number)}
        return Response(status=200, headers=headers, body=body)
    index = _listing_index(path)
    if index is not None:
        listing = render.listing_html(number, index, counters)
        if listing is None:
            return None
        headers = {"Content-Type": "text/html; charset=utf-8", **_validators(path, number)}
        return Response(status=200, headers=headers, body=listing.encode("utf-8"))
    for page in BY_NAME.values():
        for file, name in page.attachments:
            if path == page.path.rpartition("/")[0] + f"/{file}":
                headers = {"Content-Type": "application/rtf"}
                return Response(status=200, headers=headers, body=render.attachment_rtf(name))
    if path == "/" or (path.startswith(("/col/", "/zt/")) and path.endswith("/index.html")):
        heading = "首页" if path == "/" else "栏目"
        filler = render.column_html(heading, "栏目建设中，敬请期待。", counters)
        return Response(status=200, headers={"Content-Type": "text/html; charset=utf-8"}, body=filler.encode("utf-8"))
    return None


def _listing_index(path: str) -> int | None:
    """Which page of the listing a path names: index.html is the first, index_1.html the second."""
    if path in ("/xwfb/", "/xwfb/index.html"):
        return 0
    number = path.removeprefix("/xwfb/index_").removesuffix(".html")
    return int(number) if path == f"/xwfb/index_{number}.html" and number in "123456789" and number else None


@lru_cache(maxsize=512)
def _validators_cached(what: str, number: int) -> tuple[str, str]:
    """ETag and Last-Modified of a document: from what it says without its counters, and since when it says it."""
    revision = _revision(what, number)
    since = number
    while since > 0 and _revision(what, since - 1) == revision:
        since -= 1
    return f'"{revision[:16]}"', format_datetime(_FIRST_DAY + timedelta(days=since), usegmt=True)


def _validators(what: str, number: int) -> dict[str, str]:
    etag, modified = _validators_cached(what, number)
    return {"ETag": etag, "Last-Modified": modified}


@lru_cache(maxsize=512)
def _revision(what: str, number: int) -> str:
    """A digest of a document in a round with every counter at zero, renewed by a restart of the server."""
    if what.startswith("article:"):
        content = _article_bytes(page_state(what.removeprefix("article:"), number), number, NO_VIEWS)
    elif what.startswith("/xwfb/"):
        page = render.listing_html(number, _listing_index(what) or 0, NO_VIEWS)
        content = (page or "").encode("utf-8")
    else:
        content = render.machine_text(what.removeprefix("/"), number, "").encode("utf-8")
    return hashlib.sha256(b"%d\0%s" % (epoch(number), content)).hexdigest()
