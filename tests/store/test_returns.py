"""A capture between two visits that saw one text: the page left that text and came back to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crawler.errors import StoreBusy
from crawler.model import ChangeKind, NewVersion, Outcome, Page, PageState, Returned, Validators
from store import Store
from tests.store.verdicts import (
    CREATED,
    HOUR,
    NOW,
    RULES,
    article,
    change,
    finding,
    response,
    saying,
    story,
    told,
    verdict,
)

T1, T2, T3, T4, T5 = (NOW + timedelta(days=days) for days in range(-8, 2, 2))
VALID = Validators(etag='"now"')


def back() -> Returned:
    """Two again, at T3, after a capture that became Version 2."""
    return Returned(at=T3, version=NewVersion(article=article("two"), rules=RULES), change=change(2, 3))


def test_the_later_visit_begins_a_version_of_its_own(store: Store, page: Page) -> None:
    """Two at T1 and, by a 304, at T3; four at T5. A capture says that it was brief at T2."""
    store.archive.record(page, saying(page, T1, "two", CREATED))
    store.archive.record(page, verdict(T3, status=304))
    store.archive.record(page, saying(page, T5, "four", change(1, 2), validators=VALID))
    known = store.archive.known_at(page, T2, rules=RULES)
    assert known.seen_again == T3
    recorded = store.archive.record(page, saying(page, T2, "brief", change(1, 2), returned=back()), past=True)
    assert recorded.version == 2
    assert [one.address for one in recorded.changes] == ["1..2", "2..3"]
    assert story(store, page) == [(1, "two", T1), (2, "brief", T2), (3, "two", T3), (4, "four", T5)]
    assert told(store, page) == [
        ("0..1", "created", T1),
        ("1..2", "edited", T2),
        ("2..3", "edited", T3),
        ("3..4", "edited", T5),
    ]
    assert store.history.page(page.url).versions == 4
    assert store.archive.latest(page, rules=RULES).validators == VALID
    assert store.check_integrity().ok


def test_after_the_newest_version_the_page_stands_as_it_did(store: Store, page: Page) -> None:
    """What is there today was seen today: nothing to read anew, and the return is what changed last."""
    store.archive.record(page, saying(page, T1, "two", CREATED))
    store.archive.record(page, verdict(T3, snapshot=response(page, T3, b"two, counted"), validators=VALID))
    store.archive.record(page, saying(page, T2, "brief", change(1, 2), returned=back()), past=True)
    assert story(store, page) == [(1, "two", T1), (2, "brief", T2), (3, "two", T3)]
    view = store.history.page(page.url)
    assert (view.title, view.last_changed, view.next_check) == ("two", T3, T3 + HOUR)
    assert store.archive.latest(page, rules=RULES).validators == VALID
    assert store.history.version(page.url, 3).snapshot_digest == response(page, T3, b"two, counted").digest


@pytest.mark.parametrize(
    "seen",
    [
        {"outcome": Outcome.FAILED, "status": 500},
        {"outcome": Outcome.BLOCKED, "status": 412},
        {"outcome": Outcome.GONE, "status": 404},
        {"status": 200, "detail": "moved to https://www.example.gov.cn/"},
    ],
)
def test_a_visit_that_did_not_see_the_text_is_no_return(store: Store, page: Page, seen: dict[str, Any]) -> None:
    """Failed, blocked, missing, or led elsewhere: none of these says that the old text was back."""
    store.archive.record(page, saying(page, T1, "two", CREATED))
    store.archive.record(page, verdict(T3, **seen))
    assert store.archive.known_at(page, T2, rules=RULES).seen_again is None


def test_a_move_is_no_return_though_it_kept_a_response(store: Store, page: Page) -> None:
    """The response that told of the move is of another address, and only nearly the same text."""
    store.archive.record(page, saying(page, T1, "two", CREATED))
    moved = change(1, 1, ChangeKind.MOVED)
    there = response(page, T3, b"two")
    store.archive.record(page, verdict(T3, outcome=Outcome.CHANGED, status=200, snapshot=there, changes=(moved,)))
    assert store.archive.known_at(page, T2, rules=RULES).seen_again is None


def test_what_happened_to_the_page_after_the_return_happened_to_the_text_of_the_return(
    store: Store, page: Page
) -> None:
    """Back at T3 and removed at T5; the finding of T4 is on the text of the return."""
    store.archive.record(page, saying(page, T1, "two", CREATED))
    store.archive.record(page, verdict(T3, status=304))
    store.archive.record(page, verdict(T4, findings=(finding("junk"),)))
    removed = (change(1, 1, ChangeKind.REMOVED),)
    store.archive.record(page, verdict(T5, changes=removed, outcome=Outcome.GONE, state=PageState.GONE))
    store.archive.record(page, saying(page, T2, "brief", change(1, 2), returned=back()), past=True)
    assert told(store, page)[1:] == [("1..2", "edited", T2), ("2..3", "edited", T3), ("3..3", "removed", T5)]
    assert [view.version for view in store.history.findings()] == [3]


def test_a_finding_of_the_capture_lasted_until_the_return(store: Store, page: Page) -> None:
    """The visit that saw the old text again is the first that did not see the junk."""
    store.archive.record(page, saying(page, T1, "two", CREATED))
    store.archive.record(page, verdict(T3, status=304))
    new = saying(page, T2, "brief", change(1, 2), returned=back(), findings=(finding("junk"),))
    store.archive.record(page, new, past=True)
    (view,) = store.history.findings()
    assert (view.version, view.opened_at, view.resolved_at) == (2, T2, T3)


def test_a_verdict_that_does_not_know_of_the_visit_is_refused_whole(store: Store, page: Page) -> None:
    """Judged before the visit was recorded: it would make A, B of what is A, B, A."""
    store.archive.record(page, saying(page, T1, "two", CREATED))
    store.archive.record(page, verdict(T3, status=304))
    with pytest.raises(StoreBusy):
        store.archive.record(page, saying(page, T2, "brief", change(1, 2)), past=True)
    late = Returned(at=T4, version=NewVersion(article=article("two"), rules=RULES), change=change(2, 3))
    with pytest.raises(StoreBusy):
        store.archive.record(page, saying(page, T2, "brief", change(1, 2), returned=late), past=True)
    assert story(store, page) == [(1, "two", T1)]
