"""How much of something there is, and when it happened: for pages that draw it. Nothing here reads without a bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, text
from sqlmodel import col, func, select

from crawler.model import ChangeKind, Severity
from store.engine import reading
from store.figures import Figures, figures
from store.leases import LeaseRow
from store.outbox import Outbox, OutboxItem
from store.queue import SILENCE, Job, Queue
from store.tables import ChangeRow, FindingRow, SourceRow

MOST = 20_000
_WORKERS = text("SELECT id, last_heartbeat FROM procrastinate_workers ORDER BY last_heartbeat DESC LIMIT :most")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many there are by kind. `capped`: there are more, and only the newest were counted."""

    counts: Mapping[str, int]
    capped: bool

    def of(self, *kinds: str) -> int:
        """How many of these kinds."""
        return sum(self.counts.get(kind, 0) for kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """When things of a Source happened, newest first, each with its kind (a Finding: its severity)."""

    times: tuple[tuple[datetime, str], ...]
    capped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who visits hosts: how many it has leased, and until when it has the last of them."""

    name: str
    hosts: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker of the queue: when it was last heard of, and whether it `lives`."""

    id: int
    heard: datetime
    lives: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How the watch itself stands. `jobs`, by state, `led` and `workers` are None where there is no queue.

    `dead` are the newest notifications that were given up, `trouble` the newest jobs that came to no good end.
    """

    figures: Figures
    dead: tuple[OutboxItem, ...]
    visitors: tuple[Visitor, ...]
    jobs: Mapping[str, int] | None = None
    trouble: tuple[Job, ...] = ()
    workers: tuple[Worker, ...] | None = None
    led: bool | None = None


class Tallies:
    """What the reading room draws and counts. From any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def source_names(self, *, active: bool = False) -> tuple[str, ...]:
        """The names of all sources that were ever configured, or of those that are, without their pages."""
        query = select(SourceRow.name).order_by(col(SourceRow.name))
        if active:
            query = query.where(col(SourceRow.active))
        with reading(self._engine) as session:
            return tuple(session.exec(query))

    def changes(self, *, since: datetime | None, source: str | None = None, most: int = MOST) -> Tally:
        """Changes since then by kind, of the newest `most`."""
        query = select(ChangeRow.kind).order_by(col(ChangeRow.at).desc()).limit(most + 1)
        if since is not None:
            query = query.where(col(ChangeRow.at) >= since)
        if source is not None:
            query = query.where(ChangeRow.source == source)
        newest = query.subquery()
        with reading(self._engine) as session:
            counts = dict(session.exec(select(newest.c.kind, func.count()).group_by(newest.c.kind)).all())
        return Tally(counts=counts, capped=sum(counts.values()) > most)

    def change_times(self, source: str, since: datetime, *, most: int = MOST) -> Happened:
        """When the Changes of a Source since then happened, each with its kind."""
        at = col(ChangeRow.at)
        query = select(ChangeRow.at, ChangeRow.kind).where(ChangeRow.source == source, at >= since)
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(at.desc()).limit(most + 1)).all()
        return Happened(
            times=tuple((when, ChangeKind(kind).value) for when, kind in rows[:most]), capped=len(rows) > most
        )

    def finding_times(self, source: str, since: datetime, *, most: int = MOST) -> Happened:
        """When the Findings of a Source since then opened, each with its severity."""
        at = col(FindingRow.opened_at)
        query = select(FindingRow.opened_at, FindingRow.severity).where(FindingRow.source == source, at >= since)
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(at.desc()).limit(most + 1)).all()
        return Happened(times=tuple((when, Severity(one).value) for when, one in rows[:most]), capped=len(rows) > most)

    def watch(self, now: datetime, *, late: timedelta, most: int = 50) -> Watch:
        """How the watch stands; overdue is what has been due for `late`."""
        queue = Queue(self._engine) if self._engine.dialect.name == "postgresql" else None
        return Watch(
            figures=figures(self._engine, now, late),
            dead=Outbox(self._engine).dead(most),
            visitors=self._visitors(now),
            jobs=None if queue is None else queue.counts(),
            trouble=() if queue is None else queue.trouble(most),
            workers=None if queue is None else self._workers(now, most),
            led=None if queue is None else queue.is_led(),
        )

    def _visitors(self, now: datetime) -> tuple[Visitor, ...]:
        """Those who hold leases now. A job's lease is counted with the jobs."""
        hosts = func.count()
        query = (
            select(LeaseRow.owner, hosts, func.max(LeaseRow.expires_at))
            .where(col(LeaseRow.expires_at) > now)
            .group_by(col(LeaseRow.owner))
            .order_by(hosts.desc())
        )
        with reading(self._engine) as session:
            return tuple(
                Visitor(name=name, hosts=count, until=until) for name, count, until in session.exec(query.limit(50))
            )

    def _workers(self, now: datetime, most: int) -> tuple[Worker, ...]:
        with reading(self._engine) as session:
            rows = session.connection().execute(_WORKERS, {"most": most}).all()
        return tuple(Worker(id=row[0], heard=row[1], lives=now - row[1] < SILENCE) for row in rows)
