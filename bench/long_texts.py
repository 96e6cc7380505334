"""Texts recorded as the versions of one page, for benchmarks that ask for what differs between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from crawler.model import Article, Change, Link, NewVersion, Outcome, PageState, Snapshot, Verdict
from store import Store

TITLE = "长文"


def record_texts(
    store: Store,
    source: str,
    url: str,
    texts: Sequence[Sequence[str]],
    begin: datetime,
    changes: Callable[[int], tuple[Change, ...]] = lambda _: (),
) -> None:
    """Each text, by paragraphs, as a version an hour after the one before; `changes` are those of a version."""
    (page,) = store.archive.admit(source, [Link(url=url, title=TITLE)], begin)
    for number, paragraphs in enumerate(texts):
        at = begin + timedelta(hours=number)
        body = "".join(f"<p>{one}</p>" for one in paragraphs).encode()
        verdict = Verdict(
            outcome=Outcome.CHANGED if number else Outcome.NEW,
            state=PageState.LIVE,
            at=at,
            next_check=at + timedelta(days=7),
            status=200,
            snapshot=Snapshot(
                url=url, final_url=url, status=200, headers=(("content-type", "text/html"),), body=body, fetched_at=at
            ),
            version=NewVersion(article=Article(title=TITLE, paragraphs=tuple(paragraphs)), rules="1"),
            changes=changes(number + 1),
        )
        store.archive.record(page, verdict)
