"""Captures of the past among visits: what becomes of what was known, told, and due."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crawler.errors import BlobCorrupt, StoreBusy
from crawler.extract import RULES
from crawler.judge import judge
from crawler.model import (
    Change,
    ChangeKind,
    FailureReason,
    FetchFailed,
    FetchResult,
    Noise,
    NotModified,
    Page,
    PageState,
    Snapshot,
    Validators,
)
from crawler.replay import replay
from jobs.settling import settle
from store import Store
from tests.jobs.histories import page as html
from tests.jobs.site import PARAGRAPHS
from tests.store.verdicts import NOW, SOURCE, admit, told

DAY = timedelta(days=1)
T0, T1, T2, T3, T4 = (NOW + DAY * days for days in range(5))


def saying(page: Page, at: datetime, *paragraphs: str, etag: str = '"1"') -> Snapshot:
    """An answer whose article has these paragraphs."""
    return Snapshot(
        url=page.url,
        final_url=page.url,
        status=200,
        headers=(("Content-Type", "text/html"), ("ETag", etag)),
        body=html(*paragraphs),
        fetched_at=at,
    )


def visit(store: Store, page: Page, fetched: FetchResult) -> None:
    """A visit of its day."""
    known = store.archive.latest(page, rules=RULES)
    store.archive.record(page, judge(SOURCE, known, fetched, fetched.fetched_at))


def bring(store: Store, page: Page, *captures: Snapshot) -> None:
    """A backfill."""
    for capture in captures:
        store.rereading.keep(page, capture)
    settle(store, SOURCE, page)


def lengths(store: Store, page: Page) -> list[tuple[int, datetime]]:
    """How many paragraphs each version has, and since when."""
    versions = (store.history.version(page.url, one.number) for one in store.history.versions(page.url))
    return [(len(one.article.paragraphs), one.seen_at) for one in versions]


def refused(page: Page, at: datetime) -> FetchFailed:
    """A visit that got no answer."""
    return FetchFailed(url=page.url, fetched_at=at, reason=FailureReason.TIMEOUT, detail="no answer")


def test_an_answer_that_nothing_differs_says_that_the_text_of_before_was_back(store: Store, page: Page) -> None:
    """Three paragraphs at T0 and, by 304s, at T2 and T3; a capture of T1 has two."""
    visit(store, page, saying(page, T0, *PARAGRAPHS))
    visit(store, page, NotModified(url=page.url, fetched_at=T2))
    visit(store, page, NotModified(url=page.url, fetched_at=T3))
    bring(store, page, saying(page, T1, *PARAGRAPHS[:2]))
    assert lengths(store, page) == [(3, T0), (2, T1), (3, T2)]
    assert [address for address, _, _ in told(store, page)] == ["0..1", "1..2", "2..3"]


def test_a_capture_changes_nothing_about_today(store: Store, page: Page) -> None:
    """How a page stands, and when it is due, comes from its last visit."""
    visit(store, page, saying(page, T0, *PARAGRAPHS))
    visit(store, page, saying(page, T2, *PARAGRAPHS[:1], etag='"2"'))
    visit(store, page, refused(page, T3))
    before, view = store.archive.latest(page, rules=RULES), store.history.page(page.url)
    waiting = store.outbox.waiting()
    bring(store, page, saying(page, T1, *PARAGRAPHS[:2], etag='"old"'))
    after = store.archive.latest(page, rules=RULES)
    assert (after.state, after.validators, after.failures) == (PageState.FAILING, Validators(etag='"2"'), 1)
    assert after.last_checked == before.last_checked
    assert store.history.page(page.url).next_check == view.next_check
    assert store.outbox.waiting() == waiting
    assert lengths(store, page) == [(3, T0), (2, T1), (1, T2)]


def test_a_text_that_no_visit_saw_has_the_page_read_anew(store: Store, page: Page) -> None:
    """The last visit got no answer; by a capture from just before it, the text was another: a 304 must not hide it."""
    visit(store, page, saying(page, T0, *PARAGRAPHS))
    visit(store, page, refused(page, T2))
    bring(store, page, replace(saying(page, T1, *PARAGRAPHS[:2]), headers=()))
    assert not store.archive.latest(page, rules=RULES).validators
    assert store.archive.due(T2) == (page,)


def test_a_change_of_a_file_stays_and_happened_to_the_text_of_its_time(store: Store, page: Page) -> None:
    """Only the visits of the file know of it."""
    visit(store, page, saying(page, T0, *PARAGRAPHS))
    known = store.archive.latest(page, rules=RULES)
    replaced = Change(before=1, after=1, kind=ChangeKind.ATTACHMENTS, summary="annex.pdf replaced")
    visit(store, page, saying(page, T2, *PARAGRAPHS))
    unchanged = judge(SOURCE, known, saying(page, T3, *PARAGRAPHS), T3)
    store.archive.record(page, replace(unchanged, changes=(replaced,)))
    bring(store, page, saying(page, T1, *PARAGRAPHS[:2]), saying(page, T1 + DAY / 2, *PARAGRAPHS[:1]))
    assert [(address, kind) for address, kind, _ in told(store, page)] == [
        ("0..1", "created"),
        ("1..2", "edited"),
        ("2..3", "edited"),
        ("3..4", "edited"),
        ("4..4", "attachments"),
    ]


def test_a_counter_that_another_page_taught_is_masked_still(store: Store, page: Page) -> None:
    """The source knew it when the second page was visited, and nothing was told of that."""
    other = admit(store, "https://www.example.gov.cn/xwfb/2.html")
    counted = [f"本页浏览次数：{100 + 7 * step}" for step in range(9)]
    for step, count in enumerate(counted):
        visit(store, other, saying(other, T0 + step * timedelta(minutes=9), *PARAGRAPHS, count))
    visit(store, page, saying(page, T1, *PARAGRAPHS, "本页浏览次数：5"))
    visit(store, page, saying(page, T2, *PARAGRAPHS, "本页浏览次数：8"))
    assert lengths(store, page) == [(4, T1)]
    bring(store, page, saying(page, T0, *PARAGRAPHS[:2], "本页浏览次数：1"))
    assert lengths(store, page) == [(3, T0), (4, T1)]


def test_a_counter_that_the_past_taught_is_masked_today(store: Store, page: Page) -> None:
    """What a backfill learned is the source's."""
    captures = [
        saying(page, T0 + step * timedelta(minutes=9), *PARAGRAPHS, f"本页浏览次数：{100 + 7 * step}")
        for step in range(9)
    ]
    bring(store, page, *captures)
    before = len(told(store, page))
    visit(store, page, saying(page, T0 + timedelta(hours=2), *PARAGRAPHS, "本页浏览次数：999"))
    assert len(told(store, page)) == before


def test_a_visit_meanwhile_is_not_lost(store: Store, page: Page) -> None:
    """A history that was told without it is refused whole; the page waits on."""
    store.rereading.keep(page, saying(page, T0, *PARAGRAPHS))
    checks, _, visits = store.rereading.visits(page)
    history = replay(SOURCE, page, Noise(), visits)
    visit(store, page, saying(page, T1, *PARAGRAPHS[:2]))
    with pytest.raises(StoreBusy):
        store.rereading.retell(page, checks, history, rules=RULES, now=T2)
    assert store.rereading.waiting([SOURCE.name]) == (page,)
    settle(store, SOURCE, page)
    assert lengths(store, page) == [(3, T0), (2, T1)]
    assert store.rereading.waiting([SOURCE.name]) == ()


def test_until_its_history_is_told_a_capture_is_no_content(store: Store, page: Page) -> None:
    """Whoever reads meanwhile sees the history of before, whole."""
    visit(store, page, saying(page, T1, *PARAGRAPHS))
    store.rereading.keep(page, saying(page, T0, *PARAGRAPHS[:2]))
    assert lengths(store, page) == [(3, T1)]
    assert store.archive.has_check(page, T0)


def test_where_a_response_is_lost_the_old_history_stands(store: Store, page: Page) -> None:
    visit(store, page, saying(page, T1, *PARAGRAPHS))
    store.rereading.keep(page, lost := saying(page, T0, *PARAGRAPHS[:2]))
    store.blobs.delete([lost.digest], stored_before=datetime.max.replace(tzinfo=NOW.tzinfo))
    with pytest.raises(BlobCorrupt):
        settle(store, SOURCE, page)
    assert lengths(store, page) == [(3, T1)]
    assert store.rereading.waiting([SOURCE.name]) == (page,)
