"""A web archive, asked by one visitor at a time and as slowly as it can bear.

A backfill has time: where the archive asks to be left alone, or struggles, it waits, for longer each time, and its hold
on the archive's host lasts as long. What does not come right then is given up, and said.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crawler.archives import Index, NotAnIndex, read_index
from crawler.fetch import Fetcher
from crawler.fetch.pace import retry_after
from crawler.model import FailureReason, FetchFailed, FetchRequest, FetchResult, Snapshot
from crawler.urls import host_of
from jobs.check import PAGE_BYTES, Clock
from jobs.leases import Lease, held
from jobs.wiring import archive_fetcher, utc_now
from store import Archive

Sleep = Callable[[float], Awaitable[None]]
# Between two requests to an archive, and between two questions about its index: what the Internet Archive bears,
# which lets nobody in for an hour who goes on when told to stop (docs/decisions/0004-web-archives.md).
DELAY, INDEX_DELAY = 1.0, 2.5
# How often one thing is asked for, a capture that the archive fails at less often; the first wait where it does not
# say how long, doubled each time.
ATTEMPTS, CAPTURE_ATTEMPTS = 6, 3
TOLD_TO_STOP, STRUGGLES = 60.0, 15.0
# Longer than this is not waited: the person is told when to start again.
PATIENCE = 1800.0
# Waiting is done in pieces, so that the lease on the archive can be extended between them.
_PIECE = 60.0
_INDEX_DEADLINE = timedelta(seconds=180)
_MAY_COME_RIGHT = frozenset(
    {
        FailureReason.CONNECT,
        FailureReason.TIMEOUT,
        FailureReason.DNS,
        FailureReason.TRUNCATED,
        FailureReason.PROTOCOL,
    }
)


class GivenUp(Exception):
    """The archive cannot be asked any further; the message says why, and what to do."""


@dataclass(slots=True, kw_only=True)
class Asking:
    """The archive with this host, for as long as its lease is held."""

    host: str
    fetcher: Fetcher
    lease: Lease
    clock: Clock
    sleep: Sleep
    monotonic: Callable[[], float]
    _index_at: float = field(default=0.0, init=False)

    async def index(self, url: str) -> Index | str:
        """The answer to a question about the index, or what came in its place, in words.

        Raises GivenUp where the archive cannot be asked any further.
        """
        if not _here(self.host):
            await self._wait(self._index_at - self.monotonic())
        try:
            answer = await self._ask(self._request(url, deadline=_INDEX_DEADLINE), ATTEMPTS)
        finally:
            self._index_at = self.monotonic() + INDEX_DELAY
        if _in_trouble(answer):
            raise GivenUp(f"{self.host}: {_why(answer)}, {ATTEMPTS} times running; start again later, it goes on here")
        return _index(answer, self.clock())

    async def capture(self, url: str) -> FetchResult:
        """The answer to the question for a capture, redirects not followed. Raises GivenUp."""
        return await self._ask(self._request(url), CAPTURE_ATTEMPTS)

    def _request(self, url: str, deadline: timedelta = timedelta(seconds=60)) -> FetchRequest:
        return FetchRequest(
            url=url,
            host_delay=timedelta(0) if _here(self.host) else timedelta(seconds=DELAY),
            # Whoever names an archive on the command line means that host.
            may_be_private=frozenset({self.host}),
            max_bytes=PAGE_BYTES,
            deadline=deadline,
            follow=False,
        )

    async def _ask(self, request: FetchRequest, attempts: int) -> FetchResult:
        for attempt in range(ATTEMPTS):
            self.lease.extend_in_time()
            answer = await self.fetcher.fetch(request, self.clock())
            if isinstance(answer, Snapshot) and answer.status == 403 and not _of_a_page(answer):
                raise GivenUp(
                    f"{self.host} refuses to be asked (403). It lets nobody in who asked too much, or who has no right "
                    "to: wait some hours, or ask those who run it; the same command goes on from here"
                )
            wait = self._pause(answer, request.url, attempt)
            if wait is None:
                return answer
            told = isinstance(answer, Snapshot) and answer.status == 429
            if attempt + 1 >= (ATTEMPTS if told else attempts):
                break
            if wait > PATIENCE:
                raise GivenUp(
                    f"{self.host} asks to be left alone for {_length(wait)}: {_why(answer)}. "
                    "Start the same command again after that; it goes on from here"
                )
            await self._wait(wait)
        if isinstance(answer, Snapshot) and answer.status == 429:
            raise GivenUp(f"{self.host} said {ATTEMPTS} times running that it is asked too much; start again later")
        return answer

    def _pause(self, answer: FetchResult, url: str, attempt: int) -> float | None:
        """How many seconds to wait before asking again; None where the answer is one."""
        if not _in_trouble(answer):
            return None
        asked = answer.retry_after if isinstance(answer, FetchFailed) else None
        if isinstance(answer, Snapshot):
            asked = retry_after(answer, self.clock())
        if asked is not None:
            return float(asked.total_seconds())
        told = isinstance(answer, Snapshot) and answer.status == 429
        return max((TOLD_TO_STOP if told else STRUGGLES) * 2.0**attempt, self.fetcher.pause(url))

    async def _wait(self, seconds: float) -> None:
        while seconds > 0:
            await self.sleep(min(seconds, _PIECE))
            seconds -= _PIECE
            self.lease.extend_in_time()


@asynccontextmanager
async def asking(
    archive: Archive,
    base: str,
    *,
    clock: Clock = utc_now,
    sleep: Sleep = asyncio.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Asking]:
    """The archive at `base`, its host leased while the context lasts. Raises GivenUp where another process is at it."""
    host = host_of(base)
    fetcher = archive_fetcher(monotonic=monotonic, sleep=sleep)
    try:
        async with held(archive, clock, [host]) as lease:
            if host not in lease.hosts:
                raise GivenUp(f"{host} is being visited by another process of yours; start again when that is done")
            yield Asking(host=host, fetcher=fetcher, lease=lease, clock=clock, sleep=sleep, monotonic=monotonic)
    finally:
        await fetcher.aclose()


def _index(answer: FetchResult, now: datetime) -> Index | str:
    """The captures of an answer, or what it is instead."""
    match answer:
        case Snapshot(status=200, body=body):
            try:
                return read_index(body, now)
            except NotAnIndex as error:
                return str(error)
        case Snapshot(status=status):
            return f"status {status}"
        case FetchFailed(reason=reason, detail=detail):
            return f"{reason}: {detail}"
        case _:
            return "status 304"


def _in_trouble(answer: FetchResult) -> bool:
    if isinstance(answer, Snapshot):
        # An archived error is what was asked for.
        return (answer.status == 429 or answer.status >= 500) and answer.header("memento-datetime") is None
    return isinstance(answer, FetchFailed) and answer.reason in _MAY_COME_RIGHT


def _of_a_page(answer: Snapshot) -> bool:
    """Whether a refusal is about one page: a capture that says so, or an archive that keeps that page back."""
    said = answer.header("memento-datetime"), answer.header("x-archive-wayback-runtime-error")
    return any(said) or b"AdministrativeAccessControl" in answer.body[:4096]


def _why(answer: FetchResult) -> str:
    match answer:
        case Snapshot(status=status):
            return f"it answered {status}"
        case FetchFailed(reason=reason, detail=detail):
            return f"{reason}: {detail}"
        case _:
            return "it answered 304"


def _here(host: str) -> bool:
    """Whether an archive runs on this machine: nobody else waits for it."""
    name = urlsplit(f"//{host}").hostname or ""
    return name in ("localhost", "::1") or name.startswith("127.")


def _length(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds >= 3600 else f"{seconds / 60:.0f} minutes"
