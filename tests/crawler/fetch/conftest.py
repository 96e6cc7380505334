"""A site on loopback, the whole stack of fetchers, and a short way to ask one of the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.fetch import Fetcher, build_fetcher
from crawler.model import FetchRequest, FetchResult
from tests.chromium import chromium
from tests.outside import Outside

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

Get = Callable[..., Awaitable[FetchResult]]


@pytest.fixture
def site() -> Iterator[Outside]:
    with Outside() as outside:
        yield outside


class Clock:
    """Real time, but for the waiting: to sleep is to be later at once. `slept` lists what was slept."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._skipped = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._skipped

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._skipped += seconds
        await asyncio.sleep(0)

    def skip(self, seconds: float) -> None:
        self._skipped += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def fetcher(clock: Clock) -> AsyncIterator[Fetcher]:
    built = build_fetcher(monotonic=clock.monotonic, sleep=clock.sleep, chance=lambda: 0.0)
    yield built
    await built.aclose()


@pytest.fixture
def get(site: Outside, fetcher: Fetcher) -> Get:
    """get("/path") fetches from `site`, with any field of FetchRequest by keyword, and `now`."""

    async def ask(path: str, *, now: datetime = NOW, **fields: Any) -> FetchResult:
        wanted: dict[str, Any] = {
            "url": site.url(path),
            "may_be_private": site.private,
            "deadline": timedelta(seconds=5),
            **fields,
        }
        return await fetcher.fetch(FetchRequest(**wanted), now)

    return ask


class Draw:
    """draw("/path") renders a page of `site`, which alone may be private, with any field of FetchRequest by keyword."""

    def __init__(self, site: Outside, fetcher: Fetcher) -> None:
        self._site = site
        self._fetcher = fetcher
        self.aclose = fetcher.aclose

    async def __call__(self, path: str, *, now: datetime = NOW, **fields: Any) -> FetchResult:
        wanted: dict[str, Any] = {
            "url": self._site.url(path),
            "may_be_private": frozenset({f"{self._site.host}:{self._site.port}"}),
            "deadline": timedelta(seconds=20),
            "render": True,
            **fields,
        }
        return await self._fetcher.fetch(FetchRequest(**wanted), now)


@pytest.fixture
async def draw(site: Outside, clock: Clock) -> AsyncIterator[Draw]:
    browser = chromium()
    built = build_fetcher(
        monotonic=clock.monotonic,
        sleep=clock.sleep,
        chance=lambda: 0.0,
        chromium=browser.executable,
        sandbox=browser.sandbox,
    )
    yield Draw(site, built)
    await built.aclose()
