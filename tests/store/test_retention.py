"""Folding old Checks: what they told is still told, and everything else stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from crawler.model import ChangeKind, Outcome, Page
from store import Store
from store import retention as retaining
from tests.store.conftest import OpenIt
from tests.store.verdicts import CREATED, RULES, admit, change, finding, response, saying, story, told, verdict

DAY = timedelta(days=1)
START = datetime(2024, 1, 10, 8, tzinfo=UTC)
LATER = START + 400 * DAY


def lines(store: Store, page: Page) -> list[tuple[datetime, Outcome, int]]:
    return [(view.at, view.outcome, view.times) for view in store.history.log(page.url)]


def visit_daily(store: Store, page: Page, since: datetime, days: int, **values: object) -> None:
    for day in range(days):
        store.archive.record(page, verdict(since + day * DAY, **values))


def fold(store: Store, before: datetime, *, dry_run: bool = False) -> int:
    return sum(done.folded for done in store.retention.fold(before, dry_run=dry_run))


@pytest.fixture
def lived(store: Store, page: Page) -> Page:
    """Created, forty quiet days, an edit, forty more."""
    store.archive.record(page, saying(page, START, "one", CREATED, findings=(finding("junk"),)))
    visit_daily(store, page, START + DAY, 40)
    store.archive.record(page, saying(page, START + 41 * DAY, "two", change(1, 2), findings=()))
    visit_daily(store, page, START + 42 * DAY, 40)
    return page


def test_what_stood_side_by_side_in_a_month_is_one_row_and_counted(store: Store, lived: Page) -> None:
    before = store.history.log(lived.url)
    assert fold(store, LATER) > 70
    after = lines(store, lived)
    assert [(at, times) for at, _, times in after] == [
        (START, 1),
        (datetime(2024, 1, 31, 8, tzinfo=UTC), 21),
        (START + 40 * DAY, 19),
        (START + 41 * DAY, 1),
        (datetime(2024, 2, 29, 8, tzinfo=UTC), 9),
        (datetime(2024, 3, 31, 8, tzinfo=UTC), 31),
    ]
    assert sum(times for *_, times in after) == len(before)
    assert store.history.page(lived.url).checks == store.history.counts().checks == len(before)
    assert [view.version for view in store.history.log(lived.url) if view.version] == [1, 2]


def test_versions_changes_findings_and_responses_stay(store: Store, lived: Page) -> None:
    before = story(store, lived), told(store, lived), store.history.findings(), store.archive.latest(lived, rules=RULES)
    fold(store, LATER)
    now = story(store, lived), told(store, lived), store.history.findings(), store.archive.latest(lived, rules=RULES)
    assert now == before
    assert store.check_integrity().ok
    store.archive.record(lived, saying(lived, LATER, "three", change(2, 3)))
    assert [number for number, *_ in story(store, lived)] == [1, 2, 3]


def test_only_what_is_old_is_folded_and_further_when_it_ages(store: Store, lived: Page) -> None:
    total = len(store.history.log(lived.url))
    fold(store, START + 20 * DAY)
    assert lines(store, lived)[1] == (START + 19 * DAY, Outcome.UNCHANGED, 19)
    fold(store, LATER)
    at_once = lines(store, lived)
    assert at_once[1] == (datetime(2024, 1, 31, 8, tzinfo=UTC), Outcome.UNCHANGED, 21)
    assert sum(times for *_, times in at_once) == total
    assert fold(store, LATER) == 0, "and then there is nothing left to fold"


def test_saying_so_changes_nothing(store: Store, lived: Page) -> None:
    before = lines(store, lived)
    would = fold(store, LATER, dry_run=True)
    assert lines(store, lived) == before
    assert fold(store, LATER) == would


def test_what_says_more_than_unchanged_stays(store: Store, page: Page) -> None:
    """A response, another outcome, another status, and the time of a Change each stand between the others."""
    store.archive.record(page, saying(page, START, "one", CREATED))
    odd = [
        verdict(START + 3 * DAY, snapshot=response(page, START + 3 * DAY, b"other bytes")),
        verdict(START + 6 * DAY, outcome=Outcome.FAILED, detail="timed out"),
        verdict(START + 9 * DAY, status=200),
        verdict(START + 12 * DAY, changes=(change(1, 1, ChangeKind.MOVED),)),
    ]
    for one in odd:
        visit_daily(store, page, one.at - 2 * DAY, 2, status=304)
        store.archive.record(page, one)
    fold(store, LATER)
    assert [times for *_, times in lines(store, page)] == [1, *[2, 1] * 4]
    assert {one.at for one in odd} < {at for at, *_ in lines(store, page)}


def test_stopped_at_any_slice_it_goes_on(store: Store, open_it: OpenIt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retaining, "SLICE", 2)
    pages = [admit(store, f"https://www.example.gov.cn/{number}") for number in range(5)]
    for page in pages:
        visit_daily(store, page, START, 4)
    one_slice = store.retention.fold(LATER)
    assert next(one_slice).folded == 6
    one_slice.close()
    assert [len(lines(store, page)) for page in pages] == [1, 1, 4, 4, 4]
    other = open_it()
    assert fold(other, LATER) == 9
    assert [lines(other, page) for page in pages] == [[(START + 3 * DAY, Outcome.UNCHANGED, 4)]] * 5


def test_times_of_the_log_only_grow(store: Store, lived: Page) -> None:
    fold(store, LATER)
    assert all(earlier < later for (earlier, *_), (later, *_) in pairwise(lines(store, lived)))
