"""Reading: listings, one page's past, and the objects they show as JSON."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from crawler.errors import NotKnown
from crawler.model import ChangeKind, FindingKind, Link, Page, PageState, Severity, Source
from store import Store
from tests.store.verdicts import CREATED, HOUR, NOW, SOURCE, change, finding, saying, verdict

OTHER = Source(name="law", url="https://law.example.gov.cn/")


@pytest.fixture
def two(store: Store, page: Page) -> tuple[Page, Page]:
    """Two pages of two sources, the first with an edit and findings, the second created in between."""
    store.archive.declare([SOURCE, OTHER], NOW)
    (second,) = store.archive.admit("law", [Link(url="https://law.example.gov.cn/1")], NOW)
    store.archive.record(page, saying(page, NOW, "one", CREATED, findings=(finding("junk"),)))
    store.archive.record(second, saying(second, NOW + HOUR, "law", CREATED, state=PageState.BLOCKED))
    edit = change(1, 2, minor=True, significance=0.25, fields=("title", "body"), added=3, removed=4, summary="一处改动")
    hidden = finding("casino", FindingKind.HIDDEN_LINK, severity=Severity.CRITICAL, evidence={"url": "http://x"})
    store.archive.record(page, saying(page, NOW + 2 * HOUR, "two", edit, findings=(hidden,)))
    return page, second


def test_changes_can_be_narrowed_and_ordered(store: Store, two: tuple[Page, Page]) -> None:
    """Each option of the listing does what it says."""

    def addresses(**options: object) -> list[tuple[str, str]]:
        return [(view.source, view.address) for view in store.history.changes(**options)]  # type: ignore[arg-type]

    assert addresses() == [("press", "1..2"), ("law", "0..1"), ("press", "0..1")]
    assert addresses(newest_first=False, limit=2) == [("press", "0..1"), ("law", "0..1")]
    assert addresses(page=two[1].url) == addresses(source="law") == [("law", "0..1")]
    assert addresses(kind=ChangeKind.EDITED) == addresses(minor=True) == [("press", "1..2")]
    assert addresses(since=NOW + HOUR) == [("press", "1..2"), ("law", "0..1")]
    assert addresses(page="https://unknown.example/") == []


def test_findings_can_be_narrowed(store: Store, two: tuple[Page, Page]) -> None:
    """Each option of the listing does what it says."""

    def quotes(**options: object) -> list[str]:
        return [view.finding.quote for view in store.history.findings(**options)]  # type: ignore[arg-type]

    assert quotes() == ["casino", "junk"]
    assert quotes(newest_first=False, limit=1) == ["junk"]
    assert quotes(open_only=True) == quotes(severity=Severity.CRITICAL) == ["casino"]
    assert quotes(kind=FindingKind.SPAM_BLOCK, page=two[0].url) == ["junk"]
    assert quotes(since=NOW + HOUR, source="press") == ["casino"]
    assert quotes(source="law") == []


def test_the_objects_have_the_keys_that_scripts_rely_on(store: Store, two: tuple[Page, Page]) -> None:
    """These shapes are promised to the outside."""
    edit = store.history.changes()[0].as_json()
    assert edit == {
        "page": two[0].url,
        "source": "press",
        "change": "1..2",
        "at": "2024-03-01T10:00:00Z",
        "kind": "edited",
        "minor": True,
        "significance": 0.25,
        "fields": ["title", "body"],
        "added": 3,
        "removed": 4,
        "summary": "一处改动",
        "evidence": {},
    }
    hidden = store.history.findings()[0].as_json()
    assert hidden == {
        "page": two[0].url,
        "source": "press",
        "version": 2,
        "opened_at": "2024-03-01T10:00:00Z",
        "resolved_at": None,
        "kind": "hidden_link",
        "severity": "critical",
        "region": "article",
        "quote": "casino",
        "start": 0,
        "end": 6,
        "score": 0.9,
        "evidence": {"url": "http://x"},
        "repair": None,
        "mark": None,
    }
    assert store.history.page(two[0].url).as_json() == {
        "url": two[0].url,
        "source": "press",
        "state": "live",
        "versions": 2,
        "checks": 2,
        "last_checked": "2024-03-01T10:00:00Z",
        "next_check": "2024-03-01T11:00:00Z",
        "last_changed": "2024-03-01T10:00:00Z",
        "title": "two",
    }
    views = [*store.history.sources(), *store.history.log(two[0].url), *store.history.versions(two[0].url)]
    assert [json.loads(json.dumps(view.as_json())) for view in views] == [view.as_json() for view in views]


def test_pages_can_be_narrowed_and_paged(store: Store, two: tuple[Page, Page]) -> None:
    """The dashboard shows them piece by piece."""
    assert [view.url for view in store.history.pages()] == [page.url for page in two]
    assert [view.url for view in store.history.pages("law")] == [two[1].url]
    assert [view.url for view in store.history.pages(state=PageState.BLOCKED)] == [two[1].url]
    assert [view.url for view in store.history.pages(limit=1)] == [two[0].url]


def test_the_version_in_force_at_a_time(store: Store, two: tuple[Page, Page]) -> None:
    """What did the page say then? Before the first version the answer is: not known."""
    moments = [NOW - HOUR, NOW, NOW + 2 * HOUR - timedelta(microseconds=1), NOW + 2 * HOUR, NOW + 99 * HOUR]
    found = [store.history.at(two[0].url, moment) for moment in moments]
    assert [version.number if version else None for version in found] == [None, 1, 1, 2, 2]


def test_one_version_by_number_or_the_newest(store: Store, two: tuple[Page, Page]) -> None:
    """`show URL@N` and `show URL`."""
    assert store.history.version(two[0].url, 1).article.title == "one"
    assert store.history.version(two[0].url).number == 2
    assert store.history.snapshot(two[0].url, 1).body == b"one"
    with pytest.raises(NotKnown, match="no version 3"):
        store.history.version(two[0].url, 3)


def test_a_page_without_a_version_says_so(store: Store, page: Page) -> None:
    """Not an error of ours, and not an empty text either."""
    store.archive.record(page, verdict(NOW))
    assert store.history.versions(page.url) == ()
    with pytest.raises(NotKnown, match="no version yet"):
        store.history.version(page.url)


def test_everything_is_counted(store: Store, two: tuple[Page, Page]) -> None:
    """The numbers on the dashboard's front page."""
    counts = store.history.counts()
    assert (counts.sources, counts.pages, counts.checks, counts.snapshots) == (2, 2, 3, 3)
    assert (counts.versions, counts.changes, counts.findings, counts.open_findings) == (3, 3, 2, 1)
    assert counts.pending_notifications == store.outbox.waiting() == 5
