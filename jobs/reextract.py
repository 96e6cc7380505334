"""The kept past, read with today's extraction rules, page after page. Stopped and started again it goes on.

Each page's history is replaced in one transaction once the whole of it is read; until then the old reading stands.
Nobody is notified: what was told was told, and what today's rules see in the past is no news of today.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from crawler.errors import PalimpsestError
from crawler.extract import RULES
from crawler.model import Json, Page, Source
from jobs.backfill import Tell
from jobs.settling import settle
from store import Rewritten, Store


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
            result.count(settle(store, sources[page.source], page, dry_run=dry_run))
        except PalimpsestError as error:
            result.problems.append(f"{page.url}: {error}")
        if tell:
            tell(done, len(pages))
    return result
