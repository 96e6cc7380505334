"""A worker: the same check, for pages taken from a database that several processes share.

On PostgreSQL it takes jobs of the queue. On SQLite, which is one machine's, it claims due pages together with their
hosts, so that no two processes are ever at one host at once; what a killed worker held is free again at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.errors import PalimpsestError, StoreError
from crawler.model import Source
from jobs.queue import HOSTS, USUAL, Times, take_jobs
from jobs.serving import counters, shown
from jobs.sweep import Sweeper
from jobs.told import Say, Told, cause_of, pass_told
from jobs.wiring import sweeper, utc_now
from store import Store

if TYPE_CHECKING:
    from jobs.metrics import Metrics

IDLE = timedelta(seconds=2)


async def run_worker(
    store: Store,
    sources: Sequence[Source],
    *,
    say: Say,
    idle: timedelta = IDLE,
    hosts: int = HOSTS,
    times: Times = USUAL,
    metrics: str | None = None,
) -> None:
    """Take and check what is due until cancelled; look again after `idle` when there was nothing to take.

    From the queue it takes so many `hosts` at once. `metrics` ("host:port") serves what it counts and how it is.
    """
    counted = counters(metrics)
    if counted is not None:
        say = counted.hearing(say, utc_now)
    async with shown(store, counted, say, metrics=metrics):
        await _work(store, sources, say, idle, hosts, times, counted)


async def _work(
    store: Store,
    sources: Sequence[Source],
    say: Say,
    idle: timedelta,
    hosts: int,
    times: Times,
    counted: Metrics | None,
) -> None:
    queue, watch = store.queue, counted.visited if counted else None
    # Which sources there are says the daemon: a worker that still has yesterday's configuration must not undo today's.
    async with sweeper(store, sources, declare=queue is None, watch=watch, metrics=counted) as sweep:
        count = f"{len(sources)} source{'s' if len(sources) != 1 else ''}"
        say(Told(f"worker ready for {count}", "start", sources=len(sources)))
        if queue is not None:
            if not queue.is_led():
                idle_told = "no daemon is running on this database: nothing is deferred until `palimpsest run` is"
                say(Told(idle_told, "trouble"))
            await take_jobs(queue, sweep, say, hosts=hosts, times=times)
        while True:
            taken = await _take(sweep, say)
            if not taken:
                await asyncio.sleep(idle.total_seconds())


async def _take(sweep: Sweeper, say: Say) -> int:
    try:
        result = await sweep.run_due_pages()
    except StoreError as error:
        say(Told(f"{error}; trying again", "trouble", detail=str(error)))
        return 0
    except BaseExceptionGroup as group:
        if group.split(PalimpsestError)[1] is not None:
            raise
        cause = str(cause_of(group))
        say(Told(f"{cause}; trying again", "trouble", detail=cause))
        return 0
    for line in pass_told(result, "due pages"):
        say(line)
    return result.checked
