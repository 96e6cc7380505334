"""The files that an Article links to, after a visit: asked for as politely as pages, compared by digest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from crawler.attached import files_to_ask, judge_file
from crawler.conditions import PAGE_PERIOD, unless_due
from crawler.errors import StoreBusy
from crawler.fetch import Fetcher
from crawler.model import Article, AttachedFile, FileVerdict, Outcome, PageState, Source
from crawler.urls import host_of
from jobs.check import Checked, Clock, request_for
from jobs.leases import Lease, held
from store import Archive

# A file is larger than a page, and the servers that hold them are no faster; well within a lease.
_DEADLINE = timedelta(seconds=120)
_READ = (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED)


@dataclass(frozen=True, slots=True)
class _Newest:
    number: int
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What following files needs. `notify` False tells nobody."""

    archive: Archive
    fetcher: Fetcher
    clock: Clock
    notify: bool = True

    async def follow(self, checked: Checked, source: Source, lease: Lease, *, at_once: bool) -> Checked:
        """Ask for what is due of the Article just visited; the Check with what came of it.

        `lease` is the pass's own. A file on a host that another process is at is left for the next visit, and so is
        one whose Page another process has recorded meanwhile.
        """
        version = self._version(checked) if source.attachments else None
        if version is None or not version.article.attachments:
            return checked
        at_once = at_once or checked.recorded.version is not None
        known = self.archive.files(checked.page)
        wanted = files_to_ask(version.article, known, checked.noise, self.clock(), at_once=at_once)
        by_host: dict[str, list[AttachedFile]] = defaultdict(list)
        for file in wanted:
            by_host[host_of(file.url)].append(file)
        verdicts: list[FileVerdict] = []
        for host, files in by_host.items():
            if host in lease.hosts:
                verdicts += await self._ask(checked, source, files, version.number, lease)
                continue
            async with held(self.archive, self.clock, {host}) as other:
                if host in other.hosts:
                    verdicts += await self._ask(checked, source, files, version.number, lease, other)
        changes = tuple(verdict.change for verdict in verdicts if verdict.change is not None)
        recorded = replace(checked.recorded, changes=checked.recorded.changes + changes)
        return replace(checked, recorded=recorded, files=tuple(verdicts))

    def _version(self, checked: Checked) -> _Newest | None:
        """The Article that the visit found in force, and its number; None where the visit read none."""
        if checked.verdict.outcome not in _READ or checked.verdict.state is not PageState.LIVE:
            return None
        if checked.verdict.version is not None and checked.recorded.version is not None:
            return _Newest(checked.recorded.version, checked.verdict.version.article)
        latest = checked.latest
        return _Newest(latest.number, latest.article) if latest else None

    async def _ask(
        self, checked: Checked, source: Source, files: Sequence[AttachedFile], number: int, *leases: Lease
    ) -> list[FileVerdict]:
        verdicts = []
        for file in files:
            for lease in leases:
                lease.extend_in_time()
            now = self.clock()
            asked = unless_due(file.validators, file.url, file.asked_at, now, PAGE_PERIOD, doubted=file.failures > 0)
            request = request_for(source, file.url, asked, max_bytes=source.attachments_max_size)
            request = replace(request, deadline=_DEADLINE, render=False)
            fetched = await self.fetcher.fetch(request, now)
            verdict = judge_file(source, file, fetched, number, self.clock())
            try:
                self.archive.record_file(checked.page, verdict, notify=self.notify and bool(source.notify))
            except StoreBusy:
                continue
            verdicts.append(verdict)
        return verdicts
