"""`init`, `add`, `doctor`: setting up, and whether all is well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from crawler.discover import Discovery, discover
from crawler.errors import ConfigurationError, PalimpsestError
from crawler.fetch import build_fetcher
from crawler.model import FetchFailed, Json, NotModified, Snapshot, Source
from crawler.sources import EXAMPLE, format_source
from crawler.urls import canonical, host_of
from jobs.check import ENTRY_BYTES, request_for
from jobs.cli.context import run_async, settings_of, sources_of
from jobs.cli.listing import Json_
from jobs.cli.output import console, one_line, print_json, printable, watched
from jobs.configured import append, configured, free_name, name_for
from jobs.rendering import chromium_for
from jobs.settings import USER_AGENT, Settings
from jobs.wiring import opened_store, utc_now
from store import Integrity, Repaired

_SHOWN_LINKS, _SHOWN_PAGES = 8, 20


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command()(init)
    app.command()(add)
    app.command()(doctor)


def init(context: typer.Context, as_json: Json_ = False) -> None:
    """Write a commented sources.toml to start from.

    \b
    Example:
      palimpsest init
    """
    path = settings_of(context).config
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(EXAMPLE)
    except FileExistsError:
        raise ConfigurationError(
            f"{path} exists already and was left as it is; edit it, or use `palimpsest add URL`"
        ) from None
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    if as_json:
        print_json([{"config": str(path)}])
    else:
        console().print(f"wrote {path}. Next: palimpsest add URL, then palimpsest check")


# ---- add ---------------------------------------------------------------------------------------------------------


def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A listing, a feed, a sitemap or one page.")],
    name: Annotated[str | None, typer.Option(help="What to call the source; default: made from the URL.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look and explain, and write nothing.")] = False,
    as_json: Json_ = False,
) -> None:
    """Look at a URL, say what it is and what would be tracked, and add it to the configuration.

    \b
    Example:
      palimpsest add https://www.example.gov.cn/xwfb/list.shtml
    """
    path = settings_of(context).config
    known = configured(path)
    address = canonical(url)
    if address is None:
        raise ConfigurationError(f"{url}: not an http(s) URL")
    if twin := next((source.name for source in known if canonical(source.url) == address), None):
        raise ConfigurationError(f"{address} is configured already, as {twin!r}")
    source = Source(name=_name(name, address, known), url=address)
    discovery = run_async(_look(source))
    source = replace(source, kind=discovery.kind)
    if not dry_run:
        append(path, lambda before: format_source(source))
    if as_json:
        print_json([_found_json(source, discovery)])
        return
    _explain(source, discovery)
    console().print("nothing written (dry run)" if dry_run else f"added as {source.name!r} to {path}")


async def _look(source: Source) -> Discovery:
    fetcher = build_fetcher(user_agent=USER_AGENT)
    try:
        fetched = await fetcher.fetch(request_for(source, source.url, max_bytes=ENTRY_BYTES), utc_now())
    finally:
        await fetcher.aclose()
    match fetched:
        case Snapshot(status=200) as snapshot:
            return discover(snapshot, source)
        case Snapshot(status=status):
            raise _CannotLook(f"{source.url}: the server answered {status}; nothing was added")
        case FetchFailed(reason=reason, detail=detail):
            raise _CannotLook(f"{source.url}: {reason}: {detail}; nothing was added")
        case NotModified():
            raise _CannotLook(f"{source.url}: a 304 without conditions; nothing was added")


class _CannotLook(PalimpsestError):
    """The URL to be added gave nothing to look at."""


def _name(given: str | None, address: str, known: Sequence[Source]) -> str:
    taken = {source.name for source in known}
    if given and given in taken:
        raise ConfigurationError(f"a source called {given!r} exists already; choose another --name")
    return given or free_name(name_for(address), taken)


def _found_json(source: Source, discovery: Discovery) -> dict[str, Json]:
    return {
        "name": source.name,
        "url": source.url,
        "kind": discovery.kind,
        "title": discovery.title,
        "why": discovery.why,
        "links": [{"url": link.url, "title": link.title, "date": link.date_text} for link in discovery.links],
        "next": list(discovery.next),
        "feeds": list(discovery.feeds),
    }


def _explain(source: Source, discovery: Discovery) -> None:
    out = console()
    out.print(f"{source.url}", style="bold")
    out.print(printable(f"{discovery.kind}: {discovery.why}"))
    for link in discovery.links[:_SHOWN_LINKS]:
        out.print(one_line(f"  {link.date_text or '':<12} {link.title or '(no title)'}  {link.url}"))
    if (more := len(discovery.links) - _SHOWN_LINKS) > 0:
        out.print(f"  … and {more} more")
    if discovery.next:
        out.print(one_line(f"goes on at {discovery.next[0]}" + (" …" if len(discovery.next) > 1 else "")))
    for feed in discovery.feeds:
        out.print(one_line(f"the page also names a feed: {feed}"), style="dim")
    if discovery.kind != "page" and not discovery.links:
        out.print("no article links were found; set `links` in sources.toml to a CSS selector", style="yellow")


# ---- doctor ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One thing that the doctor looked at."""

    what: str
    ok: bool
    detail: str

    def as_json(self) -> dict[str, Json]:
        """The object of `doctor --json`."""
        return {"check": self.what, "ok": self.ok, "detail": self.detail}


def doctor(
    context: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended without losing anything.")] = False,
    as_json: Json_ = False,
) -> None:
    """Is the configuration right, the database whole, every raw response readable, any page overdue?

    \b
    Example:
      palimpsest doctor --repair
    """
    examined = [*_configuration(context), *_store(settings_of(context), repair, quiet=as_json)]
    if as_json:
        print_json(one.as_json() for one in examined)
    else:
        for one in examined:
            mark, style = ("ok  ", "green") if one.ok else ("FAIL", "red")
            console().print(printable(f"{mark} {one.what}: {one.detail}"), style=style)
    if not all(one.ok for one in examined):
        raise typer.Exit(1)


def _configuration(context: typer.Context) -> Iterator[Examined]:
    path = settings_of(context).config
    try:
        sources = sources_of(context)
    except ConfigurationError as error:
        yield Examined(what="configuration", ok=False, detail=str(error))
        return
    hosts = len({host_of(source.url) for source in sources})
    yield Examined(what="configuration", ok=True, detail=f"{path}: {len(sources)} sources on {hosts} hosts")
    try:
        chromium = chromium_for(sources)
    except ConfigurationError as error:
        yield Examined(what="rendering", ok=False, detail=str(error))
        return
    if chromium:
        bare = "" if chromium.sandbox else "; without its sandbox, for this is root: run as another user"
        yield Examined(what="rendering", ok=True, detail=f"{chromium.executable}{bare}")


def _store(settings: Settings, repair: bool, *, quiet: bool) -> Iterator[Examined]:
    from jobs.proof.verifying import broken_pages  # of no use to any other command here

    repaired = None
    try:
        with opened_store(settings) as store:
            now = utc_now()
            if repair:
                with watched("repairing", None, quiet=quiet) as tell:
                    repaired = store.repair(now, tell)
            with watched("reading every response", None, quiet=quiet) as tell:
                found = store.check_integrity(tell)
            with watched("following the chain", None, quiet=quiet) as tell:
                chain = broken_pages(store, tell)
            overdue = [view for view in store.history.sources() if view.active and view.failures]
            due = len(store.archive.due(now))
    except PalimpsestError as error:
        yield Examined(what="store", ok=False, detail=str(error))
        return
    newest = found.revision == found.newest_revision
    yield Examined(
        what="database", ok=newest, detail=f"at migration {found.revision}" + ("" if newest else ", not the newest")
    )
    yield Examined(what="raw responses", ok=not found.problems, detail=_responses(found, repaired))
    for problem in found.problems:
        yield Examined(what=problem.where, ok=False, detail=problem.message)
    yield Examined(what="digest chain", ok=not chain, detail=f"{len(chain) or 'no'} pages whose links do not hold")
    for url in chain[:_SHOWN_PAGES]:
        yield Examined(what=url, ok=False, detail=f"its links do not hold; `palimpsest verify {url}` says where")
    for view in overdue:
        yield Examined(
            what=f"source {view.name}", ok=False, detail=f"failing {view.failures} times running: {view.detail}"
        )
    yield Examined(
        what="pages due", ok=True, detail=f"{due} due now; `palimpsest check` or `palimpsest run` visits them"
    )


def _responses(found: Integrity, repaired: Repaired | None) -> str:
    if found.problems:
        said = [f"{len(found.problems)} damaged or lost"]
    else:
        said = [f"{found.snapshots} snapshots in {found.blobs} blobs, every digest checked"]
    if found.orphans:
        said.append(f"{found.orphans} unused (--repair removes those older than an hour that no other needs)")
    if found.elsewhere:
        said.append(f"{found.elsewhere} where they were kept before (--repair moves them)")
    if repaired is not None:
        done = {"moved": repaired.moved, "written anew": repaired.mended, "unused ones removed": repaired.removed}
        said += [f"{count} {what}" for what, count in done.items() if count]
    return ", ".join(said)
