"""Times as requests name them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2})?)?", re.ASCII
)


def moment(text: object) -> object:
    """A time of RFC 3339, or a day or a time without a zone, which are UTC. Raises ValueError.

    One whose zone takes it out of the calendar is the first or the last there is: nothing was before or is after.
    """
    if not isinstance(text, str):
        return text
    # A plus in a query is a space, which many forget.
    written = re.sub(r" (?=\d{2}:\d{2}$)", "+", text.strip()) if "T" in text.upper() else text.strip()
    if not _MOMENT.fullmatch(written):
        raise ValueError("give a time like 2026-03-02T08:00:00Z, or a day")
    written = re.sub(r":60(?=[.Zz+-]|$)", ":59", re.sub(r"(\.\d{6})\d+", r"\1", written.upper()))
    if len(written) == 10:
        day = date.fromisoformat(written)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    found = datetime.fromisoformat(written.replace("Z", "+00:00"))
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return (datetime.min if found.year == 1 else datetime.max).replace(tzinfo=UTC)  # noqa: DTZ901


Moment = Annotated[
    datetime, BeforeValidator(moment), WithJsonSchema({"type": "string", "format": "date-time"}, mode="validation")
]
