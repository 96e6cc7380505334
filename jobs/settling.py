"""The history of a Page told anew from all that is kept of it, whole or not yet; and Pages that wait for that."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.errors import NothingToRead, PalimpsestError, StoreBusy
from crawler.extract import RULES
from crawler.model import Page, Source
from crawler.replay import replay
from jobs.wiring import utc_now
from store import Rewritten, Store

# A page may be recorded by a running daemon while it is judged; it is then judged again, this often at most.
_ATTEMPTS = 3


def settle(store: Store, source: Source, page: Page, *, dry_run: bool = False, notify: bool = False) -> Rewritten:
    """Tell the history of one Page anew, by today's rules, and say what became of it; `dry_run` only says.

    `notify`: of the Changes and Findings that this brings somebody may be told, of nothing else.

    Raises NothingToRead where a page that had content would have none, BlobCorrupt where a response cannot be read, and
    StoreBusy where the page is recorded all the time; it then stays as it was, and waits on.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        checks, noise, visits = store.rereading.visits(page)
        retold = replay(source, page, noise, visits)
        if retold.known.latest is None and store.history.page(page.url).versions:
            raise NothingToRead("today's rules find no content in it; left as it was")
        try:
            return store.rereading.retell(
                page, checks, retold, rules=RULES, now=utc_now(), dry_run=dry_run, notify=notify
            )
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
        except PalimpsestError as error:
            problems.append(f"{page.url}: {error}")
    return tuple(problems)
