"""A day of the daemon in some minutes: does its memory stay flat, and does it miss nothing and visit nothing twice?

The daemon is the real one, on a real SQLite store, and its pages come from a server of another process. Only the clock
is not: it runs ahead by steps which the event loop makes, so that on a busy machine it goes more slowly rather than
leave the daemon behind. Every simulated hour some pages are edited; each is visited at least every `longest` hours, so
that by the end every edit must have been found, once.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import linear_regression

from bench.fetch import Site
from bench.fetch_pages import ENTRY
from bench.soak_site import GROUPS
from crawler.sources import parse_sources
from jobs.daemon import TICK, run_daemon
from jobs.start import look_seldom
from jobs.told import OVERDUE, Told
from jobs.wiring import utc_now
from store import Store, open_store

# A step of the clock, and how long the loop waits before the next: two hundred times as fast as real.
STEP, PAUSE = timedelta(seconds=4), timedelta(milliseconds=20)
# By then everything has been loaded, learned and filled that there is.
SETTLED = 4
GROWTH_ASKED = 2.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How long and how much: `longest` is the hours within which every page is visited."""

    hours: int
    hosts: int
    articles: int
    longest: int
    step: timedelta = STEP
    settled: int = SETTLED


FULL = Form(hours=24, hosts=8, articles=250, longest=4)
QUICK = Form(hours=3, hosts=2, articles=40, longest=1, step=timedelta(seconds=60), settled=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """How things stood when so many simulated hours were over; everything but memory and `overdue` since the start."""

    hour: int
    rss: float
    checks: int
    made: int
    found: int
    twice: int
    overdue: int


@dataclass(slots=True)
class Soaked:
    """What was heard. A page is visited twice for one due time where it is before the time that the last visit set."""

    form: Form
    hours: list[Hour] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    answered: int = 0
    made: int = 0
    twice: int = 0
    whole: bool = False
    begun: bool = False
    _due: dict[str, datetime] = field(default_factory=dict)

    def hear(self, line: Told, now: datetime) -> None:
        """What the daemon says."""
        if line.event == "check":
            page = str(line.parts["page"])
            self.twice += now < self._due.get(page, now)
            self._due[page] = datetime.fromisoformat(str(line.parts["next_check"]))
            self.outcomes[str(line.parts["outcome"])] += 1
        elif line.event == "start":
            self.begun = True
        elif line.event in {"trouble", "alarm", "overdue"}:
            self.troubles.append(line)

    def found(self, store: Store) -> int:
        """Changes found, but for the first of each page."""
        return store.history.counts().changes - self.outcomes["new"]

    @property
    def settled(self) -> list[Hour]:
        """The hours in which memory has to be flat."""
        return [hour for hour in self.hours if hour.hour >= self.form.settled]

    @property
    def growth(self) -> float:
        """MB from the first of them to the last."""
        return self.settled[-1].rss - self.settled[0].rss

    @property
    def slope(self) -> float:
        """MB an hour, over all of them."""
        return linear_regression([hour.hour for hour in self.settled], [hour.rss for hour in self.settled]).slope

    @property
    def asked_twice(self) -> int:
        """Articles that the server answered with and no Check tells of."""
        return self.answered - sum(self.outcomes[outcome] for outcome in ("new", "changed", "unchanged"))

    @property
    def holds(self) -> bool:
        """Whether nothing was missed, nothing visited twice, and memory was flat."""
        return (
            self.made == self.hours[-1].found
            and not self.twice
            and not self.asked_twice
            and self.growth < GROWTH_ASKED
            and self.whole
        )


def benchmark(quick: bool, say: Say, form: Form | None = None) -> Soaked:
    """One such day."""
    soaked = Soaked(form or (QUICK if quick else FULL))
    # As the command does.
    look_seldom()
    with (
        tempfile.TemporaryDirectory() as folder,
        Site(soaked.form.articles, soaked.form.hosts, module="bench.soak_site") as site,
        open_store(Path(folder) / "data") as store,
    ):
        asyncio.run(_live(store, site, soaked, say))
        soaked.answered = sum(site.answered().values())
        soaked.whole = store.check_integrity().ok
    return soaked


async def _live(store: Store, site: Site, soaked: Soaked, say: Say) -> None:
    form, ahead = soaked.form, timedelta(0)
    begun = utc_now()

    def clock() -> datetime:
        # Forward only by our steps: what the machine does meanwhile takes no simulated time.
        return begun + ahead

    sources = parse_sources("".join(_source(number, site.port, form) for number in range(1, form.hosts + 1)))
    tick = TICK * (PAUSE / form.step)
    daemon = asyncio.create_task(
        run_daemon(store, sources, say=lambda line: soaked.hear(line, clock()), clock=clock, tick=max(tick, PAUSE))
    )
    try:
        # The scheduler reads the real clock; until it has begun, ours says the same.
        while not soaked.begun:  # noqa: ASYNC110 - what it says rings no bell
            await asyncio.sleep(PAUSE.total_seconds())
        for hour in range(1, form.hours + 1):
            if 1 < hour <= form.hours - form.longest:
                soaked.made += int(site.ask(f"edit {hour % GROUPS}"))
            if hour == 2:
                soaked.made += int(site.ask("remove"))
            while ahead < timedelta(hours=hour):
                ahead += form.step
                await asyncio.sleep(PAUSE.total_seconds())
                if daemon.done():
                    return
            soaked.hours.append(_hour(hour, store, soaked, clock()))
            say(_row(soaked.hours[-1]))
    finally:
        daemon.cancel()
        await asyncio.gather(daemon, return_exceptions=True)


def _source(number: int, port: int, form: Form) -> str:
    return (
        f'[[source]]\nname = "host-{number}"\nurl = "http://127.0.0.{number}:{port}{ENTRY}"\nkind = "listing"\n'
        f'next = "a.next"\nhost_delay = "0s"\nevery = "1h"\nmin_every = "15m"\nmax_every = "{form.longest}h"\n'
    )


def _hour(hour: int, store: Store, soaked: Soaked, now: datetime) -> Hour:
    return Hour(
        hour=hour,
        rss=resident(),
        checks=soaked.outcomes.total(),
        made=soaked.made,
        found=soaked.found(store),
        twice=soaked.twice,
        overdue=store.figures(now, late=OVERDUE).overdue,
    )


def resident() -> float:
    """MB of this process in memory; its highest where that is all there is to be had."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return pages * resource.getpagesize() / 2**20


def _row(hour: Hour) -> str:
    return f"{hour.hour:4}{hour.rss:10.1f}{hour.checks:9}{hour.made:8}{hour.found:8}{hour.twice:8}{hour.overdue:10}"


def report(soaked: Soaked, *, as_json: bool) -> str:
    """Hour by hour, and whether it is as asked."""
    if as_json:
        seen = {"growth": soaked.growth, "slope": soaked.slope, "holds": soaked.holds, "troubles": soaked.troubles}
        return json.dumps({"hours": [asdict(hour) for hour in soaked.hours], "outcomes": soaked.outcomes} | seen)
    form = soaked.form
    head = f"{form.hosts * form.articles} pages on {form.hosts} hosts, {form.hours} simulated hours"
    columns = "hour    RSS MB   checks    made   found   twice   overdue"
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(soaked.outcomes.items()))
    return "\n".join(
        [
            head,
            columns,
            *(_row(hour) for hour in soaked.hours),
            f"checks: {outcomes}",
            f"articles answered: {soaked.answered}, of them without a check: {soaked.asked_twice}",
            *(f"said: {line}" for line in soaked.troubles[:5]),
            f"memory from hour {soaked.settled[0].hour} to {soaked.settled[-1].hour}: {soaked.growth:+.1f} MB,"
            f" {soaked.slope * 1024:+.0f} KB an hour",
            f"asked: every change found, no page twice, less than {GROWTH_ASKED:.0f} MB of growth, the store whole: "
            + ("holds" if soaked.holds else "DOES NOT HOLD"),
        ]
    )
