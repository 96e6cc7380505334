"""The demonstration: the bundled site is tracked through its rounds, and what was found is told and checked.

Nothing here knows what will be reported: the tracker runs as it does for anybody, and its report is then held against
what really happened to the site.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from crawler.diff import diff
from crawler.errors import ConfigurationError
from crawler.model import Change, ChangeKind, Outcome, Severity, Source
from crawler.sources import format_source
from jobs.check import Checked
from jobs.cli.diffing import print_diff
from jobs.cli.output import console, one_line
from jobs.demo.site import DemoSite, Round, spam_items
from jobs.serving import reading_room
from jobs.settings import Settings
from jobs.sweep import Event
from jobs.wiring import opened_store, sweeper, utc_now
from store import FindingView, Store

SOURCE = "demo"
_MARK = ".palimpsest-demo"
# The rounds are told as lying this far apart and ending now.
_APART = timedelta(hours=6)
# But for the last, which shows that unchanged pages answer 304: once a week each is asked for whole, and not just then.
_AT_ONCE = timedelta(seconds=1)
_KIND_STYLE = {
    ChangeKind.CREATED: "green",
    ChangeKind.INJECTED: "bold red",
    ChangeKind.REMOVED: "magenta",
    ChangeKind.MOVED: "cyan",
}


@dataclass(slots=True)
class _Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class _Score:
    """What was reported, against what happened."""

    expected: int = 0
    found: int = 0
    missed: int = 0
    surplus: int = 0
    visits: int = 0

    @property
    def ok(self) -> bool:
        return not self.missed and not self.surplus


async def tell_story(directory: Path, *, once: bool) -> bool:
    """Run the whole demonstration; True when every event was reported by its right kind and nothing else was.

    `directory` is emptied and then holds the store and a sources.toml, for looking around afterwards. Unless `once`,
    the reading room stays open until Ctrl-C. Raises ConfigurationError for a folder that holds something else.
    """
    _prepare(directory)
    out = console()
    with DemoSite() as site, opened_store(Settings(data=directory)) as store:
        source = Source(name=SOURCE, url=site.listing, host_delay=timedelta(0))
        config = directory / "sources.toml"
        config.write_text(format_source(source), encoding="utf-8")
        out.print("Palimpsest demo", style="bold")
        out.print(f"A small news site, reconstructed around five real documents, is served at {site.url}/xwfb/ and")
        out.print("tracked through eight rounds. Its view counters change on every request.\n")
        score = await _track(site, store, source, out)
        quiet = _unchanged_pass(site, len(site.rounds) - 1)
        spam = _tell_findings(store, out)
        ok = _sum_up(score, quiet, spam, out)
        out.print("\nLook around yourself:", style="bold")
        for command in ("changes", "findings --open", "pages"):
            out.print(f"  .venv/bin/palimpsest --data {directory} {command}")
        if not once:
            # Nobody else will: search is there to be tried.
            store.archive.index()
            async with reading_room(store, "127.0.0.1:0", lambda line: None, sources=[source]) as url:
                out.print(f"\nThe dashboard is open at {url}", style="bold green")
                out.print("(in English and Chinese; only this machine can reach it) – press Ctrl-C to end.")
                # Ctrl-C is how this ends well, not an interruption.
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.Event().wait()
        return ok


def _prepare(directory: Path) -> None:
    mark = directory / _MARK
    if directory.exists() and any(directory.iterdir()) and not mark.exists():
        raise ConfigurationError(
            f"{directory} holds something else and was left as it is; choose another folder with --in"
        )
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    mark.write_text("The data of `palimpsest demo`; emptied at its every start.\n", encoding="utf-8")


async def _track(site: DemoSite, store: Store, source: Source, out: Console) -> _Score:
    score = _Score()
    gaps = [_APART] * (len(site.rounds) - 2) + [_AT_ONCE, timedelta(0)]
    clock = _Clock(utc_now() - sum(gaps, timedelta(0)))
    heard: list[Event] = []
    async with sweeper(store, [source], clock=clock, notify=False, watch=heard.append) as sweep:
        for number, round_ in enumerate(site.rounds):
            site.round(number)
            _introduce(round_, out)
            heard.clear()
            await sweep.run(everything=True)
            visits = [event for event in heard if isinstance(event, Checked)]
            score.visits += len(visits)
            _report(site, store, visits, out)
            _compare(site, number, visits, score, out)
            clock.now += gaps[number]
    return score


def _introduce(round_: Round, out: Console) -> None:
    out.print(Rule(f"Round {round_.number}: {round_.title}", align="left", style="dim"))
    for event in round_.what:
        out.print(Text(f"  what happens: {event.note}", style="dim italic"))


def _report(site: DemoSite, store: Store, visits: Sequence[Checked], out: Console) -> None:
    counts = Counter(one.verdict.outcome for one in visits)
    told = ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome])
    out.print(f"  {len(visits)} pages visited: {told}")
    created = [one for one in visits if one.verdict.outcome is Outcome.NEW and _news(one)]
    if len(created) > 2:
        out.print(f"  {len(created)} new articles, the first of them:", style="green")
    for one in created[:2]:
        title = one.verdict.version.article.title if one.verdict.version else None
        out.print(Text(f"  new       {one_line(title or '')}", style="green"))
    for one in visits:
        for change in _news(one):
            if change.kind is not ChangeKind.CREATED:
                _tell_change(store, one, change, out)
    failed = counts[Outcome.FAILED]
    if failed:
        details = Counter(one.verdict.detail for one in visits if one.verdict.outcome is Outcome.FAILED)
        out.print(
            f"  {failed} pages could not be read ({details.most_common(1)[0][0]}): recorded, no change", style="yellow"
        )
    unsure = [one for one in visits if one.verdict.outcome is Outcome.GONE and not _news(one)]
    for one in unsure:
        if one.verdict.missing_count == 1:
            out.print(f"  missing?  {_path(one.page.url)}: {one.verdict.detail}; to be confirmed", style="yellow")


def _news(checked: Checked) -> list[Change]:
    return [change for change in checked.recorded.changes if not change.minor]


def _tell_change(store: Store, checked: Checked, change: Change, out: Console) -> None:
    style = _KIND_STYLE.get(change.kind, "yellow")
    out.print(Text(f"  {change.kind.value:<9} {_path(checked.page.url)}  {one_line(change.summary)}", style=style))
    if change.fields and change.before and change.before != change.after:
        versions = [store.history.version(checked.page.url, number) for number in (change.before, change.after)]
        print_diff(diff(versions[0].article, versions[1].article), out)


def _compare(site: DemoSite, number: int, visits: Sequence[Checked], score: _Score, out: Console) -> None:
    expected = site.expectations[number]
    required = {(one.path, one.kind) for one in expected if one.required}
    allowed = {(one.path, one.kind) for one in expected}
    reported = [(_path(one.page.url), change.kind) for one in visits for change in _news(one)]
    missed = required - set(reported)
    surplus = [event for event in reported if event not in allowed]
    score.expected += len(required)
    score.found += len(required) - len(missed)
    score.missed += len(missed)
    score.surplus += len(surplus)
    if missed or surplus:
        for path, kind in sorted(missed):
            out.print(f"  MISSED: {kind} {path}", style="bold red")
        for path, kind in surplus:
            out.print(f"  SURPLUS: {kind} {path}", style="bold red")
    elif not reported:
        out.print("  nothing to report, and nothing was reported", style="green")


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _unchanged_pass(site: DemoSite, number: int) -> tuple[int, int]:
    """Of the live articles, how many answered 304 in this round, by the site's own log; and how many there are."""
    statuses = site.statuses(number)
    return sum(304 in statuses.get(_path(url), ()) for url in site.articles), len(site.articles)


def _tell_findings(store: Store, out: Console) -> list[FindingView]:
    out.print(Rule("What is wrong now", align="left", style="dim"))
    views = list(store.history.findings(open_only=True))
    spam = [view for view in views if view.kind.value == "spam_block"]
    for view in spam:
        finding = view.finding
        out.print(Text(f"  {finding.severity.value}: {view.kind.value} on {_path(view.page)}", style="bold red"))
        place = f"in the {finding.region.value}'s text, characters {finding.start} to {finding.end}"
        out.print(f"  {finding.evidence.get('items')} items {place}:")
        for number, item in enumerate(finding.quote.strip().strip("|").split("|"), start=1):
            out.print(Text(f"    {number:>2}  {one_line(item)}", style="red"))
    others = Counter((view.finding.severity, view.kind.value) for view in views if view not in spam)
    for (severity, kind), count in sorted(others.items(), key=lambda pair: -pair[0][0].rank):
        style = "yellow" if severity.rank >= Severity.MEDIUM.rank else "dim"
        out.print(f"  {severity.value}: {kind} × {count}", style=style)
    return spam


def _sum_up(score: _Score, quiet: tuple[int, int], spam: list[FindingView], out: Console) -> bool:
    out.print(Rule("The sum", align="left", style="dim"))
    whole = len(spam) == 1 and spam[0].finding.evidence.get("items") == len(spam_items())
    lines = (
        (f"{score.found} of {score.expected} events reported by their right kind", not score.missed),
        (
            f"{score.surplus} reports of anything else, in {score.visits} visits to pages with counters",
            not score.surplus,
        ),
        (f"{len(spam)} open spam_block, {len(spam_items())} junk items quoted and placed", whole),
        (f"in the unchanged last round {quiet[0]} of {quiet[1]} live articles answered 304", quiet[0] == quiet[1]),
    )
    for line, ok in lines:
        out.print(("  ✓ " if ok else "  ✗ ") + line, style="green" if ok else "bold red")
    return all(ok for _, ok in lines)
