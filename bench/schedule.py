"""How soon changes are found for the visits that it takes: our schedule beside others, simulated.

Pages with the days on which they really changed, from the measuring data where that lies beside this checkout, and made
up ones that change at random, each at its own rate over four powers of ten. Every way of scheduling gets the same
visits in all: its intervals are scaled until that is so. The delay of a change runs until the next visit; a day's
change is at some hour of office there, which only our evenings make use of. Nutch: after its AdaptiveFetchSchedule
(interval times 1.4 where nothing changed, times .8 where something had), its limits scaled with it. What changes after
a page's last visit counts for nobody.
"""

from __future__ import annotations

import heapq
import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bench.pages import DATA
from crawler import schedule
from crawler.model import RateEstimate, Source

START = datetime(2018, 1, 1, tzinfo=UTC)
BUDGET = 0.1
MADE_UP_BUDGET, MADE_UP_DAYS = 0.5, 1000
OFFICE = (9.0, 18.0)
QUICK_PAGES = 40
# What is asked: hours on the real pages, a share of uniform on the made-up ones.
HOURS_ASKED, SHARE_ASKED = 105.0, 0.44
_DAY = timedelta(days=1)

# The days of each change of a page, from START on.
Changes = Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way of scheduling: the interval in days after a visit, by all that it remembers, before it is scaled."""

    name: str
    learn: Callable[[RateEstimate, float, bool, datetime], RateEstimate]
    wait: Callable[[RateEstimate, float, datetime, str], float]


def _keep(estimate: RateEstimate, _scale: float, changed: bool, now: datetime) -> RateEstimate:
    return schedule.learn(estimate, changed=changed, now=now)


def _ours(estimate: RateEstimate, scale: float, now: datetime, key: str) -> float:
    source = Source(
        name="s",
        url="https://e.example/",
        every=scale * _DAY / 4,
        min_every=timedelta(minutes=15),
        max_every=max(7 * scale, 0.02) * _DAY,
        timezone="UTC",
    )
    return (schedule.next_check(source, estimate, now, key=key) - now) / _DAY


def _nutch(estimate: RateEstimate, scale: float, changed: bool, now: datetime) -> RateEstimate:
    """`days` is its interval; its limits are scaled with it."""
    interval = (estimate.days or 10 * scale) * (0.8 if changed else 1.4)
    return RateEstimate(days=min(max(interval, 0.1 * scale), 60 * scale), as_of=now)


WAYS = (
    Way(name="palimpsest", learn=_keep, wait=_ours),
    Way(name="uniform", learn=_keep, wait=lambda _estimate, scale, _now, _key: 10 * scale),
    Way(
        name="1/rate",
        learn=_keep,
        wait=lambda estimate, scale, _now, _key: min(scale / schedule.rate(estimate), 60.0),
    ),
    Way(name="Nutch", learn=_nutch, wait=lambda estimate, scale, _now, _key: estimate.days or 10 * scale),
)


def simulate(pages: Sequence[Changes], days: float, way: Way, scale: float) -> tuple[float, float]:
    """(mean hours from a change to the visit that finds it, visits a page and day)."""
    order = random.Random(7)
    queue = [(order.random() * 10, number) for number in range(len(pages))]
    heapq.heapify(queue)
    estimates = [RateEstimate() for _ in pages]
    found = [0] * len(pages)
    delay, changes, visits = 0.0, 0, 0
    while queue and queue[0][0] < days:
        at, number = heapq.heappop(queue)
        page, place, now = pages[number], found[number], START + at * _DAY
        while place < len(page) and page[place] <= at:
            delay, changes, place = delay + at - page[place], changes + 1, place + 1
        changed, found[number] = place > found[number], place
        estimates[number] = way.learn(estimates[number], scale, changed, now)
        visits += 1
        wait = max(way.wait(estimates[number], scale, now, f"page {number}"), 0.01)
        heapq.heappush(queue, (at + wait, number))
    return delay / max(changes, 1) * 24, visits / len(pages) / days


def delay_at(pages: Sequence[Changes], days: float, way: Way, budget: float, steps: int = 9) -> tuple[float, float]:
    """The same with the scale at which it makes `budget` visits a page and day, found by halving."""
    low, high = math.log(0.02), math.log(50.0)
    for _ in range(steps):
        middle = (low + high) / 2
        _, made = simulate(pages, days, way, math.exp(middle))
        low, high = (middle, high) if made > budget else (low, middle)
    return simulate(pages, days, way, math.exp((low + high) / 2))


def real_pages() -> tuple[Sequence[Changes], float] | None:
    """The pages of the measuring data and how many days they are; None where there are none."""
    pages_of = [json.loads(file.read_text()).values() for file in sorted((DATA / "schedule").glob("*.json"))]
    told = [[date.fromisoformat(day).toordinal() for day in days] for pages in pages_of for days in pages]
    if not told:
        return None
    first, last = min(map(min, told)), max(map(max, told))
    hour = random.Random(1)
    pages = [sorted(day - first + hour.uniform(*OFFICE) / 24 for day in days) for days in told]
    return pages, last - first + 1


def made_up(pages: int = 150) -> tuple[Sequence[Changes], float]:
    """Pages that change at random times, at rates from one in a thousand days to ten a day."""
    chance = random.Random(5)
    found = []
    for _ in range(pages):
        rate, at, changes = 10 ** chance.uniform(-3, 1), 0.0, []
        while (at := at + chance.expovariate(rate)) < MADE_UP_DAYS:
            changes.append(at)
        found.append(changes)
    return found, MADE_UP_DAYS


def benchmark(quick: bool, say: Callable[[str], None]) -> dict[str, dict[str, tuple[float, float]]]:
    """Hours and visits of each way, on the real pages (where they are) and the made-up ones."""
    cases: dict[str, tuple[Sequence[Changes], float, float]] = {}
    if (real := real_pages()) is not None:
        pages, days = real
        cases["real"] = (pages[:QUICK_PAGES] if quick else pages, days, BUDGET)
    cases["made up"] = (*made_up(QUICK_PAGES if quick else 150), MADE_UP_BUDGET)
    results: dict[str, dict[str, tuple[float, float]]] = {}
    for name, (pages, days, budget) in cases.items():
        results[name] = {}
        for way in WAYS:
            say(f"{name} pages, {way.name} …")
            results[name][way.name] = delay_at(pages, days, way, budget)
    return results


def report(results: dict[str, dict[str, tuple[float, float]]], *, as_json: bool) -> str:
    """A table, or JSON."""
    if as_json:
        return json.dumps({case: {way: hours for way, (hours, _) in ways.items()} for case, ways in results.items()})
    lines = []
    for case, ways in results.items():
        lines.append(f"{case} pages{'':8} delay, hours  of uniform  visits a page and day")
        for way, (hours, made) in ways.items():
            lines.append(f"  {way:18}{hours:12.1f}{hours / ways['uniform'][0]:12.2f}{made:16.3f}")
    lines.append(f"asked: {HOURS_ASKED:.0f} hours on the real pages, {SHARE_ASKED} of uniform on the made-up ones")
    return "\n".join(lines)
