"""`export`: everything out, in forms that other programs read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from crawler.errors import ConfigurationError
from jobs.cli.context import store_of
from jobs.cli.output import errors, printable, watched
from jobs.cli.times import Since, Until, in_utc
from jobs.wiring import utc_now
from store import Store

if TYPE_CHECKING:
    from jobs.exchange.counting import Counted
    from jobs.exchange.selection import Selection


class Format(StrEnum):
    """What an export can be written as."""

    WARC = "warc"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class What(StrEnum):
    """What a table has a row of each of."""

    VERSIONS = "versions"
    CHANGES = "changes"
    FINDINGS = "findings"
    CHECKS = "checks"


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command()(export)


def export(
    context: typer.Context,
    form: Annotated[Format, typer.Option("--format", help="warc and jsonl hold everything; csv and parquet tables.")],
    source: Annotated[list[str] | None, typer.Option(help="Only this source's pages; may be given again.")] = None,
    url: Annotated[list[str] | None, typer.Option(help="Only this page, or this one too; may be given again.")] = None,
    since: Since = None,
    until: Until = None,
    kind: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Only where a change or finding of this kind is told.")
    ] = None,
    what: Annotated[What, typer.Option(help="csv and parquet: one row for each of these.")] = What.VERSIONS,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file; else standard output.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write what is kept to a file that other programs read; jsonl is what `import` reads back to an equal store.

    A file stands under its name once it is whole.

    \b
    Examples:
      palimpsest export --format warc --source suqian-press --output press.warc.gz
      palimpsest export --format jsonl > store.jsonl
      palimpsest export --format csv --what changes --since 2026-01-01 --output changes.csv
    """
    if what is not What.VERSIONS and form in {Format.WARC, Format.JSONL}:
        raise ConfigurationError(f"--what {what.value} is for csv and parquet; {form.value} holds everything")
    # The other commands do not pay for these.
    from jobs.exchange.counting import Counted
    from jobs.exchange.selection import chosen

    with store_of(context) as store:
        selection = chosen(
            store,
            sources=source or (),
            urls=url or (),
            since=in_utc(since),
            until=in_utc(until),
            kinds=kind or (),
        )
        total, _ = store.exporting.count(selection.sources, selection.urls)
        counted = Counted(what="records" if form is Format.WARC else what.value, total=total)
        with _stream(form, output, force=force) as stream, watched("export", total, quiet=False) as tell:
            counted.tell = tell
            write(stream, store, form, what, selection, counted, mark=output is not None)
    errors().print(printable(counted.summary + (f" to {output}" if output else "")))
    for problem in counted.problems:
        errors().print(printable(f"failed: {problem}"), style="red")
    if counted.problems:
        raise typer.Exit(1)


@contextmanager
def _stream(form: Format, output: Path | None, *, force: bool) -> Iterator[BinaryIO]:
    if output is not None:
        from jobs.exchange.files import whole_file

        with whole_file(output, force=force) as stream:
            yield stream
    elif form is Format.PARQUET:
        raise ConfigurationError("parquet needs a file to be written to: --output FILE")
    elif sys.stdout.isatty():
        raise ConfigurationError("nothing that a terminal could show: give --output FILE, or send it on with > or |")
    else:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()


def write(
    stream: BinaryIO,
    store: Store,
    form: Format,
    what: What,
    selection: Selection,
    counted: Counted,
    *,
    mark: bool,
) -> None:
    """Write what is chosen in one form; with `mark`, a table says which encoding it is in."""
    match form:
        case Format.WARC:
            from jobs.exchange.archives import write_warc

            write_warc(stream, store, selection, counted, utc_now())
        case Format.JSONL:
            from jobs.exchange.lines import lines

            for line in lines(store, selection, counted, utc_now()):
                stream.write(line.encode() + b"\n")
        case Format.CSV | Format.PARQUET:
            from jobs.exchange.tables import rows, write_csv, write_parquet

            found = rows(store, selection, what.value, counted)
            if form is Format.CSV:
                write_csv(stream, what.value, found, mark=mark)
            else:
                write_parquet(stream, what.value, found)
