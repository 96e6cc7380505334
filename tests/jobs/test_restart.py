"""After a night without it, a daemon that starts visits everything that is overdue and falls upon nobody."""

from __future__ import annotations

import asyncio
import itertools
import time
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.model import Link, Source
from jobs.daemon import run_daemon
from jobs.wiring import utc_now
from store import open_store
from tests.jobs.several import ANSWERING, Host, hosts

pytestmark = pytest.mark.alone
SOURCES, HOSTS = 200, 50
DELAY = timedelta(milliseconds=50)
TICK = timedelta(seconds=4)
# What the fetcher has under way at most; here it is the hosts that are fewer.
CONNECTIONS = 64


def sources_of(servers: list[Host]) -> list[Source]:
    """Single pages, several a host; none is due again for days."""
    week = timedelta(days=7)
    return [
        Source(
            name=f"source-{number}",
            url=servers[number % HOSTS].outside.url(Host.path(number // HOSTS)),
            kind="page",
            every=week,
            min_every=week,
            max_every=week,
            host_delay=DELAY,
        )
        for number in range(SOURCES)
    ]


def test_two_hundred_overdue_sources_on_fifty_hosts(tmp_path: Path) -> None:
    with hosts(HOSTS, SOURCES // HOSTS) as servers, open_store(tmp_path / "data") as store:
        sources, long_ago = sources_of(servers), utc_now() - timedelta(days=1)
        store.archive.declare(sources, long_ago)
        for source in sources:
            store.archive.admit(source.name, [Link(url=source.url)], long_ago)
        most = 0

        async def watch() -> float:
            nonlocal most
            begun = time.monotonic()
            daemon = asyncio.create_task(run_daemon(store, sources, say=lambda line: None, tick=TICK))
            try:
                async with asyncio.timeout(60):
                    while sum(server.asked().total() for server in servers) < SOURCES:
                        most = max(most, sum(server.outside.open for server in servers))
                        await asyncio.sleep(0.01)
            finally:
                daemon.cancel()
                await asyncio.gather(daemon, return_exceptions=True)
            return begun

        begun = asyncio.run(watch())
    assert all(set(server.asked().values()) == {1} for server in servers), "every page once"
    for server in servers:
        assert server.together == 1
        gaps = [after - before - ANSWERING for (before, _), (after, _) in itertools.pairwise(server.log)]
        assert min(gaps) > DELAY.total_seconds(), "closer together than the host's delay"
    assert most <= CONNECTIONS
    firsts = sorted(server.log[0][0] - begun for server in servers)
    apart = TICK.total_seconds() / SOURCES
    assert all(first > place * apart for place, first in enumerate(firsts)), "all hosts at once"
