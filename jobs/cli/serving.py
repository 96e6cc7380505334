"""`serve`: the reading room."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from jobs.cli.context import run_service, store_of
from jobs.cli.output import errors
from jobs.serving import counters, shown
from store import Store


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

    Example: palimpsest serve --listen 127.0.0.1:8080
    """
    with store_of(context) as store:
        run_service(_serve(store, listen))


async def _serve(store: Store, listen: str) -> None:
    async with shown(store, counters(listen), errors().print, web=listen):
        await asyncio.Event().wait()
