"""The kept past, read with today's extraction rules, page after page. Stopped and started again it goes on.

Each page's history is replaced in one transaction once the whole of it is read; until then the old reading stands.
Nobody is notified: what was told was told, and what today's rules see in the past is no news of today.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from crawler.errors import StoreBusy, StoreError
from crawler.extract import RULES
from crawler.model import Json, Page, Source
from crawler.rebuild import rebuild
from jobs.backfill import Tell
from store import Rewritten, Store

# A page may be recorded by a running daemon while it is read; it is then read again, this often at most.
_ATTEMPTS = 3


@dataclass(slots=True, kw_only=True)
class Reextracted:
    """What re-reading came to: pages read, Versions that say something else, came to be and are no more."""

    pages: int = 0
    changed_pages: int = 0
    reread: int = 0
    added: int = 0
    dropped: int = 0
    dry_run: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """One line for a person."""
        if not self.pages and not self.problems:
            return f"nothing to do: every page was read by the rules of today ({RULES})"
        would = "would be " if self.dry_run else ""
        return (
            f"{self.pages} pages {would}read again with the rules of today ({RULES}), {self.changed_pages} of them "
            f"{'would ' if self.dry_run else ''}say something else: {self.reread} versions with other content, "
            f"{self.added} more, {self.dropped} fewer; {len(self.problems)} failed"
        )

    def as_json(self) -> dict[str, Json]:
        """The object of `reextract --json`."""
        return {
            "rules": RULES,
            "pages": self.pages,
            "changed_pages": self.changed_pages,
            "reread": self.reread,
            "added": self.added,
            "dropped": self.dropped,
            "dry_run": self.dry_run,
            "failed": list(self.problems),
        }

    def count(self, one: Rewritten) -> None:
        """One more page was read."""
        self.pages += 1
        self.changed_pages += bool(one.reread or one.added or one.dropped)
        self.reread += one.reread
        self.added += one.added
        self.dropped += one.dropped


def reextract(
    store: Store,
    sources: Mapping[str, Source],
    pages: Collection[Page],
    *,
    dry_run: bool = False,
    tell: Tell | None = None,
) -> Reextracted:
    """Read the history of each page again; `tell` hears (done, of how many). What fails is named, the rest goes on."""
    result = Reextracted(dry_run=dry_run)
    for done, page in enumerate(pages, start=1):
        try:
            rewritten = reextract_page(store, sources[page.source], page, dry_run=dry_run)
        except StoreError as error:
            result.problems.append(f"{page.url}: {error}")
        else:
            if rewritten is None:
                result.problems.append(f"{page.url}: the rules of today find no content in it; left as it was")
            else:
                result.count(rewritten)
        if tell:
            tell(done, len(pages))
    return result


def reextract_page(store: Store, source: Source, page: Page, *, dry_run: bool = False) -> Rewritten | None:
    """Read the history of one page again; None, and nothing done, where no response of it has content any more.

    Raises StoreError: BlobCorrupt where a response cannot be read, StoreBusy where the page is recorded all the time.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        kept = store.rereading.kept(page)
        versions = rebuild(source, kept.noise, store.rereading.responses(page, kept))
        if not versions:
            return None
        try:
            return store.rereading.replace(page, kept, versions, rules=RULES, dry_run=dry_run)
        except StoreBusy:
            if attempt == _ATTEMPTS:
                raise
    return None
