"""The one statement that both databases know and SQLAlchemy spells for each of them: INSERT … ON CONFLICT."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from store.tables import Row

Insert = postgresql.Insert | sqlite.Insert


def insert_into(session: Session, table: type[Row]) -> Insert:
    """An INSERT for the session's database that understands ON CONFLICT."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def insert_or_ignore(session: Session, table: type[Row]) -> Insert:
    """An INSERT that leaves rows alone that are there already."""
    return insert_into(session, table).on_conflict_do_nothing()
