"""`backfill`: the past, brought in."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.model import Source
from jobs.backfill import Plan, plan
from jobs.cli.context import run_async, settings_of, sources_of, store_of
from jobs.cli.listing import Json_
from jobs.cli.output import conclude
from jobs.cli.progressing import followed
from jobs.cli.times import Since, Until, in_utc


def register(app: typer.Typer) -> None:
    """Add the command of this room."""
    app.command()(backfill)


def backfill(
    context: typer.Context,
    source: Annotated[str | None, typer.Argument(metavar="SOURCE", help="Whose past it is.")] = None,
    origin: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="WAY",
            help="listing, sitemap, feed, wayback[:URL] (a web archive), warc:PATH (WARC files, a folder of them, "
            "WACZ), or dir:PATH with files named 20210615T080000Z.html.",
        ),
    ] = "listing",
    page_url: Annotated[
        str | None, typer.Option(help="The page that the files of dir: are captures of; of an archive, only this page.")
    ] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many captures or pages.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    notify: Annotated[
        bool, typer.Option("--notify", help="Tell those whom `notify` names of what is new; else nobody is told.")
    ] = False,
    as_json: Json_ = False,
) -> None:
    """Bring in the past: from a listing walked to its end, a sitemap or feed, a web archive, or kept captures.

    Stopped (Ctrl-C) and started again it goes on where it was. Without SOURCE, captures go to the source whose host and
    `include` fit. Notifications go out with the next pass, `run` or `notify`, and only with --notify.

    wayback asks the Internet Archive, wayback:URL another archive or a collection of pywb, one request at a time. It is
    asked for the tracked pages: one by one where there are up to fifty, otherwise for all below the folder they share;
    and for whatever `include` wants below the folder of the source, where that is set or nothing is tracked yet.

    \b
    Examples:
      palimpsest backfill suqian-press --from listing
      palimpsest backfill suqian-press --from sitemap --since 2020-01-01 --dry-run
      palimpsest backfill suqian-press --from wayback --since 2015-01-01 --dry-run
      palimpsest backfill suqian-press --from wayback:http://127.0.0.1:8080/my-collection
      palimpsest backfill --from warc:crawls/
      palimpsest backfill suqian-press --from dir:captures/ --page-url https://www.example.gov.cn/a.html
    """
    sources = _backfill_sources(context, source, origin, page_url)
    with store_of(context) as store:
        work = plan(
            store,
            sources,
            Plan(
                source=source,
                origin=origin,
                page_url=page_url,
                since=in_utc(since),
                until=in_utc(until),
                limit=limit,
                notify=notify,
                settings=settings_of(context),
            ),
        )
        with followed("backfill", quiet=as_json) as tell:
            result = run_async(work.run(dry_run=dry_run, tell=tell))
    conclude(result, as_json=as_json)


def _backfill_sources(
    context: typer.Context, source: str | None, origin: str, page_url: str | None
) -> tuple[Source, ...]:
    """The configured Sources; for files alone none need be configured, where the page's URL is given."""
    if origin.startswith("dir:") and page_url and source is None and not settings_of(context).config.exists():
        return ()
    return sources_of(context)
