"""What an export came to, counted as it goes."""

from __future__ import annotations

from dataclasses import dataclass, field

from jobs.backfill import Tell
from store import Moment

# Versions from one word of progress to the next.
_EVERY = 100


@dataclass(slots=True, kw_only=True)
class Counted:
    """`seen` Versions of `total` were looked at, `written` things written, of so many `pages`; and what failed."""

    what: str = "versions"
    total: int | None = None
    tell: Tell | None = None
    seen: int = 0
    written: int = 0
    pages: int = 0
    problems: list[str] = field(default_factory=list)

    def look(self, moment: Moment) -> None:
        """One more moment was looked at."""
        if moment.version is None:
            return
        self.seen += 1
        if self.tell and (self.seen % _EVERY == 0 or self.seen == self.total):
            self.tell(self.seen, self.total)

    @property
    def summary(self) -> str:
        """One line for a person."""
        failed = f"; {len(self.problems)} failed" if self.problems else ""
        return f"{self.written} {self.what} of {self.pages} pages written{failed}"
