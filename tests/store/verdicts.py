"""Values to record, with everything that a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.model import (
    Article,
    Change,
    ChangeKind,
    Finding,
    FindingKind,
    Link,
    NewVersion,
    Outcome,
    Page,
    PageState,
    Region,
    Severity,
    Snapshot,
    Source,
    Verdict,
)
from store import Store

NOW = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOURCE = Source(name="press", url="https://www.example.gov.cn/xwfb/")
RULES = "1"


def admit(store: Store, url: str, at: datetime = NOW) -> Page:
    """Admits one page."""
    (page,) = store.archive.admit(SOURCE.name, [Link(url=url)], at)
    return page


def response(page: Page, at: datetime, body: bytes) -> Snapshot:
    """A kept response."""
    return Snapshot(
        url=page.url,
        final_url=page.url + "?from=redirect",
        status=200,
        headers=(("Content-Type", "text/html"), ("ETag", '"1"')),
        body=body,
        fetched_at=at,
        redirects=(page.url,),
    )


def verdict(at: datetime, **values: Any) -> Verdict:
    """A verdict of an unchanged, live page, but for `values`."""
    ordinary: dict[str, Any] = {"outcome": Outcome.UNCHANGED, "state": PageState.LIVE, "next_check": at + HOUR}
    return Verdict(at=at, **(ordinary | values))


def article(text: str) -> Article:
    """An article whose title and one paragraph are the text."""
    return Article(title=text, paragraphs=(text,))


def saying(page: Page, at: datetime, text: str, *changes: Change, **values: Any) -> Verdict:
    """A verdict with a new version that says `text`."""
    new = {
        "outcome": Outcome.CHANGED,
        "snapshot": response(page, at, text.encode()),
        "version": NewVersion(article=article(text), rules=RULES),
        "changes": changes,
    }
    return verdict(at, **(new | values))


def change(before: int, after: int, kind: ChangeKind = ChangeKind.EDITED, **values: Any) -> Change:
    """A change."""
    return Change(before=before, after=after, kind=kind, **values)


CREATED = change(0, 1, ChangeKind.CREATED)


def finding(quote: str, kind: FindingKind = FindingKind.SPAM_BLOCK, **values: Any) -> Finding:
    """A finding at the head of the article."""
    ordinary = {"severity": Severity.HIGH, "region": Region.ARTICLE, "start": 0, "end": len(quote), "score": 0.9}
    return Finding(kind=kind, quote=quote, **(ordinary | values))


def story(store: Store, page: Page) -> list[tuple[int, str | None, datetime]]:
    """What a reader sees of the versions: number, title, since when."""
    return [(view.number, view.title, view.seen_at) for view in store.history.versions(page.url)]


def told(store: Store, page: Page) -> list[tuple[str, str, datetime]]:
    """What a reader sees of the changes, oldest first: address, kind, time."""
    views = store.history.changes(page=page.url, newest_first=False)
    return [(view.address, view.kind.value, view.at) for view in views]
