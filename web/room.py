"""What every route is given: the history it reads, the templates it fills, and the clock it is told the time by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from store.history import History
from web.render import render

# A database's integers end somewhere; a version number beyond this is nobody's.
MAX_NUMBER = 2**31 - 1
# Lists are read from their start; further back a filter serves better than paging.
MAX_OFFSET = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The reading room's furniture. `clock` returns the time now, in UTC."""

    history: History
    templates: Environment
    clock: Callable[[], datetime]

    def page(self, name: str, *, here: str = "", status: int = 200, **context: object) -> HTMLResponse:
        """A template as a response; `here` names the place in the navigation."""
        body = render(self.templates, name, here=here, now=self.clock(), **context)
        return HTMLResponse(body, status)


def room_of(request: Request) -> Room:
    """The Room of the application that serves this request."""
    found: Room = request.app.state.room
    return found


InRoom = Annotated[Room, Depends(room_of)]
Url = Annotated[str, Query(description="A tracked page's URL", max_length=100_000)]
SourceName = Annotated[str | None, Query(description="Only this source")]
VersionNumber = Annotated[int, Query(description="A version's number", ge=1, le=MAX_NUMBER)]
