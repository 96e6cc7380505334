"""What people say of Findings: kept, read with the Finding, and heard when it opens again."""

from __future__ import annotations

from datetime import datetime

import pytest

from crawler.errors import NotKnown
from crawler.model import Finding, Page
from store import Mark, MarkState, Store
from tests.store.conftest import OpenIt
from tests.store.verdicts import CREATED, HOUR, NOW, finding, saying, verdict

SPAM = finding("彩票")
WHY = "is a quotation\x00 \ud800 'of' \"ours\""


def mark(state: MarkState, at: datetime = NOW, *, who: str = "Wang", why: str = WHY) -> Mark:
    return Mark(state=state, who=who, why=why, at=at)


def seen(store: Store, page: Page, hours: int, *findings: Finding) -> None:
    """A Check that read content and found these."""
    if hours == 0:
        store.archive.record(page, saying(page, NOW, "彩票", CREATED, findings=findings))
    else:
        store.archive.record(page, verdict(NOW + hours * HOUR, findings=findings))


def told(store: Store) -> list[str]:
    """What waits in the outbox about findings."""
    waiting = store.outbox.pending(NOW + 1000 * HOUR, limit=100)
    return [item.summary for item in waiting if item.what == "finding"]


def test_a_mark_is_read_with_its_finding(store: Store, page: Page) -> None:
    """Who, why and when come back to the character, whatever the characters; all of them stay."""
    seen(store, page, 0, SPAM)
    (view,) = store.history.findings()
    assert view.mark is None
    assert view.as_json()["mark"] is None
    first, second = mark(MarkState.SILENCED), mark(MarkState.ACKNOWLEDGED, NOW + HOUR, why="")
    store.marks.add(view.id, first)
    store.marks.add(view.id, second)
    (view,) = store.history.findings()
    assert view.mark == second
    assert view.as_json()["mark"] == {
        "state": "acknowledged",
        "who": "Wang",
        "why": "",
        "at": "2024-03-01T09:00:00Z",
    }
    assert store.marks.of(page.url, SPAM.fingerprint) == (second, first)


def test_lists_filter_by_what_was_decided(store: Store, page: Page) -> None:
    """What nobody has decided anything of is open, and so is what was opened again."""
    other = finding("办证", start=9, end=11)
    seen(store, page, 0, SPAM, other)
    one, two = sorted(store.history.findings(), key=lambda view: view.id)
    store.marks.add(one.id, mark(MarkState.SILENCED))

    def ids(state: MarkState) -> list[int]:
        return [view.id for view in store.history.findings(state=state)]

    assert (ids(MarkState.SILENCED), ids(MarkState.OPEN), ids(MarkState.ACKNOWLEDGED)) == ([one.id], [two.id], [])
    store.marks.add(one.id, mark(MarkState.OPEN))
    assert sorted(ids(MarkState.OPEN)) == [one.id, two.id]


@pytest.mark.parametrize(("state", "more"), [(MarkState.SILENCED, 0), (MarkState.ACKNOWLEDGED, 1)])
def test_a_silenced_finding_that_opens_again_is_not_told(store: Store, page: Page, state: MarkState, more: int) -> None:
    """Nobody hears of it, but it is a Finding like any other, with the mark of the one before."""
    seen(store, page, 0, SPAM)
    assert len(told(store)) == 1
    (view,) = store.history.findings()
    store.marks.add(view.id, mark(state))
    seen(store, page, 1)
    seen(store, page, 2, SPAM)
    assert len(told(store)) == 1 + more
    (again, _) = store.history.findings()
    assert again.is_open
    assert again.mark is not None
    assert again.mark.state is state


def test_what_was_silenced_and_opened_again_is_told(store: Store, page: Page) -> None:
    """The newest mark holds."""
    seen(store, page, 0, SPAM)
    (view,) = store.history.findings()
    store.marks.add(view.id, mark(MarkState.SILENCED))
    store.marks.add(view.id, mark(MarkState.OPEN))
    seen(store, page, 1)
    seen(store, page, 2, SPAM)
    assert len(told(store)) == 2


def test_silence_is_of_one_page_and_one_text(store: Store, page: Page) -> None:
    """Another text on the same page is told, at once with the silenced one."""
    seen(store, page, 0, SPAM)
    (view,) = store.history.findings()
    store.marks.add(view.id, mark(MarkState.SILENCED))
    seen(store, page, 1)
    seen(store, page, 2, SPAM, finding("办证", start=9, end=11))
    assert ["办证" in summary for summary in told(store)] == [False, True]


def test_a_mark_on_nothing_says_so(store: Store, page: Page) -> None:
    with pytest.raises(NotKnown, match="no finding 7"):
        store.marks.add(7, mark(MarkState.OPEN))
    with pytest.raises(NotKnown, match="is not tracked"):
        store.marks.of("https://nobody.example/", "f")
    assert store.marks.of(page.url, "f") == ()


def test_marks_stay_when_the_store_is_opened_again(open_it: OpenIt, store: Store, page: Page) -> None:
    seen(store, page, 0, SPAM)
    store.marks.add(store.history.findings()[0].id, mark(MarkState.SILENCED))
    (view,) = open_it().history.findings()
    assert view.mark == mark(MarkState.SILENCED)


def test_a_reason_without_end_is_refused(store: Store, page: Page) -> None:
    seen(store, page, 0, SPAM)
    (view,) = store.history.findings()
    with pytest.raises(ValueError, match="2000"):
        store.marks.add(view.id, mark(MarkState.SILENCED, why="x" * 2001))
