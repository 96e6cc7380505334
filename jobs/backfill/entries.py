"""`sitemap` and `feed`: all that a Source's sitemaps or its feed name, and a visit to what was never visited of it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from crawler.discover import Discovery, discover
from crawler.errors import NotKnown
from crawler.fetch import Fetcher
from crawler.gone import MISSING_STATUS
from crawler.model import FetchFailed, Link, NotModified, Snapshot, Source
from crawler.urls import canonical, host_of, same_host
from jobs.backfill.owners import Owners
from jobs.backfill.wanted import Imported, Plan, Tell, source_of
from jobs.check import ENTRY_BYTES, request_for
from jobs.discovery import WALK_PAGES
from jobs.leases import Lease, held
from jobs.sweep import Event
from jobs.wiring import sweeper, utc_now
from store import Store

Kind = Literal["sitemap", "feed"]
_DAY = re.compile(r"\s*\d{4}-\d\d-\d\d\s*")


def sitemap(store: Store, sources: Sequence[Source], wanted: Plan) -> Entries:
    """All sitemaps of a Source's site. Raises ConfigurationError."""
    return Entries(
        store=store, sources=sources, source=source_of(sources, wanted.source), wanted=wanted, kind="sitemap"
    )


def feed(store: Store, sources: Sequence[Source], wanted: Plan) -> Entries:
    """The feed of a Source. Raises ConfigurationError."""
    return _entries(store, sources, wanted, "feed")


def _entries(store: Store, sources: Sequence[Source], wanted: Plan, kind: Kind) -> Entries:
    return Entries(store=store, sources=sources, source=source_of(sources, wanted.source), wanted=wanted, kind=kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """What is named elsewhere than in a Source's listing, and a visit to each of these pages."""

    store: Store
    sources: Sequence[Source]
    source: Source
    wanted: Plan
    kind: Kind

    @property
    def total(self) -> int | None:
        """Not known before they are read."""
        return None

    async def run(self, *, dry_run: bool = False, tell: Tell | None = None) -> Imported:
        """Read, admit what fits, and visit what was never visited; politely, and notifying nobody unless asked."""
        result = Imported(dry_run=dry_run)
        done = 0

        def visited(_: Event) -> None:
            nonlocal done
            done += 1
            if tell:
                tell(done, len(pages), "pages")

        async with sweeper(self.store, self.sources, notify=self.wanted.notify, watch=visited) as sweep:
            links = await self._named(sweep.fetcher, result, tell)
            archive = self.store.archive
            fresh = {link.url for link in links if archive.page(link.url) is None}
            open_ = fresh | {page.url for page in archive.never_checked(self.source.name)}
            chosen = [link for link in links if link.url in open_][: self.wanted.limit]
            result.known = len(links) - len(fresh)
            if dry_run:
                result.planned = len(chosen)
                return result
            result.admitted = len(archive.admit(self.source.name, chosen, utc_now()))
            urls = {link.url for link in chosen}
            pages = [page for page in archive.never_checked(self.source.name) if page.url in urls]
            came = await sweep.run_pages(pages)
            result.recorded, result.versions, result.changes = came.checked, came.versions, came.changes
            for problem in came.problems:
                result.fail(problem)
        return result

    async def _named(self, fetcher: Fetcher, result: Imported, tell: Tell | None) -> list[Link]:
        """The links of this Source that are within the times asked for, under a lease of its host."""
        host = host_of(self.source.url)
        async with held(self.store.archive, utc_now, {host}) as lease:
            if host not in lease.hosts:
                result.fail(f"{host}: another process is visiting this host; try again when it is done")
                return []
            reading = _Reading(self.source, self.kind, fetcher, lease, result, tell)
            await reading.find(_is_of_kind(self.store, self.source, self.kind))
            await reading.follow()
        links = list(reading.links.values())
        if reading.is_of_site:
            owners = Owners(self.store, [self.source])
            mine = [link for link in links if owners.page_of(link.url) is not None]
            result.elsewhere = len(links) - len(mine)
            links = mine
        return [link for link in links if self._in_time(link)]

    def _in_time(self, link: Link) -> bool:
        at = time_shown(link.date_text, self.source.timezone)
        if at is None or not _DAY.fullmatch(link.date_text or ""):
            return at is None or self.wanted.in_time(at)
        # A day is within the limits where any hour of it is.
        since, until = self.wanted.since, self.wanted.until
        return (since is None or at + timedelta(days=1) > since) and (until is None or at <= until)


def _is_of_kind(store: Store, source: Source, kind: Kind) -> bool:
    try:
        return (source.kind or store.archive.source_state(source.name).kind) == kind
    except NotKnown:
        return source.kind == kind


def time_shown(text: str | None, timezone: str) -> datetime | None:
    """The time that a sitemap or a feed gives, in the Source's time zone where it names none; None for no time."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
    return at.replace(tzinfo=ZoneInfo(timezone)) if at.tzinfo is None else at


@dataclass(slots=True)
class _Reading:
    """Sitemaps or a feed as they are read, each once."""

    source: Source
    kind: Kind
    fetcher: Fetcher
    lease: Lease
    result: Imported
    tell: Tell | None
    waiting: deque[str] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)
    links: dict[str, Link] = field(default_factory=dict)
    is_of_site: bool = False

    async def find(self, is_entry: bool) -> None:
        """Queues where to begin: the Source's own entry, or what its site or its entry names."""
        if is_entry:
            self._queue([self.source.url])
        elif self.kind == "sitemap":
            self.is_of_site = True
            await self._by_robots()
        else:
            await self._by_entry()

    async def _by_robots(self) -> None:
        root = urljoin(self.source.url, "/")
        match await self._fetch(urljoin(root, "robots.txt")):
            case Snapshot(status=200) as robots:
                self._queue(sitemaps_in(robots.body, root))
            case _:
                pass
        # Where robots.txt names some, the usual place is tried all the same, and may well have none.
        self._queue([urljoin(root, "sitemap.xml")])

    async def _by_entry(self) -> None:
        match await self._fetch(self.source.url):
            case Snapshot(status=200) as entry:
                found = discover(entry, self.source)
                if found.kind == "feed":
                    self.seen.add(self.source.url)
                    self._take(found)
                    return
                self._queue([url for url in found.feeds if same_host(url, self.source.url)])
                if not self.waiting:
                    self.result.fail(f"{self.source.url}: it names no feed of its own site")
            case answer:
                self.result.fail(f"{self.source.url}: {_why(answer)}")

    async def follow(self) -> None:
        """Reads all that is queued, and what that names."""
        usual, read = urljoin(self.source.url, "/sitemap.xml"), 0
        while self.waiting and read < WALK_PAGES:
            url = self.waiting.popleft()
            answer = await self._fetch(url)
            read += 1
            match answer:
                case Snapshot(status=200):
                    self._take(discover(answer, replace(self.source, kind=self.kind)), url)
                case Snapshot(status=status) if status in MISSING_STATUS and url == usual and self.links:
                    pass
                case _:
                    self.result.fail(f"{url}: {_why(answer)}")
            if self.tell:
                self.tell(read, None, "sitemaps" if self.kind == "sitemap" else "feeds")

    def _take(self, found: Discovery, url: str = "") -> None:
        for link in found.links:
            self.links.setdefault(link.url, link)
        self._queue(found.next)
        if not found.links and not found.next:
            self.result.fail(f"{url or self.source.url}: nothing is named there: {found.why}")

    def _queue(self, urls: Sequence[str]) -> None:
        for url in urls:
            if url not in self.seen:
                self.seen.add(url)
                self.waiting.append(url)

    async def _fetch(self, url: str) -> Snapshot | NotModified | FetchFailed:
        self.lease.extend_in_time()
        return await self.fetcher.fetch(request_for(self.source, url, max_bytes=ENTRY_BYTES), utc_now())


def sitemaps_in(robots: bytes, root: str) -> list[str]:
    """The sitemaps on the site's own host that a robots.txt names, in its order."""
    return [url for url in _lines(robots.decode("utf-8", "replace"), root) if same_host(url, root)]


def _lines(text: str, root: str) -> Iterator[str]:
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == "sitemap" and (url := canonical(value.partition(" #")[0].strip(), root)):
            yield url


def _why(answer: Snapshot | NotModified | FetchFailed) -> str:
    match answer:
        case Snapshot(status=status):
            return f"the server answered {status}"
        case FetchFailed(reason=reason, detail=detail):
            return f"{reason}: {detail}"
        case NotModified():
            return "the server answered 304 to what was no condition"
