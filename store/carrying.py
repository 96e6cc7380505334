"""Rows that only say how something stands, as plain JSON by the names of their columns, and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer, Text

from crawler.model import Json
from store.base import Row, table_of
from store.columns import AnyText, Id, JsonText, UtcTime
from store.views import iso

_LARGEST = 2**63 - 1


def carried(row: Row, *leave_out: str) -> dict[str, Json]:
    """What a row says, but for the columns named."""
    values: dict[str, Json] = {}
    for column in table_of(type(row)).columns:
        if column.name not in leave_out:
            value = getattr(row, column.name)
            values[column.name] = iso(value) if isinstance(value, datetime) else value
    return values


def values_for(table: type[Row], said: Mapping[str, Any], *leave_out: str) -> dict[str, Any]:
    """The values of a row's columns, as far as they are said; a column that is not gets its default.

    Raises ValueError where a value cannot be one of its column's or must be there, naming the column.
    """
    values: dict[str, Any] = {}
    for column in table_of(table).columns:
        if column.name in leave_out:
            continue
        if column.name not in said:
            if table.model_fields[column.name].is_required():
                raise ValueError(f"{column.name}: is missing")
            continue
        value = said[column.name]
        try:
            if value is None and not column.nullable:
                raise ValueError("is null")
            values[column.name] = None if value is None else _reader(column)(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"{column.name}: {error}") from None
    return values


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    for kind, read in _READERS:
        if isinstance(column.type, kind):
            return read
    raise AssertionError(f"no reader for {column.type}")


def time_from(value: object) -> datetime:
    """An ISO 8601 time with its offset, in UTC. Raises ValueError."""
    time = datetime.fromisoformat(text_from(value))
    if time.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{value!r} is no time") from None


def text_from(value: object) -> str:
    """A text. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r:.40} is no text")
    return value


def word_from(value: object) -> str:
    """A text that any database takes in any column: nothing but printable ASCII. Raises ValueError."""
    text = text_from(value)
    if not (text.isascii() and text.isprintable()):
        raise ValueError(f"{value!r:.40} is not plain")
    return text


def whole_from(value: object) -> int:
    """A whole number that a column holds. Raises ValueError."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST:
        raise ValueError(f"{value!r:.40} is no whole number")
    return value


def count_from(value: object) -> int:
    """A whole number of 32 bits, as counts and offsets are kept. Raises ValueError."""
    number = whole_from(value)
    if not 0 <= number < 2**31:
        raise ValueError(f"{number} is no count")
    return number


def number_from(value: object) -> float:
    """A finite number. Raises ValueError."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"{value!r:.40} is no number")
    return float(value)


def truth_from(value: object) -> bool:
    """True or false. Raises ValueError."""
    if not isinstance(value, bool):
        raise ValueError(f"{value!r:.40} is neither true nor false")
    return value


def _any(value: object) -> object:
    return value


_READERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (UtcTime, time_from),
    (AnyText, text_from),
    (JsonText, _any),
    (Id, whole_from),
    (Boolean, truth_from),
    (Float, number_from),
    (Integer, count_from),
    (Text, word_from),
)
