"""The reading room as an ASGI application."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from crawler.errors import ConfigurationError, NotKnown, PalimpsestError
from store.history import History
from store.marks import Marks
from store.people import People
from web import (
    api,
    feeds,
    finding,
    health,
    lists,
    memento,
    notifications,
    permanent,
    raw,
    reader,
    reading,
    searching,
    sources,
    today,
)
from web.again import Again
from web.door import Door, Guard, checked, login
from web.language import N_, catalogues
from web.packing import LARGE, Packing
from web.panel import Panel, Unwatched, routes
from web.reader import Clocks
from web.render import environment
from web.retold import refusal_retold
from web.room import Room, room_of
from web.safe import LOOPBACK_NAMES, SECURITY_HEADERS

TITLES = {
    400: N_("This cannot be asked"),
    401: N_("Who are you?"),
    403: N_("This was not done"),
    404: N_("Not in the store"),
    405: N_("That is not possible here"),
    413: N_("That is too much"),
    421: N_("Not under this name"),
    422: N_("This cannot be asked"),
    429: N_("Not so fast"),
    500: N_("Something went wrong here"),
    503: N_("The store is busy"),
}


def create_app(
    history: History,
    *,
    clock: Callable[[], datetime],
    token: str | None = None,
    people: People | None = None,
    marks: Marks | None = None,
    timezone: str = "Asia/Shanghai",
    zones: Mapping[str, str] | None = None,
    hosts: Collection[str] = LOOPBACK_NAMES,
    panel: Panel | None = None,
    again: timedelta = timedelta(0),
) -> FastAPI:
    """The application that shows a store's history, and the `panel` of its process to machines that watch it.

    `clock` returns the time now in UTC; pages show times in `timezone`, those of a source in its own of `zones`. With a
    token, or where `people` has anybody, every request but /healthz and those to log in must be somebody's; otherwise
    only requests addressed to `hosts` are answered. Without `marks` nothing can be decided of findings. For so
    long as `again` an answer is given to others who ask the same. Raises ConfigurationError for an empty token.
    """
    if token is not None and not token.strip():
        raise ConfigurationError(
            "the token is empty and would protect nothing; set one, or none and listen on loopback"
        )
    app = FastAPI(
        title="Palimpsest",
        version="1",
        summary="Every version of every tracked page, what changed, and what is wrong.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(checked)],
    )
    clocks = Clocks(common=timezone, sources=zones or {})
    languages = {tag: environment(clocks, words) for tag, words in catalogues().items()}
    app.state.room = Room(history=history, marks=marks, languages=languages, clock=clock, clocks=clocks)
    app.state.door = Door(clock=clock, token=token, people=people, hosts=hosts)
    app.state.desk = login.Desk()
    app.router.routes.extend(routes(panel or Unwatched()))
    for shown in (today, lists, sources, searching, health, notifications, reading, permanent, raw, finding, reader):
        app.include_router(shown.router)
    app.include_router(api.router)
    app.include_router(feeds.router)
    app.include_router(login.router)
    app.include_router(memento.router)
    app.mount("/static", StaticFiles(directory=str(files("web").joinpath("static"))))
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(RequestValidationError, _wrong_request)
    app.add_exception_handler(PalimpsestError, _refusal)
    app.add_exception_handler(Exception, _surprise)
    # The one secret in an answer, a form's word, is masked anew each time: a compressed length tells nobody of it.
    app.add_middleware(Packing, minimum_size=LARGE, compresslevel=5)
    if again:
        app.add_middleware(Again, fresh=again)
    app.add_middleware(Guard, door=app.state.door, shown=problem)
    return app


# ---- problems ----------------------------------------------------------------------------------------------------


def problem(
    request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None, *, wrong: Sequence[str] = ()
) -> Response:
    """What went wrong, as a page in the reader's language or, under /api, as problem+json (RFC 9457).

    `wrong` are the things that `detail` names, where it names several.
    """
    title = TITLES.get(status, N_("This did not work"))
    if request.url.path.startswith("/api/"):
        body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        answer: Response = api.json_response(body, status=status, media_type="application/problem+json")
    else:
        room = room_of(request)
        title, said = room.words.gettext(title), [refusal_retold(one, room.words) for one in wrong or (detail,)]
        shown = room.words.gettext(N_("; ")).join(said)
        answer = room.page("problem.html", status=status, title=title, detail=shown, code=status)
    answer.headers.update(headers or {})
    return answer


def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for nothing else
    headers = dict(error.headers or {})
    if error.status_code == 405 and "GET" in headers.get("Allow", ""):
        headers["Allow"] = ", ".join(sorted({*headers["Allow"].split(", "), "HEAD", "OPTIONS"}))
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
    detail = "There is no such page in the reading room." if error.detail == "Not Found" else str(error.detail)
    return problem(request, error.status_code, detail, headers)


def _wrong_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for nothing else
    wrong = [f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors()]
    return problem(request, 422, "; ".join(wrong), wrong=wrong)


def _refusal(request: Request, error: Exception) -> Response:
    if isinstance(error, NotKnown):
        return problem(request, 404, str(error))
    # Nothing is configured by a request: it asked for something that is not there to be asked.
    if isinstance(error, ConfigurationError):
        return problem(request, 422, str(error))
    if getattr(error, "retry_helps", False):
        return problem(request, 503, str(error), {"Retry-After": "5"})
    return problem(request, 500, str(error))


def _surprise(request: Request, _: Exception) -> Response:
    """The answer to a surprise, which is raised again for the server's log; the guard's headers do not reach here."""
    return problem(request, 500, "This is a fault of ours; the server's log says more.", SECURITY_HEADERS)
