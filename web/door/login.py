"""Logging in and out: a form that needs no script, and a cookie."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated, Literal

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from store.people import People
from web.door.csrf import csrf_field, set_cookie
from web.door.identity import Door, address_of, digest_of, is_secure, session_cookie
from web.door.limits import Limits
from web.door.passwords import LONGEST, matches
from web.door.who import came_of
from web.room import InRoom, Room
from web.safe import local_path

router = APIRouter(include_in_schema=False)

SESSION_LASTS = timedelta(days=7)
# So many passwords are looked at at a time, each in 32 MB and a core; and so many may wait for that.
_AT_A_TIME = 2
_WAITING = 16


class Desk:
    """Where passwords are looked at. One of the application: it counts who tried how often."""

    def __init__(self) -> None:
        # Whoever knows a name can make its owner wait: but no longer than this.
        self.by_name = Limits(free=5, longest=timedelta(minutes=1))
        self.by_address = Limits(free=20, longest=timedelta(minutes=15))
        self.waiting = 0
        self._limiter: CapacityLimiter | None = None

    def wait(self, name: str, address: str, door: Door) -> float:
        """0.0, and this counts as an attempt; or how many seconds to wait."""
        now = door.clock()
        return self.by_address.attempt(address, now) or self.by_name.attempt(name, now)

    async def knows(self, people: People, name: str, password: str) -> bool:
        """Whether that is the person's password; as long in saying so of nobody's."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(_AT_A_TIME)
        self.waiting += 1
        try:
            kept = await to_thread.run_sync(people.password_of, name)
            return await to_thread.run_sync(matches, password, kept, limiter=self._limiter)
        finally:
            self.waiting -= 1

    @property
    def busy(self) -> bool:
        """Whether so many wait that another one should not."""
        return self.waiting >= _WAITING


@router.get("/login")
def form(request: Request, room: InRoom, following: Annotated[str, Query(alias="next")] = "/") -> Response:
    """The form; who is in already is sent on."""
    if came_of(request).person is not None:
        return RedirectResponse(own_path(following), 303)
    return _form(request, room, following)


@router.post("/login")
async def login(
    request: Request,
    room: InRoom,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    following: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Begins a session, always a new one, and goes on to where the person wanted to go."""
    door: Door = request.app.state.door
    desk: Desk = request.app.state.desk
    name, address = name.strip()[:LONGEST], address_of(request)
    if desk.busy:
        return _form(request, room, following, name=name, problem="busy", status=503, wait=2)
    if wait := desk.wait(name, address, door):
        seconds = int(wait) + 1
        return _form(request, room, following, name=name, problem="later", status=429, wait=seconds)
    people = door.people
    if people is None or not await desk.knows(people, name, password):
        return _form(request, room, following, name=name, problem="wrong", status=401)
    desk.by_name.forgive(name)
    desk.by_address.forgive(address)
    secret, now = secrets.token_urlsafe(32), door.clock()
    old = came_of(request).session
    if old is not None:
        await to_thread.run_sync(people.end, old)
    await to_thread.run_sync(people.begin, digest_of(secret.encode()), name, now, now + SESSION_LASTS)
    await to_thread.run_sync(people.note, name, "login", name, {"address": address}, now)
    secure, lasts = is_secure(request), int(SESSION_LASTS.total_seconds())
    request.state.cookies.append(set_cookie(session_cookie(secure=secure), secret, secure=secure, seconds=lasts))
    return RedirectResponse(own_path(following), 303)


@router.post("/logout")
def logout(request: Request) -> Response:
    """Ends the session, here and in the store."""
    door: Door = request.app.state.door
    session = came_of(request).session
    if session is not None and door.people is not None:
        door.people.end(session)
    secure = is_secure(request)
    request.state.cookies.append(set_cookie(session_cookie(secure=secure), "", secure=secure, seconds=0))
    return RedirectResponse("/login" if session is not None else "/", 303)


def _form(
    request: Request,
    room: Room,
    following: str,
    *,
    name: str = "",
    problem: Literal["", "wrong", "later", "busy"] = "",
    status: int = 200,
    wait: int | None = None,
) -> Response:
    answer = room.page(
        "login.html",
        status=status,
        username=name,
        following=own_path(following),
        problem=problem,
        seconds=wait,
        csrf=csrf_field(request),
    )
    if wait is not None:
        answer.headers["Retry-After"] = str(wait)
    return answer


def own_path(path: str) -> str:
    """The path if it leads to a page of ours, and not in or out again; else `/`."""
    return "/" if path.startswith(("/login", "/logout")) else local_path(path)
