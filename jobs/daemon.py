"""The long-running daemon: APScheduler wakes each Source when something of it is due.

The job store lives in memory and is rebuilt from the Sources at every start, because the archive already knows what is
due. `coalesce` folds missed runs into one and `misfire_grace_time=None` lets a late run be late: the default drops
it after one second without a word.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from crawler.errors import PalimpsestError
from crawler.model import Source
from jobs.check import Clock
from jobs.notify import Delivered, deliver
from jobs.queue import USUAL, Office, Times, sharing
from jobs.serving import reading_room
from jobs.settling import settle_waiting
from jobs.sweep import Pass, Sweeper
from jobs.wiring import sweeper, utc_now
from store import Store

Say = Callable[[str], None]
# How often each Source is looked at for something due; a look that finds nothing is two indexed queries.
TICK = timedelta(seconds=15)
# How long a stop waits for the visits under way; what does not end by then is still due at the next start.
GRACE = timedelta(seconds=20)


async def run_daemon(
    store: Store,
    sources: Sequence[Source],
    *,
    say: Say,
    web: str | None = None,
    clock: Clock = utc_now,
    tick: timedelta = TICK,
    visits: bool = True,
    times: Times = USUAL,
) -> None:
    """Watch the Sources until cancelled. `web` ("host:port") serves the reading room from the same process.

    On PostgreSQL what is due goes by the queue: this process defers it where it is elected, and takes jobs as a worker
    does unless `visits` is False.
    """
    async with (
        sweeper(store, sources, clock=clock) as sweep,
        sharing(store.queue, sweep, say, visits=visits, times=times) as office,
    ):
        for problem in await asyncio.to_thread(settle_waiting, store, sources):
            say(f"captures of the past: {problem}")
        watch = _Watch(sweep, store, say, clock, office)
        scheduler = _scheduler(watch, () if store.queue else sources, tick, clock)
        scheduler.start()
        say(f"watching {len(sources)} source{'s' if len(sources) != 1 else ''}; stop with Ctrl-C or SIGTERM")
        try:
            async with reading_room(store, web, say) if web else contextlib.nullcontext():
                await asyncio.Event().wait()
        finally:
            # Paused first: shutting down cancels what runs.
            scheduler.pause()
            await watch.finish()
            scheduler.shutdown(wait=False)
            say("stopped; what was recorded stays, the rest is due at the next start")


def _scheduler(watch: _Watch, sources: Sequence[Source], tick: timedelta, clock: Clock) -> AsyncIOScheduler:
    scheduler = AsyncIOScheduler(
        jobstores={"default": MemoryJobStore()},
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        timezone="UTC",
    )
    # That a Source is still at work when it is looked at again is ordinary, and no warning.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    now = clock()
    for place, source in enumerate(sources):
        # Sources start a moment apart, so that a restart is no stampede.
        first = now + min(tick, timedelta(milliseconds=200)) * place
        scheduler.add_job(
            watch.source,
            IntervalTrigger(seconds=tick.total_seconds(), timezone="UTC"),
            args=[source.name],
            id=f"source:{source.name}",
            next_run_time=first,
        )
    scheduler.add_job(watch.notify, IntervalTrigger(seconds=tick.total_seconds(), timezone="UTC"), id="notify")
    return scheduler


class _Watch:
    """What the scheduler calls. Tasks under way are kept so that a stop can wait for them."""

    def __init__(self, sweep: Sweeper, store: Store, say: Say, clock: Clock, office: Office) -> None:
        self._sweep = sweep
        self._office = office
        self._store = store
        self._say = say
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()

    async def source(self, name: str) -> None:
        """Whatever is due of one Source."""
        with self._kept(), self._surviving(name):
            self._report(name, await self._sweep.run(names=[name]))

    async def notify(self) -> None:
        """Empty the outbox, where no other daemon does."""
        if not self._office.held:
            return
        with self._kept(), self._surviving("notifications"):
            self._say_delivered(await deliver(self._store.outbox, self._sweep.sources, self._clock()))

    @contextlib.contextmanager
    def _surviving(self, what: str) -> Iterator[None]:
        """Say it where the store refuses and go on: nothing is half-written, and what was due stays due."""
        try:
            yield
        except PalimpsestError as error:
            self._say(f"{what}: {error}; trying again")
        except BaseExceptionGroup as group:
            expected, surprise = group.split(PalimpsestError)
            if surprise is not None:
                raise
            self._say(f"{what}: {_leaf(expected or group)}; trying again")

    def _say_delivered(self, delivered: Delivered) -> None:
        if delivered.sent or delivered.failed or delivered.dead:
            counts = f"{delivered.sent} delivered, {delivered.failed} to be tried again, {delivered.dead} given up"
            self._say(f"notifications: {counts}")
        for error in delivered.errors:
            self._say(f"notifications: {error}")

    async def finish(self) -> None:
        """Wait for the visits under way, for a while, then let them go."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=GRACE.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    @contextlib.contextmanager
    def _kept(self) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - inside a coroutine there is one
        self._running.add(task)
        try:
            yield
        finally:
            self._running.discard(task)

    def _report(self, name: str, result: Pass) -> None:
        for problem in result.problems:
            self._say(f"{name}: failed: {problem}")
        if result.checked or result.entries:
            self._say(f"{name}: {result.checked} visited, {result.news} changes")


def _leaf(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group
