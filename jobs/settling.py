"""Pages that wait because captures of their past were kept: their history is told anew, each whole or not yet."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.errors import StoreBusy, StoreError
from crawler.extract import RULES
from crawler.model import Page, Source
from crawler.replay import replay
from store import Added, Store

# A page may be recorded by a running daemon while it is judged; it is then judged again, this often at most.
_ATTEMPTS = 3


def settle(store: Store, source: Source, page: Page) -> Added:
    """Tell the history of one Page anew; what it has now and had not before.

    Raises StoreError: BlobCorrupt where a response cannot be read, StoreBusy where the page is recorded all the time;
    it then waits on.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        checks, noise, visits = store.rereading.visits(page)
        retold = replay(source, page, noise, visits)
        try:
            return store.rereading.retell(page, checks, retold, rules=RULES)
        except StoreBusy:
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def settle_waiting(store: Store, sources: Sequence[Source]) -> tuple[str, ...]:
    """Settle whatever a backfill that was stopped left waiting; what could not be, in words."""
    by_name = {source.name: source for source in sources}
    problems = []
    for page in store.rereading.waiting(by_name):
        try:
            settle(store, by_name[page.source], page)
        except StoreError as error:
            problems.append(f"{page.url}: {error}")
    return tuple(problems)
