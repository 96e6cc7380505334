"""Checks recorded together, on both databases: one transaction, and no Check answers for another's trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

import jobs.batching
from crawler.errors import StoreBusy
from crawler.model import ChangeKind, Outcome, Page, PageState, Verdict
from jobs.batching import Batch
from store import Archive, Recorded, Store
from tests.store.conftest import OpenIt
from tests.store.verdicts import CREATED, HOUR, NOW, admit, article, change, finding, saying, verdict

pytestmark = pytest.mark.anyio
SOON = 20.0
Write = Callable[[Archive], Recorded]


def pages(store: Store, count: int) -> list[Page]:
    return [admit(store, f"https://www.example.gov.cn/xwfb/{number}.html") for number in range(count)]


def writing(page: Page, given: Verdict) -> Write:
    return lambda archive: archive.record(page, given)


async def visit(batch: Batch[Recorded], given: Verdict, write: Write) -> Recorded | Exception:
    with batch.visiting():
        await asyncio.sleep(0)  # until all visits are under way
        try:
            return await batch.record(given, write)
        except StoreBusy as error:
            return error


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for others to come waits for ever."""
    monkeypatch.setattr(jobs.batching, "LONGEST", timedelta(hours=1))


@pytest.mark.usefixtures("patient")
async def test_checks_that_end_together_are_one_transaction(store: Store, open_it: OpenIt) -> None:
    other, batch = open_it(), Batch[Recorded](store.archive)
    seen: list[int] = []

    def writing_and_looking(page: Page, given: Verdict) -> Write:
        def write(archive: Archive) -> Recorded:
            recorded = archive.record(page, given)
            seen.append(sum(other.archive.has_check(one, NOW) for one in watched))
            return recorded

        return write

    watched = pages(store, 3)
    given = [saying(page, NOW, page.url, CREATED) for page in watched]
    made = [visit(batch, one, writing_and_looking(page, one)) for page, one in zip(watched, given, strict=True)]
    found = await asyncio.wait_for(asyncio.gather(*made), SOON)
    assert [one.version for one in found if isinstance(one, Recorded)] == [1, 1, 1]
    assert seen == [0, 0, 0], "nobody else sees one of them before all are there"
    assert all(other.archive.has_check(page, NOW) for page in watched)
    assert [other.history.at(page.url, NOW).article.text for page in watched] == [page.url for page in watched]


@pytest.mark.usefixtures("patient")
async def test_a_check_that_is_refused_takes_no_other_with_it(store: Store) -> None:
    """It was judged on a history that is no longer there; the others are recorded once, and whole."""
    watched, batch = pages(store, 3), Batch[Recorded](store.archive)
    for page in watched:
        store.archive.record(page, saying(page, NOW, "一", CREATED))
    numbers = [(1, 2), (7, 8), (1, 2)]
    given = [saying(page, NOW + HOUR, "二", change(*pair)) for page, pair in zip(watched, numbers, strict=True)]
    made = [visit(batch, one, writing(page, one)) for page, one in zip(watched, given, strict=True)]
    found = await asyncio.wait_for(asyncio.gather(*made), SOON)
    assert [isinstance(one, StoreBusy) for one in found] == [False, True, False]
    assert [len(store.history.versions(page.url)) for page in watched] == [2, 1, 2]
    assert [store.archive.has_check(page, NOW + HOUR) for page in watched] == [True, False, True]


@pytest.mark.usefixtures("patient")
async def test_a_visit_by_itself_waits_for_nobody(store: Store, page: Page) -> None:
    given = verdict(NOW)
    batch = Batch[Recorded](store.archive)
    assert await asyncio.wait_for(visit(batch, given, writing(page, given)), SOON) == Recorded()


@pytest.mark.usefixtures("patient")
async def test_the_last_visit_to_end_without_a_word_lets_the_others_go(store: Store, page: Page) -> None:
    given, batch, begun = verdict(NOW), Batch[Recorded](store.archive), asyncio.Event()

    async def fail() -> None:
        with batch.visiting():
            begun.set()
            await asyncio.sleep(0.05)

    failing = asyncio.create_task(fail())
    await begun.wait()
    assert await asyncio.wait_for(visit(batch, given, writing(page, given)), SOON) == Recorded()
    await failing


async def test_a_slow_visit_does_not_hold_the_others_up(store: Store, page: Page) -> None:
    given, batch, begun = verdict(NOW), Batch[Recorded](store.archive), asyncio.Event()

    async def dawdle() -> None:
        with batch.visiting():
            begun.set()
            await asyncio.Event().wait()

    slow = asyncio.create_task(dawdle())
    await begun.wait()
    assert await asyncio.wait_for(visit(batch, given, writing(page, given)), SOON) == Recorded()
    slow.cancel()


@pytest.mark.usefixtures("patient")
async def test_what_was_found_is_recorded_though_the_visit_was_given_up(store: Store, page: Page) -> None:
    """Ctrl-C between a visit and the end of the pass loses nothing."""
    given, batch = verdict(NOW), Batch[Recorded](store.archive)
    with batch.visiting():  # another one, that goes on
        waiting = asyncio.create_task(visit(batch, given, writing(page, given)))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        batch.flush()
        assert store.archive.has_check(page, NOW)


def test_what_is_recorded_together_refers_to_what_it_should(store: Store) -> None:
    """Rows are numbered before they are written, and written by their tables: whatever came first of which page."""
    gone, edited, new, quiet = pages(store, 4)
    for page in (gone, edited):
        store.archive.record(page, saying(page, NOW, page.url, CREATED))
    later = NOW + HOUR
    removed = change(1, 1, ChangeKind.REMOVED, summary="removed")
    given = {
        gone: verdict(later, outcome=Outcome.GONE, state=PageState.GONE, changes=(removed,)),
        edited: saying(edited, later, "又一篇", change(1, 2, summary="edited"), findings=(finding("又"),)),
        quiet: verdict(later),
        new: saying(new, later, "新", CREATED, findings=(finding("新"),)),
    }
    with store.archive.together(list(given.values())) as archive:
        for page, one in given.items():
            archive.record(page, one)
    assert store.check_integrity().ok
    told = {(view.page, view.address, view.change.summary) for view in store.history.changes(since=later)}
    assert told >= {(gone.url, "1..1", "removed"), (edited.url, "1..2", "edited"), (new.url, "0..1", "")}
    assert {(view.page, view.version) for view in store.history.findings()} == {(edited.url, 2), (new.url, 1)}
    assert [len(store.history.versions(page.url)) for page in given] == [1, 2, 0, 1]
    assert store.history.at(edited.url, later).article.text == "又一篇"
    # And what is recorded after them by itself is numbered after them.
    store.archive.record(new, saying(new, later + HOUR, "三", change(1, 2)))
    assert store.check_integrity().ok


def test_a_twin_among_what_is_recorded_together_is_found(store: Store) -> None:
    watched = pages(store, 3)
    given = [saying(page, NOW, "同一篇", CREATED) for page in watched]
    with store.archive.together(given) as archive:
        found = []
        for page, one in zip(watched, given, strict=True):
            found.append(archive.twin(page, article("同一篇").digest))
            archive.record(page, one)
    assert found == [None, watched[0], watched[0]]
