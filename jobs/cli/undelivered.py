"""`outbox`, `notify`: what waits to be told or was given up, sending it, and whether everybody can be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from crawler.errors import ConfigurationError
from crawler.model import Source
from jobs.cli.context import run_async, sources_of, store_of
from jobs.cli.listing import Json_
from jobs.cli.output import console, errors, one_line, print_json, printable, table, when
from jobs.notify import Message, NotifyFailed, deliver, name_of, send
from jobs.wiring import utc_now
from store.views import iso


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command()(outbox)
    app.command()(notify)


# ---- outbox ------------------------------------------------------------------------------------------------------


def outbox(
    context: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="[resend ID...]", help="Make these due at once.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="With resend: every dead letter.")] = False,
    dead: Annotated[bool, typer.Option("--dead", help="Only those that were given up.")] = False,
    as_json: Json_ = False,
) -> None:
    """Notifications that are not delivered: what waits, what was given up and why.

    \b
    Examples:
      palimpsest outbox --dead
      palimpsest outbox resend 17 18
      palimpsest outbox resend --all
    """
    if words:
        _resend(context, words, everything)
        return
    with store_of(context) as store:
        listed = store.outbox.dead() if dead else (*store.outbox.undelivered(), *store.outbox.dead())
    if as_json:
        print_json(item.as_json() for item in listed)
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
        known = dead | {item.id for item in store.outbox.undelivered()}
        if missing := sorted(wanted - known):
            raise ConfigurationError(f"no undelivered notification has the number {missing[0]}; `outbox` lists them")
        store.outbox.resend(wanted, utc_now())
    console().print(f"{len(wanted)} due now: for the daemon, the next pass, or `palimpsest notify`")


# ---- notify ------------------------------------------------------------------------------------------------------


def notify(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="With --test: only whom these tell.")
    ] = None,
    test: Annotated[
        bool, typer.Option("--test", help="Send everybody a message that only says that it is one.")
    ] = False,
    as_json: Json_ = False,
) -> None:
    """Send the notifications that are due, as `check` and the daemon do; or try whether everybody can be reached.

    \b
    Examples:
      palimpsest notify
      palimpsest notify --test suqian-press
    """
    sources = {source.name: source for source in sources_of(context)}
    if names and not test:
        raise ConfigurationError("sources are named with --test; what is due is sent of all")
    if unknown := sorted(set(names or ()) - set(sources)):
        raise ConfigurationError(f"no source {unknown[0]!r}; there are: {', '.join(sorted(sources))}")
    if test:
        failures = _tried([sources[name] for name in names or sources], as_json)
    else:
        with store_of(context) as store:
            delivered = run_async(deliver(store.outbox, sources, utc_now()))
        failures = delivered.errors
        if as_json:
            print_json([asdict(delivered) | {"errors": list(failures)}])
        else:
            counts = f"{delivered.sent} delivered, {delivered.failed} to be tried again, {delivered.dead} given up"
            console().print(counts)
    for failure in failures:
        errors().print(printable(f"failed: {failure}"), style="red")
    if failures:
        raise typer.Exit(1)


def _tried(sources: Sequence[Source], as_json: bool) -> tuple[str, ...]:
    """Send everybody whom these Sources tell a test message, print what came of it, and return what went wrong."""
    told: dict[str, list[str]] = {}
    for source in sources:
        for target in source.notify:
            names = told.setdefault(target.to, [])
            names += [source.name] if source.name not in names else []
    if not told:
        raise ConfigurationError('nobody is told of these sources; write notify = ["mailto://…"] in sources.toml')
    outcomes = run_async(_outcomes(told))
    rows = [(name_of(to), names, outcomes[to]) for to, names in told.items()]
    if as_json:
        print_json(
            {"target": name, "sources": [*names], "ok": not wrong, "error": wrong} for name, names, wrong in rows
        )
    else:
        shown = ((name, ", ".join(names), "failed" if wrong else "taken") for name, names, wrong in rows)
        table(("target", "sources", "came to"), shown, empty="")
    return tuple(wrong for _, _, wrong in rows if wrong)


async def _outcomes(told: Mapping[str, Sequence[str]]) -> dict[str, str | None]:
    """What is wrong with each address, None where it took the message."""
    return dict(zip(told, await asyncio.gather(*(_outcome(to, names) for to, names in told.items())), strict=True))


async def _outcome(to: str, names: Sequence[str]) -> str | None:
    at = iso(utc_now())
    body = f"A test message of {at}. This address is told of: {', '.join(names)}"
    try:
        await send(to, Message(subject="Palimpsest: a test message", body=body, payload=({"what": "test", "at": at},)))
    except NotifyFailed as failure:
        return failure.reason
    return None
