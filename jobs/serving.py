"""The reading room on a port: by itself (`serve`), or beside the daemon (`run --web`)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from crawler.errors import ConfigurationError
from jobs.told import Say, Told
from jobs.wiring import utc_now
from store import Store

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

TOKEN_VARIABLE = "PALIMPSEST_WEB_TOKEN"  # noqa: S105 - the name of the variable, not a token


def parse_address(text: str) -> tuple[str, int]:
    """HOST:PORT or [V6]:PORT as (host, port); port 0 means any free one. Raises ConfigurationError."""
    host, mark, port = text.rpartition(":")
    host = host.strip("[]")
    if not mark or not host or not port.isdecimal() or int(port) > 65535:
        raise ConfigurationError(f"{text!r} is not an address; write HOST:PORT, like 127.0.0.1:8080")
    return host, int(port)


@asynccontextmanager
async def reading_room(store: Store, address: str, say: Say) -> AsyncIterator[str]:
    """Serve the store's history while the context lasts; the URL it answers at.

    Raises ConfigurationError for an address beyond loopback without a token in PALIMPSEST_WEB_TOKEN, or in use.
    """
    # FastAPI takes half a second to load, which no other command should wait for.
    from web.app import create_app
    from web.safe import must_have_token

    host, port = parse_address(address)
    token = os.environ.get(TOKEN_VARIABLE) or None
    if must_have_token(host) and token is None:
        raise ConfigurationError(
            f"{address} can be reached from other machines; set {TOKEN_VARIABLE} to a long random word first, "
            "or listen on 127.0.0.1"
        )
    app = create_app(store.history, clock=utc_now, token=token)
    server = _server(app)
    with _listening(host, port) as listener:
        url = _url(listener)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        say(Told(f"reading room at {url}", "serving", url=url))
        try:
            yield url
        finally:
            server.should_exit = True
            await task


def _server(app: FastAPI) -> uvicorn.Server:
    """Uvicorn without its own signal handlers: stopping is the caller's."""
    import uvicorn

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    return Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", server_header=False))


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        # From here on a connection waits in the queue instead of being refused.
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ConfigurationError(f"cannot listen on {host}:{port}: {error.strerror}; choose another port") from None
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
