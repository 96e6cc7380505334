"""The end of a page's history: the Version in force, and putting one after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from crawler.errors import StoreBusy
from crawler.model import Change, NewVersion
from store.adding import add, keep_number
from store.rows import article_values, change_values, row_id
from store.sightings import last_sighting
from store.tables import ChangeRow, FindingRow, PageRow, VersionRow

# Of a page's row: its newest Version, and whether any Finding of it is open.
NEWEST = (
    select(col(VersionRow.id))
    .where(col(VersionRow.page_id) == col(PageRow.id))
    .order_by(col(VersionRow.number).desc())
    .limit(1)
    .correlate(PageRow)
    .scalar_subquery()
)
UNRESOLVED = (
    select(col(FindingRow.id))
    .where(col(FindingRow.page_id) == col(PageRow.id), col(FindingRow.resolved_at).is_(None))
    .correlate(PageRow)
    .exists()
)
# Made once: it is asked at every Check that read content.
_STATE = (
    select(UNRESOLVED, col(VersionRow.id), col(VersionRow.number), col(VersionRow.title))
    .select_from(PageRow)
    .outerjoin(VersionRow, col(VersionRow.id) == NEWEST)
    .where(col(PageRow.id) == bindparam("page"))
)


class Held(NamedTuple):
    """A Version that is recorded: the number of its row, its own number, its title."""

    id: int
    number: int
    title: str | None


@dataclass(slots=True, kw_only=True)
class Timeline:
    """`before` is the Version in force, `current` the one in force once recorded; `unresolved`: Findings are open."""

    session: Session
    page_id: int
    url: str
    before: Held | None
    current: Held | None
    unresolved: bool

    @classmethod
    def load(cls, session: Session, page_id: int, url: str) -> Timeline:
        """The end of the page's history as it is recorded."""
        unresolved, newest, number, title = session.connection().execute(_STATE, {"page": page_id}).one()
        before = None if newest is None else Held(newest, number, title)
        return cls(
            session=session, page_id=page_id, url=url, before=before, current=before, unresolved=bool(unresolved)
        )

    def reread(self, article: NewVersion) -> None:
        """Replaces what the Version in force says by what its last response does; number and time stay."""
        if self.before is None:
            raise self.stale()
        row = self.session.get_one(VersionRow, self.before.id)
        if (last := last_sighting(self.session, row)) is not None:
            row.snapshot_id = row_id(last)
        row.sqlmodel_update(article_values(article.article, article.rules))
        self.before = self.current = Held(self.before.id, self.before.number, article.article.title)

    def insert(self, new: NewVersion, snapshot_id: int, seen_at: datetime) -> int:
        """Puts a Version after the one in force and returns its number."""
        number = self.before.number + 1 if self.before else 1
        values = article_values(new.article, new.rules)
        place = {"page_id": self.page_id, "number": number, "seen_at": seen_at, "snapshot_id": snapshot_id}
        self.current = Held(add(self.session, VersionRow, place | values), number, new.article.title)
        return number

    def add_change(self, change: Change, at: datetime, *, number: int | None = None) -> int:
        """Adds a Change between the Versions of its numbers; the number of its row: `number`, where that is free.

        Raises StoreBusy where those numbers are no longer theirs.
        """
        before_id, after_id = self._id_of(change.before), self._id_of(change.after)
        place = {"page_id": self.page_id, "before_id": before_id, "after_id": after_id}
        had = {} if number is None else keep_number(self.session, ChangeRow, number)
        return add(self.session, ChangeRow, had | place | change_values(change, at))

    def stale(self) -> StoreBusy:
        """The error for a verdict that was judged on another history than is there now."""
        return StoreBusy(f"{self.url} was recorded by another process meanwhile; check it again.")

    def _id_of(self, number: int) -> int | None:
        sides = {held.number: held.id for held in (self.before, self.current) if held is not None}
        if number in sides:
            return sides[number]
        # Nothing before the first Version, and nothing at all on a page that never was an article.
        if number == 0 and self.before is None:
            return None
        raise self.stale()
