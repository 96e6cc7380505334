"""A page's Versions around one moment, and putting one among them.

Numbers count by `seen_at`. A Version put before others renumbers them; Changes point at rows and follow by themselves,
but for the Change into the next Version, which starts from the new one, and Changes of the page as a whole (removed,
moved, restored) after the new Version was seen, which then happened to the new one. Where a Check between the new
Version and the next one saw the old content, that content becomes a Version again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import Session, and_, col, or_, select, update

from crawler.errors import StoreBusy
from crawler.model import Change, ChangeKind, NewVersion, Outcome, Returned
from store.rows import article_values, change_values, row_id
from store.sightings import last_sighting
from store.tables import ChangeRow, CheckRow, FindingRow, VersionRow

NOT_MODIFIED = 304
# Made once: it is asked at every Check that read content.
_NEWEST = (
    select(VersionRow)
    .where(col(VersionRow.page_id) == bindparam("page"))
    .order_by(col(VersionRow.number).desc())
    .limit(1)
)


@dataclass(slots=True, kw_only=True)
class Timeline:
    """`before` is the Version in force then, `following` the next one, `current` the one in force once recorded.

    `again` is the first Check between then and `following` that saw the content of `before`. `past`: something may have
    happened to the page since.
    """

    session: Session
    page_id: int
    url: str
    before: VersionRow | None
    following: VersionRow | None
    current: VersionRow | None
    again: CheckRow | None = None
    past: bool = False

    @classmethod
    def load(cls, session: Session, page_id: int, url: str, at: datetime | None) -> Timeline:
        """Around `at`, or the end of the history where None."""
        if at is None:
            newest = session.execute(_NEWEST, {"page": page_id}).scalar_one_or_none()
            return cls(session=session, page_id=page_id, url=url, before=newest, following=None, current=newest)
        versions = select(VersionRow).where(VersionRow.page_id == page_id)
        newest_first, number = col(VersionRow.number).desc(), col(VersionRow.number)
        seen_at = col(VersionRow.seen_at)
        before = session.exec(versions.where(seen_at <= at).order_by(newest_first).limit(1)).first()
        following = session.exec(versions.where(seen_at > at).order_by(number).limit(1)).first()
        until = following.seen_at if following else None
        again = seen_again(session, page_id, at, until) if before else None
        around = cls(session=session, page_id=page_id, url=url, before=before, following=following, current=before)
        return replace(around, again=again, past=True)

    def reread(self, article: NewVersion, at: datetime) -> None:
        """Replaces what the Version in force says by what its last response before `at` does; number and time stay."""
        if self.before is None:
            raise self.stale()
        if (last := last_sighting(self.session, self.before, at)) is not None:
            self.before.snapshot_id = row_id(last)
        self.before.sqlmodel_update(article_values(article.article, article.rules))

    def insert(self, new: NewVersion, snapshot_id: int, seen_at: datetime) -> int:
        """Puts a Version after the one in force and returns its number."""
        number = self.before.number + 1 if self.before else 1
        if self.following is not None:
            self._make_room(number)
        values = article_values(new.article, new.rules)
        row = VersionRow(page_id=self.page_id, number=number, seen_at=seen_at, snapshot_id=snapshot_id, **values)
        self.session.add(row)
        self.session.flush()
        self.current = row
        if self.following is not None:
            self.session.execute(update(ChangeRow).where(_into(self.following)).values(before_id=row.id))
        self._take_over(seen_at)
        return number

    def come_back(self, returned: Returned) -> ChangeRow:
        """Puts the content before the Version just inserted after it once more, since the Check that saw it again.

        What was found and what happened since then is that Version's. Returns the Change that leads back.
        """
        left, again = self.before, self.again
        if left is None or again is None:
            raise self.stale()
        self.before = self.current
        # A 304 has no body of its own: it says that the one of before still holds.
        self.insert(returned.version, again.snapshot_id or left.snapshot_id, again.at)
        since = col(FindingRow.version_id) == left.id, col(FindingRow.opened_at) >= again.at
        self.session.execute(update(FindingRow).where(*since).values(version_id=self.current and self.current.id))
        return self.add_change(returned.change, again.at)

    def merge(self, seen_at: datetime) -> None:
        """The following Version was there earlier than known: it, and the Change into it, move to that time."""
        if self.following is None:
            raise self.stale()
        self.session.execute(update(ChangeRow).where(_into(self.following)).values(at=seen_at))
        self.following.seen_at = seen_at
        self.current = self.following
        self._take_over(seen_at)

    def refollow(self, change: Change) -> ChangeRow:
        """Replaces the Change into the following Version by one that starts from the Version before it now."""
        if self.following is None or self.current is None:
            raise self.stale()
        into = select(ChangeRow).where(_into(self.following)).order_by(col(ChangeRow.id))
        values = change_values(change, self.following.seen_at)
        row = self.session.exec(into).first()
        if row is None:
            row = ChangeRow(page_id=self.page_id, after_id=self.following.id, **values)
        row.sqlmodel_update({"before_id": self.current.id, **values})
        self.session.add(row)
        return row

    def add_change(self, change: Change, at: datetime) -> ChangeRow:
        """Adds a Change between the Versions of its numbers. Raises StoreBusy where those are no longer theirs."""
        before_id, after_id = self._id_of(change.before), self._id_of(change.after)
        values = change_values(change, at)
        row = ChangeRow(page_id=self.page_id, before_id=before_id, after_id=after_id, **values)
        self.session.add(row)
        return row

    def expect_again(self, at: datetime | None) -> None:
        """Raises StoreBusy unless the verdict was judged knowing when the content of `before` was seen again."""
        if at != (self.again.at if self.again else None):
            raise self.stale()

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

    def _make_room(self, number: int) -> None:
        # In two steps, by way of negative numbers: on the way, no two rows may have the same one.
        mine = col(VersionRow.page_id) == self.page_id
        value = col(VersionRow.number)
        for where, values in (
            (value >= number, {"number": -value - 1}),
            (value < 0, {"number": -value}),
        ):
            self.session.execute(
                update(VersionRow).where(mine, where).values(values).execution_options(synchronize_session=False)
            )
        if self.following is not None:
            self.session.refresh(self.following)

    def _take_over(self, seen_at: datetime) -> None:
        """Changes of the page as a whole since `seen_at` happened to the Version now in force then."""
        if self.current is None or not self.past:
            return
        before, after = col(ChangeRow.before_id), col(ChangeRow.after_id)
        if self.before is None:
            whole = before.is_(None) & after.is_(None)
        else:
            whole = (before == self.before.id) & (after == self.before.id)
        mine = col(ChangeRow.page_id) == self.page_id, col(ChangeRow.at) >= seen_at
        values = {"before_id": self.current.id, "after_id": self.current.id}
        self.session.execute(update(ChangeRow).where(*mine, whole).values(values))


def seen_again(session: Session, page_id: int, at: datetime, until: datetime | None) -> CheckRow | None:
    """The first Check after `at`, and before `until`, that read the page and found no content but that in force.

    A Check that only followed the page to another address does not say so, though that address answered.
    """
    read = or_(col(CheckRow.snapshot_id).is_not(None), col(CheckRow.status) == NOT_MODIFIED)
    content = col(CheckRow.outcome).in_([Outcome.NEW.value, Outcome.UNCHANGED.value, Outcome.CHANGED.value])
    moved = select(ChangeRow.at).where(ChangeRow.page_id == page_id, ChangeRow.kind == ChangeKind.MOVED.value)
    query = select(CheckRow).where(
        CheckRow.page_id == page_id, col(CheckRow.at) > at, read, content, col(CheckRow.at).not_in(moved)
    )
    if until is not None:
        query = query.where(col(CheckRow.at) < until)
    return session.exec(query.order_by(col(CheckRow.at), col(CheckRow.id)).limit(1)).first()


def _into(version: VersionRow) -> ColumnElement[bool]:
    """The condition for Changes that lead into a Version from another one or from nothing."""
    before, after = col(ChangeRow.before_id), col(ChangeRow.after_id)
    return and_(after == version.id, or_(before.is_(None), before != after))
