"""The `palimpsest` command: argv in, exit status out. 0 done, 1 something failed, 2 wrong use, 130 interrupted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from crawler.errors import ConfigurationError, PalimpsestError
from jobs.cli import (
    backfilling,
    configuring,
    demonstrating,
    exchanging,
    explaining,
    importing,
    inspecting,
    listing,
    people,
    proving,
    pruning,
    queueing,
    reading,
    rereading,
    serving,
    undelivered,
    watching,
)
from jobs.cli.output import errors, printable
from jobs.settings import VERSION, Settings
from jobs.told import cause_of

app = typer.Typer(
    name="palimpsest",
    help="Tracks government news pages: keeps every version, says what changed, and what somebody else put there.",
    epilog="Start with: palimpsest add https://www.example.gov.cn/news/ && palimpsest check && palimpsest changes",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for room in (
    configuring,
    watching,
    backfilling,
    importing,
    rereading,
    pruning,
    listing,
    reading,
    proving,
    explaining,
    inspecting,
    serving,
    people,
    undelivered,
    queueing,
    exchanging,
    demonstrating,
):
    room.register(app)

# As shells and Typer have it: 128 and the number of SIGINT.
_INTERRUPTED = 130
_GLOBAL = ("--data", "--database", "--blobs", "--config")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"palimpsest {VERSION}")
        raise typer.Exit


@app.callback()
def _globals(
    context: typer.Context,
    data: Annotated[
        Path, typer.Option(envvar="PALIMPSEST_DATA", help="Where the database and the raw responses live.")
    ] = Path("palimpsest-data"),
    database: Annotated[
        str | None,
        typer.Option(envvar="PALIMPSEST_DATABASE", help="postgresql://… instead of the SQLite database in --data."),
    ] = None,
    blobs: Annotated[
        str | None,
        typer.Option(envvar="PALIMPSEST_BLOBS", help="Where raw responses lie: database, folder, folder:PATH, s3://…"),
    ] = None,
    config: Annotated[Path, typer.Option(envvar="PALIMPSEST_CONFIG", help="The sources to watch.")] = Path(
        "sources.toml"
    ),
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    context.obj = Settings(data=data, database=database or None, blobs=blobs or None, config=config)


def main(argv: list[str] | None = None) -> None:
    """Run one command and exit with its status."""
    sys.exit(run(sys.argv[1:] if argv is None else argv))


def run(argv: list[str]) -> int:
    """Run one command; its exit status. Every expected error is told in words, on standard error."""
    try:
        app(_globals_first(argv), prog_name="palimpsest")
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            # The reader (head, less) has seen enough; nothing is wrong, and nothing more can be written.
            return 0
        status = end.code if isinstance(end.code, int) else 0
        if status == _INTERRUPTED:
            errors().print("interrupted; what was recorded stays, the rest is still due", style="yellow")
        return status
    except PalimpsestError as error:
        return _tell(error)
    except BaseExceptionGroup as group:
        return _tell_group(group)
    return 0


def _tell_group(group: BaseExceptionGroup[BaseException]) -> int:
    expected, surprise = group.split(PalimpsestError)
    if expected is None or surprise is not None:
        raise group
    leaf = cause_of(expected)
    assert isinstance(leaf, PalimpsestError)  # noqa: S101 - split() above left nothing else
    return _tell(leaf)


def _tell(error: PalimpsestError) -> int:
    errors().print(f"palimpsest: {printable(str(error))}", style="red")
    return 2 if isinstance(error, ConfigurationError) else 1


def _globals_first(argv: list[str]) -> list[str]:
    """The global options moved before the command, so that they may stand on either side of it."""
    moved: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest.extend([word, *words])
        elif word in _GLOBAL:
            moved.extend([word, *([value] if (value := next(words, None)) is not None else [])])
        elif word.startswith(tuple(f"{name}=" for name in _GLOBAL)):
            moved.append(word)
        else:
            rest.append(word)
    return moved + rest
