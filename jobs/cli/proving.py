"""`verify`, `evidence`: what is kept, proved from its raw bytes, and in one file for others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from crawler.errors import NotKnown
from crawler.model import Json, Page, Source
from crawler.model.chain import utc
from jobs.cli.context import settings_of, sources_of, store_of
from jobs.cli.listing import Json_
from jobs.cli.output import console, errors, print_json, printable, table, watched, when
from jobs.cli.reading import Url, two_versions
from jobs.proof.verifying import FAILS, PageVerified, verify
from store import Store

_STYLE = {"holds": "green", "fails": "red", "unknown": "yellow"}


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("verify")(verify_)
    app.command()(evidence)


def verify_(
    context: typer.Context,
    url: Annotated[str | None, typer.Argument(metavar="[URL]", help="One page; default: every page.")] = None,
    source: Annotated[str | None, typer.Option(help="Every page of this source.")] = None,
    link: Annotated[str | None, typer.Option(metavar="LINK", help="Only say what this link is, or was.")] = None,
    as_json: Json_ = False,
) -> None:
    """Recompute the digest chain from the raw bytes, and say what does not hold.

    Of each version: that its raw response has its digest, that its article is what is read from it, and that its link
    follows from all of that and from the version before.

    \b
    Examples:
      palimpsest verify https://www.example.gov.cn/a.html
      palimpsest verify --source suqian-press
      palimpsest verify https://www.example.gov.cn/a.html --link 3f5a…
    """
    if url is not None and source is not None:
        raise typer.BadParameter("give a URL or a source, not both", param_hint="--source")
    if link is not None and url is None:
        raise typer.BadParameter("a link is one page's: give its URL too", param_hint="--link")
    with store_of(context) as store:
        if url is not None and link is not None:
            _tell_link(store, url, link.strip().lower(), as_json=as_json)
        elif url is not None:
            _verify_one(store, _sources(context), url, as_json=as_json)
        else:
            _verify_all(store, _sources(context), source, as_json=as_json)


def _sources(context: typer.Context) -> dict[str, Source]:
    """The Sources by name, for their selectors; none where nothing is configured here."""
    if not settings_of(context).config.exists():
        return {}
    return {source.name: source for source in sources_of(context)}


def _verify_one(store: Store, sources: dict[str, Source], url: str, *, as_json: bool) -> None:
    view = store.history.page(url)
    with watched("verifying", view.versions, quiet=as_json) as tell:
        found = verify(store, sources, Page(url=view.url, source=view.source), keep=True, tell=tell)
    if as_json:
        tested: list[Json] = [one.as_json() for one in found.tested]
        former: list[Json] = [one.as_json() for one in store.proof.former(url)]
        print_json([found.as_json() | {"tested": tested, "former": former}])
    else:
        _print(found)
    if not found.ok:
        raise typer.Exit(1)


def _print(found: PageVerified) -> None:
    table(
        ("version", "body", "article", "chain", "link"),
        (
            (
                str(one.version),
                *(Text(word, style=_STYLE[word]) for word in (one.body, one.article, one.chain)),
                one.link,
            )
            for one in found.tested
        ),
        empty="No version yet.",
    )
    for note in dict.fromkeys(note for one in found.tested for note in one.notes):
        console().print(printable(note), style="dim")
    _print_problems(found)
    if found.ok:
        console().print(f"all of it holds: {found.versions} versions", style="green")


def _print_problems(found: PageVerified) -> None:
    for problem in found.problems:
        errors().print(printable(f"{FAILS}: {found.page.url}: {problem}"), style="red")


def _verify_all(store: Store, sources: dict[str, Source], source: str | None, *, as_json: bool) -> None:
    if source is not None and not any(view.name == source for view in store.history.sources()):
        raise NotKnown(f"no source named {source!r} was ever configured here; `palimpsest sources` lists them.")
    pages = versions = unread = failed = 0
    for found in _each(store, sources, source, quiet=as_json):
        pages, versions, unread, failed = (
            pages + 1,
            versions + found.versions,
            unread + found.unread,
            failed + (not found.ok),
        )
        if as_json:
            print_json([found.as_json()])
        else:
            _print_problems(found)
    if not as_json:
        again = f", {unread} of them held against their digests only" if unread else ""
        console().print(f"{pages} pages, {versions} versions{again}; {failed} pages do not hold")
    if failed:
        raise typer.Exit(1)


def _each(store: Store, sources: dict[str, Source], source: str | None, *, quiet: bool) -> Iterator[PageVerified]:
    with watched("verifying", total := store.proof.count(source), quiet=quiet) as tell:
        for done, page in enumerate(store.proof.pages(source), start=1):
            yield verify(store, sources, page)
            if tell:
                tell(done, total)


def _tell_link(store: Store, url: str, link: str, *, as_json: bool) -> None:
    """Says whose link it is. Raises NotKnown where it is nobody's."""
    now = [view for view in store.history.versions(url) if view.link == link]
    former = store.proof.former(url, link)
    if not now and not former:
        raise NotKnown(f"{link} is not a link of {url}, and never was one here; `palimpsest verify {url}` lists them.")
    if as_json:
        held: list[dict[str, Json]] = [{"version": one.number, "link": link, "until": None, "why": None} for one in now]
        print_json([*held, *(one.as_json() for one in former)])
        return
    for one in now:
        console().print(f"the link of version {one.number}, first seen {when(one.seen_at)}")
    for was in former:
        console().print(f"was the link of version {was.version} until {utc(was.at)}, when it was {was.why}")


def evidence(
    context: typer.Context,
    url: Url,
    versions: Annotated[
        str | None, typer.Argument(metavar="A..B", help="Two versions; default: the newest two.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE.zip", help="Where to.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: Json_ = False,
) -> None:
    """One zip that proves a change by itself: raw responses, WARC, texts, diff, the whole chain, and how to check it.

    \b
    Examples:
      palimpsest evidence https://www.example.gov.cn/a.html 1..2
      palimpsest evidence https://www.example.gov.cn/a.html 0..1 --output first.zip
    """
    # With what draws the diff.
    from jobs.proof.evidence import name_for, write

    with store_of(context) as store:
        view = store.history.page(url)
        page, numbers = Page(url=view.url, source=view.source), two_versions(versions, view.versions)
        if numbers[0] == numbers[1] or not numbers[1]:
            raise typer.BadParameter("name two versions, the later one last, like 1..2", param_hint="A..B")
        target = output or Path(name_for(page, numbers))
        with watched("following the chain", view.versions, quiet=as_json) as tell:
            made = write(store, page, numbers, target, force=force, tell=tell)
    if as_json:
        print_json([made.as_json()])
        return
    console().print(printable(f"wrote {made.path}"))
    console().print(f"sha-256 of the file:       {made.digest}\nlink of version {made.newest}, the newest: {made.link}")
    console().print("Give either to somebody else today, and it can be shown later that nothing was altered since.")
