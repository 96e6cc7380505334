"""Adding rows by their tables: where nothing needs the row again, a fifth of what a session takes that keeps it.

Where many Checks are recorded together, rows get their numbers beforehand and are written at the end, many at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from sqlalchemy import ColumnElement, Insert, cast, func, insert, select
from sqlmodel import Session

from store.base import Row, table_of
from store.later import later

_NUMBERS = "numbers"
# Fewer Checks than these are written one by one: to ask for numbers costs a statement too.
_MANY = 3


def expect(session: Session, checks: int) -> None:
    """Says how many Checks the session's transaction will record, so that their rows may be numbered beforehand."""
    if checks >= _MANY:
        session.info[_NUMBERS] = _Numbers(session, checks)


def add(session: Session, row: type[Row], values: dict[str, object]) -> int:
    """Adds a row to the table of `row`, now or by the end of the transaction; its number.

    What is left out gets the column's default; give the same columns every time.
    """
    numbers: _Numbers | None = session.info.get(_NUMBERS)
    if numbers is not None:
        number = numbers.next(row)
        later(session, _insertion(row), {"id": number, **values})
        return number
    added: int = session.connection().execute(_insertion(row), values).inserted_primary_key[0]  # type: ignore[index]
    return added


def keep_number(session: Session, row: type[Row], number: int | None) -> dict[str, object]:
    """For a row that had a number elsewhere: that one as its `id`, where nothing here has it; otherwise nothing."""
    table = table_of(row)
    connection = session.connection()
    if number is None or connection.execute(select(table.c.id).where(table.c.id == number)).first() is not None:
        return {}
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import REGCLASS

        # Before it is taken, so that nobody is given it meanwhile.
        sequence = func.pg_get_serial_sequence(table.name, "id")
        last = func.coalesce(func.pg_sequence_last_value(cast(sequence, REGCLASS)), 1)
        connection.execute(select(func.setval(cast(sequence, REGCLASS), func.greatest(number, last))))
    return {"id": number}


def add_later(session: Session, row: type[Row], values: dict[str, object]) -> None:
    """Adds a row whose number nobody needs, by the end of the transaction; give the same columns every time."""
    later(session, _insertion(row), values)


class _Numbers:
    """Numbers of rows to come, that nobody else is given."""

    def __init__(self, session: Session, at_once: int) -> None:
        self._session = session
        self._at_once = at_once
        self._free: defaultdict[type[Row], Iterator[int]] = defaultdict(lambda: iter(()))

    def next(self, row: type[Row]) -> int:
        """The number of the next row of its table."""
        number = next(self._free[row], None)
        if number is None:
            self._free[row] = self._take(row)
            number = next(self._free[row])
        return number

    def _take(self, row: type[Row]) -> Iterator[int]:
        table = table_of(row)
        connection = self._session.connection()
        if connection.dialect.name == "postgresql":
            sequence = func.pg_get_serial_sequence(table.name, "id")
            each = func.generate_series(1, self._at_once).table_valued()
            numbers: ColumnElement[int] = func.nextval(sequence)
            return iter(connection.execute(select(numbers).select_from(each)).scalars().all())
        # On SQLite nobody else writes before this transaction ends.
        last = connection.execute(select(func.max(table.c.id))).scalar() or 0
        return iter(range(last + 1, last + 1 + self._at_once))


# Made once each: a statement costs more to make than to carry out.
@cache
def _insertion(row: type[Row]) -> Insert:
    return insert(table_of(row))
