"""The door as middleware: refuses strangers and foreign host names, and puts its headers on every answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.errors import StoreError
from web.door.identity import CHALLENGE, Came, Door, Standing
from web.safe import SECURITY_HEADERS

# What somebody sees who is not in yet: that the process lives, and the form to log in with, with all that it is drawn
# with and the switch of its language.
OPEN_PATHS = frozenset({"/healthz"})
BEFORE_LOGIN = frozenset({"/login", "/reader"})
DRAWN_WITH = "/static/"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Forms hold a sentence or two; nobody needs to send more, and what is sent is held in memory.
MOST_SENT = 256 * 1024

_TITLES = {401: "Who are you?", 403: "Not from there", 429: "Not so fast"}
# A refusal as a page of the room: of a request, with a status, in words, with headers.
Shown = Callable[[Request, int, str, Mapping[str, str]], Response]


class Guard:
    """Asks who it is, refuses foreign host names, answers HEAD as GET, adds headers to every response.

    Where nobody has to log in only the door's hosts are answered: a page elsewhere that points its own name at
    loopback reads nothing. Browsers are refused by a page, if `shown` draws one, programs in a line.
    """

    def __init__(self, app: ASGIApp, door: Door, shown: Shown | None = None) -> None:
        self.app = app
        self.door = door
        self.shown = shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or passes on to the application."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        state = scope.setdefault("state", {})
        state["came"] = Came()
        # Cookies that a form needs are set with the answer that holds the form.
        state["cookies"] = []
        inner = {**scope, "method": "GET"} if head else scope

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                for cookie in state["cookies"]:
                    headers.append("Set-Cookie", cookie)
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        answer = await self._refusal(Request(scope), scope["method"])
        await (answer or self.app)(inner, _bounded(receive), send_guarded)

    async def _met(self, asked: HTTPConnection) -> tuple[Came, Standing]:
        """Who it is, and how the door stands; in a thread only where the store has to be asked."""
        standing = self.door.remembered()
        if standing is not None and not standing.closed:
            return self.door.who(asked), standing
        return await run_in_threadpool(lambda: (self.door.who(asked), self.door.standing()))

    async def _refusal(self, asked: Request, method: str) -> Response | None:
        path = asked.url.path
        if path in OPEN_PATHS:
            return None
        if int_of(asked.headers.get("content-length")) > MOST_SENT:
            return self._refused(asked, 413, "That is more than anything here takes.")
        try:
            came, standing = await self._met(asked)
        except StoreError as error:
            return self._refused(asked, 503, str(error), {"Retry-After": "5"})
        asked.state.came = came
        if not standing.closed and host_name(asked.headers.get("host", "")) not in self.door.hosts:
            text = "Without users and tokens only loopback is served. Open it as localhost, or add a user."
            return self._refused(asked, 421, text)
        # Whatever is written is asked for by a page of ours, or by a program that has a token.
        if method not in SAFE_METHODS and came.browser and not from_ourselves(asked.headers):
            return self._refused(asked, 403, "This was asked for by a page from elsewhere, and nothing was done.")
        if came.wait:
            later = {"Retry-After": str(int(came.wait) + 1)}
            return self._refused(asked, 429, "Too many wrong tokens; wait a little.", later)
        if came.person is not None or path in BEFORE_LOGIN or path.startswith(DRAWN_WITH):
            return None
        if standing.people and not came.wrong and method in SAFE_METHODS and wants_page(asked):
            back = path + (f"?{asked.url.query}" if asked.url.query else "")
            return RedirectResponse(f"/login?{urlencode({'next': back})}", 303)
        text = "This reading room asks who you are: log in at /login, or send a token as Bearer or as the password."
        return self._refused(asked, 401, text, {"WWW-Authenticate": CHALLENGE})

    def _refused(self, asked: Request, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        """A refusal in words: under /api as problem+json, for a browser as a page in the reader's language."""
        if asked.url.path.startswith("/api/") and status in _TITLES:
            body = {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": text}
            return Response(json.dumps(body), status, headers, media_type="application/problem+json")
        if self.shown is not None and wants_page(asked) and not asked.url.path.startswith("/api/"):
            return self.shown(asked, status, text, {"Vary": "Accept, Accept-Language, Cookie", **(headers or {})})
        return PlainTextResponse(f"{text}\n", status, headers)


def wants_page(asked: HTTPConnection) -> bool:
    """Whether who asks can show a page: a browser."""
    return "text/html" in asked.headers.get("accept", "")


def from_ourselves(headers: Headers) -> bool:
    """Whether a browser says that one of our own pages asked for this; True for what is no browser.

    A page cannot say `Sec-Fetch-Site` for itself. Where a browser leaves it out (plain http beyond loopback), its
    `Origin` must name the host that was asked.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == headers.get("host", "").lower() != ""
    except ValueError:
        return False


def _bounded(receive: Receive) -> Receive:
    """The same request body, or its end where it is longer than anything here takes."""
    left = MOST_SENT

    async def receive_bounded() -> Message:
        nonlocal left
        message = await receive()
        if message["type"] == "http.request":
            left -= len(message.get("body", b""))
            if left < 0:
                return {"type": "http.disconnect"}
        return message

    return receive_bounded


def int_of(text: str | None) -> int:
    """The number that a header holds; 0 where it holds none."""
    return int(text) if text and text.isascii() and text.isdecimal() else 0


def host_name(host: str) -> str:
    """The name in a Host header, without port and brackets, in lower case; empty where it cannot be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
