"""The same answer once more, while it is new: what a hundred readers of one link ask in the same second is made once.

Only for who may read and no more, and for this machine as long as it has filled in no form: whoever writes sees at once
what they wrote. An answer that holds a form's word, or sets a cookie, is nobody else's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from store.people import Role
from web.door.csrf import FORM_COOKIE
from web.door.identity import LOCAL, Came

MOST_BYTES = 16 * 1024 * 1024
# What says nothing of the answer. All other headers make another question.
_BESIDE = frozenset({b"user-agent", b"connection", b"referer", b"authorization"})
_SAFE = ("GET", "HEAD")
_NEVER = ("/healthz", "/metrics", "/static/", "/login")

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer as it was sent, and until when it is given again."""

    until: float
    start: Message
    body: bytes

    @property
    def size(self) -> int:
        return len(self.body) + 1000


class Again:
    """Gives an answer again for `fresh` after it was made; who asks while it is being made waits for it.

    Whatever is written through this process empties it; another process may give for `fresh` what was so before.
    """

    def __init__(self, app: ASGIApp, fresh: timedelta, clock: Callable[[], float] = time.monotonic) -> None:
        self.app = app
        self._fresh = fresh.total_seconds()
        self._clock = clock
        self._answers: dict[Key, _Answer] = {}
        self._asking: dict[Key, asyncio.Event] = {}
        self._size = 0
        self._swept = clock()
        # What began to be made before something was written is not kept.
        self._written = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers from what is kept, or passes on to the application."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] not in _SAFE:
            try:
                await self.app(scope, receive, send)
            finally:
                self._forget_all()
        elif (key := _key(scope)) is None:
            await self.app(scope, receive, send)
        else:
            await self._answer(key, scope, receive, send)

    async def _answer(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        asking = self._asking.get(key)
        if asking is not None:
            await asking.wait()
        known = self._answers.get(key)
        if known is not None and self._clock() < known.until:
            # Whoever is between us and the server writes headers into it.
            await send({**known.start, "headers": list(known.start["headers"])})
            await send({"type": "http.response.body", "body": known.body})
        elif asking is not None:
            # It was one that is not given again: nobody waits for it twice.
            await self.app(scope, receive, send)
        else:
            await self._make(key, scope, receive, send)

    async def _make(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        asking = self._asking[key] = asyncio.Event()
        written = self._written
        start: Message | None = None

        def known_now() -> None:
            if not asking.is_set():
                del self._asking[key]
                asking.set()

        async def watched(message: Message) -> None:
            nonlocal start
            # Before it is sent: nobody waits for a slow reader of the same.
            if message["type"] == "http.response.start":
                start = {**message, "headers": list(message["headers"])} if _is_for_all(message) else None
            elif start is not None and message["type"] == "http.response.body":
                personal = scope["state"].get("personal", False)
                if not message.get("more_body") and not personal and written == self._written:
                    self._keep(key, start, message.get("body", b""))
                start = None
            if start is None:
                known_now()
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            known_now()

    def _keep(self, key: Key, start: Message, body: bytes) -> None:
        now = self._clock()
        answer = _Answer(until=now + self._fresh, start=start, body=body)
        before = self._answers.pop(key, None)
        self._size -= before.size if before else 0
        if self._size + answer.size > MOST_BYTES and now - self._swept > self._fresh:
            self._swept = now
            self._answers = {one: known for one, known in self._answers.items() if known.until > now}
            self._size = sum(known.size for known in self._answers.values())
        if self._size + answer.size <= MOST_BYTES:
            self._answers[key] = answer
            self._size += answer.size

    def _forget_all(self) -> None:
        self._written += 1
        self._answers.clear()
        self._size = 0


def _is_for_all(start: Message) -> bool:
    """Whether an answer that begins so may be given to others."""
    return start["status"] in (200, 304) and all(name.lower() != b"set-cookie" for name, _ in start["headers"])


def _key(scope: Scope) -> Key | None:
    """What makes two questions the same; None where the answer is for one alone."""
    came: Came = scope["state"]["came"]
    if scope["path"].startswith(_NEVER) or came.person is None or came.session is not None:
        return None
    headers = [(name, value) for name, value in scope["headers"] if name not in _BESIDE]
    asked = dict(headers)
    if b"no-cache" in asked.get(b"cache-control", b"") or b"range" in asked:
        return None
    # Wherever it stands in the header, however odd the rest of that is.
    filled_in = FORM_COOKIE in asked.get(b"cookie", b"")
    if came.person.role is not Role.READER and (came.person is not LOCAL or filled_in):
        return None
    return (scope["method"], scope["scheme"], scope["path"], scope["query_string"], came.person.role, *sorted(headers))
