"""The notifications that wait. Written in the transaction of what they tell, so none is lost and none invented."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Engine, bindparam
from sqlmodel import Session, col, delete, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from crawler.model import Json, Severity
from store.base import table_of
from store.cursors import Cursor, Part, by_number, cut, one_more
from store.engine import reading, writing
from store.tables import OutboxRow
from store.views import iso

_WAITING = col(OutboxRow.delivered_at).is_(None), col(OutboxRow.next_attempt).is_not(None)
_DEAD = col(OutboxRow.delivered_at).is_(None), col(OutboxRow.next_attempt).is_(None)


_ROWS = table_of(OutboxRow)
_NOTED = ("targets", "attempts", "last_error", "next_attempt", "delivered_at")
_NOTE = (
    _ROWS.update().where(_ROWS.c.id == bindparam("item")).values({name: bindparam(f"its_{name}") for name in _NOTED})
)
# Items that one statement names: every database takes so many.
_AT_ONCE = 500


class OutboxState(StrEnum):
    """Of what is not delivered: it waits for its next attempt, or was given up."""

    WAITING = "waiting"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How one target stands to an item: it has `taken` it, is told `again` at a time, or (None) was given up."""

    taken: bool = False
    attempts: int = 0
    again: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """One notification that waits. `payload` is what `changes --json` or `findings --json` showed at that time.

    `kind` is a ChangeKind for `what` "change", and for "event" (the same Change on many Pages, told once); a
    FindingKind for "finding"; for "alarm", whose `page` is the source's entry, it is "failing", "overdue" or
    "recovered". A change has no `severity`. `targets` has those that took it or refused it, by a mark of their address.
    """

    id: int
    what: Literal["change", "event", "finding", "alarm"]
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
    targets: Mapping[str, Telling]
    payload: Mapping[str, Json] = field(repr=False)

    def as_json(self) -> dict[str, Json]:
        """As `outbox --json` prints it."""
        return {
            "id": self.id,
            "state": "dead" if self.next_attempt is None else "waiting",
            "what": self.what,
            "source": self.source,
            "page": self.page,
            "kind": self.kind,
            "severity": self.severity.value if self.severity else None,
            "summary": self.summary,
            "at": iso(self.at),
            "attempts": self.attempts,
            "next_attempt": iso(self.next_attempt),
            "last_error": self.last_error,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of an item: `delivered`, or due at `next_attempt`, or (None) given up: it stays as a dead letter."""

    targets: Mapping[str, Telling]
    next_attempt: datetime | None = None
    delivered: bool = False


class Outbox:
    """What a notifier empties. Delivery is at least once: an item stays until `note` says that it is delivered."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def pending(self, now: datetime | None, limit: int = _AT_ONCE, after: int = 0) -> tuple[OutboxItem, ...]:
        """Items whose next attempt is due (None: all that wait), in the order of their numbers, from `after` on."""
        due = _WAITING if now is None else (*_WAITING, col(OutboxRow.next_attempt) <= now)
        query = select(OutboxRow).where(*due, col(OutboxRow.id) > after).order_by(col(OutboxRow.id)).limit(limit)
        with reading(self._engine) as session:
            return tuple(_item(row) for row in session.exec(query))

    def items(self, ids: Collection[int]) -> tuple[OutboxItem, ...]:
        """Those of these that still wait, as they stand now."""
        with reading(self._engine) as session:
            return tuple(_item(row) for some in _slices(ids) for row in session.exec(_waiting(some)))

    def note(self, ids: Collection[int], at: datetime, decide: Callable[[OutboxItem], Fate]) -> dict[int, Fate]:
        """Writes what `decide` makes of each of these that still waits, as it stands now, in one transaction."""
        fates: dict[int, Fate] = {}
        with writing(self._engine) as session:
            for some in _slices(ids):
                rows = session.exec(_waiting(some).with_for_update()).all()
                decided = {item.id: decide(item) for item in map(_item, rows)}
                _write(session, decided, at)
                fates |= decided
        return fates

    def postpone(self, ids: Collection[int], until: datetime) -> None:
        """Makes items that wait due at another time."""
        with writing(self._engine) as session:
            for some in _slices(ids):
                chosen = col(OutboxRow.id).in_(some), *_WAITING
                session.execute(update(OutboxRow).where(*chosen).values(next_attempt=until))

    def drop(self, ids: Collection[int]) -> None:
        """Takes out what nobody wants to be told."""
        with writing(self._engine) as session:
            for some in _slices(ids):
                session.execute(delete(OutboxRow).where(col(OutboxRow.id).in_(some)))

    def undelivered(self) -> tuple[OutboxItem, ...]:
        """Items that wait, whether their next attempt is due or not."""
        return self._listed(_WAITING)

    def dead(self, newest: int | None = None) -> tuple[OutboxItem, ...]:
        """Items that were given up, or the newest so many of them."""
        if newest is None:
            return self._listed(_DEAD)
        query = select(OutboxRow).where(*_DEAD).order_by(col(OutboxRow.id).desc()).limit(newest)
        with reading(self._engine) as session:
            return tuple(_item(row) for row in session.exec(query))

    def part(
        self,
        state: OutboxState | None = None,
        *,
        after: Cursor | None = None,
        limit: int | None = None,
        newest_first: bool = True,
    ) -> Part[OutboxItem]:
        """What is not delivered, a part at a time, in the order in which it was noted or the other way round.

        Raises ConfigurationError for a cursor of another list.
        """
        query = select(OutboxRow).where(col(OutboxRow.delivered_at).is_(None))
        if state is not None:
            query = query.where(*(_DEAD if state is OutboxState.DEAD else _WAITING))
        query = by_number(query, col(OutboxRow.id), after, newest_first)
        with reading(self._engine) as session:
            rows = session.exec(query.limit(one_more(limit))).all()
            return cut(rows, limit, _item, lambda item: Cursor(id=item.id))

    def resend(self, ids: Collection[int], now: datetime) -> None:
        """Makes items that are not delivered due now, for every target that has not taken them, as if never tried."""
        with writing(self._engine) as session:
            for some in _slices(ids):
                undelivered = col(OutboxRow.id).in_(some), col(OutboxRow.delivered_at).is_(None)
                rows = session.exec(select(OutboxRow).where(*undelivered).with_for_update()).all()
                fates = {item.id: Fate(targets=_taken(item), next_attempt=now) for item in map(_item, rows)}
                _write(session, fates, now)

    def waiting(self) -> int:
        """How many items are not delivered and not given up."""
        query = select(func.count()).where(*_WAITING)
        with reading(self._engine) as session:
            return session.exec(query).one()

    def _listed(self, which: tuple[ColumnElement[bool], ...]) -> tuple[OutboxItem, ...]:
        query = select(OutboxRow).where(*which).order_by(col(OutboxRow.id))
        with reading(self._engine) as session:
            return tuple(_item(row) for row in session.exec(query))


def _slices(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]


def _waiting(ids: list[int]) -> SelectOfScalar[OutboxRow]:
    return select(OutboxRow).where(col(OutboxRow.id).in_(ids), *_WAITING).order_by(col(OutboxRow.id))


def _taken(item: OutboxItem) -> dict[str, Telling]:
    return {mark: telling for mark, telling in item.targets.items() if telling.taken}


def _write(session: Session, fates: Mapping[int, Fate], at: datetime) -> None:
    if fates:
        session.connection().execute(_NOTE, [_values(item, fate, at) for item, fate in fates.items()])


def _values(item: int, fate: Fate, at: datetime) -> dict[str, object]:
    """What the note of a fate writes; the last two say of all targets together what people are shown."""
    tellings = fate.targets.values()
    errors = dict.fromkeys(telling.error for telling in tellings if telling.error and not telling.taken)
    return {
        "item": item,
        "its_targets": {mark: _as_json(telling) for mark, telling in fate.targets.items()},
        "its_next_attempt": fate.next_attempt,
        "its_delivered_at": at if fate.delivered else None,
        "its_attempts": max((telling.attempts for telling in tellings), default=0),
        "its_last_error": "; ".join(errors)[:1_000],
    }


def _as_json(telling: Telling) -> dict[str, Json]:
    again = telling.again.isoformat() if telling.again else None
    return {"taken": telling.taken, "attempts": telling.attempts, "again": again, "error": telling.error}


def _telling(value: Mapping[str, Any]) -> Telling:
    again = datetime.fromisoformat(value["again"]) if value["again"] else None
    return Telling(taken=value["taken"], attempts=value["attempts"], again=again, error=value["error"])


def _item(row: OutboxRow) -> OutboxItem:
    payload: Mapping[str, Any] = row.payload
    severity = payload.get("severity")
    return OutboxItem(
        id=cast("int", row.id),
        what=cast("Literal['change', 'event', 'finding', 'alarm']", row.what),
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
        targets={mark: _telling(value) for mark, value in (row.targets or {}).items()},
        payload=payload,
    )
