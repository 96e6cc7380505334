"""`serve`: the reading room."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Annotated

import typer

from crawler.errors import StoreError
from crawler.model import Source
from jobs.cli.context import run_service, settings_of, sources_of, store_of
from jobs.cli.output import errors
from jobs.processes import OneOfMany, serve_in_processes
from jobs.serving import counters, shown, zones_of
from store import Store

INDEXED_EVERY = timedelta(minutes=1)
MOST_PROCESSES = 4


def register(app: typer.Typer) -> None:
    """Add the command of this room."""
    app.command()(serve)


def serve(
    context: typer.Context,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Beyond loopback a token is needed: PALIMPSEST_WEB_TOKEN.")
    ] = "127.0.0.1:8080",
    processes: Annotated[
        int | None, typer.Option(min=1, max=64, show_default="one a core, at most 4", help="That answer side by side.")
    ] = None,
) -> None:
    """The dashboard, the API, the feeds and Memento, until Ctrl-C.

    \b
    Examples:
      palimpsest serve --listen 127.0.0.1:8080
      palimpsest serve --processes 1          # where memory is short: each takes some 120 MB
    """
    settings = settings_of(context)
    # What is kept can be read without any configuration; where there is one, it knows by which clocks.
    sources = sources_of(context) if settings.config.exists() else ()
    count = processes or min(MOST_PROCESSES, _cores())
    with store_of(context) as store, _indexed(store):
        if count == 1:
            run_service(_serve(store, listen, sources))
        else:
            one = OneOfMany(settings=settings, address=listen, zones=zones_of(sources))
            if serve_in_processes(store, one, count, errors().print):
                raise KeyboardInterrupt


async def _serve(store: Store, listen: str, sources: Sequence[Source]) -> None:
    async with shown(store, counters(listen), errors().print, web=listen, sources=sources):
        await asyncio.Event().wait()


@contextmanager
def _indexed(store: Store) -> Iterator[None]:
    """A daemon makes what it records findable; what an import or a backfill brought has nobody else."""
    ended = threading.Event()

    def keep_indexing() -> None:
        while not ended.is_set():
            with suppress(StoreError):
                store.archive.index()
            ended.wait(INDEXED_EVERY.total_seconds())

    indexing = threading.Thread(target=keep_indexing)
    indexing.start()
    try:
        yield
    finally:
        ended.set()
        indexing.join()


def _cores() -> int:
    """How many cores this process may use, where the system tells that, else how many there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
