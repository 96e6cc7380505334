"""`pages`, `changes`, `findings`, `sources`, `search`: what the store holds, as lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from crawler.model import ChangeKind, FindingKind, Severity
from jobs.cli.context import store_of
from jobs.cli.output import (
    SEVERITY_STYLE,
    STATE_STYLE,
    errors,
    one_line,
    print_json,
    table,
    until,
    when,
)
from jobs.wiring import utc_now
from store import FindingView, FoundVersion, Store

Json_ = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Of = Annotated[str | None, typer.Argument(metavar="[URL or SOURCE]", help="One page or one source; else all.")]
Limit = Annotated[int | None, typer.Option(min=1, help="At most this many, newest first.")]
_QUOTE = 60
# Versions that `search` indexes before it looks: a few seconds of them.
_INDEXED_FIRST = 5000


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command()(pages)
    app.command()(changes)
    app.command()(findings)
    app.command()(sources)
    app.command()(search)


def is_url(text: str | None) -> bool:
    """Whether a word on the command line names a page and not a source."""
    return text is not None and text.lower().startswith(("http://", "https://"))


def pages(context: typer.Context, of: Of = None, as_json: Json_ = False) -> None:
    """Every tracked page and how it stands.

    \b
    Example:
      palimpsest pages suqian-press --json
    """
    with store_of(context) as store:
        listed = store.history.pages(source=of)
    if as_json:
        print_json(view.as_json() for view in listed)
        return
    now = utc_now()
    table(
        ("state", "versions", "checks", "last", "next", "title", "page"),
        (
            (
                Text(view.state.value, style=STATE_STYLE[view.state]),
                str(view.versions),
                str(view.checks),
                when(view.last_checked),
                until(view.next_check, now),
                one_line(view.title or "-"),
                view.url,
            )
            for view in listed
        ),
        empty="No page is tracked yet. `palimpsest add URL`, then `palimpsest check`.",
    )


def changes(
    context: typer.Context,
    of: Of = None,
    kind: Annotated[ChangeKind | None, typer.Option(help="Only changes of this kind.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only changes at or after this time (UTC).")] = None,
    limit: Limit = None,
    as_json: Json_ = False,
) -> None:
    """What changed, newest first.

    \b
    Example:
      palimpsest changes suqian-press --since 2026-01-01 --json
    """
    page, source = (of, None) if is_url(of) else (None, of)
    with store_of(context) as store:
        listed = store.history.changes(
            page=page, source=source, kind=kind, since=since.replace(tzinfo=UTC) if since else None, limit=limit
        )
    if as_json:
        print_json(view.as_json() for view in listed)
        return
    table(
        ("time", "kind", "change", "weight", "what", "page"),
        (
            (
                when(view.at),
                view.kind.value + (" (minor)" if view.change.minor else ""),
                view.address,
                f"{view.change.significance:.2f}",
                one_line(view.change.summary),
                view.page,
            )
            for view in listed
        ),
        empty="Nothing has changed.",
    )


def findings(
    context: typer.Context,
    of: Of = None,
    open_only: Annotated[bool, typer.Option("--open", help="Only those still there.")] = False,
    kind: Annotated[FindingKind | None, typer.Option(help="Only findings of this kind.")] = None,
    limit: Limit = None,
    as_json: Json_ = False,
) -> None:
    """What is wrong, worst first, with the text that proves it; --json lists every single one.

    \b
    Example:
      palimpsest findings --open --kind spam_block --json
    """
    page, source = (of, None) if is_url(of) else (None, of)
    with store_of(context) as store:
        listed = store.history.findings(page=page, source=source, kind=kind, open_only=open_only, limit=limit)
    if as_json:
        print_json(view.as_json() for view in listed)
        return
    table(
        ("severity", "kind", "time", "state", "quote", "page"),
        (_finding_row(views) for views in _grouped(listed)),
        empty="No finding.",
    )


def _grouped(listed: Sequence[FindingView]) -> list[list[FindingView]]:
    """Findings of one kind and severity on one page together, the worst first: a text with 600 glosses is one line."""
    groups: dict[tuple[str, FindingKind, Severity, str], list[FindingView]] = {}
    for view in listed:
        groups.setdefault((view.page, view.kind, view.finding.severity, _standing(view)), []).append(view)
    return sorted(groups.values(), key=lambda views: (views[0].finding.silenced, -views[0].finding.severity.rank))


def _finding_row(views: Sequence[FindingView]) -> tuple[Text, str, str, str, str, str]:
    first = min(views, key=lambda view: (view.opened_at, view.finding.start))
    severity = first.finding.severity
    return (
        Text(severity.value, style=SEVERITY_STYLE[severity]),
        first.kind.value + (f" ×{len(views)}" if len(views) > 1 else ""),
        when(first.opened_at),
        _standing(first),
        _quoted(first.finding.quote),
        first.page,
    )


def _standing(view: FindingView) -> str:
    if not view.is_open:
        return f"gone {when(view.resolved_at)}"
    return "silenced" if view.finding.silenced else "open"


def sources(context: typer.Context, as_json: Json_ = False) -> None:
    """Every source: when its entry was read, when it is due, what is wrong with it.

    \b
    Example:
      palimpsest sources
    """
    with store_of(context) as store:
        listed = store.history.sources()
    if as_json:
        now = utc_now()
        print_json(view.as_json(now) for view in listed)
        return
    now = utc_now()
    table(
        ("state", "source", "kind", "pages", "last", "next", "detail", "entry"),
        (
            (
                _health(view.active, view.failures),
                view.name,
                view.kind or "?",
                str(view.pages),
                when(view.last_ok),
                until(view.due, now) if view.active else "-",
                one_line(view.detail) or ("its validators lie: asked for whole" if view.lying else "-"),
                view.url,
            )
            for view in listed
        ),
        empty="No source yet. `palimpsest add URL`, then `palimpsest check`.",
    )


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Words; every one of them must be there.")],
    source: Annotated[str | None, typer.Option(help="Only versions of this source's pages.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many, the last recorded first.")] = 20,
    oldest: Annotated[bool, typer.Option("--oldest", help="The first recorded first.")] = False,
    as_json: Json_ = False,
) -> None:
    """Every version that says something, also those that were replaced since.

    Chinese is found inside of what is written, from two characters on; other scripts are found by whole words.

    \b
    Examples:
      palimpsest search 学校食堂
      palimpsest search "食堂 2024" --source suqian-press --json
    """
    with store_of(context) as store:
        store.archive.index(_INDEXED_FIRST)
        waiting = store.history.unindexed()
        found = list(_found(store, query, source, limit, oldest))
    if waiting:
        errors().print(f"{waiting} versions are not indexed yet: `palimpsest run` does it by the way", style="yellow")
    if as_json:
        print_json(view.as_json() for view in found)
        return
    table(
        ("time", "version", "title", "what", "page"),
        (
            (when(view.seen_at), str(view.version), one_line(view.title or "-"), one_line(view.snippet), view.page)
            for view in found
        ),
        empty="No version says that.",
    )


def _found(store: Store, query: str, source: str | None, limit: int, oldest: bool) -> Iterator[FoundVersion]:
    """So many, page by page: each page looks through some versions and may come back with none."""
    place: int | None = None
    while limit:
        where = {"after" if oldest else "before": place}
        page = store.history.search(query, source=source, limit=limit, newest_first=not oldest, **where)
        yield from page.versions
        limit, place = limit - len(page.versions), page.next
        if place is None:
            return


def _health(active: bool, failures: int) -> Text:
    if not active:
        return Text("retired", style="dim")
    return Text(f"failing ×{failures}", style="red") if failures else Text("ok", style="green")


def _quoted(quote: str) -> str:
    short = one_line(quote)
    return short if len(short) <= _QUOTE else short[: _QUOTE - 1] + "…"
