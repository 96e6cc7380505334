"""One page a part at a time: nothing shown twice, nothing left out, and no more read than is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.errors import NotKnown
from crawler.model import ChangeKind, Outcome, Page, PageState, Severity, Verdict
from store import FindingView, PagePart, Store, stretches
from store.browsing import FINDINGS
from store.stretches import STRETCHES
from tests.store.verdicts import CREATED, HOUR, NOW, change, finding, response, saying, verdict


def failed(page: Page, hours: int, status: int | None = 503, detail: str = "HTTP 503") -> Verdict:
    del page
    values = {"outcome": Outcome.FAILED, "state": PageState.FAILING, "status": status, "detail": detail}
    return verdict(NOW + hours * HOUR, **values)


def drawn(part: PagePart) -> list[tuple[str, int, int | None]]:
    return [(one.outcome.value, one.visits, one.version) for one in part.stretches.shown]


def test_like_checks_come_as_one(store: Store, page: Page) -> None:
    """Quiet ones whatever the server said of itself; failures by what they were; what brought something, alone."""
    record = store.archive.record
    record(page, saying(page, NOW, "one", CREATED))
    record(page, verdict(NOW + HOUR, status=200))
    record(page, verdict(NOW + 2 * HOUR, status=304))
    injected = change(1, 1, ChangeKind.INJECTED)
    record(page, verdict(NOW + 3 * HOUR, changes=(injected,)))
    record(page, verdict(NOW + 4 * HOUR))
    for hour in (5, 6):
        record(page, failed(page, hour))
    record(page, failed(page, 7, None, "timeout"))
    record(page, saying(page, NOW + 8 * HOUR, "two", change(1, 2)))
    part = store.history.browsing.page(page.url)
    assert drawn(part) == [
        ("changed", 1, 2),
        ("failed", 1, None),
        ("failed", 2, None),
        ("unchanged", 1, None),
        ("unchanged", 1, None),
        ("unchanged", 2, None),
        ("changed", 1, 1),
    ]
    assert (part.stretches.shown[5].since, part.stretches.shown[5].at) == (NOW + HOUR, NOW + 2 * HOUR)
    assert part.stretches.shown[1].detail == "timeout"
    assert [view.kind.value for view in part.changes] == ["edited", "injected", "created"]
    assert part.next is None
    turned = store.history.browsing.page(page.url, newest_first=False)
    assert turned.stretches.shown == part.stretches.shown[::-1]
    assert turned.changes == part.changes[::-1]


def test_folded_checks_are_counted_and_a_silence_is_a_gap(store: Store, page: Page) -> None:
    """A row that stands for many was not alone in that time; two visits a month apart were."""
    record = store.archive.record
    record(page, saying(page, NOW, "one", CREATED))
    for hour in range(1, 5):
        record(page, verdict(NOW + hour * HOUR))
    assert sum(folded.folded for folded in store.retention.fold(NOW + 5 * HOUR)) > 0
    record(page, verdict(NOW + timedelta(days=40)))
    record(page, verdict(NOW + timedelta(days=41)))
    expected = [("unchanged", 2, None), ("unchanged", 4, None), ("changed", 1, 1)]
    assert drawn(store.history.browsing.page(page.url)) == expected
    assert drawn(store.history.browsing.page(page.url, newest_first=False)) == expected[::-1]


def test_folded_checks_reach_back_in_either_order(store: Store, page: Page) -> None:
    """A row of today that stands for many visits of the last months joins the one before them; a lone one does not."""
    record = store.archive.record
    record(page, saying(page, NOW, "one", CREATED))
    for day in range(1, 30, 7):
        record(page, verdict(NOW + timedelta(days=day)))
    assert store.retention.fold(NOW + timedelta(days=400))
    record(page, verdict(NOW + timedelta(days=200)))
    newest, oldest = (store.history.browsing.page(page.url, newest_first=one) for one in (True, False))
    assert len(newest.stretches.shown) == 3
    assert oldest.stretches.shown == newest.stretches.shown[::-1]


@pytest.mark.parametrize("newest_first", [True, False])
def test_parts_make_the_whole(store: Store, page: Page, newest_first: bool) -> None:
    """Every Check and every Change once, whatever the size of the parts; each knows what is beside it."""
    versions = STRETCHES + 30
    store.archive.record(page, saying(page, NOW, "0", CREATED))
    for number in range(1, versions):
        at = NOW + number * HOUR
        store.archive.record(page, saying(page, at, str(number), change(number, number + 1)))
    first = store.history.browsing.page(page.url, newest_first=newest_first)
    assert first.next is not None
    second = store.history.browsing.page(page.url, first.next, newest_first=newest_first)
    assert second.next is None
    seen = [one.version for part in (first, second) for one in part.stretches.shown]
    assert seen == sorted(range(1, versions + 1), reverse=newest_first)
    assert [view.change.after for part in (first, second) for view in part.changes] == seen
    newer, older = (first, second) if newest_first else (second, first)
    beside = [newer.stretches.newer, newer.stretches.older, older.stretches.newer, older.stretches.older]
    near, far = newer.stretches.shown, older.stretches.shown
    edges = [None, max(one.at for one in far), min(one.at for one in near), None]
    assert [one and one.at for one in beside] == edges


@pytest.mark.parametrize("newest_first", [True, False])
def test_parts_of_checks_that_are_looked_through_make_the_whole(
    store: Store, page: Page, monkeypatch: pytest.MonkeyPatch, newest_first: bool
) -> None:
    """Where a run is longer than what one part looks through, the next part goes on within it."""
    monkeypatch.setattr(stretches, "LOOKED_THROUGH", 4)
    stretches._runs.cache_clear()
    store.archive.record(page, saying(page, NOW, "0", CREATED))
    for number in range(1, 11):
        store.archive.record(page, verdict(NOW + number * HOUR))
    visits, place = [], None
    while place is not None or not visits:
        part = store.history.browsing.page(page.url, place, newest_first=newest_first)
        visits += [one.visits for one in part.stretches.shown]
        place = part.next
    stretches._runs.cache_clear()
    assert visits == ([4, 4, 2, 1] if newest_first else [1, 3, 4, 3])


def test_more_findings_than_are_shown_are_counted(store: Store, page: Page) -> None:
    """Nothing is left out without a word."""
    many = tuple(finding(f"junk {number}") for number in range(FINDINGS + 3))
    store.archive.record(page, saying(page, NOW, "one", CREATED, findings=many))
    assert len(store.history.browsing.findings(page.url)) == FINDINGS
    assert store.history.browsing.count_findings(page.url) == FINDINGS + 3
    read = store.history.browsing.version(page.url, 1)
    assert (len(read.findings), read.further) == (FINDINGS, 3)


def test_a_version_with_what_stood_on_it(store: Store, page: Page) -> None:
    """Findings that were there then: opened by that Version or before, and not resolved yet."""
    spam = finding("one")
    store.archive.record(page, saying(page, NOW, "one", CREATED, findings=(spam,)))
    store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2), findings=()))
    one, two = (store.history.browsing.version(page.url, number) for number in (1, 2))
    assert [view.finding.quote for view in one.findings] == ["one"]
    assert two.findings == ()
    assert two.view.link == store.history.versions(page.url)[1].link
    assert two.response.redirects == (page.url,)
    assert two.response.size == 3
    assert two.page.versions == 2
    with pytest.raises(NotKnown, match="no version 3"):
        store.history.browsing.version(page.url, 3)


def test_a_finding_with_its_life(store: Store, page: Page) -> None:
    """Until the Version before the one that took it away; the response is the one that showed it first."""
    spam = finding("one")
    store.archive.record(page, saying(page, NOW, "one", CREATED, findings=(spam,)))
    store.archive.record(page, saying(page, NOW + HOUR, "one more", change(1, 2), findings=(spam,)))
    store.archive.record(page, saying(page, NOW + 2 * HOUR, "none", change(2, 3), findings=()))
    store.archive.record(page, saying(page, NOW + 3 * HOUR, "one", change(3, 4), findings=(spam,)))
    again, before = store.history.findings()
    read = store.history.browsing.finding(before.id)
    assert (read.finding.version, read.until) == (1, 2)
    assert [view.id for view in read.again] == [again.id]
    assert store.history.browsing.finding(again.id).until == 4
    with pytest.raises(NotKnown, match="no finding"):
        store.history.browsing.finding(again.id + 1)


def test_the_responses_that_may_show_a_finding(store: Store, page: Page) -> None:
    """That of its opening; where that was not kept the one before; then those after, until it resolved."""
    spam, other = finding("one"), finding("two")
    store.archive.record(page, saying(page, NOW, "one", CREATED, findings=(spam,)))
    store.archive.record(page, verdict(NOW + HOUR, findings=(spam, other)))
    for hour in range(2, 6):
        kept = response(page, NOW + hour * HOUR, b"%d" % hour)
        store.archive.record(
            page, verdict(NOW + hour * HOUR, snapshot=kept, findings=(spam, other) if hour < 4 else ())
        )
    late, first = store.history.findings()

    def shown(view: FindingView) -> list[tuple[bytes, bool]]:
        found = store.history.browsing.showing(view)
        return [(store.history.mementos.response(one.memento).body, one.opened) for one in found]

    assert shown(first) == [(b"one", True), (b"2", False), (b"3", False)]
    assert shown(late) == [(b"one", False), (b"2", False), (b"3", False)]


def test_the_gravest_open_ones_first(store: Store, page: Page) -> None:
    low, high = finding("a", severity=Severity.LOW), finding("b", severity=Severity.CRITICAL)
    store.archive.record(page, saying(page, NOW, "one", CREATED, findings=(low, high)))
    store.archive.record(page, verdict(NOW + HOUR, findings=(low,)))
    assert [view.finding.quote for view in store.history.browsing.findings(page.url)] == ["a", "b"]


def test_a_finding_is_found_by_its_time_and_what_it_is(store: Store, page: Page) -> None:
    """Of several like it the one of that time, else the last."""
    spam = finding("one")
    for hours, seen in ((0, (spam,)), (1, ()), (2, (spam,))):
        told = CREATED if hours == 0 else change(hours, hours + 1)
        store.archive.record(page, saying(page, NOW + hours * HOUR, f"one {hours}", told, findings=seen))
    again, first = store.history.findings()
    of = store.history.browsing.finding_of
    assert of(page.url, spam.fingerprint, NOW) == first.id
    assert of(page.url, spam.fingerprint, NOW + 2 * HOUR) == of(page.url, spam.fingerprint, NOW + HOUR) == again.id
    with pytest.raises(NotKnown, match="no such finding"):
        of(page.url, "another", NOW)
