"""`wayback[:BASE_URL]`: what a web archive has kept of a Source, asked of its index and replayed capture by capture.

The index is read an answer at a time, and each capture is asked for when it is read, so that nothing grows with the
archive. Where it stands in the index is kept with each capture: started again, it asks only for what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from crawler.archives import (
    Collapsing,
    Cursor,
    Endpoint,
    Index,
    Query,
    Row,
    Seen,
    address_of,
    after,
    ask,
    endpoints,
    queries,
    stamp_of,
)
from crawler.errors import ConfigurationError
from crawler.model import Json, Page, Snapshot, Source
from crawler.urls import canonical
from jobs.backfill.asking import Asking, GivenUp, asking
from jobs.backfill.keeper import Keeper, opened
from jobs.backfill.place import Place
from jobs.backfill.replays import Replays, again
from jobs.backfill.wanted import Imported, Plan, Tell, source_of
from jobs.wiring import utc_now
from store import Archive, Store

DEFAULT = "https://web.archive.org"
# Captures that fail one after the other, before the archive is taken to be out of order.
_RUNNING = 20
_REDIRECTS, _MISSING = frozenset({301, 302, 303, 307, 308}), frozenset({404, 410})
_PAGES = ("text/html", "application/xhtml", "text/plain", "warc/revisit", "unk", "-")

Opened = Callable[[Archive, str], AbstractAsyncContextManager[Asking]]


def wayback(store: Store, sources: Sequence[Source], wanted: Plan) -> Wayback:
    """The archive that was asked for, and whose past. Raises ConfigurationError, saying what would do."""
    base = wanted.origin.partition(":")[2] or DEFAULT
    if not endpoints(base):
        raise ConfigurationError(
            f"wayback:{base}: not an http(s) URL. Give that of an archive or of its collection, "
            "such as wayback:http://127.0.0.1:8080/my-collection, or nothing for the Internet Archive"
        )
    return Wayback(store=store, sources=sources, source=source_of(sources, wanted.source), base=base, wanted=wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wayback:
    """What an archive has of one Source; `opened` opens the archive at a URL."""

    store: Store
    sources: Sequence[Source]
    source: Source
    base: str
    wanted: Plan
    open: Opened = asking

    @property
    def total(self) -> int | None:
        """Not known before the index is read."""
        return None

    async def run(self, *, dry_run: bool = False, tell: Tell | None = None) -> Imported:
        """Ask and keep. Raises ConfigurationError where nothing at the address answers as an archive does."""
        result = Imported(dry_run=dry_run)
        keeper = opened(self.store, self.sources, self.source, self.wanted, result)
        stopped = ""
        try:
            async with self.open(self.store.archive, self.base) as archive:
                walk = _walk(self, archive, keeper, result, tell)
                await walk.all(Place.of(keeper.position))
        except GivenUp as error:
            stopped = str(error)
        await keeper.finish(tell, ended=not stopped)
        if stopped:
            # No capture failed: once it is started again, this is over.
            result.fail(stopped)
        return result


def _walk(work: Wayback, archive: Asking, keeper: Keeper, result: Imported, tell: Tell | None) -> _Walk:
    """What is asked for: the tracked Pages; and what the Source's rules want beside them, if it has any, or no Page."""
    source, wanted = work.source, work.wanted
    tracked = [page.url for page in work.store.archive.pages_of([source.name])]
    if wanted.page_url:
        tracked = [canonical(wanted.page_url) or wanted.page_url]
    elif source.kind == "page" and not tracked:
        tracked = [canonical(source.url) or source.url]
    more = not tracked or bool(source.include and source.kind != "page" and not wanted.page_url)
    for url in tracked if wanted.page_url else ():
        keeper.assign(Page(url=url, source=source.name))
    asked = queries(tracked, source.url, more=more)
    return _Walk(
        base=work.base,
        archive=archive,
        keeper=keeper,
        result=result,
        tell=tell,
        queries=asked,
        hosts=frozenset(_host(query.url) for query in asked),
        span=(stamp_of(wanted.since) if wanted.since else "", stamp_of(wanted.until) if wanted.until else ""),
        tracked={address_of(url): url for url in tracked},
        more=more,
    )


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One walk through an archive's index. `tracked` are the Pages by their address, `more`: others are wanted too."""

    base: str
    archive: Asking
    keeper: Keeper
    result: Imported
    tell: Tell | None
    queries: tuple[Query, ...]
    hosts: frozenset[str]
    span: tuple[str, str]
    tracked: Mapping[str, str]
    more: bool
    seen: int = 0
    running: int = 0
    # The last capture that was kept, for others with the same bytes; and the key under which there was content.
    held: tuple[Row, Snapshot] | None = None
    alive: str = ""
    there: Endpoint | None = None

    async def all(self, place: Place | None) -> None:
        """Ask every question from this place on. Raises GivenUp, ConfigurationError."""
        waiting = list(self.queries)
        if place is not None:
            order = [(query.url, query.match) for query in waiting]
            here = (place.query.url, place.query.match)
            # Pages may have been admitted, or another way of asking chosen, since.
            waiting = waiting[order.index(here) :] if here in order else waiting
            place = place if here in order else None
        for query in waiting:
            begin = place or Place(index="", query=query, cursor=Cursor(spans=(self.span,)))
            place = None
            await self._answered(begin)
            if self.keeper.full:
                return

    async def _answered(self, place: Place) -> None:
        """One question from here on to the end of its answers."""
        collapsing = Collapsing()
        while True:
            index = await self._index(place)
            if index is None:
                return
            # Of an answer that was begun before it was stopped, they have been named.
            for bad in () if any(place.done) else index.bad:
                self.keeper.refused(f"{self.base}, its index", bad)
            step = after(place.query, place.cursor, index, utc_now())
            if step.problem:
                self.keeper.refused(f"{self.base}, {place.query.url}", step.problem)
            if step.counts:
                # Found out once for an answer: it looks at all of it.
                ordered = index.ordered
                await self._taken(collapsing.feed(index.rows), place, ordered)
                # The captures of one URL go on in the next answer where they ended in this one.
                if step.next is None or (place.query.match != "exact" and step.next.spans != place.cursor.spans):
                    await self._taken(collapsing.finish(), place, ordered)
            if step.next is None or self.keeper.full:
                return
            place = replace(place, cursor=step.next, done=("", ""))
            self.keeper.passed(place.json)

    async def _index(self, place: Place) -> Index | None:
        """One answer of the index; None where this question is not answered, which is named."""
        if self.there is None:
            return await self._found(place)
        index = await self.archive.index(ask(self.there, place.query, place.cursor))
        if isinstance(index, Index):
            return index
        self.keeper.refused(f"{self.base}, {place.query.url}", f"its index answered with {index}")
        return None

    async def _found(self, place: Place) -> Index:
        """The first answer, from wherever the archive answers. Raises ConfigurationError where it does not."""
        tried = []
        for endpoint in sorted(endpoints(self.base), key=lambda one: one.index != place.index):
            index = await self.archive.index(ask(endpoint, place.query, place.cursor))
            if isinstance(index, Index):
                self.there = endpoint
                return index
            tried.append(f"{endpoint.index} answered with {index}")
        raise ConfigurationError(
            f"wayback:{self.base}: no web archive answers there. Tried: {'; '.join(tried)}. "
            "Give the address of an archive, or of a collection of pywb"
        )

    async def _taken(self, captures: Iterable[Seen], place: Place, ordered: bool) -> None:
        done = place.done
        for seen in captures:
            at = (seen.row.key, seen.row.stamp)
            # Dealt with in this very answer, before it was stopped.
            if at <= place.done:
                continue
            if self.keeper.full:
                return
            # Of an answer in no order nothing can be said to lie behind.
            done = at if ordered else done
            await self._take(seen, replace(place, index=self._endpoint.index, done=done).json)

    @property
    def _endpoint(self) -> Endpoint:
        if self.there is None:
            raise GivenUp(f"{self.base}: nothing was asked of it yet")
        return self.there

    async def _take(self, seen: Seen, position: Json) -> None:
        """One capture that the index lists: kept where it is wanted and comes as what it was listed as."""
        row = seen.row
        url = self._wanted(row, position)
        if url is None:
            return
        self.seen += 1
        if self.tell:
            self.tell(self.seen, None, "captures")
        if self.result.dry_run:
            self.result.planned += 1
            self.alive = row.key
            return
        if seen.like is not None and self.held is not None and self.held[0] == seen.like:
            self._keep(seen.like, again(self.held[1], row.at), position)
            return
        came = await Replays(self.archive, self._endpoint).came(row)
        if isinstance(came, str):
            self.keeper.refused(f"{row.stamp} {row.url}", came)
            self.running += 1
            if self.running >= _RUNNING:
                raise GivenUp(f"{self.base}: {self.running} captures running could not be had; start again later")
            return
        self.running = 0
        if came is None:
            self.keeper.other()
        elif came.fetched_at == row.at or self.keeper.wants(url, came.fetched_at):
            self._keep(row, replace(came, url=url), position)

    def _keep(self, row: Row, snapshot: Snapshot, position: Json) -> None:
        self.keeper.keep(snapshot, position)
        # What took a request to be had is not asked for twice.
        self.keeper.flush()
        self.held, self.alive = (row, snapshot), row.key

    def _wanted(self, row: Row, position: Json) -> str | None:
        """The URL of the Page that a row is a capture of; None where it is not to be had."""
        url = self.tracked.get(address_of(row.url))
        if _host(row.url) not in self.hosts:
            self.keeper.refused(
                f"{self.base}, its index", f"lists {row.url[:200]}, of a host that it was not asked for"
            )
            return None
        shown = row.status in (None, 200)
        turned = row.status in _REDIRECTS or row.status in _MISSING
        if url is None:
            # A page is made of content alone; that it was missing later is part of its history.
            turned = turned and row.key == self.alive
            shown = shown and row.mimetype.startswith(_PAGES)
        if not (shown or turned):
            self.keeper.other()
            return None
        if url is None and not self.more:
            self.result.elsewhere += 1
            return None
        url = url or canonical(row.url) or row.url
        if self.keeper.wants(url, row.at):
            return url
        self.keeper.passed(position)
        return None


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower().removeprefix("www.")
