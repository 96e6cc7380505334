"""Captures of the past arrive in any order; the history comes out as if they had arrived in theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.errors import StoreBusy
from crawler.model import ChangeKind, Outcome, Page, PageState, Validators
from store import Store
from tests.store.verdicts import (
    CREATED,
    HOUR,
    NOW,
    RULES,
    admit,
    change,
    finding,
    saying,
    story,
    told,
    verdict,
)

DAY = timedelta(days=1)
T0, T1, T2, T3, T4, T5 = (NOW + DAY * days for days in range(-10, 2, 2))
VALID = Validators(etag='"now"')


@pytest.fixture
def live(store: Store, page: Page) -> Page:
    """A page with two versions seen by visits at T2 and T4."""
    store.archive.record(page, saying(page, T2, "two", CREATED))
    store.archive.record(page, saying(page, T4, "four", change(1, 2), validators=VALID))
    return page


def test_a_version_from_between_renumbers_what_follows(store: Store, live: Page) -> None:
    """1..2 becomes 1..2 and 2..3; a change keeps pointing at the texts it is about."""
    known = store.archive.known_at(live, T3, rules=RULES)
    assert known.latest is not None
    assert known.following is not None
    assert (known.latest.number, known.following.number) == (1, 2)
    into = change(2, 3, ChangeKind.RETITLED, summary="three to four")
    recorded = store.archive.record(live, saying(live, T3, "three", change(1, 2), following_change=into), past=True)
    assert recorded.version == 2
    assert story(store, live) == [(1, "two", T2), (2, "three", T3), (3, "four", T4)]
    assert told(store, live) == [("0..1", "created", T2), ("1..2", "edited", T3), ("2..3", "retitled", T4)]
    assert store.history.changes(page=live.url)[0].change.summary == "three to four"
    assert store.archive.latest(live, rules=RULES).latest == store.history.version(live.url, 3)


def test_a_version_from_before_the_first_becomes_the_first(store: Store, live: Page) -> None:
    """What was `created` becomes the change from the older text, at its own time."""
    known = store.archive.known_at(live, T0, rules=RULES)
    assert known.latest is None
    assert known.following is not None
    store.archive.record(live, saying(live, T0, "zero", CREATED, following_change=change(1, 2)), past=True)
    assert story(store, live) == [(1, "zero", T0), (2, "two", T2), (3, "four", T4)]
    assert told(store, live) == [("0..1", "created", T0), ("1..2", "edited", T2), ("2..3", "edited", T4)]
    assert store.history.page(live.url).last_changed == T4


def test_many_out_of_order(store: Store) -> None:
    """Twelve captures in a shuffled order, newest and oldest among the first."""
    page = admit(store, "https://www.example.gov.cn/xwfb/many.html")
    for step in (6, 11, 0, 3, 9, 1, 10, 2, 5, 4, 8, 7):
        at = T0 + step * HOUR
        known = store.archive.known_at(page, at, rules=RULES)
        number = known.latest.number if known.latest else 0
        arrived = change(number, number + 1) if number else CREATED
        into = change(number + 1, number + 2) if known.following else None
        new = saying(page, at, str(step), arrived, following_change=into)
        assert store.archive.record(page, new, past=True).version == number + 1
    assert story(store, page) == [(n + 1, str(n), T0 + n * HOUR) for n in range(12)]
    addresses = ["0..1", *(f"{n}..{n + 1}" for n in range(1, 12))]
    assert [(address, at) for address, _, at in told(store, page)] == [
        (address, T0 + n * HOUR) for n, address in enumerate(addresses)
    ]
    assert store.check_integrity().ok


def test_content_that_came_earlier_than_known_is_the_same_version(store: Store, live: Page) -> None:
    """No new version: the one we have was simply seen too late, and so was the change into it."""
    recorded = store.archive.record(live, verdict(T3, merge_following=True), past=True)
    assert (recorded.version, recorded.changes) == (None, ())
    assert story(store, live) == [(1, "two", T2), (2, "four", T3)]
    assert told(store, live) == [("0..1", "created", T2), ("1..2", "edited", T3)]


def test_a_merge_before_the_first_version_moves_its_creation(store: Store, live: Page) -> None:
    """The page is then as old as the capture."""
    store.archive.record(live, verdict(T0, merge_following=True), past=True)
    assert story(store, live)[0] == (1, "two", T0)
    assert told(store, live)[0] == ("0..1", "created", T0)


def test_the_version_in_force_at_a_capture_includes_its_own_moment(store: Store, live: Page) -> None:
    """A backfill that runs again meets its own version, not a gap before it."""
    assert store.archive.known_at(live, T4, rules=RULES).latest == store.history.version(live.url, 2)
    assert store.archive.has_check(live, T4)
    assert not store.archive.has_check(live, T3)


def test_a_capture_of_the_past_changes_nothing_about_today(store: Store, live: Page) -> None:
    """How a page stands comes from the last visit, not from the last file that was read."""
    before = store.archive.latest(live, rules=RULES)
    store.archive.record(
        live,
        saying(live, T3, "three", change(1, 2), following_change=change(2, 3), state=PageState.GONE, failures=9),
        past=True,
    )
    after = store.archive.latest(live, rules=RULES)
    assert (after.state, after.last_checked, after.validators, after.failures) == (
        before.state,
        before.last_checked,
        VALID,
        0,
    )
    view = store.history.page(live.url)
    assert (view.next_check, view.title, view.checks) == (T4 + HOUR, "four", 3)
    assert [check.past for check in store.history.log(live.url)] == [False, True, False]


def test_a_capture_of_the_past_notifies_nobody(store: Store, live: Page) -> None:
    """What happened years ago is no news."""
    waiting = store.outbox.waiting()
    new = saying(live, T3, "three", change(1, 2), following_change=change(2, 3), findings=(finding("junk"),))
    store.archive.record(live, new, past=True)
    assert store.outbox.waiting() == waiting


def test_a_version_the_page_left_again_unseen_has_the_page_read_anew(store: Store, live: Page) -> None:
    """No text was seen at T5; another one was in a capture before it: a 304 must not hide what is there by now."""
    store.archive.record(live, verdict(T5, outcome=Outcome.FAILED, validators=VALID))
    store.archive.record(live, saying(live, T4 + HOUR, "brief", change(2, 3)), past=True)
    known = store.archive.latest(live, rules=RULES)
    assert known.latest is not None
    assert known.latest.article.title == "brief"
    assert not known.validators
    assert store.archive.due(T5) == (live,)


def test_a_page_never_visited_stands_as_its_newest_capture(store: Store) -> None:
    """A history read from files alone, in order, opens and resolves findings as visits would."""
    page = admit(store, "https://www.example.gov.cn/xwfb/old.html")
    store.archive.record(page, saying(page, T0, "one", CREATED, findings=(finding("junk"),)), past=True)
    recorded = store.archive.record(
        page, saying(page, T1, "two", change(1, 2), findings=(), state=PageState.GONE), past=True
    )
    assert recorded.resolved == (finding("junk"),)
    view = store.history.page(page.url)
    assert (view.state, view.last_checked, view.title) == (PageState.GONE, T1, "two")


def test_a_removal_after_the_new_version_happened_to_it(store: Store, page: Page) -> None:
    """Removed at T4, last seen at T2: a text of T3 is what was removed."""
    store.archive.record(page, saying(page, T2, "two", CREATED))
    store.archive.record(page, verdict(T4, changes=(change(1, 1, ChangeKind.REMOVED),), state=PageState.GONE))
    store.archive.record(page, saying(page, T3, "three", change(1, 2)), past=True)
    assert told(store, page) == [("0..1", "created", T2), ("1..2", "edited", T3), ("2..2", "removed", T4)]


def test_a_page_removed_before_it_was_ever_read(store: Store, page: Page) -> None:
    """0..0 says that we never saw a text; a capture of an earlier day gives it one."""
    store.archive.record(page, verdict(T4, changes=(change(0, 0, ChangeKind.REMOVED),), state=PageState.GONE))
    assert told(store, page) == [("0..0", "removed", T4)]
    store.archive.record(page, saying(page, T3, "three", CREATED), past=True)
    assert told(store, page) == [("0..1", "created", T3), ("1..1", "removed", T4)]


class TestFindings:
    """Findings of the past fill in what was there; they do not touch what is open today."""

    def test_one_gone_by_the_next_version_lasted_until_then(self, store: Store, live: Page) -> None:
        """It was never seen live, so nothing else can close it."""
        new = saying(live, T3, "three", change(1, 2), following_change=change(2, 3), findings=(finding("junk"),))
        store.archive.record(live, new, past=True)
        (view,) = store.history.findings()
        assert (view.version, view.opened_at, view.resolved_at) == (2, T3, T4)

    def test_one_that_opened_with_the_next_version_was_there_earlier(self, store: Store, page: Page) -> None:
        """The same junk in both: one finding since the earlier time, still open."""
        store.archive.record(page, saying(page, T2, "two", CREATED))
        store.archive.record(page, saying(page, T4, "four", change(1, 2), findings=(finding("junk"),)))
        new = saying(page, T3, "three", change(1, 2), following_change=change(2, 3), findings=(finding("junk"),))
        store.archive.record(page, new, past=True)
        (view,) = store.history.findings()
        assert (view.version, view.opened_at, view.resolved_at) == (2, T3, None)

    def test_one_that_was_open_then_is_left_alone(self, store: Store, page: Page) -> None:
        """A capture of a text that we have says nothing new."""
        store.archive.record(page, saying(page, T2, "two", CREATED, findings=(finding("junk"),)))
        store.archive.record(page, saying(page, T4, "four", change(1, 2), findings=()))
        store.archive.record(page, verdict(T3, findings=(finding("junk"),)), past=True)
        (view,) = store.history.findings()
        assert (view.version, view.opened_at, view.resolved_at) == (1, T2, T4)

    def test_a_clean_capture_of_the_past_resolves_nothing_of_today(self, store: Store, page: Page) -> None:
        """The junk is on the page now."""
        store.archive.record(page, saying(page, T2, "two", CREATED, findings=(finding("junk"),)))
        store.archive.record(page, verdict(T4, findings=(finding("junk"),)))
        store.archive.record(page, verdict(T3, findings=()), past=True)
        assert len(store.history.findings(open_only=True)) == 1


def test_a_stale_insertion_is_refused_whole(store: Store, live: Page) -> None:
    """Judged before another backfill put a version there: nothing may be written."""
    new = saying(live, T3, "three", change(1, 2), following_change=change(2, 3))
    store.archive.record(live, new, past=True)
    with pytest.raises(StoreBusy):
        store.archive.record(live, saying(live, T3 + HOUR, "late", change(1, 2)), past=True)
    assert [number for number, _, _ in story(store, live)] == [1, 2, 3]
    with pytest.raises(StoreBusy):
        store.archive.record(live, verdict(T5, merge_following=True), past=True)
