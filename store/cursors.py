"""A place in a list, and a part of a list with the place where it ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from crawler.errors import ConfigurationError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Rows of 64 bits, and times from 1970 to the year 5138: what no database refuses, and no list lacks.
_WRITTEN = re.compile(r"(?:(\d{1,17})_)?(\d{1,18})", re.ASCII)
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
