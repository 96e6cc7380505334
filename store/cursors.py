"""A place in a list, a part of a list with the place where it ends, and what makes a statement ask for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement

from crawler.errors import ConfigurationError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Rows of 64 bits, and times from 1970 to the year 5138: what no database refuses, and no list lacks.
_WRITTEN = re.compile(r"(?:(\d{1,17})_)?(\d{1,18})", re.ASCII)
R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place in a list: that of the row with this number, and with this time where the list goes by time."""

    id: int
    at: datetime | None = None

    def __str__(self) -> str:
        """As `read` takes it; readers treat it as opaque."""
        if self.at is None:
            return str(self.id)
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}_{self.id}"

    @classmethod
    def read(cls, text: str) -> Cursor:
        """The inverse of `str`. Raises ConfigurationError for what no list ever gave."""
        if found := _WRITTEN.fullmatch(text):
            at, number = found.groups()
            return cls(id=int(number), at=None if at is None else _EPOCH + timedelta(microseconds=int(at)))
        raise ConfigurationError(f"{text[:100]!r} is no place in a list; take one that a list gave, or begin without.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[T]):
    """Some rows of a list; `next` goes on behind them, None: there is no more."""

    rows: tuple[T, ...]
    next: Cursor | None = None


def one_more(limit: int | None) -> int | None:
    """How many rows to ask for: one more than are shown says that there is more."""
    return None if limit is None else limit + 1


def cut(rows: Sequence[R], limit: int | None, view: Callable[[R], T], place: Callable[[T], Cursor]) -> Part[T]:
    """The rows that were asked for with one more, as they are shown, and where the list goes on if it does."""
    shown = tuple(view(row) for row in (rows if limit is None else rows[:limit]))
    return Part(rows=shown, next=place(shown[-1]) if len(rows) > len(shown) else None)


def within(at: Any, since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:  # noqa: ANN401
    """The conditions that a time lies between these: `since` included, `until` not."""
    return [*([at >= since] if since is not None else []), *([at < until] if until is not None else [])]


def aside(column: Any, narrow: object) -> Any:  # noqa: ANN401
    """The column, where something `narrow` is asked as well so said that no index of it is thought of.

    SQLite knows of no index how much it narrows down, and would read all edits for those of one page.
    """
    return column.concat("") if narrow else column


def by_time(query: Any, at: Any, number: Any, after: Cursor | None, newest_first: bool) -> Any:  # noqa: ANN401
    """A list in its order, from behind the cursor on. Raises ConfigurationError for a cursor of another list."""
    if after is not None:
        if after.at is None:
            raise ConfigurationError(f"{after} is a place in another list; take one that this list gave.")
        # Said in two halves, since an index of times alone serves the first, and no database sees that by itself.
        if newest_first:
            query = query.where(at <= after.at, (at < after.at) | (number < after.id))
        else:
            query = query.where(at >= after.at, (at > after.at) | (number > after.id))
    return query.order_by(*((at.desc(), number.desc()) if newest_first else (at, number)))


def by_number(query: Any, number: Any, after: Cursor | None, newest_first: bool) -> Any:  # noqa: ANN401
    """The same of a list that goes by the numbers of its rows alone."""
    if after is not None:
        if after.at is not None:
            raise ConfigurationError(f"{after} is a place in another list; take one that this list gave.")
        query = query.where(number < after.id if newest_first else number > after.id)
    return query.order_by(number.desc() if newest_first else number)
