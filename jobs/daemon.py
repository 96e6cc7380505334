"""The long-running daemon: APScheduler wakes each Source when something of it is due.

The job store lives in memory and is rebuilt from the Sources at every start, because the archive already knows what is
due. `coalesce` folds missed runs into one and `misfire_grace_time=None` lets a late run be late: the default drops
it after one second without a word.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from crawler.alarm import alarm
from crawler.errors import PalimpsestError
from crawler.model import AlarmKind, Json, Source, Standing
from crawler.sources.amounts import format_duration
from jobs.check import Checked, Clock
from jobs.notify import Delivered, Delivery
from jobs.queue import USUAL, Office, Times, sharing
from jobs.serving import reading_room
from jobs.settling import settle_waiting
from jobs.sweep import Event, Pass, Sweeper
from jobs.told import Aside, Say, Told, cause_of
from jobs.wiring import sweeper, utc_now
from store import SourceView, Store
from store.views import iso

# How often each Source is looked at for something due; a look that finds nothing is two indexed queries.
TICK = timedelta(seconds=15)
# How long a stop waits for the visits under way; what does not end by then is still due at the next start.
GRACE = timedelta(seconds=20)
# A log that says nothing for longer than this looks like a daemon that has died.
HEARTBEAT = timedelta(hours=1)
# A pass and the politeness between its visits take this long without anything being late.
OVERDUE = timedelta(minutes=5)


async def run_daemon(
    store: Store,
    sources: Sequence[Source],
    *,
    say: Say,
    web: str | None = None,
    fold_after: timedelta | None = None,
    clock: Clock = utc_now,
    tick: timedelta = TICK,
    visits: bool = True,
    times: Times = USUAL,
) -> None:
    """Watch the Sources until cancelled. `web` ("host:port") serves the reading room from the same process.

    Once a day, Checks older than `fold_after` that say nothing new are folded; None: never. On PostgreSQL what is due
    goes by the queue: this process defers it where it is elected, and takes jobs as a worker does unless `visits` is
    False.
    """
    said = _Said(say, clock)
    say = said
    async with (
        sweeper(store, sources, clock=clock, watch=said.visit) as sweep,
        sharing(store.queue, sweep, say, visits=visits, times=times) as office,
    ):
        for problem in await asyncio.to_thread(settle_waiting, store, sources):
            say(Told(f"captures of the past: {problem}", "trouble", detail=problem))
        watch = _Watch(sweep, store, said, clock, office)
        scheduler = _scheduler(watch, () if store.queue else sources, tick, clock)
        if fold_after is not None:
            every = IntervalTrigger(days=1, timezone="UTC")
            scheduler.add_job(watch.fold, every, args=[fold_after], id="fold", next_run_time=clock() + tick)
        scheduler.start()
        count = f"{len(sources)} source{'s' if len(sources) != 1 else ''}"
        say(Told(f"watching {count}; stop with Ctrl-C or SIGTERM", "start", sources=len(sources)))
        watch.say_overdue()
        try:
            async with reading_room(store, web, say) if web else contextlib.nullcontext():
                await asyncio.Event().wait()
        finally:
            # Paused first: shutting down cancels what runs.
            scheduler.pause()
            await watch.finish()
            scheduler.shutdown(wait=False)
            say(Told("stopped; what was recorded stays, the rest is due at the next start", "stop"))


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
    # A pass that a target keeps waiting does not hold up the next, which leaves that target alone.
    for job, instances in ((watch.notify, 8), (watch.index, 1)):
        every = IntervalTrigger(seconds=tick.total_seconds(), timezone="UTC")
        scheduler.add_job(job, every, id=job.__name__, max_instances=instances)
    scheduler.add_job(watch.alarms, IntervalTrigger(seconds=tick.total_seconds() * 4, timezone="UTC"), id="alarms")
    return scheduler


class _Said:
    """What the daemon says, with the time of the last line that people were shown."""

    def __init__(self, say: Say, clock: Clock) -> None:
        self._say = say
        self._clock = clock
        self.last = clock()

    def __call__(self, line: str) -> None:
        if not isinstance(line, Aside):
            self.last = self._clock()
        self._say(line)

    def visit(self, event: Event) -> None:
        """One Page was visited: for programs; people are told what came of the pass."""
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
        self._clock = clock
        self._since = clock()
        self._delivery = Delivery(store.outbox)
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
            self._say_delivered(await self._delivery.run(self._sweep.sources, self._clock()))

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
            folded, slices = 0, self._store.retention.fold(self._clock() - after)
            while (done := await asyncio.to_thread(next, slices, None)) is not None:
                folded += done.folded
            if folded:
                told = f"folded {folded} old checks that said nothing new"
                self._say(Told(told, "folded", checks=folded))

    async def alarms(self) -> None:
        """Tell of what is failing or overdue, once, and give a sign of life where nothing else was said."""
        with self._kept(), self._surviving("alarms"):
            now = self._clock()
            # Of the Sources that this daemon knows: another may have been started with others.
            known = list(self._sweep.sources)
            for begun in self._store.archive.note_alarms(self._wrong, now, known) if self._office.held else ():
                parts: dict[str, Json] = {"source": begun.source, "kind": begun.kind, "detail": begun.detail}
                self._say(Told(f"{begun.source}: alarm: {begun.summary}", "alarm", **parts))
            if now - self._say.last >= HEARTBEAT and not self.say_overdue():
                due = min((view.due for view in self._watched() if view.due), default=None)
                self._say(Told(f"nothing was due; the next is at {iso(due) or 'no time'}", "heartbeat", due=iso(due)))

    def _wrong(self, standing: Standing) -> AlarmKind | None:
        return alarm(self._sweep.sources[standing.name], standing, self._clock(), self._since)

    def _watched(self) -> Sequence[SourceView]:
        return [view for view in self._store.history.sources() if view.active]

    def say_overdue(self) -> bool:
        """Tell of each Source when it was due, when it was last done, and how late it is; whether any is."""
        now = self._clock()
        late = [view for view in self._watched() if view.overdue(now) >= OVERDUE]
        for view in late:
            self._say(_overdue(view, now))
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
            self._say(Told(f"{name}: failed: {problem}", "failure", source=name, detail=problem))
        if result.checked or result.entries:
            line = f"{name}: {result.checked} visited, {result.news} changes"
            self._say(Told(line, "pass", source=name, checked=result.checked, changes=result.news))


def _overdue(view: SourceView, now: datetime) -> Told:
    late = view.overdue(now)
    parts: dict[str, Json] = {
        "due": iso(view.due),
        "done": iso(view.last_checked),
        "overdue": int(late.total_seconds()),
    }
    done = iso(view.last_checked) or "never"
    size = format_duration(timedelta(seconds=int(late.total_seconds())))
    line = f"{view.name}: due since {iso(view.due)}, overdue by {size}; last visited {done}"
    return Told(line, "overdue", source=view.name, **parts)
