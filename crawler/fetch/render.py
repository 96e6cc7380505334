"""Pages that are empty without their scripts: fetched as any page is, then drawn in a browser and written out.

Only an HTML page that was answered with 200 is drawn: a refusal or a challenge with a status of its own is reported as
it was served, and a feed, a sitemap or a file has no scripts. What is drawn is asked for unconditionally, for what its
scripts fetch changes behind a 304.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.decode import decode
from crawler.fetch.face import Fetcher, spent
from crawler.fetch.parts import KeptParts, Parts, RenderFailed
from crawler.model import RENDERED_BY, FailureReason, FetchFailed, FetchRequest, FetchResult, Snapshot, Validators
from crawler.sniff import not_a_page

if TYPE_CHECKING:
    from crawler.fetch.browser import Browser

_SAMPLE = 1024
_DATA = (b"{", b"[", b"<?xml", b"<rss", b"<feed", b"<urlset", b"<sitemapindex")


class RenderFetcher:
    """Draws what comes of requests that want it; everything else goes through. `browser` None: such requests fail."""

    def __init__(self, inner: Fetcher, browser: Browser | None) -> None:
        self._inner = inner
        self._browser = browser
        self._kept = KeptParts()

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchResult:
        """See Fetcher. The deadline counts the page and its parts together."""
        if not request.render:
            return await self._inner.fetch(request, now)
        if self._browser is None:
            return _failed(request, now, RenderFailed(FailureReason.RENDER, "there is no browser to render it with"))
        request = replace(request, validators=Validators())
        before = spent.get()
        served = await self._inner.fetch(request, now)
        if not isinstance(served, Snapshot) or not is_html(served):
            return served
        seconds = request.deadline.total_seconds() - (spent.get() - before)
        try:
            return await self._drawn(self._browser, request, served, max(seconds, 0.001), now)
        except RenderFailed as error:
            return _failed(request, now, error)

    def pause(self, url: str) -> float:
        """See Fetcher."""
        return self._inner.pause(url)

    async def aclose(self) -> None:
        """See Fetcher."""
        if self._browser:
            await self._browser.aclose()
        await self._inner.aclose()

    async def _drawn(
        self, browser: Browser, request: FetchRequest, served: Snapshot, seconds: float, now: datetime
    ) -> Snapshot:
        # In the charset that we find, not in the one that is declared: what the browser misread could not be mended.
        text, name = await browser.draw(
            served,
            charset=decode(served).encoding,
            timezone=request.timezone,
            parts=Parts(self._inner, request, now, self._kept),
            seconds=seconds,
        )
        # Scripts can put half a character into a page.
        body = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
        kept = tuple((key, value) for key, value in served.headers if key.lower() != "content-type")
        headers = (*kept, ("Content-Type", "text/html; charset=utf-8"), (RENDERED_BY, name))
        return replace(served, body=body, headers=headers)


def is_html(served: Snapshot) -> bool:
    """Whether this is a page that a browser would show, and no refusal."""
    if served.status != 200 or not_a_page(served):
        return False
    head = served.body[:_SAMPLE].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<html" in head or head.startswith(b"<!doctype html"):
        return True
    declared = (served.header("content-type") or "text/html").partition(";")[0].strip().lower()
    return declared in ("text/html", "application/xhtml+xml") and not head.startswith(_DATA)


def _failed(request: FetchRequest, now: datetime, error: RenderFailed) -> FetchFailed:
    return FetchFailed(url=request.url, fetched_at=now, reason=error.reason, detail=str(error))
