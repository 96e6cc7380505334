"""A Source's own visit: its listing, feed or sitemap is fetched, its links admitted, its further pages followed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crawler import schedule
from crawler.alarm import alarm
from crawler.conditions import entry_conditions, entry_lies
from crawler.decode import decode
from crawler.discover import Discovery, discover
from crawler.extract import extract
from crawler.fetch import Fetcher
from crawler.gone import MISSING_STATUS
from crawler.model import (
    ORDINARY,
    FetchFailed,
    Link,
    NotModified,
    Page,
    PageKind,
    Rhythm,
    Snapshot,
    Source,
    SourceState,
    Validators,
)
from crawler.sniff import not_a_page
from crawler.urls import same_host
from jobs.check import ENTRY_BYTES, Clock, request_for
from store import Archive

# A routine visit follows the pages of a listing while they bring something new, and a first visit this far.
FOLLOW_PAGES = 20
# A walk to the end of a listing is a backfill's work; this bound only ends endless calendars.
WALK_PAGES = 10_000

_NO_ENTRY = (PageKind.BLOCKED, PageKind.GONE, PageKind.EMPTY)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What a visit to a Source's entry came to: how it stands now and the Pages it brought.

    `found` counts the links seen. `problem` says in words what went wrong, or is empty; a listing whose first page was
    read and whose fifth was not has a problem and yet is no failing Source. On a dry run `admitted` holds the Pages
    that would be.
    """

    state: SourceState
    admitted: tuple[Page, ...] = ()
    pages_read: int = 0
    found: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nothing:
    """An entry page that named no links, and why; `missing` where the server said that it is not there."""

    why: str
    retry_after: timedelta | None = None
    missing: bool = False


@dataclass(slots=True)
class _Walk:
    """The pages of one listing as they are read: what waits, what was seen, what came of it.

    `named` are the links of all of them, `empty` how many running had none.
    """

    source: Source
    archive: Archive
    dry_run: bool = False
    rhythm: Rhythm = ORDINARY
    waiting: deque[str] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    admitted: list[Page] = field(default_factory=list)
    read: int = 0
    empty: int = 0
    found: int = 0

    def take(self, discovery: Discovery, now: datetime) -> bool:
        """Admit what one page names and queue the pages it points to; whether any of it was new.

        There are lists that give their last page, or the first, or an empty one, under every further number. So no way
        leads on from a page that names only what this walk has seen, nor from many running that name nothing.
        """
        if self.dry_run:
            unknown = [link for link in discovery.links if self.archive.page(link.url) is None]
            new = tuple(Page(url=link.url, source=self.source.name) for link in unknown)
        else:
            new = self.archive.admit(self.source.name, discovery.links, now)
        self.admitted.extend(new)
        self.read += 1
        self.found += len(discovery.links)
        before = len(self.named)
        self.named.update(link.url for link in discovery.links)
        self.empty = 0 if discovery.links else self.empty + 1
        repeated = bool(discovery.links) and len(self.named) == before
        ended = discovery.kind != "sitemap" and (repeated or self.empty > FOLLOW_PAGES)
        for url in () if ended else discovery.next:
            if url not in self.seen:
                self.seen.add(url)
                self.waiting.append(url)
        return bool(new)


async def visit_source(
    source: Source,
    archive: Archive,
    fetcher: Fetcher,
    clock: Clock,
    *,
    to_the_end: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    rhythm: Rhythm = ORDINARY,
) -> Discovered:
    """Fetch the entry of a Source, admit the Pages it names, and record how the Source stands.

    By the `rhythm` of the Source it is due again.

    `to_the_end` walks every page of the listing whatever it brings, and asks unconditionally; `dry_run` records
    nothing; `progress` hears (pages read, links found). A Source that is one single page is admitted as a Page and
    not fetched here.
    """
    visited = await _visit(source, archive, fetcher, clock, to_the_end, dry_run, progress, rhythm)
    if not dry_run:
        # That it fails and that somebody is told so are one transaction.
        with archive.together(()) as whole:
            whole.save_source_state(visited.state)
            now = visited.state.last_checked or clock()
            whole.note_alarms(lambda standing: alarm(source, standing, now, None), now, [source.name])
    return visited


async def _visit(
    source: Source,
    archive: Archive,
    fetcher: Fetcher,
    clock: Clock,
    to_the_end: bool,
    dry_run: bool,
    progress: Progress | None,
    rhythm: Rhythm,
) -> Discovered:
    state = archive.source_state(source.name)
    # What an entry once was it stays: a listing that reads like one page today is a listing in trouble.
    kind = source.kind or (state.kind if state.kind != "json" else None)
    walk = _Walk(replace(source, kind=kind), archive, dry_run, rhythm, seen={source.url})
    if kind == "page":
        return _single_page(walk, state, clock())
    now = clock()
    asked = Validators() if to_the_end else entry_conditions(state, now)
    match await _read(walk.source, source.url, fetcher, now, asked):
        case None:
            return _done(walk, state, clock())
        case _Nothing(why=why, retry_after=wait):
            return _failed(source, state, why, clock(), wait)
        case snapshot, discovery:
            pass
    if reason := _nothing_on(snapshot, discovery):
        return await _by_feed(walk, state, discovery, reason, fetcher, clock)
    if discovery.kind == "page":
        return _single_page(walk, state, clock())
    # Its further pages are pages of the same kind, however few items they have.
    walk.source = replace(source, kind=discovery.kind)
    walk.seen.add(snapshot.final_url)
    brought = walk.take(discovery, clock())
    problem = await _follow(walk, discovery, brought, fetcher, clock, to_the_end, progress)
    if not walk.found:
        return _failed(source, state, problem or "no article links found on any of its pages", clock(), None)
    lying = entry_lies(state, snapshot.validators, brought=brought)
    state = replace(state, kind=discovery.kind, links=walk.found, validators=snapshot.validators, lying=lying)
    return _done(walk, state, clock(), problem)


async def _by_feed(
    walk: _Walk, state: SourceState, discovery: Discovery, reason: str, fetcher: Fetcher, clock: Clock
) -> Discovered:
    """An entry that names no articles and a feed: a listing that scripts draw, read from the feed."""
    source = walk.source
    feed = next((url for url in discovery.feeds if same_host(url, source.url)), None)
    if feed is None:
        return _failed(source, state, reason, clock(), None)
    match await _read(replace(source, kind="feed"), feed, fetcher, clock(), Validators()):
        case (_, found) if found.links:
            walk.take(found, clock())
            # What the entry's own validators say does not hold for the feed.
            state = replace(state, kind="listing", links=walk.found, validators=Validators())
            return _done(walk, state, clock())
        case (_, found):
            reason = f"{reason}; nor in the feed it names, {feed}: {found.why}"
        case _Nothing(why=why):
            reason = f"{reason}; nor in the feed it names, {feed}: {why}"
        case None:
            pass
    return _failed(source, state, reason, clock(), None)


async def _follow(
    walk: _Walk,
    first: Discovery,
    brought: bool,
    fetcher: Fetcher,
    clock: Clock,
    to_the_end: bool,
    progress: Progress | None,
) -> str:
    """Read the further pages while they bring something new (or to the end); what went wrong, or an empty string."""
    limit = WALK_PAGES if to_the_end else FOLLOW_PAGES
    # A child sitemap says nothing of its siblings; the next page of a listing is older than this one.
    persist = to_the_end or first.kind == "sitemap"
    problem = ""
    while walk.waiting and walk.read < limit and (persist or brought):
        url = walk.waiting.popleft()
        match await _read(walk.source, url, fetcher, clock(), Validators()):
            case _Nothing(missing=True) if "{n" in (walk.source.next or ""):
                break  # Where a pattern names the pages, this is how the end is known.
            case _Nothing(why=why):
                problem = f"{url}: {why}"
                if first.kind != "sitemap":
                    break
            case (_, discovery):
                brought = walk.take(discovery, clock())
        if progress:
            progress(walk.read, walk.found)
    return problem


async def _read(
    source: Source, url: str, fetcher: Fetcher, now: datetime, validators: Validators
) -> tuple[Snapshot, Discovery] | _Nothing | None:
    """One page of the entry and what it names; None where the server says that it has not changed."""
    match await fetcher.fetch(request_for(source, url, validators, max_bytes=ENTRY_BYTES), now):
        case NotModified():
            return None
        case FetchFailed(reason=reason, detail=detail, retry_after=wait):
            return _Nothing(why=f"{reason}: {detail}", retry_after=wait)
        case Snapshot(status=200) as snapshot:
            return snapshot, discover(snapshot, source)
        case Snapshot(status=status):
            return _Nothing(why=f"the server answered {status}", missing=status in MISSING_STATUS)


def _nothing_on(snapshot: Snapshot, discovery: Discovery) -> str | None:
    """Why an entry gives nothing to watch, or None where it does."""
    if discovery.kind == "page":
        return _no_page(snapshot)
    found = discovery.links or discovery.next
    return None if found else f"no article links found: {discovery.why}"


def _no_page(snapshot: Snapshot) -> str | None:
    """Why an entry that looks like one page is none: a challenge met at the first visit must not decide for ever."""
    if reason := not_a_page(snapshot):
        return reason
    kind = extract(decode(snapshot)).kind
    return f"the entry is no page to watch but {kind}" if kind in _NO_ENTRY else None


def _single_page(walk: _Walk, state: SourceState, now: datetime) -> Discovered:
    walk.take(Discovery(kind="page", links=(Link(url=walk.source.url),)), now)
    return _done(walk, replace(state, kind="page", links=1), now)


def _done(walk: _Walk, state: SourceState, now: datetime, problem: str = "") -> Discovered:
    again = schedule.next_entry(walk.source, now, rhythm=walk.rhythm)
    state = replace(state, failures=0, detail=problem, last_checked=now, last_ok=now, next_check=again)
    return Discovered(
        state=state, admitted=tuple(walk.admitted), pages_read=walk.read, found=walk.found, problem=problem
    )


def _failed(
    source: Source, state: SourceState, detail: str, now: datetime, retry_after: timedelta | None
) -> Discovered:
    failures = state.failures + 1
    state = replace(
        state,
        failures=failures,
        detail=detail,
        last_checked=now,
        next_check=schedule.after_failure(source, failures, now, retry_after=retry_after),
        validators=Validators(),
    )
    return Discovered(state=state, problem=detail)
