"""`outbox`: the notifications that wait, those that were given up, and how to send these again."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.errors import ConfigurationError
from crawler.model import Json
from jobs.cli.context import store_of
from jobs.cli.listing import Json_
from jobs.cli.output import console, one_line, print_json, table, when
from jobs.wiring import utc_now
from store import OutboxItem
from store.views import iso


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command()(outbox)


def outbox(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[resend ID...]", help="Send these dead letters again.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="With resend: every dead letter.")] = False,
    dead: Annotated[bool, typer.Option("--dead", help="Only those that were given up.")] = False,
    as_json: Json_ = False,
) -> None:
    """Notifications that are not delivered: what waits, what was given up and why.

    Examples:  palimpsest outbox --dead;  palimpsest outbox resend 17 18;  palimpsest outbox resend --all
    """
    if words:
        _resend(context, words, everything)
        return
    with store_of(context) as store:
        listed = store.outbox.dead() if dead else (*store.outbox.undelivered(), *store.outbox.dead())
    if as_json:
        print_json(_as_json(item) for item in listed)
        return
    table(
        ("id", "state", "time", "source", "what", "attempts", "error"),
        (
            (
                str(item.id),
                "dead" if item.next_attempt is None else "waiting",
                when(item.at),
                item.source,
                one_line(item.summary),
                str(item.attempts),
                one_line(item.last_error) or "-",
            )
            for item in listed
        ),
        empty="Everything is delivered.",
    )


def _resend(context: typer.Context, words: list[str], everything: bool) -> None:
    verb, *ids = words
    if verb != "resend" or everything == bool(ids) or not all(word.isdecimal() for word in ids):
        raise ConfigurationError(
            "write `palimpsest outbox resend ID…` with the numbers that it lists, or `resend --all`"
        )
    with store_of(context) as store:
        dead = {item.id for item in store.outbox.dead()}
        wanted = dead if everything else {int(word) for word in ids}
        if missing := sorted(wanted - dead):
            raise ConfigurationError(
                f"no dead letter has the number {missing[0]}; `palimpsest outbox --dead` lists them"
            )
        store.outbox.resend(wanted, utc_now())
    console().print(f"{len(wanted)} to be sent again, with the next pass or by the daemon")


def _as_json(item: OutboxItem) -> dict[str, Json]:
    return {
        "id": item.id,
        "state": "dead" if item.next_attempt is None else "waiting",
        "what": item.what,
        "source": item.source,
        "page": item.page,
        "kind": item.kind,
        "severity": item.severity.value if item.severity else None,
        "summary": item.summary,
        "at": iso(item.at),
        "attempts": item.attempts,
        "next_attempt": iso(item.next_attempt),
        "last_error": item.last_error,
    }
