"""`import`: what others watched and kept, and what Palimpsest wrote itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.errors import ConfigurationError
from crawler.model import Json
from jobs.cli.context import settings_of
from jobs.cli.listing import Json_
from jobs.cli.output import conclude, console, errors, one_line, print_json, printable, watched
from jobs.configured import append, configured, text_of
from jobs.settings import Settings
from jobs.wiring import opened_store, utc_now

if TYPE_CHECKING:
    from jobs.elsewhere.drafting import Draft
    from jobs.elsewhere.entries import Found, Remark
    from jobs.elsewhere.given import Given
    from jobs.elsewhere.past import Brought, History

# The key with which the first line of our own export begins.
_OWN = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"palimpsest"\s*:')
_KINDS = "palimpsest, changedetection, opml, urlwatch, webchanges or list"


def register(app: typer.Typer) -> None:
    """Add the command of this room."""
    app.command("import")(import_)


def import_(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="- for standard input.")],
    kind: Annotated[str | None, typer.Option("--as", metavar="KIND", help=f"{_KINDS}; default: found out.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would come of it, and write nothing.")] = False,
    as_json: Json_ = False,
) -> None:
    """Bring in what another program watches: urlwatch, webchanges, changedetection.io, a feed reader, a list of URLs.

    Each becomes a [[source]] at the end of the configuration; what cannot be carried over is named line by line. The
    history in a backup of changedetection.io, and what `export --format jsonl` wrote, goes into the store.

    \b
    Examples:
      palimpsest import urls.yaml --dry-run
      palimpsest import changedetection-backup.zip
    """
    # What only this command needs would be paid for by every other.
    from jobs.elsewhere import OWN, reader_of
    from jobs.elsewhere.given import opened

    with opened(file) as given:
        if kind == OWN or (kind is None and _is_own(given)):
            _take(settings_of(context), given, dry_run=dry_run, as_json=as_json)
            return
        reader = reader_of(given, kind)
        found = reader.read(given)
        if not found.entries and not found.remarks:
            raise ConfigurationError(f"{given.name}: {reader.words} with nothing in it")
        _import(settings_of(context), reader.kind, given, found, dry_run=dry_run, as_json=as_json)


def _import(settings: Settings, kind: str, given: Given, found: Found, *, dry_run: bool, as_json: bool) -> None:
    from jobs.elsewhere.drafting import draft
    from jobs.elsewhere.entries import Level
    from jobs.elsewhere.past import Brought

    drafts: list[Draft] = []

    def blocks(before: str) -> str:
        drafts.append(draft(before, settings.config, found))
        return drafts[-1].toml

    if dry_run:
        blocks(text_of(settings.config))
    else:
        append(settings.config, blocks)
    made = drafts[-1]
    histories = _histories(made)
    brought = _bring(settings, histories, dry_run=dry_run, quiet=as_json) if histories else Brought()
    remarks = [*made.remarks, *brought.remarks]
    if as_json:
        print_json([_as_json(kind, given.name, made, brought, remarks, dry_run=dry_run)])
    else:
        _print(settings.config, made, brought, remarks, dry_run=dry_run)
    if brought.problems or any(remark.level is Level.REFUSED for remark in remarks):
        raise typer.Exit(1)


# ---- what was kept -----------------------------------------------------------------------------------------------


def _histories(made: Draft) -> list[History]:
    """What was kept of the addresses that are watched, now or already, and of those that are paused."""
    from jobs.elsewhere.past import History

    kept = [
        History(source=one.source, url=one.source.url, past=one.entry.past, watched=not one.entry.paused)
        for one in (*made.added, *made.paused_before)
        if one.entry.past is not None
    ]
    return kept + [
        History(source=source, url=source.url, past=entry.past)
        for entry, source in made.known
        if entry.past is not None
    ]


def _bring(settings: Settings, histories: Sequence[History], *, dry_run: bool, quiet: bool) -> Brought:
    from jobs.elsewhere.past import bring, planned, total

    if dry_run and settings.database is None and not settings.data.exists():
        return planned(None, histories)
    with opened_store(settings) as store:
        if dry_run:
            return planned(store, histories)
        with watched("bringing in what was kept", total(histories), quiet=quiet) as tell:
            return bring(store, configured(settings.config), histories, utc_now(), tell)


# ---- what Palimpsest wrote itself --------------------------------------------------------------------------------


def _is_own(given: Given) -> bool:
    """Whether it begins as our own export does."""
    return _OWN.match(given.head) is not None


def _take(settings: Settings, given: Given, *, dry_run: bool, as_json: bool) -> None:
    """Hand the lines to who wrote them."""
    from jobs.exchange.taking import take_lines

    sources = configured(settings.config)
    with TemporaryDirectory() as nowhere:
        if dry_run and settings.database is None and not settings.data.exists():
            # To look is not to make a store where there is none.
            settings = replace(settings, data=Path(nowhere), blobs=None)
        with opened_store(settings) as store, watched("taking in lines", None, quiet=as_json) as tell:
            result = take_lines(store, given.text_lines(), name=given.name, dry_run=dry_run, tell=tell, sources=sources)
    conclude(result, as_json=as_json)


# ---- what is said ------------------------------------------------------------------------------------------------


def _as_json(
    kind: str, name: str, made: Draft, brought: Brought, remarks: Sequence[Remark], *, dry_run: bool
) -> dict[str, Json]:
    return {
        "file": name,
        "kind": kind,
        "dry_run": dry_run,
        "added": [
            {
                "name": one.source.name,
                "url": one.source.url,
                "where": one.entry.where,
                "paused": bool(one.entry.paused),
            }
            for one in made.added
        ],
        "known": [{"name": source.name, "url": source.url, "where": entry.where} for entry, source in made.known],
        "toml": made.toml,
        "not_carried": [remark.as_json() for remark in remarks],
        "history": brought.as_json(),
        "failed": list(brought.problems),
    }


def _print(config: Path, made: Draft, brought: Brought, remarks: Sequence[Remark], *, dry_run: bool) -> None:
    from jobs.elsewhere.entries import Level

    out = console()
    if dry_run and made.toml:
        out.print(printable(made.toml))
    styles = {Level.NOTE: "dim", Level.LOST: "yellow", Level.REFUSED: "red"}
    for remark in remarks:
        errors().print(one_line(remark.line), style=styles[remark.level])
    for problem in brought.problems:
        errors().print(printable(f"failed: {problem}"), style="red")
    for entry, source in made.known:
        out.print(one_line(f"{entry.where}: {source.url} is configured already, as {source.name!r}"), style="dim")
    count = {level: sum(remark.level is level for remark in remarks) for level in Level}
    said = [
        f"{len(made.added)} {'would be ' if dry_run else ''}added to {config}",
        f"{len(made.known) + len(made.paused_before)} there already",
        f"{count[Level.REFUSED]} refused",
        f"{count[Level.LOST]} settings not carried over",
    ]
    out.print("; ".join(said))
    if brought.planned or brought.recorded or brought.known:
        news = f"{brought.planned} would be" if dry_run else f"{brought.recorded}"
        versions = "" if dry_run else f" ({brought.versions} versions)"
        out.print(f"of what was kept, {news} brought in{versions}, {brought.known} there already")
    if dry_run:
        out.print("nothing written (dry run)")
