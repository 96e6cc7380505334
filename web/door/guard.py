"""The door as middleware: refuses strangers and foreign host names, and puts its headers on every answer."""

from __future__ import annotations

import json
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
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


class Guard:
    """Asks who it is, refuses foreign host names, answers HEAD as GET, adds headers to every response.

    Where nobody has to log in only the door's hosts are answered: a page elsewhere that points its own name at
    loopback reads nothing.
    """

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door

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

        answer = await self._refusal(HTTPConnection(scope), scope["method"])
        await (answer or self.app)(inner, _bounded(receive), send_guarded)

    async def _met(self, asked: HTTPConnection) -> tuple[Came, Standing]:
        """Who it is, and how the door stands; in a thread only where the store has to be asked."""
        standing = self.door.remembered()
        if standing is not None and not standing.closed:
            return self.door.who(asked), standing
        return await run_in_threadpool(lambda: (self.door.who(asked), self.door.standing()))

    async def _refusal(self, asked: HTTPConnection, method: str) -> Response | None:
        path = asked.url.path
        if path in OPEN_PATHS:
            return None
        if int_of(asked.headers.get("content-length")) > MOST_SENT:
            return PlainTextResponse("That is more than anything here takes.\n", 413)
        try:
            came, standing = await self._met(asked)
        except StoreError as error:
            return PlainTextResponse(f"{error}\n", 503, {"Retry-After": "5"})
        asked.state.came = came
        if not standing.closed and host_name(asked.headers.get("host", "")) not in self.door.hosts:
            text = "Without users and tokens only loopback is served. Open it as localhost, or add a user.\n"
            return PlainTextResponse(text, 421)
        # Whatever is written is asked for by a page of ours, or by a program that has a token.
        if method not in SAFE_METHODS and came.browser and not from_ourselves(asked.headers):
            return refused(path, 403, "This was asked for by a page from elsewhere, and nothing was done.")
        if came.wait:
            later = {"Retry-After": str(int(came.wait) + 1)}
            return refused(path, 429, "Too many wrong tokens; wait a little.", later)
        if came.person is not None or path in BEFORE_LOGIN or path.startswith(DRAWN_WITH):
            return None
        if (
            standing.people
            and not came.wrong
            and method in SAFE_METHODS
            and "text/html" in asked.headers.get("accept", "")
        ):
            back = path + (f"?{asked.url.query}" if asked.url.query else "")
            return RedirectResponse(f"/login?{urlencode({'next': back})}", 303)
        text = "This reading room asks who you are: log in at /login, or send a token as Bearer or as the password."
        return refused(path, 401, text, {"WWW-Authenticate": CHALLENGE})


def refused(path: str, status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    """A refusal in words, under /api as problem+json."""
    if not path.startswith("/api/"):
        return PlainTextResponse(f"{text}\n", status, headers)
    titles = {401: "Who are you?", 403: "Not from there", 429: "Not so fast"}
    body = {"type": "about:blank", "title": titles[status], "status": status, "detail": text}
    return Response(json.dumps(body), status, headers, media_type="application/problem+json")


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
