"""The end of a page's history: the Version in force, and putting one after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from crawler.errors import StoreBusy
from crawler.model import Change, NewVersion
from store.rows import article_values, change_values, row_id
from store.sightings import last_sighting
from store.tables import ChangeRow, VersionRow

# Made once: it is asked at every Check that read content.
_NEWEST = (
    select(VersionRow)
    .where(col(VersionRow.page_id) == bindparam("page"))
    .order_by(col(VersionRow.number).desc())
    .limit(1)
)


@dataclass(slots=True, kw_only=True)
class Timeline:
    """`before` is the Version in force, `current` the one in force once recorded."""

    session: Session
    page_id: int
    url: str
    before: VersionRow | None
    current: VersionRow | None

    @classmethod
    def load(cls, session: Session, page_id: int, url: str) -> Timeline:
        """The end of the page's history as it is recorded."""
        before = session.execute(_NEWEST, {"page": page_id}).scalar_one_or_none()
        return cls(session=session, page_id=page_id, url=url, before=before, current=before)

    def reread(self, article: NewVersion) -> None:
        """Replaces what the Version in force says by what its last response does; number and time stay."""
        if self.before is None:
            raise self.stale()
        if (last := last_sighting(self.session, self.before)) is not None:
            self.before.snapshot_id = row_id(last)
        self.before.sqlmodel_update(article_values(article.article, article.rules))

    def insert(self, new: NewVersion, snapshot_id: int, seen_at: datetime) -> int:
        """Puts a Version after the one in force and returns its number."""
        number = self.before.number + 1 if self.before else 1
        values = article_values(new.article, new.rules)
        row = VersionRow(page_id=self.page_id, number=number, seen_at=seen_at, snapshot_id=snapshot_id, **values)
        self.session.add(row)
        self.session.flush()
        self.current = row
        return number

    def add_change(self, change: Change, at: datetime) -> ChangeRow:
        """Adds a Change between the Versions of its numbers. Raises StoreBusy where those are no longer theirs."""
        before_id, after_id = self._id_of(change.before), self._id_of(change.after)
        values = change_values(change, at)
        row = ChangeRow(page_id=self.page_id, before_id=before_id, after_id=after_id, **values)
        self.session.add(row)
        return row

    def stale(self) -> StoreBusy:
        """The error for a verdict that was judged on another history than is there now."""
        return StoreBusy(f"{self.url} was recorded by another process meanwhile; check it again.")

    def _id_of(self, number: int) -> int | None:
        sides = {row.number: row_id(row) for row in (self.before, self.current) if row is not None}
        if number in sides:
            return sides[number]
        # Nothing before the first Version, and nothing at all on a page that never was an article.
        if number == 0 and self.before is None:
            return None
        raise self.stale()
