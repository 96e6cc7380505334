"""`listing`: a Source's listing walked to its end, and a visit to every page it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.model import Source
from jobs.backfill.wanted import Imported, Plan, Tell, source_of
from jobs.discovery import visit_source
from jobs.wiring import sweeper, utc_now
from store import Store


def listing(store: Store, sources: Sequence[Source], wanted: Plan) -> ListingWalk:
    """The walk that was asked for. Raises ConfigurationError."""
    return ListingWalk(store=store, sources=sources, source=source_of(sources, wanted.source), wanted=wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingWalk:
    """A Source's listing, page after page to its end, and a visit to every page it names."""

    store: Store
    sources: Sequence[Source]
    source: Source
    wanted: Plan

    @property
    def total(self) -> int | None:
        """Not known before the walk."""
        return None

    async def run(self, *, dry_run: bool = False, tell: Tell | None = None) -> Imported:
        """Walk, admit, and visit what was never visited; politely, and without notifying anybody unless asked."""
        result = Imported(dry_run=dry_run)
        async with sweeper(self.store, self.sources, notify=self.wanted.notify) as sweep:
            archive = self.store.archive
            walked = await visit_source(
                self.source,
                archive,
                sweep.fetcher,
                utc_now,
                to_the_end=True,
                dry_run=dry_run,
                progress=(lambda read, found: tell(read, None)) if tell else None,
            )
            if walked.problem:
                result.fail(f"{self.source.name}: {walked.problem}")
            if dry_run:
                result.planned, result.known = len(walked.admitted), walked.found - len(walked.admitted)
                return result
            result.admitted = len(walked.admitted)
            pages = archive.never_checked(self.source.name)[: self.wanted.limit]
            result.known = walked.found - len(walked.admitted)
            visited = await sweep.run_pages(pages)
            result.recorded, result.versions, result.changes = visited.checked, visited.versions, visited.changes
            for problem in visited.problems:
                result.fail(problem)
        return result
