"""The queue of several machines at work: one daemon is elected and defers what is due, workers everywhere take it.

A job is one host: its entries that are due and up to fifty Pages, through the same Sweeper as any pass. A job that
fails is not tried again by the queue: what it left is still due, and the elected defers it anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from crawler.errors import PalimpsestError, StoreBusy, StoreError
from jobs.batching import Batch
from jobs.sweep import Sweeper
from jobs.told import Say, Told, cause_of, pass_told
from store import Queue, owner_of
from store.queue import BEAT, NAME, SILENCE, TASK

if TYPE_CHECKING:
    from procrastinate import App, JobContext

T = TypeVar("T")

# Pages of one job: an hour of a slow host, a minute or two of most.
PAGES = 50
# Hosts that one worker visits side by side. Each costs a connection to it and little else.
HOSTS = 32
# How often the elected looks for what is due, and the others whether it still lives.
TURN = timedelta(seconds=15)
STANDBY = timedelta(seconds=5)
# How often a worker asks for jobs that no notification told it of: those whose host has just become free.
LOOK = timedelta(seconds=1)
# How long a stop waits for the visits under way.
GRACE = timedelta(seconds=20)
AGAIN = timedelta(seconds=2)
# How long the queue waits for a connection.
PATIENCE = timedelta(seconds=10)
# Connections of a worker beside the store's own: taking, and listening for what is deferred.
CONNECTIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What tests make shorter."""

    turn: timedelta = TURN
    standby: timedelta = STANDBY
    beat: timedelta = BEAT
    silence: timedelta = SILENCE
    patience: timedelta = PATIENCE


USUAL = Times()


@dataclass(slots=True)
class Office:
    """Whether this process is the elected one."""

    held: bool = False


# ---- the elected -------------------------------------------------------------------------------------------------


@asynccontextmanager
async def sharing(
    queue: Queue | None, sweep: Sweeper, say: Say, *, visits: bool = True, times: Times = USUAL
) -> AsyncIterator[Office]:
    """While the context lasts this process stands for election and, with `visits`, takes jobs as any worker does.

    Without a queue there is nobody to share with.
    """
    if queue is None:
        yield Office(held=True)
        return
    office = Office()
    tasks = [asyncio.ensure_future(_stand(queue, sweep, say, office, times))]
    if visits:
        tasks.append(asyncio.ensure_future(take_jobs(queue, sweep, say, times=times)))
    main = asyncio.current_task()

    def wake(ended: asyncio.Task[None]) -> None:
        # None of them ends by itself but by a mistake, which must not go unseen.
        if main is not None and not ended.cancelled():
            main.cancel()

    for task in tasks:
        task.add_done_callback(wake)
    try:
        yield office
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


async def _stand(queue: Queue, sweep: Sweeper, say: Say, office: Office, times: Times) -> None:
    """Stand for election for ever; where this process is elected, defer what is due for as long as it is."""
    complaint = ""
    while True:
        try:
            with queue.election() as elected:
                complaint = ""
                if elected is not None:
                    say(Told("elected: this process defers what is due", "elected"))
                    office.held = True
                while elected is not None:
                    turn = await _in_thread(lambda: elected.defer_due(sweep.clock(), silence=times.silence))
                    for host in turn.abandoned:
                        left = f"{host}: its worker was not heard of; what it left is deferred anew"
                        say(Told(left, "abandoned", host=host))
                    await asyncio.sleep(times.turn.total_seconds())
        except StoreError as error:
            said, complaint = complaint, str(error)
            if office.held or complaint != said:
                then = "no longer elected" if office.held else "trying again"
                say(Told(f"{error}; {then}", "trouble", detail=str(error)))
        finally:
            office.held = False
        await asyncio.sleep(times.standby.total_seconds())


async def _in_thread(work: Callable[[], T]) -> T:
    """Run what may take a while beside the loop; a cancellation waits for it, and does not pull its connection away."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


# ---- workers -----------------------------------------------------------------------------------------------------


async def take_jobs(queue: Queue, sweep: Sweeper, say: Say, *, hosts: int = HOSTS, times: Times = USUAL) -> None:
    """Take jobs until cancelled, so many hosts side by side; then the visits under way end, and nothing else begins."""
    from procrastinate.exceptions import ProcrastinateException
    from psycopg import Error

    for name in ("procrastinate", "psycopg.pool"):
        # What went wrong is said once, by us.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # Checks of all hosts are recorded together: a commit costs more than a Check.
    taker = _Taker(replace(sweep, batch=Batch(sweep.archive)), say)
    tidying = asyncio.ensure_future(_tidy(queue, taker))
    try:
        while True:
            try:
                await _work(queue, taker, hosts, times)
                say(Told("the queue's connection was lost; trying again", "trouble"))
            except (ProcrastinateException, Error, OSError) as error:
                reason = str(error.__cause__ or error)
                say(Told(f"the queue cannot be reached ({reason}); trying again", "trouble", detail=reason))
            await asyncio.sleep(AGAIN.total_seconds())
    finally:
        tidying.cancel()
        await asyncio.gather(tidying, return_exceptions=True)


async def _work(queue: Queue, taker: _Taker, hosts: int, times: Times) -> None:
    from procrastinate import App, PsycopgConnector

    patience = times.patience.total_seconds()
    app = App(connector=PsycopgConnector(conninfo=queue.conninfo(), min_size=1, max_size=CONNECTIONS, timeout=patience))
    app.task(name=TASK, queue=NAME, pass_context=True)(taker.visit_host)
    _hear_of_ends(app, taker)
    async with app.open_async():
        working = asyncio.ensure_future(_run(app, hosts, times))
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            taker.stop.set()
            working.cancel()
            # However it ends, the cancellation is what is raised.
            await asyncio.gather(working, return_exceptions=True)
            raise


def _hear_of_ends(app: App, taker: _Taker) -> None:
    """That a job has ended is said to the server once. What could not be said then, or went wrong, is tidied up."""
    from procrastinate.exceptions import ConnectorException
    from procrastinate.jobs import Job, Status

    say = app.job_manager.finish_job

    async def say_or_leave(job: Job, status: Status, delete_job: bool) -> None:
        well = status is Status.SUCCEEDED
        try:
            await say(job, status, delete_job)
        except ConnectorException:
            taker.ended[job.id or 0] = well
        else:
            if not well:
                taker.ended[job.id or 0] = well

    app.job_manager.finish_job = say_or_leave  # type: ignore[method-assign]


async def _tidy(queue: Queue, taker: _Taker) -> None:
    """End for ever what ended while the store was away, as soon as it is back: its host is wanted."""
    while True:
        await asyncio.sleep(LOOK.total_seconds())
        if ended := dict(taker.ended):
            with contextlib.suppress(StoreError):
                await _in_thread(lambda ended=ended: queue.end(ended))  # type: ignore[misc]
                for job in ended:
                    del taker.ended[job]


async def _run(app: App, hosts: int, times: Times) -> None:
    await app.run_worker_async(
        queues=[NAME],
        concurrency=hosts,
        install_signal_handlers=False,
        delete_jobs="successful",
        fetch_job_polling_interval=LOOK.total_seconds(),
        shutdown_graceful_timeout=GRACE.total_seconds(),
        update_heartbeat_interval=times.beat.total_seconds(),
        stalled_worker_timeout=times.silence.total_seconds(),
    )


@dataclass(slots=True)
class _Taker:
    """What the worker calls for a job. `ended`: jobs to tidy up after, and whether they ended well."""

    sweep: Sweeper
    say: Say
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    ended: dict[int, bool] = field(default_factory=dict)

    async def visit_host(self, context: JobContext, host: str) -> None:
        """Visit what is due there. Raises what the store or a mistake of ours raised: the job has failed then.

        Where the store was only away or busy it is aborted: once that is over, the host may be visited at once.
        """
        from procrastinate.exceptions import JobAborted

        job = context.job.id or 0
        try:
            result = await self.sweep.run_host(host, most=PAGES, owner=owner_of(job), stop=self.stop)
        except Exception as error:
            first = cause_of(error)
            reason = f"{type(first).__name__}: {first}"
            self.say(Told(f"{host}: failed: {reason}", "trouble", host=host, detail=reason))
            if isinstance(first, StoreBusy):
                raise JobAborted from error
            if not isinstance(first, PalimpsestError):
                logging.getLogger(__name__).exception("a job failed for a reason that nobody foresaw")
            raise
        for line in pass_told(result, host, host=host):
            self.say(line)
        if result.more:
            await self._defer_the_rest(context.app, host)

    async def _defer_the_rest(self, app: App, host: str) -> None:
        """So that the next job of the host follows at once, and not at the next turn of the elected."""
        from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

        with contextlib.suppress(AlreadyEnqueued, ConnectorException):
            await app.configure_task(TASK, queue=NAME, lock=host, queueing_lock=host).defer_async(host=host)
