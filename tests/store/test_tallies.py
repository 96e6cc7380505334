"""What the reading room draws and counts: bounded, by source, and the same on either database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.model import Link, Page
from store import Cursor, PageOrder, Store
from tests.store.verdicts import CREATED, HOUR, NOW, change, finding, saying, verdict

LATE = timedelta(minutes=30)


@pytest.fixture
def pages(store: Store) -> list[Page]:
    """Five pages, created together, each edited at an hour of its own, but the last never."""
    links = [Link(url=f"https://www.example.gov.cn/xwfb/{number}.html") for number in range(5)]
    admitted = store.archive.admit("press", links, NOW)
    for number, page in enumerate(admitted):
        store.archive.record(page, saying(page, NOW, f"one {number}", CREATED, findings=(finding(f"junk {number}"),)))
        if number < 4:
            edit = saying(page, NOW + HOUR * (number + 1), f"two {number}", change(1, 2), findings=None)
            store.archive.record(page, edit)
    return list(admitted)


def test_changes_are_counted_by_kind_from_a_time_on(store: Store, pages: list[Page]) -> None:
    tallies = store.history.tallies
    assert tallies.changes(since=None).counts == {"created": 5, "edited": 4}
    assert tallies.changes(since=NOW + HOUR * 3, source="press").counts == {"edited": 2}
    assert tallies.changes(since=None, source="nobody").counts == {}
    assert tallies.changes(since=None).of("edited", "retitled") == 4


def test_what_is_more_than_asked_for_is_told_as_such(store: Store, pages: list[Page]) -> None:
    """The newest are counted, and that there are more is said."""
    few = store.history.tallies.changes(since=None, most=4)
    assert few.capped
    assert few.counts["edited"] == 4
    assert not store.history.tallies.changes(since=None, most=9).capped
    times = store.history.tallies.change_times("press", NOW, most=4)
    assert (len(times.times), times.capped) == (4, True)


def test_times_are_told_newest_first_with_their_kind(store: Store, pages: list[Page]) -> None:
    tallies = store.history.tallies
    assert tallies.change_times("press", NOW + HOUR).times == tuple(
        (NOW + HOUR * hour, "edited") for hour in (4, 3, 2, 1)
    )
    assert tallies.finding_times("press", NOW).times == tuple((NOW, "high") for _ in pages)
    assert tallies.finding_times("press", NOW + HOUR).times == ()


def test_sources_are_named_without_their_pages(store: Store) -> None:
    assert "press" in store.history.tallies.source_names()
    assert store.history.source("press").name == "press"


@pytest.mark.parametrize("order", list(PageOrder))
def test_pages_in_any_order_come_in_parts_that_add_up(store: Store, pages: list[Page], order: PageOrder) -> None:
    """Also where many share a time; and by a time only those that have one."""
    store.archive.admit("press", [Link(url="https://www.example.gov.cn/xwfb/never.html")], NOW)
    whole = [page.url for page in store.history.parts.pages(order=order, limit=None).rows]
    parted: list[str] = []
    after: Cursor | None = None
    while True:
        part = store.history.parts.pages(order=order, limit=2, after=after)
        parted += [page.url for page in part.rows]
        if part.next is None:
            break
        after = Cursor.read(str(part.next))
    assert parted == whole
    count = {PageOrder.ADMITTED: 6, PageOrder.DUE: 6, PageOrder.CHECKED: 5, PageOrder.CHANGED: 4}[order]
    assert len(set(whole)) == len(whole) == count
    if order is PageOrder.CHANGED:
        assert whole == [page.url for page in reversed(pages[:4])]


def test_the_watch_says_who_visits_and_what_is_overdue(store: Store, pages: list[Page]) -> None:
    """Leases that ended are nobody's; a queue is only where there is a server."""
    tallies = store.history.tallies
    store.archive.record(pages[0], verdict(NOW + HOUR * 9))
    watch = tallies.watch(NOW + timedelta(days=30), late=LATE)
    assert watch.figures.sources >= 1
    assert watch.visitors == ()
    assert watch.dead == ()
    server = store.queue is not None
    assert (watch.jobs is not None, watch.workers is not None, watch.led is not None) == (server, server, server)
    if store.queue is not None:
        assert watch.led is False
        assert watch.workers == ()
