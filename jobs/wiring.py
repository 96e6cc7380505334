"""The composition root: which store, which fetcher, which clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.fetch import Fetcher, build_fetcher
from crawler.model import Source
from jobs.check import Clock
from jobs.probing import Prober
from jobs.rendering import chromium_for
from jobs.settings import USER_AGENT, Settings
from jobs.sweep import Sweeper, Watch
from store import Store, open_store

if TYPE_CHECKING:
    from jobs.metrics import Metrics


def utc_now() -> datetime:
    """The clock of the program."""
    return datetime.now(UTC)


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The store of these settings, closed at the end. Raises StoreError."""
    store = open_store(settings.data, settings.database, blobs=settings.blobs)
    try:
        yield store
    finally:
        store.close()


def fetcher_for(sources: Sequence[Source]) -> Fetcher:
    """A fetcher with all that these Sources ask for. Raises ConfigurationError."""
    chromium = chromium_for(sources)
    return build_fetcher(
        user_agent=USER_AGENT,
        chromium=chromium.executable if chromium else None,
        sandbox=chromium.sandbox if chromium else True,
    )


def archive_fetcher(*, monotonic: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> Fetcher:
    """A fetcher for archives that are asked for a site's past: all politeness but robots.txt.

    docs/decisions/0004-web-archives.md says why.
    """
    return build_fetcher(user_agent=USER_AGENT, robots=False, monotonic=monotonic, sleep=sleep)


@asynccontextmanager
async def sweeper(
    store: Store,
    sources: Sequence[Source],
    *,
    clock: Clock = utc_now,
    notify: bool = True,
    watch: Watch | None = None,
    declare: bool = True,
    metrics: Metrics | None = None,
) -> AsyncIterator[Sweeper]:
    """A Sweeper over these Sources, which are declared to the store unless another process does that; its connections
    are closed at the end. What it fetches is counted in the `metrics`.

    Raises ConfigurationError where a Source is to be rendered and there is no browser to do it.
    """
    fetcher = fetcher_for(sources)
    if metrics is not None:
        from jobs.metrics import MeteredFetcher

        fetcher = MeteredFetcher(fetcher, metrics)
    if declare:
        store.archive.declare(sources, clock())
    try:
        yield Sweeper(
            sources={source.name: source for source in sources},
            archive=store.archive,
            fetcher=fetcher,
            prober=Prober(fetcher),
            clock=clock,
            notify=notify,
            watch=watch,
        )
    finally:
        await fetcher.aclose()
