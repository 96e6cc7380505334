"""How far a backfill came, written in the transactions that keep what it brought; its table stands here with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Index, update
from sqlmodel import Field, Session, col, select

from crawler.model import Json
from store.base import Row
from store.columns import AnyText, Id, JsonText, UtcTime


class BackfillRow(Row, table=True):
    """One backfill: whose past, from where, what was asked, how far it came, and what it had brought by then.

    `source` is "" where it was for any. It is under way, or was stopped, while `ended_at` is null.
    """

    __tablename__ = "backfills"
    __table_args__ = (Index(None, "source", "ended_at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    source: str = Field(sa_type=AnyText)
    origin: str = Field(sa_type=AnyText)
    asked: Any = Field(sa_type=JsonText)
    started_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    position: Any = Field(default=None, sa_type=JsonText, nullable=True)
    counts: Any = Field(default_factory=dict, sa_type=JsonText)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """A backfill as it stood when it was opened: where to go on (None: at the beginning) and what it had brought."""

    id: int
    position: Json = None
    counts: Mapping[str, int] = field(default_factory=dict)


def stopped(session: Session, source: str, origin: str, asked: Mapping[str, Json]) -> Journal | None:
    """The last backfill of the same that did not come to its end."""
    same = BackfillRow.source == source, BackfillRow.origin == origin, col(BackfillRow.ended_at).is_(None)
    for row in session.exec(select(BackfillRow).where(*same).order_by(col(BackfillRow.id).desc())):
        if row.asked == dict(asked):
            return Journal(id=row.id or 0, position=row.position, counts=row.counts)
    return None


def begin(session: Session, source: str, origin: str, asked: Mapping[str, Json], now: datetime) -> Journal:
    """A new one, at its beginning."""
    row = BackfillRow(source=source, origin=origin, asked=dict(asked), started_at=now)
    session.add(row)
    session.flush()
    return Journal(id=row.id or 0)


def note(session: Session, journal: Journal, position: Json, counts: Mapping[str, int]) -> None:
    """Writes how far it came."""
    values = {"position": position, "counts": dict(counts)}
    session.execute(update(BackfillRow).where(col(BackfillRow.id) == journal.id).values(values))


def end(session: Session, journal: Journal, counts: Mapping[str, int], now: datetime) -> None:
    """It came to its end: the next one of the same starts afresh."""
    values = {"ended_at": now, "counts": dict(counts)}
    session.execute(update(BackfillRow).where(col(BackfillRow.id) == journal.id).values(values))
