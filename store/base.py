"""What all tables of the store have in common."""

from __future__ import annotations

from sqlalchemy import Index, MetaData, Table, text
from sqlmodel import SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel):
    """Base of all rows; its metadata holds the store's tables and nobody else's."""

    metadata = MetaData(naming_convention=NAMES)


def table_of(row: type[Row]) -> Table:
    """The table that rows of a class are in, for statements that need none of the rows themselves."""
    return row.metadata.tables[str(row.__tablename__)]


def of_some(name: str, where: str, *columns: str, sqlite: str | None = None) -> Index:
    """An index of those rows only of which this is true; the others cost nothing. A question must say the very same."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(sqlite or where))
