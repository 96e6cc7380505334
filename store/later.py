"""Rows that nothing asks for before a transaction ends: written then, all of one kind together.

A statement for many rows costs a fifth of one for each; on a server it saves a round trip as well. What asks before
must have them written first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.sql.dml import Insert, Update
from sqlmodel import Session

from crawler.errors import NotKnown
from store.base import Row

_KEY = "later"
# By statement: the values of each row, and the URL of the page that it is of.
_Waiting = dict[Insert | Update, list[tuple[Mapping[str, Any], str]]]


def later(session: Session, statement: Insert | Update, values: Mapping[str, Any], *, url: str = "") -> None:
    """Has the statement carried out with these values at the end of the transaction, or at the next `write_now`.

    An Update is of exactly one row, that of the page at `url`. Statements are told apart by identity: make each once.
    """
    waiting: _Waiting = session.info.setdefault(_KEY, {})
    waiting.setdefault(statement, []).append((values, url))


def write_now(session: Session, *, only: Collection[type[Row]] = ()) -> None:
    """Writes all that waits, or what waits for these tables: each row after those that it refers to.

    Raises NotKnown where an Update found no row.
    """
    waiting: _Waiting = session.info.get(_KEY, {})
    names = {str(row.__tablename__) for row in only}
    for statement in sorted(waiting, key=_place):
        if names and statement.table.description not in names:
            continue
        rows = waiting.pop(statement)
        result = session.connection().execute(statement, [values for values, _ in rows])
        if isinstance(statement, Update) and isinstance(result, CursorResult) and result.rowcount != len(rows):
            # Which of many it was shows when each is written alone.
            raise not_tracked(rows[0][1] if len(rows) == 1 else "one of these pages")


def _place(statement: Insert | Update) -> int:
    # Updates first: they say which page there is none of.
    return -1 if isinstance(statement, Update) else _order()[statement.table.description]


@cache
def _order() -> Mapping[str, int]:
    return {table.name: place for place, table in enumerate(Row.metadata.sorted_tables)}


def not_tracked(url: str) -> NotKnown:
    """The error for a page that was never admitted."""
    return NotKnown(f"{url} is not tracked; `palimpsest pages` lists what is.")
