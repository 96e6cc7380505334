"""The one statement that both databases know and SQLAlchemy spells for each of them: INSERT … ON CONFLICT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import Session

from store.base import Row

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert_into(session: Session, table: type[Row]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT for the session's database that understands ON CONFLICT."""
    # Each is loaded with its database's driver, and by itself would double what the store takes to load.
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert

        return insert(table)
    from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite

    return insert_into_sqlite(table)


def insert_or_ignore(session: Session, table: type[Row]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that leaves rows alone that are there already."""
    return insert_into(session, table).on_conflict_do_nothing()
