"""The notifications that wait. Written in the transaction of what they tell, so none is lost and none invented."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Engine
from sqlmodel import col, func, select, update

from crawler.model import Json, Severity
from store.engine import reading, writing
from store.tables import OutboxRow

_WAITING = col(OutboxRow.delivered_at).is_(None), col(OutboxRow.next_attempt).is_not(None)
_DEAD = col(OutboxRow.delivered_at).is_(None), col(OutboxRow.next_attempt).is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """One notification that waits. `payload` is what `changes --json` or `findings --json` showed at that time.

    `kind` is a ChangeKind for `what` "change", a FindingKind for "finding"; for "alarm", whose `page` is the source's
    entry, it is "failing", "overdue" or "recovered". A change has no `severity`.
    """

    id: int
    what: Literal["change", "finding", "alarm"]
    source: str
    page: str
    title: str | None
    kind: str
    severity: Severity | None
    minor: bool
    significance: float
    summary: str
    at: datetime
    attempts: int
    last_error: str
    next_attempt: datetime | None
    payload: Mapping[str, Json] = field(repr=False)


class Outbox:
    """What a notifier empties. Delivery is at least once: an item stays until `delivered` says otherwise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def pending(self, now: datetime, limit: int = 100) -> tuple[OutboxItem, ...]:
        """Items whose next attempt is due, in the order in which they were written."""
        query = (
            select(OutboxRow)
            .where(col(OutboxRow.delivered_at).is_(None), col(OutboxRow.next_attempt) <= now)
            .order_by(col(OutboxRow.id))
            .limit(limit)
        )
        with reading(self._engine) as session:
            return tuple(_item(row) for row in session.exec(query))

    def delivered(self, ids: Collection[int], at: datetime) -> None:
        """Marks items as delivered, or as needing no delivery."""
        with writing(self._engine) as session:
            chosen = col(OutboxRow.id).in_(list(ids))
            session.execute(update(OutboxRow).where(chosen).values(delivered_at=at))

    def failed(self, item_id: int, error: str, next_attempt: datetime | None) -> None:
        """Notes a failed attempt; `next_attempt` None gives the item up: it stays as a dead letter."""
        values = {
            "attempts": col(OutboxRow.attempts) + 1,
            "last_error": error,
            "next_attempt": next_attempt,
        }
        with writing(self._engine) as session:
            session.execute(update(OutboxRow).where(col(OutboxRow.id) == item_id).values(values))

    def undelivered(self) -> tuple[OutboxItem, ...]:
        """Items that wait, whether their next attempt is due or not."""
        return self._listed(_WAITING)

    def dead(self) -> tuple[OutboxItem, ...]:
        """Items that were given up."""
        return self._listed(_DEAD)

    def resend(self, ids: Collection[int], now: datetime) -> None:
        """Makes given-up items due again."""
        with writing(self._engine) as session:
            chosen = col(OutboxRow.id).in_(list(ids))
            session.execute(update(OutboxRow).where(chosen, *_DEAD).values(next_attempt=now))

    def waiting(self) -> int:
        """How many items are not delivered and not given up."""
        query = select(func.count()).where(*_WAITING)
        with reading(self._engine) as session:
            return session.exec(query).one()

    def _listed(self, which: tuple[ColumnElement[bool], ...]) -> tuple[OutboxItem, ...]:
        query = select(OutboxRow).where(*which).order_by(col(OutboxRow.id))
        with reading(self._engine) as session:
            return tuple(_item(row) for row in session.exec(query))


def _item(row: OutboxRow) -> OutboxItem:
    payload: Mapping[str, Any] = row.payload
    severity = payload.get("severity")
    return OutboxItem(
        id=cast("int", row.id),
        what=cast("Literal['change', 'finding', 'alarm']", row.what),
        source=payload["source"],
        page=payload["page"],
        title=row.title,
        kind=payload["kind"],
        severity=None if severity is None else Severity(severity),
        minor=payload.get("minor", False),
        significance=payload.get("significance", 0.0),
        summary=row.summary,
        at=row.at,
        attempts=row.attempts,
        last_error=row.last_error,
        next_attempt=row.next_attempt,
        payload=payload,
    )
