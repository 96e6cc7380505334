"""`check`, `run`, `worker`: what visits pages as they are now."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.errors import ConfigurationError
from crawler.model import Outcome, Page, Source
from crawler.urls import canonical
from jobs.cli.context import run_async, run_service, sources_of, store_of
from jobs.cli.listing import Json_, is_url
from jobs.cli.output import console, errors, one_line, print_json, print_line, printable, progress
from jobs.cli.pruning import FOLD_VARIABLE, age_of
from jobs.cli.telling import checked_lines, json_watch
from jobs.notify import deliver
from jobs.queue import HOSTS
from jobs.sweep import Event, Pass, SourceVisited
from jobs.told import Aside, Told
from jobs.wiring import sweeper, utc_now
from store import Store

if TYPE_CHECKING:
    from rich.progress import Progress

LOG_VARIABLE = "PALIMPSEST_LOG"
Metrics_ = Annotated[
    str | None, typer.Option("--metrics", metavar="HOST:PORT", help="Serve /metrics for Prometheus, and /healthz.")
]
LogJson = Annotated[bool, typer.Option("--log-json", help="One JSON object an event; also PALIMPSEST_LOG=json.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command()(check)
    app.command("run")(run_)
    app.command()(worker)


# ---- check -------------------------------------------------------------------------------------------------------


def check(
    context: typer.Context,
    what: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE or URL]...", help="Only these; default: every source.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Visit everything, whether it is due or not.")] = False,
    as_json: Json_ = False,
) -> None:
    """One pass now: look for new pages, visit those that are due, say what is new.

    \b
    Examples:
      palimpsest check
      palimpsest check suqian-press --all
    """
    sources = sources_of(context)
    with store_of(context) as store:
        result = run_async(_pass(store, sources, what or [], everything, as_json))
    if not as_json:
        _print_summary(result)
    if result.problems:
        raise typer.Exit(1)


async def _pass(store: Store, sources: Sequence[Source], what: Sequence[str], everything: bool, as_json: bool) -> Pass:
    bar = progress() if sys.stderr.isatty() and not as_json else None
    watch = json_watch if as_json else _Reporter(bar).hear
    with bar or nullcontext():
        async with sweeper(store, sources, watch=watch) as sweep:
            names, pages = _chosen(store, sources, what)
            result = Pass()
            if names or not what:
                result = await sweep.run(names=names or None, everything=everything)
            if pages:
                await sweep.run_pages(pages, result)
    # Also where nobody is to be told: who is named later does not ask for what happened before.
    delivered = await deliver(store.outbox, {source.name: source for source in sources}, utc_now())
    result.undelivered.extend(delivered.errors)
    return result


def _chosen(store: Store, sources: Sequence[Source], what: Sequence[str]) -> tuple[list[str], list[Page]]:
    """The words on the command line as source names and tracked pages. Raises ConfigurationError for neither."""
    known = {source.name for source in sources}
    names: list[str] = []
    pages: list[Page] = []
    for word in what:
        if word in known:
            names.append(word)
            continue
        page = store.archive.page(canonical(word) or word) if is_url(word) else None
        if page is None or page.source not in known:
            entry = next((source.name for source in sources if canonical(source.url) == canonical(word)), None)
            if entry is None:
                kind = "page" if is_url(word) else "source"
                raise ConfigurationError(
                    f"no {kind} {word!r} is tracked. Sources: {', '.join(sorted(known))}. Pages: `palimpsest pages`"
                )
            names.append(entry)
        else:
            pages.append(page)
    return names, pages


class _Reporter:
    """Tells a person what is news as it comes, and how far the pass is."""

    def __init__(self, bar: Progress | None) -> None:
        self._bar = bar
        self._task = bar.add_task("looking for pages", total=None) if bar else None

    def _print(self, line: str, style: str) -> None:
        if self._bar:
            self._bar.console.print(line, style=style)
        else:
            print_line(line, style)

    def hear(self, event: Event) -> None:
        """One visit was recorded."""
        if self._bar and self._task is not None:
            self._bar.update(self._task, advance=1, description="visiting pages")
        if isinstance(event, SourceVisited):
            found = event.discovered
            if found.problem:
                errors().print(printable(f"{event.source.name}: {found.problem}"), style="red")
            elif found.admitted:
                self._print(f"{event.source.name}: {len(found.admitted)} new pages", "cyan")
            return
        for line, style in checked_lines(event):
            self._print(line, style)


def _print_summary(result: Pass) -> None:
    counts = [f"{result.outcomes[outcome]} {outcome.value}" for outcome in Outcome if result.outcomes[outcome]]
    out = console()
    out.print(
        f"{result.checked} page{'' if result.checked == 1 else 's'} visited: {', '.join(counts) or 'none was due'}"
    )
    for problem in result.problems:
        errors().print(printable(f"failed: {problem}"), style="red")


# ---- run, worker -------------------------------------------------------------------------------------------------


def run_(
    context: typer.Context,
    web: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Serve the dashboard from the same process; it has /metrics too."),
    ] = None,
    metrics: Metrics_ = None,
    fold_after: Annotated[
        str | None,
        typer.Option(
            "--fold-checks-after",
            envvar=FOLD_VARIABLE,
            metavar="AGE",
            help="Fold checks of this age that say nothing new, once a day, such as 400d; default: never.",
        ),
    ] = None,
    log_json: LogJson = False,
    visits: Annotated[
        bool, typer.Option("--visits/--no-visits", help="On PostgreSQL: take jobs too, or leave them to the workers.")
    ] = True,
) -> None:
    """The daemon: visit every source and page when it is due, until SIGTERM or Ctrl-C.

    On PostgreSQL it defers what is due for `palimpsest worker` on any machine. Several may run: one of them is elected,
    and another takes over where it ends.

    \b
    Examples:
      palimpsest run --web 127.0.0.1:8080 --log-json
      palimpsest --database postgresql://… run --no-visits
    """
    # What only a daemon needs would be a tenth of what `check` takes to start.
    from jobs.daemon import run_daemon

    sources = sources_of(context)
    age = age_of(fold_after) if fold_after else None
    with store_of(context) as store:
        if store.queue is None and not visits:
            raise ConfigurationError(
                "--no-visits needs workers, and they a database on a server: --database postgresql://…"
            )
        say = _say_json if wants_json(log_json) else _say
        watch = run_daemon(store, sources, web=web, metrics=metrics, fold_after=age, say=say, visits=visits)
        run_service(watch)


def worker(
    context: typer.Context,
    hosts: Annotated[int, typer.Option(min=1, help="On PostgreSQL: visit so many hosts side by side.")] = HOSTS,
    metrics: Metrics_ = None,
    log_json: LogJson = False,
) -> None:
    """Take what is due from a shared database, on as many machines as you like; `palimpsest run` defers it there.

    No two workers ever visit one host at the same time.

    \b
    Example:
      palimpsest --database postgresql://… worker
    """
    from jobs.worker import run_worker

    sources = sources_of(context)
    with store_of(context) as store:
        say = _say_json if wants_json(log_json) else _say
        run_service(run_worker(store, sources, say=say, hosts=hosts, metrics=metrics))


def wants_json(asked: bool) -> bool:
    """Whether the log is to be JSON lines: by the option, or by PALIMPSEST_LOG=json."""
    return asked or os.environ.get(LOG_VARIABLE) == "json"


def _say(line: Told) -> None:
    if not isinstance(line, Aside):
        sys.stderr.write(f"{_stamp()} {one_line(line)}\n")
        sys.stderr.flush()


def _say_json(line: Told) -> None:
    print_json([{"event": line.event, "at": _stamp(), **line.parts, "text": one_line(line)}], sys.stderr)


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
