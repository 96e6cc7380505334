"""What a route is given of the one who asks: the Person, whether they may write, and a pen for the audit log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from crawler.model import Json
from store.people import People, Person
from web.door.identity import CHALLENGE, Came, Door


def came_of(request: Request) -> Came:
    """How the one who sent this request came in, as the guard found it."""
    came: Came = request.state.came
    return came


def reader_of(request: Request) -> Person:
    """The Person who asks. Raises HTTPException 401 where nobody is logged in."""
    person = came_of(request).person
    if person is None:
        raise HTTPException(401, "Log in first, or send a token.", {"WWW-Authenticate": CHALLENGE})
    return person


def editor_of(request: Request) -> Person:
    """The Person who asks, who may write. Raises HTTPException 401 where nobody is, 403 where they may only read."""
    person = reader_of(request)
    if not person.may_write:
        raise HTTPException(403, f"{person.name} may only read here; an editor may do this.")
    return person


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Notes what people did. Where the store has no place for people, nothing is noted."""

    people: People | None
    clock: Callable[[], datetime]

    def __call__(self, person: Person, what: str, target: str, detail: Mapping[str, Json] | None = None) -> None:
        """Notes that `person` did `what` to `target`, now. Raises StoreError where it cannot be noted."""
        if self.people is not None:
            self.people.note(person.name, what, target, detail or {}, self.clock())


def audit_of(request: Request) -> Audit:
    """The audit log of the application that serves this request."""
    door: Door = request.app.state.door
    return Audit(people=door.people, clock=door.clock)


Reader = Annotated[Person, Depends(reader_of)]
Editor = Annotated[Person, Depends(editor_of)]
InAudit = Annotated[Audit, Depends(audit_of)]
