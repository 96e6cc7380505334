"""Politeness: a host is asked one thing at a time, with a pause between, and is left alone when it asks or struggles.

The state is the host's, shared by all sources on it, so that two sources are no less polite than one; only the host
waits, never its neighbours. A host that answers with errors, or not at all, has its pause doubled each time; an answer
that is in order brings it back. Where that or a Retry-After makes a pause longer than the visit's own deadline, it is
not waited for: the visit ends as a FetchFailed whose `retry_after` says how long the host is still left alone.

The parts of a page that is rendered go without the pause, for they are one visit: a page of forty scripts would
otherwise take minutes. They go one at a time all the same, stay away from a host that asked for it or struggles, and
the pause comes after the last of them.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from crawler.fetch.face import Fetcher
from crawler.model import FailureReason, FetchFailed, FetchRequest, FetchResult, Snapshot

# In flight on a host whose every source says that it needs no pause (loopback, benchmarks).
UNPACED = 8
# What is doubled on such a host while it does not answer: a thousand of its pages must not wait out their deadlines.
FIRST_PAUSE = 0.05
MAX_PAUSE = 300.0
MAX_RETRY_AFTER = timedelta(days=1)
# A host slower than its pause is left alone for as long as it took, up to this many seconds.
MAX_LATENCY_PAUSE = 10.0
JITTER = 0.2
MAX_HOSTS = 4096

_DEFAULT_PORTS = {"http": 80, "https": 443}
_TROUBLE = frozenset(
    {FailureReason.CONNECT, FailureReason.TIMEOUT, FailureReason.DNS, FailureReason.TRUNCATED, FailureReason.PROTOCOL}
)


@dataclass(slots=True)
class _Host:
    delay: float = 0.0
    doublings: int = 0
    free_at: float = 0.0
    left_alone_until: float = 0.0
    trouble: FetchFailed | None = None
    waiting: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    unpaced: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UNPACED))

    @property
    def gate(self) -> asyncio.Lock | asyncio.Semaphore:
        return self.turn if self.delay else self.unpaced


class PaceFetcher:
    """Lets requests through to `inner` as each one's host can bear it."""

    def __init__(
        self,
        inner: Fetcher,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        chance: Callable[[], float],
    ) -> None:
        self._inner = inner
        self._monotonic = monotonic
        self._sleep = sleep
        self._chance = chance
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchResult:
        """See Fetcher. Time spent waiting for the host's turn does not count against the deadline."""
        host = self._host(request.url)
        # The most patient of the sources on a host decides for all of them.
        host.delay = max(host.delay, request.host_delay.total_seconds())
        host.waiting += 1
        try:
            async with host.gate:
                return await self._turn(host, request, now)
        finally:
            host.waiting -= 1

    def pause(self, url: str) -> float:
        """See Fetcher."""
        host = self._hosts.get(host_key(url))
        return max(0.0, host.free_at - self._monotonic()) if host else 0.0

    async def aclose(self) -> None:
        """See Fetcher."""
        await self._inner.aclose()

    async def _turn(self, host: _Host, request: FetchRequest, now: datetime) -> FetchResult:
        while (pause := (host.left_alone_until if request.part else host.free_at) - self._monotonic()) > 0:
            if pause > max(request.deadline.total_seconds(), host.delay * (1 + JITTER)):
                return _left_alone(host, request, now, pause)
            await self._sleep(pause)
        began = self._monotonic()
        result: FetchResult | None = None
        try:
            result = await self._inner.fetch(request, now)
            return result
        finally:
            # Also after a cancellation: the host was asked, so the next one waits.
            self._note(host, result, began, now)

    def _note(self, host: _Host, result: FetchResult | None, began: float, now: datetime) -> None:
        ended = self._monotonic()
        in_trouble = _in_trouble(result)
        host.doublings = host.doublings + 1 if in_trouble else host.doublings // 2
        host.trouble = result if in_trouble and isinstance(result, FetchFailed) else None
        base = host.delay or (FIRST_PAUSE if host.trouble else 0.0)
        pause = min(base * 2.0 ** min(host.doublings, 32), max(MAX_PAUSE, host.delay))
        if host.delay:
            pause = max(pause, min(ended - began, MAX_LATENCY_PAUSE))
            pause *= 1 + JITTER * self._chance()
        asked = retry_after(result, now) if isinstance(result, Snapshot) else None
        if asked:
            pause = max(pause, asked.total_seconds())
        host.free_at = max(host.free_at, ended + pause)
        if asked or host.doublings:
            host.left_alone_until = host.free_at

    def _host(self, url: str) -> _Host:
        key = host_key(url)
        host = self._hosts.get(key)
        if host is None:
            host = self._hosts[key] = _Host()
            self._forget_oldest()
        self._hosts.move_to_end(key)
        return host

    def _forget_oldest(self) -> None:
        if len(self._hosts) <= MAX_HOSTS:
            return
        now = self._monotonic()
        for key, host in list(self._hosts.items())[: MAX_HOSTS // 8]:
            if not host.waiting and host.free_at <= now:
                del self._hosts[key]


def host_key(url: str) -> str:
    """What counts as one host: its name, and its port where that is not the scheme's own."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    if parts.port is None or parts.port == _DEFAULT_PORTS.get(parts.scheme):
        return name
    return f"{name}:{parts.port}"


def retry_after(answer: Snapshot, now: datetime) -> timedelta | None:
    """How long a 429 or 503 asks us to stay away, in seconds or as a date, MAX_RETRY_AFTER at most."""
    if answer.status not in (429, 503):
        return None
    value = (answer.header("retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), MAX_RETRY_AFTER.total_seconds()))
    until = _date(value)
    if until is None:
        return None
    # A date is meant by the server's own clock, where it tells what that says.
    wait = until - (_date(answer.header("date") or "") or now)
    return min(wait, MAX_RETRY_AFTER) if wait > timedelta(0) else None


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_trouble(result: FetchResult | None) -> bool:
    if isinstance(result, FetchFailed):
        return result.reason in _TROUBLE
    return isinstance(result, Snapshot) and (result.status == 429 or result.status >= 500)


def _left_alone(host: _Host, request: FetchRequest, now: datetime, pause: float) -> FetchFailed:
    pause_left = timedelta(seconds=pause)
    name = host_key(request.url)
    if host.trouble:
        detail = f"not asked: {name} is in trouble ({host.trouble.detail}) and is left alone for {pause:.0f} s more"
        return replace(host.trouble, url=request.url, fetched_at=now, detail=detail, retry_after=pause_left)
    return FetchFailed(
        url=request.url,
        fetched_at=now,
        reason=FailureReason.TIMEOUT,
        detail=f"not asked: {name} asked to be left alone, or struggles; {pause:.0f} s more",
        retry_after=pause_left,
    )
