"""`reextract`: the kept past, read with today's rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from crawler.errors import ConfigurationError
from crawler.extract import RULES
from crawler.model import Page, Source
from crawler.urls import canonical
from jobs.backfill import LOOSE_SOURCE
from jobs.cli.context import settings_of, sources_of, store_of
from jobs.cli.listing import Json_, is_url
from jobs.cli.output import conclude, watched
from jobs.reextract import reextract
from store import Store


def register(app: typer.Typer) -> None:
    """Add the command of this room."""
    app.command("reextract")(reextract_)


def reextract_(
    context: typer.Context,
    what: Annotated[
        list[str] | None, typer.Argument(metavar="[URL or SOURCE]...", help="Only these; default: every source.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what today's rules have read: after changing `article` in sources.toml.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and say what would differ, and do nothing.")] = False,
    as_json: Json_ = False,
) -> None:
    """Read the kept past again with today's extraction rules, after an upgrade.

    Each page's versions and changes are rebuilt from its kept responses, and replaced when the whole page is read.
    Stopped (Ctrl-C) and started again it goes on where it was. Nobody is notified.

    \b
    Examples:
      palimpsest reextract --dry-run
      palimpsest reextract suqian-press
      palimpsest reextract https://www.example.gov.cn/a.html --all
    """
    with store_of(context) as store:
        sources = _sources(context, store)
        pages = _pages(store, sources, what or [], everything)
        with watched("reading again", len(pages), quiet=as_json) as tell:
            result = reextract(store, sources, pages, dry_run=dry_run, tell=tell)
    conclude(result, as_json=as_json)


def _sources(context: typer.Context, store: Store) -> dict[str, Source]:
    """The Sources by name, as configured, for their selectors; that of loose captures never had any."""
    loose = {one.name: one for one in store.history.sources() if one.name == LOOSE_SOURCE}
    sources = {name: Source(name=name, url=one.url) for name, one in loose.items()}
    if settings_of(context).config.exists() or not sources:
        sources |= {source.name: source for source in sources_of(context)}
    return sources


def _pages(store: Store, sources: dict[str, Source], what: Sequence[str], everything: bool) -> tuple[Page, ...]:
    """The pages to be read. Raises ConfigurationError for a word that names neither a source nor a page of one."""
    names = [word for word in what if word in sources]
    urls: list[str] = []
    for word in what:
        if word in sources:
            continue
        page = store.archive.page(canonical(word) or word) if is_url(word) else None
        if page is None or page.source not in sources:
            kind = "page" if is_url(word) else "source"
            raise ConfigurationError(
                f"no {kind} {word!r} is tracked. Sources: {', '.join(sorted(sources))}. Pages: `palimpsest pages`"
            )
        urls.append(page.url)
    return store.rereading.outdated(RULES, sources=names if what else list(sources), urls=urls, everything=everything)
