"""What is served on a port: the reading room, by itself or beside the daemon, and what Prometheus asks for."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from crawler.errors import ConfigurationError
from crawler.model import Source
from jobs.check import Clock
from jobs.told import Say, Told
from jobs.wiring import utc_now
from store import Store

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI
    from starlette.types import ASGIApp

    from jobs.metrics import Metrics
    from web.panel import Panel

# Nobody notices, and a hundred readers of one link cost what one costs.
GIVEN_AGAIN = timedelta(seconds=2)
# That of a source which names none, as in sources.toml.
DEFAULT_TIMEZONE = "Asia/Shanghai"
TOKEN_VARIABLE = "PALIMPSEST_WEB_TOKEN"  # noqa: S105 - the name of the variable, not a token
# The addresses of proxies that say truly whom they pass on, and that they were asked over https.
PROXIES_VARIABLE = "PALIMPSEST_WEB_PROXIES"


def parse_address(text: str) -> tuple[str, int]:
    """HOST:PORT or [V6]:PORT as (host, port); port 0 means any free one. Raises ConfigurationError."""
    host, mark, port = text.rpartition(":")
    host = host.strip("[]")
    if not mark or not host or not port.isdecimal() or int(port) > 65535:
        raise ConfigurationError(f"{text!r} is not an address; write HOST:PORT, like 127.0.0.1:8080")
    return host, int(port)


@asynccontextmanager
async def reading_room(
    store: Store, address: str, say: Say, *, panel: Panel | None = None, sources: Sequence[Source] = ()
) -> AsyncIterator[str]:
    """Serve the store's history, and the process's panel, while the context lasts; the URL it answers at.

    Times are told by the clocks of the `sources`, and by the one that most of them have where no source is meant.

    Raises ConfigurationError for an address in use, or beyond loopback where nobody is asked who they are: without a
    token in PALIMPSEST_WEB_TOKEN, and without a user or a token in the store.
    """
    app = room_app(store, token_for(store, address), zones_of(sources), panel)
    async with _serving(app, address, "reading room", say) as url:
        yield url


def zones_of(sources: Sequence[Source]) -> dict[str, str]:
    """The time zone of each source."""
    return {source.name: source.timezone for source in sources}


def room_app(store: Store, token: str | None, zones: Mapping[str, str], panel: Panel | None) -> FastAPI:
    """The reading room of a store, its door looked after once. Raises StoreError."""
    # FastAPI takes half a second to load, which no other command should wait for.
    from web.app import create_app

    common = Counter(zones.values()).most_common(1)
    app = create_app(
        store.history,
        clock=utc_now,
        token=token,
        people=store.people,
        marks=store.marks,
        panel=panel,
        timezone=common[0][0] if common else DEFAULT_TIMEZONE,
        zones=zones,
        again=GIVEN_AGAIN,
    )
    # Asked once while the store is there: a store that goes away later neither opens nor closes the door.
    app.state.door.standing()
    return app


@asynccontextmanager
async def panel_served(store: Store, panel: Panel, address: str, say: Say) -> AsyncIterator[str]:
    """Serve a panel and nothing else, behind the same door; the URL it answers at. Raises what `reading_room` does."""
    from web.door import Door
    from web.panel import create_panel

    door = Door(clock=utc_now, token=token_for(store, address), people=store.people)
    door.standing()
    app = create_panel(panel, door)
    async with _serving(app, address, "metrics", say) as url:
        yield url


def counters(*addresses: str | None) -> Metrics | None:
    """What counts for those who ask at one of the addresses; None where there is no address to ask at."""
    if not any(addresses):
        return None
    from jobs.metrics import Metrics

    return Metrics()


@asynccontextmanager
async def shown(
    store: Store,
    counted: Metrics | None,
    say: Say,
    *,
    web: str | None = None,
    metrics: str | None = None,
    clock: Clock = utc_now,
    elected: Callable[[], bool | None] = lambda: None,
    sources: Sequence[Source] = (),
) -> AsyncIterator[None]:
    """Serve the reading room at `web` and the panel at `metrics`, where they are given, while the context lasts."""
    async with AsyncExitStack() as stack:
        if counted is not None:
            from jobs.metrics_store import StorePanel

            # Each has its own, for each is served by a loop of its own.
            if web:
                panel = StorePanel(store, counted, clock, elected)
                await stack.enter_async_context(reading_room(store, web, say, panel=panel, sources=sources))
            if metrics:
                panel = StorePanel(store, counted, clock, elected)
                await stack.enter_async_context(panel_served(store, panel, metrics, say))
        yield


def token_for(store: Store, address: str) -> str | None:
    """The one token of the environment. Raises ConfigurationError where the world could read without any."""
    from web.safe import must_have_token

    host, _ = parse_address(address)
    token = os.environ.get(TOKEN_VARIABLE) or None
    if must_have_token(host) and token is None and not store.people.anyone_can(utc_now()):
        raise ConfigurationError(
            f"{address} can be reached from other machines, and nobody would be asked who they are. First add a user "
            f"(palimpsest user add NAME --role editor), or set {TOKEN_VARIABLE} to a long random word; "
            "or listen on 127.0.0.1"
        )
    return token


@asynccontextmanager
async def _serving(app: ASGIApp, address: str, what: str, say: Say) -> AsyncIterator[str]:
    """In a thread of its own: it answers also while a visit is judged, or waits for a store that has gone away."""
    server = _server(app)
    settle()
    with listening(*parse_address(address)) as listener, ThreadPoolExecutor(1) as thread:
        url = url_of(listener)
        ended = asyncio.wrap_future(thread.submit(asyncio.run, server.serve(sockets=[listener])))
        say(Told(f"{what} at {url}", "serving", url=url))
        try:
            yield url
        finally:
            server.should_exit = True
            await ended


def settle() -> None:
    """All that was loaded is there to stay: the collector of garbage need not look through it again and again."""
    gc.collect()
    gc.freeze()


def serving_config(
    app: Any,  # noqa: ANN401 - what uvicorn takes
    *,
    lifespan: Literal["on", "off"] = "off",
    **options: Any,  # noqa: ANN401
) -> uvicorn.Config:
    """How uvicorn serves an application."""
    import uvicorn

    # Anybody can write an X-Forwarded-For: it is read only where a proxy of ours wrote it.
    proxies = os.environ.get(PROXIES_VARIABLE) or None
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan=lifespan,
        server_header=False,
        proxy_headers=proxies is not None,
        forwarded_allow_ips=proxies or "",
        **options,
    )


def _server(app: ASGIApp) -> uvicorn.Server:
    """Uvicorn without its own signal handlers: stopping is the caller's."""
    import uvicorn

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    return Server(serving_config(app))


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises ConfigurationError where that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, for asyncio turns off the waiting for fuller packets (40 ms an answer) only where it sees that this is TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        # From here on a connection waits in the queue instead of being refused.
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ConfigurationError(f"cannot listen on {host}:{port}: {error.strerror}; choose another port") from None
    return listener


def url_of(listener: socket.socket) -> str:
    """Where a listening socket is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
