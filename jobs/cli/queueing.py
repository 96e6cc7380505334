"""`queue`: what waits for workers, what they are at, and what came to no good end."""

from __future__ import annotations

import typer

from crawler.errors import ConfigurationError
from jobs.cli.context import store_of
from jobs.cli.listing import Json_
from jobs.cli.output import errors, print_json, table, when


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command()(queue)


def queue(context: typer.Context, as_json: Json_ = False) -> None:
    """The jobs of several machines: waiting, under way, and of the last week those that failed or lost their worker.

    \b
    Example:
      palimpsest --database postgresql://… queue
    """
    with store_of(context) as store:
        if store.queue is None:
            raise ConfigurationError("SQLite has no queue: several machines need --database postgresql://…")
        jobs, led = store.queue.jobs(), store.queue.is_led()
    if as_json:
        print_json(job.as_json() for job in jobs)
        return
    rows = ((job.state, when(job.since), "-" if job.worker is None else str(job.worker), job.host) for job in jobs)
    table(("state", "time", "worker", "host"), rows, empty="Nothing waits, and nothing failed.")
    if not led:
        errors().print("no daemon is elected: nothing is deferred until `palimpsest run` is", style="red")
