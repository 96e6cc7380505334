"""The long-running daemon: APScheduler wakes each Source when something of it is due.

The job store lives in memory and is rebuilt from the Sources at every start, because the archive already knows what is
due. `coalesce` folds missed runs into one and `misfire_grace_time=None` lets a late run be late: the default drops
it after one second without a word.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from crawler.alarm import alarm
from crawler.errors import PalimpsestError
from crawler.model import AlarmKind, Json, Source, Standing
from jobs.check import Checked, Clock
from jobs.notify import Delivered, Delivery
from jobs.queue import USUAL, Office, Times, sharing
from jobs.serving import counters, shown
from jobs.settling import settle_waiting
from jobs.sweep import Event, Sweeper
from jobs.told import OVERDUE, Aside, Say, Told, cause_of, overdue_told, pass_told
from jobs.wiring import sweeper, utc_now
from store import SourceView, Store
from store.views import iso

if TYPE_CHECKING:
    from jobs.metrics import Metrics

# How often each Source is looked at for something due; a look that finds nothing is two indexed queries.
TICK = timedelta(seconds=15)
# Sources are looked at a moment apart, so that a restart is no stampede; all of them within one tick.
APART = timedelta(milliseconds=200)
# How long a stop waits for the visits under way; what does not end by then is still due at the next start.
GRACE = timedelta(seconds=20)
# A log that says nothing for longer than this looks like a daemon that has died.
HEARTBEAT = timedelta(hours=1)


async def run_daemon(
    store: Store,
    sources: Sequence[Source],
    *,
    say: Say,
    web: str | None = None,
    metrics: str | None = None,
    fold_after: timedelta | None = None,
    clock: Clock = utc_now,
    tick: timedelta = TICK,
    visits: bool = True,
    times: Times = USUAL,
) -> None:
    """Watch the Sources until cancelled. `web` ("host:port") serves the reading room from the same process, `metrics`
    what it counts and how it is; the reading room has that too.

    Once a day, Checks older than `fold_after` that say nothing new are folded; None: never. On PostgreSQL what is due
    goes by the queue: this process defers it where it is elected, and takes jobs as a worker does unless `visits` is
    False.
    """
    counted = counters(web, metrics)
    said = _Said(say, clock, counted)
    async with sweeper(store, sources, clock=clock, watch=said.visit, metrics=counted) as sweep:
        try:
            async with sharing(store.queue, sweep, said, visits=visits, times=times) as office:
                for problem in await asyncio.to_thread(settle_waiting, store, sources):
                    said(Told(f"captures of the past: {problem}", "trouble", detail=problem))
                watch = _Watch(sweep, store, said, clock, office)
                async with (
                    _scheduled(watch, () if store.queue else sources, tick, fold_after),
                    shown(
                        store,
                        counted,
                        said,
                        web=web,
                        metrics=metrics,
                        clock=clock,
                        elected=lambda: office.held,
                        sources=sources,
                    ),
                ):
                    await asyncio.Event().wait()
        finally:
            # By now nothing is under way that could still say something.
            said(Told("stopped; what was recorded stays, the rest is due at the next start", "stop"))


@asynccontextmanager
async def _scheduled(
    watch: _Watch, sources: Sequence[Source], tick: timedelta, fold_after: timedelta | None
) -> AsyncIterator[None]:
    """While the context lasts the watch is kept; then the visits under way end."""
    scheduler = _scheduler(watch, sources, tick, fold_after)
    scheduler.start()
    watch.say_begun()
    try:
        yield
    finally:
        # Paused first: shutting down cancels what runs.
        scheduler.pause()
        await watch.finish()
        scheduler.shutdown(wait=False)


def _scheduler(
    watch: _Watch, sources: Sequence[Source], tick: timedelta, fold_after: timedelta | None
) -> AsyncIOScheduler:
    scheduler = AsyncIOScheduler(
        jobstores={"default": MemoryJobStore()},
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        timezone="UTC",
    )
    # That a Source is still at work when it is looked at again is ordinary, and no warning.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    now = watch.clock()
    if fold_after is not None:
        every = IntervalTrigger(days=1, timezone="UTC")
        scheduler.add_job(watch.fold, every, args=[fold_after], id="fold", next_run_time=now + tick)
    apart = min(APART, tick / max(len(sources), 1))
    for place, source in enumerate(sources):
        first = now + apart * place
        scheduler.add_job(
            watch.source,
            IntervalTrigger(seconds=tick.total_seconds(), timezone="UTC"),
            args=[source.name],
            id=f"source:{source.name}",
            next_run_time=first,
        )
    # A pass that a target keeps waiting does not hold up the next, which leaves that target alone.
    for job, instances in ((watch.notify, 8), (watch.index, 1)):
        every = IntervalTrigger(seconds=tick.total_seconds(), timezone="UTC")
        scheduler.add_job(job, every, id=job.__name__, max_instances=instances)
    scheduler.add_job(watch.alarms, IntervalTrigger(seconds=tick.total_seconds() * 4, timezone="UTC"), id="alarms")
    return scheduler


class _Said:
    """What the daemon says, with the time of the last line that people were shown."""

    def __init__(self, say: Say, clock: Clock, counted: Metrics | None) -> None:
        self._say = counted.hearing(say, clock) if counted else say
        self._clock = clock
        self._counted = counted
        self.last = clock()

    def __call__(self, line: Told) -> None:
        if not isinstance(line, Aside):
            self.last = self._clock()
        self._say(line)

    def visit(self, event: Event) -> None:
        """One Page was visited: for programs; people are told what came of the pass."""
        if self._counted:
            self._counted.visited(event)
        if isinstance(event, Checked):
            page, verdict = event.page, event.verdict
            parts: dict[str, Json] = {"source": page.source, "page": page.url, "outcome": verdict.outcome.value}
            parts |= {"detail": verdict.detail, "next_check": iso(verdict.next_check)}
            self(Aside(f"{page.source}: {verdict.outcome.value} {page.url}", "check", **parts))


class _Watch:
    """What the scheduler calls. Tasks under way are kept so that a stop can wait for them."""

    def __init__(self, sweep: Sweeper, store: Store, say: _Said, clock: Clock, office: Office) -> None:
        self._sweep = sweep
        self._office = office
        self._store = store
        self._say = say
        self.clock = clock
        self._since = clock()
        self._delivery = Delivery(store.outbox)
        self._running: set[asyncio.Task[None]] = set()

    async def source(self, name: str) -> None:
        """Whatever is due of one Source."""
        with self._kept(), self._surviving(name):
            for line in pass_told(await self._sweep.run(names=[name]), name, source=name):
                self._say(line)

    async def notify(self) -> None:
        """Empty the outbox, where no other daemon does."""
        if not self._office.held:
            return
        with self._kept(), self._surviving("notifications"):
            self._say_delivered(await self._delivery.run(self._sweep.sources, self.clock()))

    async def index(self) -> None:
        """Make findable what was recorded, where no other daemon does."""
        if not self._office.held:
            return
        with self._kept(), self._surviving("search"):
            await asyncio.to_thread(self._store.archive.index)

    async def fold(self, after: timedelta) -> None:
        """Fold old Checks, where no other daemon does; slice by slice, so that a stop need not wait for all of them."""
        if not self._office.held:
            return
        with self._kept(), self._surviving("folding old checks"):
            folded, slices = 0, self._store.retention.fold(self.clock() - after)
            while (done := await asyncio.to_thread(next, slices, None)) is not None:
                folded += done.folded
            if folded:
                told = f"folded {folded} old checks that said nothing new"
                self._say(Told(told, "folded", checks=folded))

    async def alarms(self) -> None:
        """Tell of what is failing or overdue, once, and give a sign of life where nothing else was said."""
        with self._kept(), self._surviving("alarms"):
            now = self.clock()
            # Of the Sources that this daemon knows: another may have been started with others.
            known = list(self._sweep.sources)
            for begun in self._store.archive.note_alarms(self._wrong, now, known) if self._office.held else ():
                parts: dict[str, Json] = {"source": begun.source, "kind": begun.kind, "detail": begun.detail}
                self._say(Told(f"{begun.source}: alarm: {begun.summary}", "alarm", **parts))
            if now - self._say.last >= HEARTBEAT and not self.say_overdue():
                due = min((view.due for view in self._watched() if view.due), default=None)
                self._say(Told(f"nothing was due; the next is at {iso(due) or 'no time'}", "heartbeat", due=iso(due)))

    def _wrong(self, standing: Standing) -> AlarmKind | None:
        return alarm(self._sweep.sources[standing.name], standing, self.clock(), self._since)

    def _watched(self) -> Sequence[SourceView]:
        return [view for view in self._store.history.sources() if view.active]

    def say_begun(self) -> None:
        """Tell how much there is to watch, and what of it is late."""
        number = len(self._sweep.sources)
        count = f"{number} source{'s' if number != 1 else ''}"
        self._say(Told(f"watching {count}; stop with Ctrl-C or SIGTERM", "start", sources=number))
        self.say_overdue()

    def say_overdue(self) -> bool:
        """Tell of each Source when it was due, when it was last done, and how late it is; whether any is."""
        now = self.clock()
        late = [view for view in self._watched() if view.overdue(now) >= OVERDUE]
        for view in late:
            self._say(overdue_told(view, now))
        return bool(late)

    @contextlib.contextmanager
    def _surviving(self, what: str) -> Iterator[None]:
        """Say it where the store refuses and go on: nothing is half-written, and what was due stays due."""
        try:
            yield
        except PalimpsestError as error:
            self._say(Told(f"{what}: {error}; trying again", "trouble", detail=str(error)))
        except BaseExceptionGroup as group:
            expected, surprise = group.split(PalimpsestError)
            if surprise is not None:
                raise
            leaf = cause_of(expected or group)
            self._say(Told(f"{what}: {leaf}; trying again", "trouble", detail=str(leaf)))

    def _say_delivered(self, delivered: Delivered) -> None:
        if delivered.sent or delivered.failed or delivered.dead:
            counts = f"{delivered.sent} delivered, {delivered.failed} to be tried again, {delivered.dead} given up"
            parts: dict[str, Json] = {"sent": delivered.sent, "failed": delivered.failed, "dead": delivered.dead}
            self._say(Told(f"notifications: {counts}", "delivery", **parts))
        for error in delivered.errors:
            self._say(Told(f"notifications: {error}", "trouble", detail=error))

    async def finish(self) -> None:
        """Wait for the visits under way, for a while, then let them go."""
        # What the scheduler has called and what has not begun yet is under way too.
        await asyncio.sleep(0)
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
