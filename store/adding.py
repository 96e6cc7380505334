"""Adding rows by their tables: where nothing needs the row again, a fifth of what a session takes that keeps it."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Insert, insert
from sqlmodel import Session

from store.later import later
from store.tables import Row


def add(session: Session, row: type[Row], values: dict[str, object]) -> int:
    """Adds a row to the table of `row`; its number. What is left out gets the column's default."""
    number: int = session.connection().execute(_insertion(row), values).inserted_primary_key[0]  # type: ignore[index]
    return number


def add_later(session: Session, row: type[Row], values: dict[str, object]) -> None:
    """Adds a row whose number nobody needs, by the end of the transaction; give the same columns every time."""
    later(session, _insertion(row), values)


# Made once each: a statement costs more to make than to carry out.
@cache
def _insertion(row: type[Row]) -> Insert:
    return insert(row.metadata.tables[str(row.__tablename__)])
