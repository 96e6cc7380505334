"""What the scripts of one page may ask for while it is rendered, fetched as everything else is, within one budget.

Each part goes through guard.py, pace.py and http.py: only http(s), addresses checked and connected to as checked, ten
redirects, no cookie, one at a time for each host. Documents in frames, scripts, style sheets and data are fetched.
Pictures, fonts and films say nothing that is compared. Nothing is ever sent: a page that only tells its text to a POST
stays empty, for we cannot know what else that would do.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta

from crawler.fetch.face import Fetcher
from crawler.model import FailureReason, FetchFailed, FetchRequest, Snapshot

MAX_PARTS = 200
MAX_BYTES = 32 * 1024 * 1024
# Besides what a host bears: so much of a page may be under way, and be in memory, at once.
AT_ONCE = 4
PART_DEADLINE = timedelta(seconds=20)

FETCHED = frozenset({"document", "script", "stylesheet", "xhr", "fetch"})
# What the pages of a site share. Data and frames are asked for anew with every page.
SHARED = frozenset({"script", "stylesheet"})
KEPT_FOR = timedelta(minutes=10)
KEPT_BYTES = 32 * 1024 * 1024

# What a browser says of its request that servers of data look at. Everything else we say ourselves.
_PASSED_ON = ("accept", "origin", "referer", "x-requested-with")

_Key = tuple[str, str, frozenset[str]]


class RenderFailed(Exception):
    """The page could not be rendered; the message says why, for a person."""

    def __init__(self, reason: FailureReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class KeptParts:
    """Scripts and style sheets of the last minutes, so that the pages of one pass do not ask for them again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, tuple[datetime, Snapshot]] = OrderedDict()
        self._bytes = 0

    def get(self, key: _Key, now: datetime) -> Snapshot | None:
        """What was kept under `key`, where it is fresh."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if now - kept[0] >= KEPT_FOR:
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return kept[1]

    def put(self, key: _Key, part: Snapshot, now: datetime) -> None:
        """Keep a part; what was not asked for longest goes where there is no room."""
        self._drop(key)
        self._kept[key] = now, part
        self._bytes += len(part.body)
        while self._bytes > KEPT_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: _Key) -> None:
        dropped = self._kept.pop(key, None)
        if dropped:
            self._bytes -= len(dropped[1].body)


class Parts:
    """The parts of one page. `page` is the request that fetched it."""

    def __init__(self, fetcher: Fetcher, page: FetchRequest, now: datetime, kept: KeptParts) -> None:
        self._fetcher = fetcher
        self._page = page
        self._now = now
        self._kept = kept
        self._places = asyncio.Semaphore(AT_ONCE)
        self._asked = 0
        self._bytes = 0

    def wanted(self, kind: str, method: str) -> bool:
        """Whether a request of this kind, in Playwright's words, is let through at all."""
        return method == "GET" and kind in FETCHED

    async def ask(self, url: str, kind: str, headers: Mapping[str, str]) -> Snapshot | None:
        """One part, or None where it cannot be had. Raises RenderFailed where the page asks for more than its budget.

        A redirect that leads nowhere is None too: Chromium would follow it without asking.
        """
        url = url.partition("#")[0]
        self._asked += 1
        if self._asked > MAX_PARTS:
            raise RenderFailed(FailureReason.TOO_LARGE, f"the page's scripts ask for more than {MAX_PARTS} addresses")
        key = (url, self._page.tls, self._page.may_be_private)
        if kind in SHARED and (kept := self._kept.get(key, self._now)):
            return kept
        async with self._places:
            answer = await self._fetcher.fetch(self._request(url, headers), self._now)
        if isinstance(answer, FetchFailed) and answer.reason is FailureReason.TOO_LARGE:
            raise RenderFailed(FailureReason.TOO_LARGE, f"a part of the page: {answer.detail} ({url[:200]})")
        if not isinstance(answer, Snapshot) or 300 <= answer.status < 400:
            return None
        self._bytes += len(answer.body)
        if self._bytes > MAX_BYTES:
            raise RenderFailed(FailureReason.TOO_LARGE, f"the parts of the page are larger than {MAX_BYTES:,} bytes")
        if kind in SHARED and answer.status == 200:
            self._kept.put(key, answer, self._now)
        return answer

    def _request(self, url: str, headers: Mapping[str, str]) -> FetchRequest:
        passed_on = ((name, headers[name]) for name in _PASSED_ON if name in headers)
        return FetchRequest(
            url=url,
            host_delay=self._page.host_delay,
            tls=self._page.tls,
            may_be_private=self._page.may_be_private,
            max_bytes=max(min(self._page.max_bytes, MAX_BYTES) - self._bytes, 1),
            deadline=min(self._page.deadline, PART_DEADLINE),
            headers=tuple(
                (name.title(), value) for name, value in passed_on if value.isascii() and value.isprintable()
            ),
            part=True,
        )
