"""Keeping captures of the past, many in one transaction, and telling the histories of their Pages anew at the end.

Any way into the past that finds captures stands on this: it asks whether one is wanted, hands it over with the place
where it was found, and ends. Wherever it is stopped, what was handed over last and not written yet comes again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crawler.errors import PalimpsestError
from crawler.model import Json, Page, Snapshot, Source
from jobs.backfill.owners import Owners
from jobs.backfill.wanted import Imported, Plan, Tell
from jobs.settling import settle
from jobs.wiring import utc_now
from store import Capture, Journal, KeptResponse, Store

# A transaction takes so many captures or bytes: short enough for a daemon that waits for its turn to write.
_MANY, _BYTES = 100, 4 * 1024 * 1024
# The place is written at least every so many captures that bring nothing.
_STEPS = 2_000
# Before there was a web, and after today, nothing was captured.
_FIRST, _CLOCKS_DIFFER = datetime(1990, 1, 1, tzinfo=UTC), timedelta(days=1)
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_COUNTED = ("recorded", "known", "admitted", "other", "elsewhere", "failed")


def opened(
    store: Store,
    sources: Sequence[Source],
    source: Source | None,
    wanted: Plan,
    result: Imported,
    *,
    origin: str | None = None,
    again: bool = False,
) -> Keeper:
    """A Keeper for what was asked for, which goes on where the same was stopped; `source` None: for any of `sources`.

    `origin` is given where what the person wrote names it only from here (a relative path). `again`: the way begins
    at its beginning whatever the journal says. Nothing is written where `result` is of a dry run.
    """
    if not result.dry_run:
        store.archive.declare(sources, utc_now())
    asked: dict[str, Json] = {
        "page_url": wanted.page_url,
        "since": wanted.since.isoformat() if wanted.since else None,
        "until": wanted.until.isoformat() if wanted.until else None,
        "limit": wanted.limit,
    }
    name = source.name if source else ""
    journal = store.rereading.journal(name, origin or wanted.origin, asked, utc_now(), dry_run=result.dry_run)
    if journal is not None and again:
        journal = replace(journal, position=None, counts={})
    return Keeper(store, sources, source, wanted, result, journal)


class Keeper:
    """Keeps captures for one backfill; `journal` None: a dry run that nothing stopped before."""

    def __init__(
        self,
        store: Store,
        sources: Sequence[Source],
        source: Source | None,
        wanted: Plan,
        result: Imported,
        journal: Journal | None,
    ) -> None:
        self._store = store
        self._sources = {one.name: one for one in ([source] if source else sources)}
        self._wanted = wanted
        self._result = result
        self._journal = journal
        self._owners = Owners(store, list(self._sources.values()))
        self._before = dict(journal.counts) if journal else {}
        self._waiting: list[tuple[Page, Capture]] = []
        self._held: set[tuple[str, datetime]] = set()
        self._bytes = self._steps = 0
        self._position = journal.position if journal else None
        # What an earlier start brought is there already; what it could not take is still not there.
        result.known += self._before.get("recorded", 0) + self._before.get("known", 0)
        if failed := self._before.get("failed", 0):
            result.fail(f"{failed} more were named before it was stopped", failed)

    @property
    def position(self) -> Json:
        """Where to go on: what was given last with what is written; None at the beginning."""
        return self._position

    @property
    def full(self) -> bool:
        """Whether as many captures came as were asked for."""
        return self._wanted.limit is not None and self.came >= self._wanted.limit

    @property
    def came(self) -> int:
        """How many captures came that were asked for, those already there among them."""
        return self._result.recorded + self._result.known + self._result.planned + len(self._waiting)

    @property
    def dry_run(self) -> bool:
        """Whether nothing is to be written."""
        return self._result.dry_run

    def assign(self, page: Page) -> None:
        """Says whose a URL is, whatever the Sources' rules say."""
        self._owners.assign(page)

    def page_of(self, url: str) -> Page | None:
        """The Page that a captured URL is or would be; None where it is of no Source that was asked for."""
        return self._owners.page_of(url)

    def wants(self, url: str, at: datetime) -> bool:
        """Whether a capture is to be had: in time, within the limit, of a Source asked for, and not kept yet.

        Counts those of other sites, and those that are there already.
        """
        if not self._wanted.in_time(at) or self.full:
            return False
        page = self.page_of(url)
        if page is None:
            self._result.elsewhere += 1
            return False
        if not _FIRST <= at <= utc_now() + _CLOCKS_DIFFER:
            # Taken at its word, it would be the page's last visit for years.
            self.refused(page.url, f"nobody captured it at {at.isoformat()}")
            return False
        if (page.url, at) in self._held or self._store.rereading.is_kept(page.url, at):
            self._result.known += 1
            return False
        return True

    def keep(self, snapshot: Capture, position: Json = None) -> None:
        """Takes a capture that is wanted; `position` is where to go on once it is written. Raises StoreError."""
        page = self.page_of(snapshot.url)
        if page is None:
            raise ValueError(f"{snapshot.url} is of no source that was asked for; ask `wants` first")
        self._position = position
        if self._result.dry_run:
            self._result.planned += 1
            return
        self._waiting.append((page, replace(snapshot, url=page.url)))
        self._held.add((page.url, snapshot.fetched_at))
        self._bytes += len(snapshot.body) if isinstance(snapshot, Snapshot) else 0
        if len(self._waiting) >= _MANY or self._bytes >= _BYTES:
            self.flush()

    def response(self, url: str, at: datetime, *, exactly: bool = False) -> KeptResponse | None:
        """What is kept of a URL of that time (to the second, if that is all that is known), or the last before it."""
        page = self.page_of(url)
        if page is None:
            return None
        end = at if at.microsecond else at + timedelta(microseconds=999_999)
        since = at if exactly else _LONG_AGO
        waiting = [_same(one) for of, one in self._waiting if of.url == page.url and since <= one.fetched_at <= end]
        kept = self._store.rereading.response(page.url, since, end)
        return max((*waiting, *([kept] if kept else [])), key=lambda one: one.fetched_at, default=None)

    def body(self, response: KeptResponse) -> bytes:
        """The body of what is kept. Raises BlobCorrupt where it cannot be read."""
        self.flush()
        return self._store.blobs.get(response.digest)

    def passed(self, position: Json) -> None:
        """Says that all up to here is dealt with, though nothing is kept of it. Raises StoreError."""
        self._position = position
        self._steps += 1
        if self._steps >= _STEPS:
            self.flush()

    def other(self) -> None:
        """Counts a capture that is no page."""
        self._result.other += 1

    def refused(self, what: str, why: str) -> None:
        """Names what could not be taken, and why."""
        self._result.fail(f"{what}: {why}")

    def flush(self) -> None:
        """Writes what waits, and how far the backfill is, in one transaction. Raises StoreError."""
        if self._result.dry_run:
            return
        kept = self._store.rereading.keep_many(
            self._waiting, utc_now(), journal=self._journal, position=self._position, counts=self._counts()
        )
        self._result.recorded += kept.recorded
        self._result.known += kept.known
        self._result.admitted += kept.admitted
        self._waiting.clear()
        self._held.clear()
        self._bytes = self._steps = 0

    def _counts(self) -> dict[str, int]:
        """What it has come to with all its starts."""
        came = {name: getattr(self._result, name) for name in _COUNTED}
        # What was kept by earlier starts counts as known in this one's result.
        came["known"] -= self._before.get("recorded", 0)
        for name in ("recorded", "admitted", "other", "elsewhere"):
            came[name] += self._before.get(name, 0)
        return came

    async def finish(self, tell: Tell | None = None, *, ended: bool = True) -> None:
        """Writes the rest and tells the histories of all Pages that wait; `ended` False: there was more to come."""
        if self._result.dry_run:
            return
        self.flush()
        pages = self._store.rereading.waiting(self._sources)
        for done, page in enumerate(pages, start=1):
            self._settle(page)
            if tell:
                tell(done, len(pages), "telling histories anew")
            # Who waits for Ctrl-C, or for another's turn, is not kept waiting for all of them.
            await asyncio.sleep(0)
        if self._journal is not None and ended:
            self._store.rereading.end_journal(self._journal, self._counts(), utc_now())

    def _settle(self, page: Page) -> None:
        try:
            made = settle(self._store, self._sources[page.source], page, notify=self._wanted.notify)
        except PalimpsestError as error:
            self._result.fail(f"{page.url}: {error}")
        else:
            self._result.histories += 1
            self._result.versions += made.added
            self._result.changes += made.changes


def _same(capture: Capture) -> KeptResponse:
    if isinstance(capture, KeptResponse):
        return capture
    return KeptResponse(
        url=capture.url,
        final_url=capture.final_url,
        status=capture.status,
        headers=capture.headers,
        fetched_at=capture.fetched_at,
        digest=capture.digest,
        size=len(capture.body),
        redirects=capture.redirects,
    )
