"""The queue of several machines: what is due, host by host, as jobs in the database. PostgreSQL only.

A job names one host; whoever takes it visits what is due there by then. Jobs are deferred in the transaction that read
what is due, by the one process that holds an advisory lock for as long as its connection lasts. Nothing depends on a
job: what is due stays due until it is recorded, and a job that is lost is deferred again.

The tables are procrastinate's, and so is the taking (jobs/queue.py). Its `lock` lets one job of a host run at a time,
its `queueing_lock` lets one wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text
from sqlmodel import Session, col, delete, func, select

from crawler.errors import StoreBusy
from crawler.model import Json
from store.engine import reading, refusals, writing
from store.leases import LeaseRow
from store.rows import host_of
from store.tables import PageRow, SourceRow
from store.views import iso

if TYPE_CHECKING:
    from procrastinate.manager import JobManager

NAME = "visits"
TASK = "visit_host"
# Any number that nothing else on a shared server is likely to lock.
ELECTION_LOCK = 0x70616C6571
# A worker that was not heard of for so long is dead; it is heard of every BEAT.
SILENCE = timedelta(seconds=30)
BEAT = timedelta(seconds=5)
# A host whose job failed is left alone for so long, and jobs that failed are kept for so long.
AFTER_FAILURE = timedelta(minutes=1)
KEPT = timedelta(days=7)
# Jobs written by one statement.
_SLICE = 1000
_MANY = 100

# Jobs whose worker is dead, or that no lease says are under way: their worker lives and could not say that they ended.
_DOUBTED = text("""
    SELECT job.id, job.lock AS host,
           worker.last_heartbeat IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :silence) AS dead
    FROM procrastinate_jobs job
    LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    LEFT JOIN host_leases lease
        ON lease.owner = 'job:' || job.id AND lease.host = job.lock AND lease.expires_at > :now
    WHERE job.status = 'doing' AND (lease.host IS NULL
        OR worker.last_heartbeat IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :silence))
""")
# One that has ended already is left as it is.
_ABORT = text("""
    SELECT procrastinate_finish_job_v1(id, 'aborted', false) FROM procrastinate_jobs WHERE id = :id AND status = 'doing'
""")
_OLD = text("""
    DELETE FROM procrastinate_jobs job WHERE job.status IN ('succeeded', 'failed', 'cancelled', 'aborted')
    AND NOT EXISTS (SELECT 1 FROM procrastinate_events event
        WHERE event.job_id = job.id AND event.at > now() - make_interval(secs => :kept))
""")
# Hosts that have a job already, or another visitor, or whose last job failed just now.
_TAKEN = text("""
    SELECT lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
    UNION SELECT host FROM host_leases WHERE expires_at > :now
    UNION SELECT job.lock FROM procrastinate_jobs job JOIN procrastinate_events event ON event.job_id = job.id
    WHERE job.status = 'failed' AND event.type = 'failed' AND event.at > now() - make_interval(secs => :after)
""")
_JOBS = """
    SELECT job.id, job.lock AS host, job.status::text AS state, job.worker_id AS worker,
           (SELECT max(event.at) FROM procrastinate_events event WHERE event.job_id = job.id) AS since
    FROM procrastinate_jobs job WHERE
"""
_LISTED = text(f"{_JOBS} job.status <> 'succeeded' ORDER BY job.id LIMIT :limit")
_TROUBLED = text(f"{_JOBS} job.status IN ('failed', 'aborted') ORDER BY job.id DESC LIMIT :limit")
_COUNTED = text("SELECT status::text AS state, count(*) AS jobs FROM procrastinate_jobs GROUP BY status")
_HELD = text("""
    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND ((classid::bigint << 32) | objid::bigint) = :key
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")
# The server notices within half a minute that the machine of the elected one is gone.
_ALIVE = ("SET tcp_keepalives_idle = 10", "SET tcp_keepalives_interval = 5", "SET tcp_keepalives_count = 4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job as a person sees it.

    `state`: todo, doing, failed (what it did was refused), aborted (its worker or its
    database went away before it ended).
    """

    id: int
    host: str
    state: str
    worker: int | None
    since: datetime | None

    def as_json(self) -> dict[str, Json]:
        """As `queue --json` prints it."""
        return {"id": self.id, "host": self.host, "state": self.state, "worker": self.worker, "since": iso(self.since)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """What one turn of the elected came to: jobs deferred, and hosts whose worker was found dead."""

    jobs: int
    abandoned: tuple[str, ...] = ()


class Queue:
    """The jobs of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def conninfo(self) -> str:
        """How procrastinate's own connections reach the database, with its password: not to be printed."""
        from psycopg.conninfo import make_conninfo

        url = self._engine.url
        said = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
        given = {"connect_timeout": "10"} | url.translate_connect_args(database="dbname", username="user") | said
        # What a crash of the server may undo of the queue's own bookkeeping is made good: no job is needed twice.
        given["options"] = f"{given.get('options', '')} -c synchronous_commit=off".strip()
        return make_conninfo(**given)

    @contextmanager
    def election(self) -> Iterator[Elected | None]:
        """Whoever gets it is elected until the context ends or its connection does; None where another is."""
        with refusals(self._engine), self._engine.connect() as connection:
            # Never back into the pool: the lock is the connection's.
            connection.detach()
            for statement in _ALIVE:
                connection.exec_driver_sql(statement)
            won = connection.scalar(select(func.pg_try_advisory_lock(ELECTION_LOCK)))
            connection.commit()
            yield Elected(self._engine, connection) if won else None

    def is_led(self) -> bool:
        """Whether any process is elected now."""
        with reading(self._engine) as session:
            return bool(session.connection().scalar(_HELD, {"key": ELECTION_LOCK}))

    def jobs(self, limit: int = 1000) -> tuple[Job, ...]:
        """The jobs that wait, are under way, or came to no good end in the last KEPT; oldest first."""
        with reading(self._engine) as session:
            rows = session.connection().execute(_LISTED, {"limit": limit})
            return tuple(Job(**row) for row in rows.mappings())

    def trouble(self, limit: int) -> tuple[Job, ...]:
        """The newest of those that came to no good end in the last KEPT."""
        with reading(self._engine) as session:
            return tuple(Job(**row) for row in session.connection().execute(_TROUBLED, {"limit": limit}).mappings())

    def end(self, jobs: Mapping[int, bool]) -> None:
        """Tidies up after jobs whose end could not be said, or that gave no host back: they are aborted if it is not
        known yet that they ended, and hosts are free again, but for those of jobs that ended well (True)."""
        with writing(self._engine) as session:
            for job, well in jobs.items():
                _abort(session, job, free=not well)

    def counts(self) -> dict[str, int]:
        """How many jobs there are by state."""
        with reading(self._engine) as session:
            return {row.state: row.jobs for row in session.connection().execute(_COUNTED)}


class Elected:
    """The one process that defers. From any thread, one at a time."""

    def __init__(self, engine: Engine, connection: Connection) -> None:
        self._engine = engine
        self._connection = connection
        self._doubted: dict[int, datetime] = {}

    def defer_due(self, now: datetime, *, silence: timedelta = SILENCE) -> Deferred:
        """One transaction: gives up the jobs of the dead, drops old ones, and defers one for every host that has
        something due and no job. Raises StoreError where the connection is lost, and the election with it."""
        with refusals(self._engine), Session(self._connection) as session, session.begin():
            abandoned = self._give_up(session, now, silence)
            session.connection().execute(_OLD, {"kept": KEPT.total_seconds()})
            hosts = _due_hosts(session, now)
            jobs = sum(_defer(session, hosts[start : start + _SLICE]) for start in range(0, len(hosts), _SLICE))
            if jobs > _MANY:
                # Until autovacuum has seen so many, PostgreSQL would read them all to take one.
                session.connection().exec_driver_sql("ANALYZE procrastinate_jobs")
        return Deferred(jobs=jobs, abandoned=abandoned)

    def _give_up(self, session: Session, now: datetime, silence: timedelta) -> tuple[str, ...]:
        rows = session.connection().execute(_DOUBTED, {"now": now, "silence": silence.total_seconds()}).all()
        # Between its last visit and its end a job has no lease for a moment: only one that stays so is given up.
        self._doubted = {row.id: self._doubted.get(row.id, now) for row in rows}
        lost = [row for row in rows if row.dead or now - self._doubted[row.id] > silence]
        for row in lost:
            _abort(session, row.id, free=True)
        return tuple(row.host for row in lost)


def _abort(session: Session, job: int, *, free: bool) -> None:
    session.connection().execute(_ABORT, {"id": job})
    if free:
        session.execute(delete(LeaseRow).where(col(LeaseRow.owner) == owner_of(job)))


def owner_of(job: int) -> str:
    """The name under which a job leases its host."""
    return f"job:{job}"


def _due_hosts(session: Session, now: datetime) -> list[str]:
    """Hosts with a Page or an entry that is due, and without a job; the longest due first."""
    wanted = {"now": now, "after": AFTER_FAILURE.total_seconds()}
    taken = set(session.connection().execute(_TAKEN, wanted).scalars())
    entries = select(SourceRow.url).where(col(SourceRow.active), col(SourceRow.next_check) <= now)
    hosts = dict.fromkeys(host_of(url) for url in session.exec(entries.order_by(col(SourceRow.next_check))))
    pages = (
        select(PageRow.host)
        .join(SourceRow, col(PageRow.source) == col(SourceRow.name))
        .where(col(SourceRow.active), col(PageRow.next_check) <= now)
        .group_by(col(PageRow.host))
        .order_by(func.min(col(PageRow.next_check)))
    )
    hosts.update(dict.fromkeys(session.exec(pages)))
    return [host for host in hosts if host not in taken]


def _defer(session: Session, hosts: Sequence[str]) -> int:
    from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
    from procrastinate.jobs import Job as NewJob

    jobs = [
        NewJob(queue=NAME, lock=host, queueing_lock=host, task_name=TASK, task_kwargs={"host": host}) for host in hosts
    ]
    point = session.begin_nested()
    try:
        _manager().batch_defer_jobs(jobs, connection=session.connection().connection.dbapi_connection)
    except AlreadyEnqueued:
        # A worker deferred one of them just now; the rest is due at the next turn too.
        point.rollback()
        return 0
    except ConnectorException as error:
        raise StoreBusy(f"no job could be deferred ({error.__cause__}); try again.") from error
    point.commit()
    return len(jobs)


@cache
def _manager() -> JobManager:
    """What writes jobs on connections that it is given, and has none of its own."""
    from procrastinate import SyncPsycopgConnector
    from procrastinate.manager import JobManager

    return JobManager(SyncPsycopgConnector())
