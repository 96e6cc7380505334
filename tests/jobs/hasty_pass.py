"""Runs passes as `palimpsest check --all` does, but with a deadline of seconds; says what came of them, and the cost.

    python -m tests.jobs.hasty_pass CONFIG DATA SECONDS NAME…

One pass over the named sources first, so that what is loaded and cached by then does not count; then two over all.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from crawler.fetch import Fetcher, build_fetcher
from crawler.model import FetchRequest, FetchResult, Source
from crawler.sources import parse_sources
from jobs.probing import Prober
from jobs.sweep import Event, SourceVisited, Sweeper
from jobs.wiring import utc_now
from store import open_store


@dataclass(frozen=True)
class Hasty:
    """A fetcher whose visits may take so long and no longer."""

    inner: Fetcher
    deadline: timedelta

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchResult:
        return await self.inner.fetch(replace(request, deadline=self.deadline), now)

    def pause(self, url: str) -> float:
        return self.inner.pause(url)

    async def aclose(self) -> None:
        await self.inner.aclose()


def peak() -> float:
    """The most memory that this process has held so far, in MB; what the kernel counts for it may be its parent's."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (line,) = (line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def told(heard: Sequence[Event]) -> dict[str, object]:
    visited = [one for one in heard if isinstance(one, SourceVisited)]
    checked = [one for one in heard if not isinstance(one, SourceVisited)]
    return {
        "entries": {one.source.name: one.discovered.problem for one in visited},
        "pages": {one.page.url: [one.verdict.outcome.value, one.verdict.detail] for one in checked},
    }


async def main(sources: tuple[Source, ...], data: str, seconds: str, *first: str) -> list[dict[str, object]]:
    with open_store(Path(data)) as store:
        store.archive.declare(sources, utc_now())
        heard: list[Event] = []
        fetcher = Hasty(build_fetcher(), timedelta(seconds=float(seconds)))
        sweep = Sweeper(
            sources={source.name: source for source in sources},
            archive=store.archive,
            fetcher=fetcher,
            prober=Prober(fetcher),
            clock=utc_now,
            watch=heard.append,
        )
        await sweep.run(names=first, everything=True)
        before, began, passes = peak(), time.monotonic(), []
        for _ in range(2):
            heard.clear()
            await sweep.run(everything=True)
            passes.append({**told(heard), "megabytes": peak() - before, "seconds": time.monotonic() - began})
        await fetcher.aclose()
    return passes


if __name__ == "__main__":
    configured = parse_sources(Path(sys.argv[1]).read_text("utf-8"))
    sys.stdout.write(json.dumps(asyncio.run(main(configured, *sys.argv[2:]))))
