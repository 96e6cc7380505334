"""One page a part at a time: nothing shown twice, nothing left out, and no more read than is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.errors import NotKnown
from crawler.model import ChangeKind, Outcome, Page, PageState, Severity, Verdict
from store import FindingView, PagePart, Store
from store.stretches import STRETCHES
from tests.store.verdicts import CREATED, HOUR, NOW, change, finding, response, saying, verdict


def failed(page: Page, hours: int, status: int | None = 503, detail: str = "HTTP 503") -> Verdict:
    del page
    values = {"outcome": Outcome.FAILED, "state": PageState.FAILING, "status": status, "detail": detail}
    return verdict(NOW + hours * HOUR, **values)


def drawn(part: PagePart) -> list[tuple[str, int, int | None]]:
    return [(one.outcome.value, one.visits, one.version) for one in part.stretches]


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
    assert (part.stretches[5].since, part.stretches[5].at) == (NOW + HOUR, NOW + 2 * HOUR)
    assert part.stretches[1].detail == "timeout"
    assert [view.kind.value for view in part.changes] == ["edited", "injected", "created"]
    assert part.older is None


def test_folded_checks_are_counted_and_a_silence_is_a_gap(store: Store, page: Page) -> None:
    """A row that stands for many was not alone in that time; two visits a month apart were."""
    record = store.archive.record
    record(page, saying(page, NOW, "one", CREATED))
    for hour in range(1, 5):
        record(page, verdict(NOW + hour * HOUR))
    assert sum(folded.folded for folded in store.retention.fold(NOW + 5 * HOUR)) > 0
    record(page, verdict(NOW + timedelta(days=40)))
    record(page, verdict(NOW + timedelta(days=41)))
    assert drawn(store.history.browsing.page(page.url)) == [
        ("unchanged", 2, None),
        ("unchanged", 4, None),
        ("changed", 1, 1),
    ]


def test_parts_make_the_whole(store: Store, page: Page) -> None:
    """Every Check and every Change once, whatever the size of the parts."""
    versions = STRETCHES + 30
    store.archive.record(page, saying(page, NOW, "0", CREATED))
    for number in range(1, versions):
        at = NOW + number * HOUR
        store.archive.record(page, saying(page, at, str(number), change(number, number + 1)))
    first = store.history.browsing.page(page.url)
    assert first.older is not None
    second = store.history.browsing.page(page.url, first.older)
    assert second.older is None
    seen = [one.version for part in (first, second) for one in part.stretches]
    assert seen == list(range(versions, 0, -1))
    assert [view.change.after for part in (first, second) for view in part.changes] == seen


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
