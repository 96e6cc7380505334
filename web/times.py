"""Times as requests name them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
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


_LEAST, _MOST = "00000101000000", "99991231235959"


def stamp_of(at: datetime) -> str:
    """A time as archives write it: fourteen digits, UTC."""
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def of_stamp(digits: str, *, last: bool = False) -> datetime | None:
    """The time that archives write so, the first of what fewer digits leave open; None for what is none.

    `last`: the end of what they leave open, the first moment that is behind it.
    """
    if not 4 <= len(digits) <= 14:
        return None
    if not last:
        return _read(digits + _LEAST[len(digits) :])
    # The last day of a month is another in each: the 31st, or as near to it as there is one.
    whole = digits + _MOST[len(digits) :]
    found = next((at for back in range(4) if (at := _read(f"{whole[:6]}{int(whole[6:8]) - back:02}{whole[8:]}"))), None)
    if found is None or found.year == 9999:
        return found
    return found + timedelta(seconds=1)


def _read(digits: str) -> datetime | None:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
