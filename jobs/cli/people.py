"""`user`, `token`, `audit`: who may come into the reading room, and what they did there."""

from __future__ import annotations

import re
import secrets
import sys
import unicodedata
from datetime import datetime, timedelta
from typing import Annotated

import typer

from crawler.errors import ConfigurationError
from jobs.cli.context import store_of
from jobs.cli.listing import Json_
from jobs.cli.output import console, errors, json_line, one_line, print_json, table, when
from jobs.wiring import utc_now
from store import Role

users = typer.Typer(name="user", no_args_is_help=True, help="Who may log in to the reading room.")
tokens = typer.Typer(name="token", no_args_is_help=True, help="What programs come into the reading room with.")

# Who asks where nobody has to log in, and with the token of the environment; an audit log must not mistake anybody.
_RESERVED = {"local", "token"}
_NAME = re.compile(r"[\w.@-]{1,64}")
_LASTS = re.compile(r"([1-9]\d{0,3})([dh])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1)}

Name = Annotated[str, typer.Argument(help="Letters, digits and . - _ @ of any script.")]
Role_ = Annotated[Role, typer.Option("--role", help="May only read, or also acknowledge and silence.")]
Who = Annotated[str, typer.Argument(metavar="NAME", help="As `user list` has it.")]
Stdin = Annotated[bool, typer.Option("--stdin", help="Read the password from standard input, its first line.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.add_typer(users)
    app.add_typer(tokens)
    app.command()(audit)


# ---- user --------------------------------------------------------------------------------------------------------


@users.command("add")
def user_add(context: typer.Context, name: Name, role: Role_ = Role.READER, stdin: Stdin = False) -> None:
    """Somebody who may log in. From then on everybody has to. The password is asked for.

    Examples:  palimpsest user add lin --role editor;  pass show palimpsest | palimpsest user add lin --stdin
    """
    from web.door.passwords import hashed

    name = _proper(name)
    with store_of(context) as store:
        if any(view.name == name for view in store.people.listed()):
            raise ConfigurationError(f"there is a user {name!r} already; `user password` gives a new password")
        store.people.add(name, role, hashed(_password(stdin)), utc_now())
    console().print(f"{name} may log in as {role.value}")


@users.command("list")
def user_list(context: typer.Context, as_json: Json_ = False) -> None:
    """Everybody who may log in, or might until they were disabled.

    Example: palimpsest user list --json
    """
    with store_of(context) as store:
        views = store.people.listed()
    if as_json:
        print_json(view.as_json() for view in views)
        return
    table(
        ("name", "role", "since", "disabled"),
        ((one_line(view.name), view.role.value, when(view.created_at), when(view.disabled_at)) for view in views),
        empty="Nobody. Add somebody with: palimpsest user add NAME --role editor",
    )


@users.command("disable")
def user_disable(context: typer.Context, name: Who) -> None:
    """Let somebody in no more: where they are logged in, they no longer are, and their tokens open nothing.

    `user password` lets them in again. Example: palimpsest user disable lin
    """
    with store_of(context) as store:
        store.people.disable(name, utc_now())
        able = store.people.anyone_can(utc_now())
    console().print(f"{one_line(name)} may not log in any more")
    if not able:
        errors().print("Nobody can log in now; `palimpsest user add` lets somebody in.", style="yellow")


@users.command("password")
def user_password(context: typer.Context, name: Who, stdin: Stdin = False) -> None:
    """Another password for somebody; where they are logged in with the old one they no longer are.

    Example: palimpsest user password lin
    """
    from web.door.passwords import hashed

    with store_of(context) as store:
        store.people.set_password(name, hashed(_password(stdin)))
    console().print(f"{one_line(name)} has a new password")


def _proper(name: str) -> str:
    proper = unicodedata.normalize("NFKC", name)
    if not _NAME.fullmatch(proper) or proper.casefold() in _RESERVED:
        raise ConfigurationError(f"{name!r} cannot be a name: give up to 64 letters, digits and . - _ @, like lin")
    return proper


def _password(stdin: bool) -> str:
    """The password, asked for twice on a terminal. Raises ConfigurationError where there is nobody to ask."""
    if stdin or not sys.stdin.isatty():
        line = sys.stdin.readline()
        if not line:
            raise ConfigurationError("no password came: type it on a terminal, or give it on standard input")
        return line.rstrip("\r\n")
    given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return given


# ---- token -------------------------------------------------------------------------------------------------------


@tokens.command("add")
def token_add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is for, like feeds or grafana.")],
    role: Role_ = Role.READER,
    expires: Annotated[
        str, typer.Option(metavar="90d", help="After so many days (d) or hours (h) it opens nothing; or `never`.")
    ] = "90d",
    person: Annotated[
        str | None, typer.Option("--user", metavar="USER", help="Whose it is: it does what it does in their name.")
    ] = None,
    as_json: Json_ = False,
) -> None:
    """A token for a program. It is shown this once. From then on everybody has to log in or send one.

    Example: palimpsest token add feeds --role reader --expires 90d
    """
    from web.door.identity import digest_of

    now = utc_now()
    secret, name, until = secrets.token_urlsafe(32), _proper(name), _until(expires, now)
    with store_of(context) as store:
        store.people.add_token(digest_of(secret.encode()), name, role, now, until, person)
        (view,) = (one for one in store.people.tokens() if one.name == name and one.revoked_at is None)
    if as_json:
        print_json([{**view.as_json(), "token": secret}])
        return
    sys.stdout.write(f"{secret}\n")
    errors().print("Keep it: it is shown this once. Send it as `Authorization: Bearer …`.", style="yellow")


def _until(expires: str, now: datetime) -> datetime | None:
    if expires == "never":
        return None
    found = _LASTS.fullmatch(expires)
    if found is None:
        raise ConfigurationError(f"{expires!r} is no time that a token could last; write 90d, 12h or never")
    return now + int(found[1]) * _UNITS[found[2]]


@tokens.command("list")
def token_list(context: typer.Context, as_json: Json_ = False) -> None:
    """Every token, the newest first: whose, since when, last used, until when. Not the secret: nobody has it.

    Example: palimpsest token list --json
    """
    with store_of(context) as store:
        views = store.people.tokens()
    if as_json:
        print_json(view.as_json() for view in views)
        return
    table(
        ("name", "user", "role", "since", "used", "expires", "revoked"),
        (
            (
                one_line(view.name),
                one_line(view.person or "-"),
                view.role.value,
                *map(when, (view.created_at, view.last_used_at, view.expires_at, view.revoked_at)),
            )
            for view in views
        ),
        empty="None. Make one with: palimpsest token add NAME --role reader",
    )


@tokens.command("revoke")
def token_revoke(context: typer.Context, name: Annotated[str, typer.Argument(help="As `token list` has it.")]) -> None:
    """Let nobody in with a token any more, at once.

    Example: palimpsest token revoke feeds
    """
    with store_of(context) as store:
        store.people.revoke(name, utc_now())
    console().print(f"{one_line(name)} opens nothing any more")


# ---- audit -------------------------------------------------------------------------------------------------------


def audit(
    context: typer.Context,
    who: Annotated[str | None, typer.Option(help="Only what this one did.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    as_json: Json_ = False,
) -> None:
    """What people did in the reading room, the newest first.

    Example: palimpsest audit --who lin --json
    """
    with store_of(context) as store:
        deeds = store.people.deeds(who=who, limit=limit)
    if as_json:
        print_json(deed.as_json() for deed in deeds)
        return
    table(
        ("time", "who", "what", "target", "detail"),
        (
            (when(deed.at), one_line(deed.who), deed.what, one_line(deed.target), one_line(json_line(deed.detail)))
            for deed in deeds
        ),
        empty="Nobody has done anything yet.",
    )
