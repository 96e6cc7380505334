"""Captures of the past in any order, some at a time, make the history that visits in time would have made."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.extract import RULES
from crawler.judge import judge
from crawler.model import NO_NOISE, Link, Page, Snapshot, Source
from jobs.settling import settle
from store import Store, open_store
from tests.jobs.histories import HISTORIES, START, URL

SOURCE = Source(name="press", url="https://www.example.gov.cn/zwgk/")
Order = Callable[[Sequence[Snapshot]], list[list[Snapshot]]]


def opened(folder: Path) -> tuple[Store, Page]:
    """A store with the page admitted."""
    store = open_store(folder)
    store.archive.declare([SOURCE], START)
    (page,) = store.archive.admit(SOURCE.name, [Link(url=URL)], START)
    return store, page


def visit(store: Store, page: Page, captures: Iterable[Snapshot]) -> None:
    """Each answer at its time, as a daemon would have had it."""
    for capture in captures:
        known = store.archive.latest(page, rules=RULES)
        store.archive.record(page, judge(SOURCE, known, capture, capture.fetched_at))


def bring(store: Store, page: Page, captures: Iterable[Snapshot]) -> None:
    """A backfill of these."""
    for capture in captures:
        store.rereading.keep(page, capture)
    settle(store, SOURCE, page)


def history(store: Store, page: Page) -> dict[str, Any]:
    """All that a reader, or the next visit, sees; but for which Checks were past, and how often a place differed."""
    view = store.history
    return {
        "page": view.page(page.url),
        "versions": view.versions(page.url),
        "changes": [replace(one, id=0) for one in view.changes(page=page.url)],
        "findings": sorted((replace(one, id=0).as_json() for one in view.findings(page=page.url)), key=str),
        "log": [(one.at, one.outcome, one.detail, one.version) for one in view.log(page.url)],
        "known": replace(store.archive.latest(page, rules=RULES), noise=NO_NOISE),
    }


def shuffled(seed: int) -> Order:
    """In batches of one to three."""

    def order(captures: Sequence[Snapshot]) -> list[list[Snapshot]]:
        chance = random.Random(seed)
        left = chance.sample(captures, len(captures))
        batches = []
        while left:
            size = chance.randint(1, 3)
            batches.append(left[:size])
            left = left[size:]
        return batches

    return order


ORDERS: dict[str, Order] = {
    "at once": lambda captures: [list(captures)],
    "forward": lambda captures: [[one] for one in captures],
    "backward": lambda captures: [[one] for one in reversed(captures)],
    "shuffled 1": shuffled(1),
    "shuffled 2": shuffled(2),
    "shuffled 3": shuffled(3),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_any_order_makes_the_history_that_visits_would_have_made(name: str, tmp_path: Path) -> None:
    captures = HISTORIES[name].captures()
    with (live := opened(tmp_path / "live"))[0]:
        visit(*live, captures)
        expected = history(*live)
    for order, batches in ORDERS.items():
        with (past := opened(tmp_path / order))[0]:
            for batch in batches(captures):
                bring(*past, batch)
            assert history(*past) == expected, order
            assert past[0].outbox.waiting() == 0
            assert past[0].check_integrity().ok


@pytest.mark.parametrize("name", HISTORIES)
@pytest.mark.parametrize("seed", range(3))
def test_captures_between_visits_make_the_history_of_all(name: str, seed: int, tmp_path: Path) -> None:
    """Half of it was visited, the rest comes from a backfill; no visit is told a second time."""
    captures = HISTORIES[name].captures()
    chance = random.Random(seed)
    visited = sorted(chance.sample(range(len(captures)), len(captures) // 2))
    rest = [one for place, one in enumerate(captures) if place not in visited]
    with (live := opened(tmp_path / "live"))[0]:
        visit(*live, captures)
        expected = history(*live)
    with (past := opened(tmp_path / "past"))[0]:
        visit(*past, [captures[place] for place in visited])
        waiting = past[0].outbox.waiting()
        for batch in shuffled(seed)(rest):
            bring(*past, batch)
        found = history(*past)
        for what in ("versions", "changes", "findings"):
            assert found[what] == expected[what], what
        assert past[0].outbox.waiting() <= waiting
        assert past[0].check_integrity().ok


def test_what_is_told_already_keeps_its_number(tmp_path: Path) -> None:
    """A change that leads into a text leads into it still, from another one; a finding lives from earlier on."""
    injected = HISTORIES["injected, then cleaned"].captures()
    with (past := opened(tmp_path))[0]:
        store, page = past
        visit(store, page, [injected[0], injected[3]])
        before = {one.id: one.kind for one in store.history.changes(page=URL)}
        (finding, *_) = store.history.findings(page=URL)
        bring(store, page, [injected[2], injected[1]])
        assert {one.id: one.kind for one in store.history.changes(page=URL)} == before
        (same, *_) = store.history.findings(page=URL)
        assert (same.id, same.opened_at) == (finding.id, finding.opened_at - timedelta(days=1))
