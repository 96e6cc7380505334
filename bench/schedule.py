"""How soon changes are found for the visits that it takes: our schedule beside others, simulated.

Pages with the days on which they really changed, from the measuring data where that lies beside this checkout, and made
up ones. Every way of scheduling gets the same visits in all: its intervals are scaled until that is so; or, where
visits are counted out, one page is visited whenever the next visit is to be made, the one due first. The delay of a
change runs until the next visit, or where there is none until the end. Several sets of pages are drawn for each case
(the hours of the days, the pages with replacement, halves of them); what is printed is the mean over them, how far they
lie apart (standard deviation), and the mean share of uniform.
"""

from __future__ import annotations

import heapq
import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import fmean, pstdev

from bench.schedule_pages import ANY_HOUR, NIGHT, OFFICE, Pages, by_hours, mixed, real_pages
from bench.schedule_ways import OURS, UNIFORM, UNLEARNED, WAYS, Knowing, Named

BUDGET, MIXED_BUDGET = 0.1, 0.5
SETS, PAGES, QUICK_PAGES = 3, 150, 25
# How near to its visits a way is brought, as a share of its scale.
NEAR, QUICK_NEAR = 0.04, 0.08
# What is asked: hours on the real pages, a share of uniform on the mixed ones.
HOURS_ASKED, SHARE_ASKED = 105.0, 0.44
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Case:
    """Sets of pages and how many visits a page and day they get; `counted`: simulated with those counted out too.

    The first of the `ways` is uniform.
    """

    name: str
    sets: Sequence[Pages]
    budget: float
    ways: Sequence[Named] = WAYS
    counted: bool = False
    near: float = NEAR


@dataclass(frozen=True, slots=True)
class Result:
    """Hours from a change to the visit that finds it, the mean over the sets and their deviation; share of uniform."""

    hours: float
    apart: float
    share: float
    visits: float


def simulate(
    pages: Pages, way: Named, scale: float, *, per_day: float | None = None, most: float = math.inf
) -> tuple[float, float]:
    """(mean hours from a change to the visit that finds it, visits a page and day); `per_day` visits counted out.

    It ends early with more than `most` visits a page and day.
    """
    run, count = way.start(scale, pages), len(pages.changes)
    order = random.Random(7)
    queue = [(order.random() * 10, number) for number in range(count)]
    heapq.heapify(queue)
    found = [0] * count
    delay, visits, clock = 0.0, 0, 0.0
    while True:
        due, number = queue[0]
        at = due if per_day is None else clock
        if at >= pages.days or visits > most * count * pages.days:
            break
        changes, place = pages.changes[number], found[number]
        while place < len(changes) and changes[place] <= at:
            delay, place = delay + at - changes[place], place + 1
        changed, found[number] = place > found[number], place
        wait = max(run.wait(number, pages.start + at * _DAY, changed), 0.01)
        heapq.heapreplace(queue, (at + wait, number))
        visits += 1
        clock += 0.0 if per_day is None else 1 / (per_day * count)
    for changes, place in zip(pages.changes, found, strict=True):
        delay += sum(pages.days - at for at in changes[place:])
    return delay / max(sum(map(len, pages.changes)), 1) * 24, visits / count / pages.days


def scaled(case: Case, pages: Pages, way: Named, before: float | None = None) -> float:
    """The scale at which a way makes its visits a page and day, found by halving; `before` is what it was elsewhere."""
    low, high = (
        (math.log(0.002), math.log(100.0)) if before is None else (math.log(before / 1.2), math.log(before * 1.2))
    )
    while high - low > case.near:
        middle = (low + high) / 2
        _, made = simulate(pages, way, math.exp(middle), most=case.budget)
        low, high = (middle, high) if made > case.budget else (low, middle)
    return math.exp((low + high) / 2)


def scales(case: Case, way: Named) -> list[float]:
    """The scale of a way on each set of a case."""
    found: list[float] = []
    for pages in case.sets:
        found.append(scaled(case, pages, way, found[-1] if found else None))
    return found


def measure(case: Case, way: Named, uniform: Sequence[float], found: Sequence[float]) -> tuple[Result, list[float]]:
    """One way on all sets of a case, beside what uniform came to on each (nothing: it is that)."""
    hours, visits = [], []
    for pages, scale in zip(case.sets, found, strict=True):
        took, made = simulate(pages, way, scale, per_day=case.budget if case.counted else None)
        hours.append(took)
        visits.append(made)
    share = fmean(took / other for took, other in zip(hours, uniform or hours, strict=True))
    return Result(fmean(hours), pstdev(hours), share, fmean(visits)), hours


def cases() -> list[Case]:
    """What is simulated; the real pages only where they are."""
    found = []
    if (real := _real_sets(ANY_HOUR)) is not None:
        found.append(Case("real pages, changes at any hour", real, BUDGET, counted=True))
        found.append(Case("real pages, in office hours", _real_sets(OFFICE) or (), BUDGET))
    seeds = range(1, SETS + 1)
    found.append(Case("made up, mixed rates", [mixed(seed, PAGES) for seed in seeds], MIXED_BUDGET))
    wider = [mixed(seed, PAGES, slowest=-4) for seed in seeds]
    found.append(Case("made up, rates more mixed", wider, MIXED_BUDGET))
    for name, hours in (("in office hours", OFFICE), ("at night", NIGHT)):
        sets = [by_hours(seed, PAGES, hours) for seed in seeds]
        found.append(Case(f"made up, {name}", sets, BUDGET, (UNIFORM, OURS, UNLEARNED)))
    return found


def quick_cases() -> list[Case]:
    """The same in short: few pages, once, brought less near to their visits."""
    found = []
    if (real := real_pages(1, ANY_HOUR)) is not None:
        some = real.some(range(0, len(real.changes), len(real.changes) // QUICK_PAGES))
        found.append(Case("real pages, changes at any hour", [some], BUDGET, near=QUICK_NEAR))
    mix, night = mixed(1, QUICK_PAGES), by_hours(1, QUICK_PAGES, NIGHT)
    found.append(Case("made up, mixed rates", [mix], MIXED_BUDGET, (UNIFORM, OURS), near=QUICK_NEAR))
    found.append(Case("made up, at night", [night], BUDGET, (UNIFORM, OURS, UNLEARNED), near=QUICK_NEAR))
    return found


def _real_sets(hours: tuple[float, float]) -> list[Pages] | None:
    """All pages, as many drawn from them with replacement, and both halves, each with other hours."""
    drawn = [pages for seed in range(4) if (pages := real_pages(seed, hours)) is not None]
    if not drawn:
        return None
    whole, again, first, second = drawn
    count = len(whole.changes)
    chance = random.Random(3)
    numbers = [chance.randrange(count) for _ in range(count)]
    return [whole, again.some(numbers), first.some(range(0, count, 2)), second.some(range(1, count, 2))]


def benchmark(quick: bool, say: Callable[[str], None]) -> dict[str, dict[str, Result]]:
    """What each way comes to in each case."""
    results: dict[str, dict[str, Result]] = {}
    for case in quick_cases() if quick else cases():
        counted = f"{case.name}, visits counted out"
        uniform: dict[str, list[float]] = {case.name: [], counted: []}
        for way in case.ways:
            say(f"{case.name}: {way.name} …")
            found = scales(case, way)
            for name in (case.name, counted) if case.counted else (case.name,):
                result, hours = measure(replace(case, counted=name == counted), way, uniform[name], found)
                results.setdefault(name, {})[way.name] = result
                uniform[name] = uniform[name] or hours
        if case.sets[0].rates:
            say(f"{case.name}: each rate known …")
            results[case.name]["each rate known"] = _bound(case, uniform[case.name])
    return results


def _bound(case: Case, uniform: Sequence[float]) -> Result:
    parts = []
    for pages, other in zip(case.sets, uniform, strict=True):
        one = replace(case, sets=[pages])
        way = Named("each rate known", lambda scale, pages: Knowing(scale, pages.rates))
        parts.append(measure(one, way, [other], scales(one, way))[0])
    hours = [part.hours for part in parts]
    return Result(fmean(hours), pstdev(hours), fmean(p.share for p in parts), fmean(p.visits for p in parts))


def report(results: dict[str, dict[str, Result]], *, as_json: bool) -> str:
    """A table, or JSON."""
    if as_json:
        return json.dumps({case: {way: one.hours for way, one in ways.items()} for case, ways in results.items()})
    lines = []
    for case, ways in results.items():
        lines.append(f"{case:46} hours     ±  of uniform  visits a page and day")
        for way, one in ways.items():
            lines.append(f"  {way:42}{one.hours:7.1f}{one.apart:6.1f}{one.share:12.3f}{one.visits:14.3f}")
    lines.append(f"asked: {HOURS_ASKED:.0f} hours on the real pages, {SHARE_ASKED} of uniform on the mixed ones")
    return "\n".join(lines)
