"""`serve`: the reading room."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from crawler.errors import StoreError
from crawler.model import Source
from jobs.cli.context import run_service, settings_of, sources_of, store_of
from jobs.cli.output import errors
from jobs.serving import counters, shown
from store import Store

INDEXED_EVERY = timedelta(minutes=1)


def register(app: typer.Typer) -> None:
    """Add the command of this room."""
    app.command()(serve)


def serve(
    context: typer.Context,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Beyond loopback a token is needed: PALIMPSEST_WEB_TOKEN.")
    ] = "127.0.0.1:8080",
) -> None:
    """The dashboard, the API, the feeds and Memento, until Ctrl-C.

    \b
    Example:
      palimpsest serve --listen 127.0.0.1:8080
    """
    # What is kept can be read without any configuration; where there is one, it knows by which clocks.
    sources = sources_of(context) if settings_of(context).config.exists() else ()
    with store_of(context) as store:
        run_service(_serve(store, listen, sources))


async def _serve(store: Store, listen: str, sources: Sequence[Source]) -> None:
    async with shown(store, counters(listen), errors().print, web=listen, sources=sources):
        while True:
            # A daemon makes what it records findable; what an import or a backfill brought has nobody else.
            with contextlib.suppress(StoreError):
                await asyncio.to_thread(store.archive.index)
            await asyncio.sleep(INDEXED_EVERY.total_seconds())
