"""The reading room in several processes that share one port: Python answers on one core a process.

The processes are uvicorn's: it starts them, replaces one that dies or hangs, and ends them. Each has a store and an
application of its own, and so its own count of those who guess passwords.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobs.serving import counters, listening, parse_address, room_app, serving_config, settle, token_for, url_of
from jobs.settings import Settings
from jobs.told import Say, Told
from jobs.wiring import opened_store, utc_now
from store import Store

if TYPE_CHECKING:
    from fastapi import FastAPI

# One that has not said in this time that it lives is replaced.
HUNG = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOfMany:
    """What makes the application of one process, there: `zones` are the time zones of the sources."""

    settings: Settings
    address: str
    zones: Mapping[str, str]

    def __call__(self) -> FastAPI:
        """The application; its store is closed when the server has answered the last request."""
        from jobs.metrics_store import StorePanel

        kept = ExitStack()
        store = kept.enter_context(opened_store(self.settings))
        counted = counters(self.address)
        panel = StorePanel(store, counted, utc_now, lambda: None) if counted else None
        app = room_app(store, token_for(store, self.address), self.zones, panel)

        @asynccontextmanager
        async def closing(_: FastAPI) -> AsyncIterator[None]:
            with kept:
                yield

        app.router.lifespan_context = closing
        _end_with_parent()
        settle()
        return app


def serve_in_processes(store: Store, one: OneOfMany, processes: int, say: Say) -> bool:
    """Serve until SIGTERM or Ctrl-C; whether it was Ctrl-C. For the main thread only.

    Raises ConfigurationError where `reading_room` does, before anything is started.
    """
    from uvicorn.supervisors import Multiprocess

    class Processes(Multiprocess):
        interrupted = False

        def handle_int(self) -> None:
            self.interrupted = True
            super().handle_int()

    token_for(store, one.address)
    with listening(*parse_address(one.address)) as listener:
        config = serving_config(one, lifespan="on", factory=True, workers=processes, timeout_worker_healthcheck=HUNG)
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        serving = Processes(config, sockets=[listener])
        say(Told(f"reading room at {url_of(listener)}", "serving", url=url_of(listener)))
        try:
            serving.run()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        return serving.interrupted


def _end_with_parent() -> None:
    """Ends this process when the one that started it has died: nobody else would, and the port would stay taken."""
    # Here, for every command would wait for it at its start.
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()
