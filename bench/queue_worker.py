"""One worker of the queue in a process of its own: `python -m bench.queue_worker nothing|recorded DATABASE DATA`.

`nothing`: a job ends as soon as it is taken. `recorded`: every Page is visited in full, but for the network, which
answers at once that nothing has changed.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.model import FetchRequest, NotModified, Source
from jobs.cli.context import run_service
from jobs.probing import Prober
from jobs.queue import take_jobs
from jobs.sweep import Pass, Sweeper
from jobs.wiring import utc_now
from store import open_store

SOURCE = Source(name="bench", url="https://www.example.gov.cn/")


class Unchanged:
    """A network on which nothing ever changes."""

    async def fetch(self, request: FetchRequest, now: datetime) -> NotModified:
        return NotModified(url=request.url, fetched_at=now)

    def pause(self, url: str) -> float:
        return 0.0

    async def aclose(self) -> None:
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle(Sweeper):
    """Does nothing of what a job asks for."""

    async def run_host(self, host: str, *, most: int, owner: str, stop: asyncio.Event) -> Pass:
        return Pass()


def main(kind: str, database: str, data: str) -> None:
    network = Unchanged()
    with open_store(Path(data), database) as store:
        assert store.queue is not None
        made = Idle if kind == "nothing" else Sweeper
        sweep = made(
            sources={SOURCE.name: SOURCE},
            archive=store.archive,
            fetcher=network,
            prober=Prober(network),
            clock=utc_now,
        )
        run_service(take_jobs(store.queue, sweep, lambda line: None))


if __name__ == "__main__":
    main(*sys.argv[1:])
