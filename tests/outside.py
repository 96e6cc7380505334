"""The outside world, faked here and nowhere else: a server on loopback that says exactly what a test tells it to.

    with Outside() as site:
        site.page("/a.html", "<p>hello", etag='"1"')
        site.redirect("/old.html", "/a.html")
        site.raw("/rude", lambda wire: wire.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nabc"))
        ... fetch site.url("/a.html") with may_be_private=site.private ...
        assert site.paths == ["/robots.txt", "/a.html"]

Real bytes over real sockets, one thread a connection. What is not set up answers 404. Everything may be changed while
the server runs. Leaving the block hangs up on everybody and waits for the threads, so nothing leaks into the next test.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from types import TracebackType


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """One well-formed response; Content-Length, Connection and, with `etag` or `last_modified`, 304s are added."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    etag: str | None = None
    last_modified: datetime | None = None


class HungUp(Exception):
    """The client or the test has ended the connection; a raw handler need not catch it."""


class Wire:
    """A connection in the hands of a raw handler, which writes what it likes; it is closed when the handler returns."""

    def __init__(self, conn: socket.socket, asked: Asked, closing: threading.Event) -> None:
        self.asked = asked
        self._conn = conn
        self._closing = closing

    def send(self, data: bytes) -> None:
        """Send bytes as they are. Raises HungUp when nobody listens any more."""
        try:
            self._conn.sendall(data)
        except OSError as exc:
            raise HungUp from exc

    def pause(self, seconds: float) -> None:
        """Wait. Raises HungUp as soon as the test is over."""
        if self._closing.wait(seconds):
            raise HungUp

    def hang(self) -> None:
        """Say nothing until the test is over."""
        self.pause(60)

    def reset(self) -> None:
        """Cut the connection at once, with a TCP reset."""
        self._conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


Handler = Callable[[Wire], None]
Responder = Callable[[Asked], Answer]


@dataclass
class _Routes:
    answers: dict[str, Responder] = field(default_factory=dict)
    raw: dict[str, Handler] = field(default_factory=dict)
    otherwise: Responder = field(default=lambda asked: Answer(b"not here", 404))


class Outside:
    """The server. `requests` lists what was asked, in order of arrival."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.requests: list[Asked] = []
        self.connections = 0
        self.host = host
        self._tls = tls
        self._routes = _Routes()
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server((host, 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]

    # ---- what a test says --------------------------------------------------------------------------------------

    def url(self, path: str = "/") -> str:
        """The absolute URL of a path on this server."""
        return f"{'https' if self._tls else 'http'}://{self.host}:{self.port}{path}"

    @property
    def private(self) -> frozenset[str]:
        """What a FetchRequest's `may_be_private` must hold for this server to be fetched from."""
        return frozenset({self.host})

    @property
    def paths(self) -> list[str]:
        """The paths asked for so far, in order."""
        return [asked.path for asked in self.requests]

    @property
    def open(self) -> int:
        """How many connections are open now."""
        with self._lock:
            return len(self._open)

    def page(
        self,
        path: str,
        body: str | bytes,
        *,
        status: int = 200,
        content_type: str | None = "text/html; charset=utf-8",
        headers: Iterable[tuple[str, str]] = (),
        etag: str | None = None,
        last_modified: datetime | None = None,
    ) -> None:
        """Serve `body` at `path`; with `etag` or `last_modified`, conditional requests that match are answered 304."""
        named = (("Content-Type", content_type),) if content_type else ()
        answer = Answer(
            body=body.encode() if isinstance(body, str) else body,
            status=status,
            headers=(*named, *headers),
            etag=etag,
            last_modified=last_modified,
        )
        self.answer(path, lambda asked: answer)

    def redirect(self, path: str, to: str, status: int = 301) -> None:
        """Redirect `path` to `to`, which goes into Location as it is."""
        self.page(path, b"", status=status, headers=[("Location", to)])

    def answer(self, path: str, responder: Responder) -> None:
        """Let a function decide at every request."""
        self._routes.raw.pop(path, None)
        self._routes.answers[path] = responder

    def otherwise(self, responder: Responder) -> None:
        """Let a function answer for what is not set up, in place of the 404."""
        self._routes.otherwise = responder

    def raw(self, path: str, handler: Handler) -> None:
        """Let a function write the response byte by byte; the connection is closed when it returns."""
        self._routes.answers.pop(path, None)
        self._routes.raw[path] = handler

    # ---- life ----------------------------------------------------------------------------------------------------

    def __enter__(self) -> Outside:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._closing.is_set():
            return
        self._closing.set()
        # close() alone does not wake a thread in accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        acceptor, *_ = self._threads
        acceptor.join(timeout=10)
        self._listener.close()
        with self._lock:
            waiting = list(self._open)
        for conn in waiting:
            with suppress(OSError):
                conn.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=10)
            assert not thread.is_alive(), "a connection's thread did not end"

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                self._open.add(conn)
            self._start(self._serve, conn)

    def _serve(self, conn: socket.socket) -> None:
        talking = conn
        try:
            if self._tls:
                talking = self._tls.wrap_socket(conn, server_side=True, do_handshake_on_connect=False)
                with self._lock:
                    self._open.discard(conn)
                    self._open.add(talking)
                talking.do_handshake()
            self._talk(talking)
        except (OSError, HungUp):
            pass
        finally:
            with self._lock:
                self._open.discard(conn)
                self._open.discard(talking)
            talking.close()
            conn.close()

    def _talk(self, conn: socket.socket) -> None:
        buffered = b""
        while not self._closing.is_set():
            asked, buffered = _read_request(conn, buffered)
            if asked is None:
                return
            self.requests.append(asked)
            path = asked.path.partition("?")[0]
            routes = self._routes
            handler = routes.raw.get(asked.path) or routes.raw.get(path)
            if handler:
                handler(Wire(conn, asked, self._closing))
                return
            responder = routes.answers.get(asked.path) or routes.answers.get(path)
            answer = (responder or routes.otherwise)(asked)
            conn.sendall(_response(asked, answer))
            if asked.headers.get("connection", "").lower() == "close":
                return


def _read_request(conn: socket.socket, buffered: bytes) -> tuple[Asked | None, bytes]:
    while b"\r\n\r\n" not in buffered:
        more = conn.recv(65536)
        if not more:
            return None, b""
        buffered += more
        if not buffered[:1].isalpha():
            conn.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return None, b""
    head, _, rest = buffered.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", 0))
    while len(rest) < length:
        more = conn.recv(65536)
        if not more:
            return None, b""
        rest += more
    return Asked(method, path, headers, rest[:length]), rest[length:]


def _response(asked: Asked, answer: Answer) -> bytes:
    headers = list(answer.headers)
    modified = format_datetime(answer.last_modified, usegmt=True) if answer.last_modified else None
    if answer.etag:
        headers.append(("ETag", answer.etag))
    if modified:
        headers.append(("Last-Modified", modified))
    status, body = answer.status, answer.body
    sent = asked.headers.get("if-none-match")
    if status == 200 and (
        (sent is not None and sent == answer.etag)
        or (sent is None and modified and asked.headers.get("if-modified-since") == modified)
    ):
        status, body = 304, b""
    else:
        headers.append(("Content-Length", str(len(body))))
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Odd"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (b"" if asked.method == "HEAD" else body)
