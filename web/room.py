"""What every route is given: the history it reads, the templates it fills, the reader it answers, and the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from markupsafe import Markup

from store.history import History
from store.marks import Marks
from web.door.csrf import csrf_field
from web.door.who import came_of
from web.language import Catalogue, catalogues
from web.memory import Memory
from web.reader import Clocks, Reader, reader_of
from web.render import render

# A database's integers end somewhere; a version number beyond this is nobody's.
MAX_NUMBER = 2**31 - 1
NAMES_FRESH = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who is logged in, and the field that their form to log out holds."""

    name: str
    csrf: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The reading room's furniture, as it stands for one reader. `clock` returns the time now, in UTC.

    `languages` has the templates of each language by its tag. `marks` is where people note what they decide.
    """

    history: History
    languages: Mapping[str, Environment]
    clock: Callable[[], datetime]
    memory: Memory = field(default_factory=Memory)
    clocks: Clocks = field(default_factory=Clocks)
    reader: Reader = field(default_factory=Reader)
    account: Account | None = None
    marks: Marks | None = None

    @property
    def templates(self) -> Environment:
        """The templates in the reader's language."""
        return self.languages[self.reader.language]

    @property
    def words(self) -> Catalogue:
        """The reader's language, for what is said outside of templates: `room.words.gettext("…")`."""
        return catalogues()[self.reader.language]

    def day(self, moment: datetime, source: str | None = None) -> str:
        """The day on which that was, as the reader is shown times."""
        return f"{moment.astimezone(self.clocks.of(self.reader, source)[0]):%Y-%m-%d}"

    def source_names(self) -> tuple[str, ...]:
        """The sources that a list can be filtered by; a new one may be some seconds late."""
        return self.memory.recall("source names", self.clock(), NAMES_FRESH, self.history.tallies.source_names)[0]

    def page(self, name: str, *, here: str = "", status: int = 200, **context: object) -> HTMLResponse:
        """A template as a response; `here` names the place in the navigation."""
        shared = {"here": here, "now": self.clock(), "reader": self.reader, "account": self.account}
        body = render(self.templates, name, **shared, **context)
        headers = {"Content-Language": self.reader.language, "Vary": "Accept-Language, Cookie"}
        return HTMLResponse(body, status, headers)


def room_of(request: Request) -> Room:
    """The Room of the application that serves this request, for the reader who sent it."""
    room: Room = request.app.state.room
    return replace(room, reader=reader_of(request), account=_account_of(request))


async def in_room(request: Request) -> Room:
    """`room_of` for routes. It waits for nothing: as a plain function it would be sent to a thread and back."""
    return room_of(request)


def _account_of(request: Request) -> Account | None:
    came = came_of(request)
    if came.person is None or came.session is None:
        return None
    return Account(name=came.person.name, csrf=csrf_field(request))


InRoom = Annotated[Room, Depends(in_room)]
Url = Annotated[str, Query(description="A tracked page's URL", max_length=100_000)]
SourceName = Annotated[str | None, Query(description="Only this source")]
VersionNumber = Annotated[int, Query(description="A version's number", ge=1, le=MAX_NUMBER)]
