"""`demo`: the bundled site, tracked through its rounds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jobs.cli.context import run_async


def register(app: typer.Typer) -> None:
    """Add the command of this room."""
    app.command()(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="End by itself instead of leaving the dashboard open.")] = False,
    directory: Annotated[Path, typer.Option("--in", help="Where the demo keeps its data; emptied first.")] = Path(
        "demo-data"
    ),
) -> None:
    """Serve the bundled news site on loopback, track it through edits, deletions and an injection, tell what was found.

    \b
    Example:
      palimpsest demo --once
    """
    # The bundled site is of no use to any other command.
    from jobs.demo.story import tell_story

    if not run_async(tell_story(directory, once=once)):
        raise typer.Exit(1)
