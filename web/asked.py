"""What a reader asks a list for, as it stands in the URL: read leniently where a form left it empty, else refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import HTTPException, Query

from crawler.errors import ConfigurationError
from store import Cursor

E = TypeVar("E", bound=StrEnum)

# How far back a filter goes by its name; a day as 2026-03-02 goes back to its start.
SPANS = {"1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30), "365d": timedelta(days=365)}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
After = Annotated[str | None, Query(description="Go on behind this place in the list", max_length=100)]
Filter = Annotated[str | None, Query(max_length=1000)]


def one_of(kinds: type[E], value: str | None, what: str) -> E | None:
    """The member of that value; None where nothing was chosen. Raises HTTPException naming the members."""
    if not value:
        return None
    try:
        return kinds(value)
    except ValueError:
        raise HTTPException(400, f"{value!r} is no {what}; there are {', '.join(kinds)}.") from None


def since_of(value: str | None, now: datetime) -> datetime | None:
    """From when on: one of SPANS before now, or the start of a day in UTC; None where nothing was chosen."""
    if not value:
        return None
    if value in SPANS:
        return now - SPANS[value]
    if _DAY.fullmatch(value):
        try:
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        except ValueError:
            pass
    raise HTTPException(400, f"{value!r} is no time to begin at; give {', '.join(SPANS)}, or a day as 2026-03-02.")


def cursor_of(after: str | None) -> Cursor | None:
    """The place to go on behind. Raises HTTPException for what no list ever gave."""
    try:
        return Cursor.read(after) if after else None
    except ConfigurationError as error:
        raise HTTPException(400, str(error)) from None


def query_of(given: Mapping[str, object]) -> dict[str, str]:
    """What of a question stands in its URL: everything that was chosen."""
    return {name: str(value) for name, value in given.items() if value}
