"""One pass: the Sources whose entry is due, then the Pages that are due, host by host.

Each host is visited by one process at a time (the archive's leases), its Pages one after another unless its delay is
zero; hosts run side by side. A pass that is stopped or killed loses nothing: what was not recorded is still due.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from crawler.fetch import Fetcher
from crawler.model import Outcome, Page, Source
from crawler.urls import host_of
from jobs.batching import Batch
from jobs.check import Checked, Clock, check_page
from jobs.discovery import Discovered, visit_source
from jobs.files import Files
from jobs.leases import Lease, claimed, held
from jobs.probing import Prober
from jobs.rhythms import Rhythms
from store import Archive

# Hosts visited side by side. Each costs a connection and little else.
_HOSTS = 32
# Seconds for which a job waits until its host may be asked again; for longer than that it keeps it from the others.
_MOMENT = 15.0
# Visits that are under way at one host that asks for no delay. The pace lets few of them ask it at a time; most wait to
# be recorded together.
_SAME_HOST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceVisited:
    """A Source's entry was visited."""

    source: Source
    discovered: Discovered


Event = Checked | SourceVisited
Watch = Callable[[Event], None]


@dataclass(slots=True, kw_only=True)
class Pass:
    """What one pass came to, in numbers: of the many pages of a pass none is kept.

    `news` are the Changes that are more than minor. `failures` says what failed, a line each, and why; `busy` are the
    hosts left alone because another process is visiting them. `more`: it ended with something due left over.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    entries: int = 0
    versions: int = 0
    changes: int = 0
    news: int = 0
    failures: list[str] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)
    more: bool = False

    @property
    def checked(self) -> int:
        """How many Pages were visited."""
        return self.outcomes.total()

    @property
    def problems(self) -> list[str]:
        """Everything that failed, a line each: what, and why."""
        busy = [f"{host}: another process is visiting this host; try again when it is done" for host in self.busy]
        return self.failures + busy + [f"notification: {error}" for error in self.undelivered]

    def count(self, event: Event) -> None:
        """Counts one visit."""
        if isinstance(event, SourceVisited):
            self.entries += 1
            if event.discovered.problem:
                self.failures.append(f"{event.source.name}: {event.discovered.problem}")
            return
        verdict, changes = event.verdict, event.recorded.changes
        self.outcomes[verdict.outcome] += 1
        self.versions += event.recorded.version is not None
        self.changes += len(changes)
        self.news += sum(not change.minor for change in changes)
        if verdict.outcome in (Outcome.FAILED, Outcome.BLOCKED):
            self.failures.append(f"{event.page.url}: {verdict.detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeper:
    """What a pass needs, wired once. `watch` hears of every visit as it is recorded.

    With a `batch`, passes side by side record their Checks together.
    """

    sources: Mapping[str, Source]
    archive: Archive
    fetcher: Fetcher
    prober: Prober
    clock: Clock
    notify: bool = True
    watch: Watch | None = None
    batch: Batch[Checked] | None = None
    rhythms: Rhythms = field(default_factory=Rhythms)

    async def run(self, *, names: Collection[str] | None = None, everything: bool = False) -> Pass:
        """Visit what is due of the named Sources (None: of all); `everything` ignores due times."""
        result = Pass()
        await self._visit_entries(self._chosen(names), everything, result)
        if everything:
            await self._check_exactly(self.archive.pages_of(names), result)
        else:
            await self._check_due(names, result)
        return result

    async def run_due_pages(self) -> Pass:
        """Visit the Pages that are due, of all Sources, and no entries."""
        result = Pass()
        await self._check_due(None, result)
        return result

    async def run_pages(self, pages: Sequence[Page], result: Pass | None = None) -> Pass:
        """Visit exactly these Pages, due or not; counted into `result`, if that is given."""
        result = result or Pass()
        await self._check_exactly(pages, result)
        return result

    async def run_host(self, host: str, *, most: int, owner: str, stop: asyncio.Event) -> Pass:
        """Visit what is due at one host: its entries, then at most so many Pages, the longest due first.

        The host is leased under `owner`, and what is due is asked for when it is: another process may have been there
        just now. It stays so until the host may be asked again, whether it wants a moment or, as it asked for, an hour:
        whoever comes next knows nothing of this visit.
        """
        result = Pass()
        async with held(self.archive, self.clock, {host}, owner=owner, stop=stop) as lease:
            if host not in lease.hosts:
                result.busy.add(host)
                return result
            there = [source for source in self.sources.values() if host_of(source.url) == host]
            entries = self._due_entries(there)
            for source in entries:
                if not lease.ends:
                    await self._visit_entry(source, lease, result)
            pages = self.archive.due(self.clock(), host=host, limit=most + 1)
            left, pages = len(pages) > most, pages[:most]
            await self._check(pages, lease, result, at_once=False)
            known = [self.sources[page.source] for page in pages if page.source in self.sources]
            if len(known) < len(pages):
                result.failures.append(
                    f"{host}: {len(pages) - len(known)} pages of sources that are not configured here"
                )
            result.more = lease.ends or (left and len(known) > 0)
            urls = [source.url for source in entries] + [page.url for page in pages]
            pause = max(map(self.fetcher.pause, urls), default=0.0)
            if pause > _MOMENT:
                lease.keep(timedelta(seconds=pause))
                result.more = False
            else:
                await asyncio.sleep(pause)
        return result

    def _chosen(self, names: Collection[str] | None) -> list[Source]:
        return [source for source in self.sources.values() if names is None or source.name in names]

    async def _visit_entries(self, sources: Iterable[Source], everything: bool, result: Pass) -> None:
        chosen = list(sources) if everything else self._due_entries(sources)
        if not chosen:
            return
        async with (
            held(self.archive, self.clock, {host_of(source.url) for source in chosen}) as lease,
            asyncio.TaskGroup() as group,
        ):
            for source in chosen:
                if host_of(source.url) in lease.hosts:
                    group.create_task(self._visit_entry(source, lease, result))
                elif everything:
                    result.busy.add(host_of(source.url))

    def _due_entries(self, sources: Iterable[Source]) -> list[Source]:
        """Those of the Sources whose entry is due, longest due first."""
        known = {source.name: source for source in sources}
        names = known if len(known) < len(self.sources) else None
        due = self.archive.due_sources(self.clock(), names) if known else ()
        return [known[state.name] for state in due if state.name in known]

    async def _visit_entry(self, source: Source, lease: Lease, result: Pass) -> None:
        def still_here(_read: int, _found: int) -> None:
            # A listing of many pages may take longer than a lease.
            lease.extend_in_time()

        rhythm = self.rhythms.of(source, self.archive, self.clock())
        discovered = await visit_source(
            source, self.archive, self.fetcher, self.clock, progress=still_here, rhythm=rhythm
        )
        self._tell(SourceVisited(source=source, discovered=discovered), result)

    async def _check_due(self, names: Collection[str] | None, result: Pass) -> None:
        seen: set[str] = set()
        # Mostly nothing is, and to hear so costs less than to claim it.
        while self.archive.due(self.clock(), sources=names, limit=1):
            async with claimed(self.archive, self.clock, names) as lease:
                # A page that is due again at once must not keep the pass going for ever.
                pages = [page for page in lease.pages if page.url not in seen]
                if not pages:
                    return
                seen.update(page.url for page in pages)
                await self._check(pages, lease, result, at_once=False)

    async def _check_exactly(self, pages: Sequence[Page], result: Pass) -> None:
        hosts = {host_of(page.url) for page in pages}
        async with held(self.archive, self.clock, hosts) as lease:
            result.busy |= hosts - lease.hosts
            await self._check([page for page in pages if host_of(page.url) in lease.hosts], lease, result, at_once=True)

    async def _check(self, pages: Iterable[Page], lease: Lease, result: Pass, *, at_once: bool) -> None:
        """Visit the pages; `at_once` asks for their files too, whether those are due or not."""
        by_host: dict[str, list[Page]] = defaultdict(list)
        for page in pages:
            if page.source in self.sources:
                by_host[host_of(page.url)].append(page)
        places = asyncio.Semaphore(_HOSTS)
        batch: Batch[Checked] = self.batch or Batch(self.archive)
        try:
            async with asyncio.TaskGroup() as group:
                for pages_of_host in by_host.values():
                    visit = self._check_host(pages_of_host, places, batch, lease, result, at_once)
                    group.create_task(visit)
        finally:
            batch.flush()

    async def _check_host(
        self,
        pages: list[Page],
        places: asyncio.Semaphore,
        batch: Batch[Checked],
        lease: Lease,
        result: Pass,
        at_once: bool,
    ) -> None:
        waiting = iter(pages)
        polite = any(self.sources[page.source].host_delay for page in pages)

        async def take_turns() -> None:
            for page in waiting:
                if lease.ends:
                    return
                lease.extend_in_time()
                with batch.visiting():
                    checked = await self._visit(page, batch, lease)
                await self._follow(checked, lease, result, at_once)

        async with places, asyncio.TaskGroup() as group:
            for _ in range(1 if polite else min(_SAME_HOST, len(pages))):
                group.create_task(take_turns())

    async def _visit(self, page: Page, batch: Batch[Checked], lease: Lease) -> Checked:
        source = self.sources[page.source]
        return await check_page(
            page,
            source,
            self.archive,
            self.prober,
            batch,
            self.clock,
            still_here=lease.extend_in_time,
            notify=self.notify,
            rhythm=self.rhythms.of(source, self.archive, self.clock()),
        )

    async def _follow(self, checked: Checked, lease: Lease, result: Pass, at_once: bool) -> None:
        files = Files(archive=self.archive, fetcher=self.fetcher, clock=self.clock, notify=self.notify)
        checked = await files.follow(checked, self.sources[checked.page.source], lease, at_once=at_once)
        self._tell(checked, result)

    def _tell(self, event: Event, result: Pass) -> None:
        result.count(event)
        if self.watch:
            self.watch(event)
