"""`--since` and `--until`: a stretch of time as commands are told of it, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]
Since = Annotated[datetime | None, typer.Option(formats=_FORMATS, help="Not before this time (UTC).")]
Until = Annotated[datetime | None, typer.Option(formats=_FORMATS, help="Not after this time (UTC).")]


def in_utc(time: datetime | None) -> datetime | None:
    """What was given, which names no zone, as a time in UTC."""
    return time.replace(tzinfo=UTC) if time else None
