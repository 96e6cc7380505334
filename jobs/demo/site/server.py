"""The site on a loopback port, with its counters, its rounds and a log of what it answered."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from jobs.demo.site.pages import BODIES, BY_NAME
from jobs.demo.site.render import Counters
from jobs.demo.site.responses import not_modified, respond
from jobs.demo.site.rounds import EXPECTATIONS, EXPECTED_FINDINGS, TIMELINE, page_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One answered request: in which round, what was asked, and the status given."""

    round: int
    method: str
    path: str
    status: int


class DemoSite:
    """The bundled site as a context manager: serves from entry to exit, in round 0 until `round(n)` says otherwise.

    `url` is its address without a final slash, `listing` the listing's. `rounds`, `expectations` and `findings` say
    what happens and what must be reported of it; `bodies` holds each article's paragraphs as first published. `log`
    holds every answered request, in order.
    """

    rounds = TIMELINE
    expectations = EXPECTATIONS
    findings = EXPECTED_FINDINGS
    bodies = BODIES

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._lock = threading.Lock()
        self._page_views: Counter[str] = Counter()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.current = 0
        self.log: list[Hit] = []

    def __enter__(self) -> DemoSite:
        self._server = _Server(self, self._port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="demo-site")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`. Raises RuntimeError outside the `with` block."""
        if self._server is None:
            raise RuntimeError("the demo site is not serving; use it in a with statement")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def listing(self) -> str:
        """The address of the listing's first page."""
        return f"{self.url}/xwfb/index.html"

    def round(self, number: int) -> None:
        """Put the site into round `number`. Raises ValueError where there is no such round."""
        if not 0 <= number < len(self.rounds):
            raise ValueError(f"the site has rounds 0 to {len(self.rounds) - 1}, not {number}")
        self.current = number

    def address(self, name: str) -> str:
        """The full URL that the page called `name` has in the current round."""
        return self.url + page_state(name, self.current).path

    @property
    def articles(self) -> tuple[str, ...]:
        """The URLs of the articles alive in the current round, newest first."""
        states = (page_state(name, self.current) for name in BY_NAME)
        return tuple(self.url + state.path for state in states if state.listed and not state.soft_gone)

    def statuses(self, number: int) -> dict[str, tuple[int, ...]]:
        """For each path asked for in round `number`, the statuses it was answered with, in order."""
        found: dict[str, list[int]] = {}
        for hit in tuple(self.log):
            if hit.round == number:
                found.setdefault(hit.path, []).append(hit.status)
        return {path: tuple(statuses) for path, statuses in found.items()}

    def answer(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for one request; counts the view and writes the log."""
        with self._lock:
            self._page_views[path] += 1
            number = self.current
            counters = Counters(page=self._page_views[path], site=len(self.log) + 1)
            response = respond(path, number, counters=counters, base=self.url)
            status = 304 if not_modified(response, headers) else response.status
            self.log.append(Hit(round=number, method=method, path=path, status=status))
        if status == 304:
            kept = {name: value for name, value in response.headers.items() if name != "Content-Type"}
            return status, kept, b""
        return status, response.headers, response.body


class _Server(ThreadingHTTPServer):
    """Remembers its open connections, so that closing it leaves no thread waiting on a kept-alive one."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, site: DemoSite, port: int) -> None:
        self.site = site
        self._connections: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class's types
        with self._guard:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - the base class's types
        with self._guard:
            self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        with self._guard:
            waiting = tuple(self._connections)
        for connection in waiting:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class's types
        """A client that goes away is no news."""


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with kept-alive connections; everything it says comes from `DemoSite.answer`."""

    protocol_version = "HTTP/1.1"
    # One write for each answer: head and body apart would wait for the client's delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server_version = "demo-site"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, answered, body = self.server.site.answer(self.command, self.path, headers)
        self.send_response(status)
        for name, value in answered.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """The log is `DemoSite.log`; nothing is written to the terminal."""
