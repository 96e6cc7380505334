"""A Page's Checks as they were recorded, for judging them again, and captures of the past that wait for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from crawler.model import FailureReason, FetchFailed, NotModified, Outcome, Snapshot, Visit
from store.rows import row_id, snapshot_of, snapshot_row
from store.tables import CheckRow, PageRow, SnapshotRow

NOT_MODIFIED = 304
_CONTENT = frozenset(outcome.value for outcome in (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED))
# What a capture is until it is part of its page's history: nothing that a reader takes for content.
WAITS = "kept, and not yet judged with the rest of the history"

Recorded = tuple[CheckRow, SnapshotRow | None]
Body = Callable[[str], bytes]


def keep(session: Session, page: PageRow, snapshot: Snapshot) -> None:
    """Keeps a capture of the past as a Check of its time; the page waits for its history to be told anew."""
    row = snapshot_row(row_id(page), snapshot)
    session.add(row)
    session.flush()
    session.add(
        CheckRow(
            page_id=row_id(page),
            at=snapshot.fetched_at,
            outcome=Outcome.FAILED.value,
            status=snapshot.status,
            detail=WAITS,
            past=True,
            snapshot_id=row_id(row),
        )
    )
    page.checks += 1
    page.waiting = True


def recorded(session: Session, page_id: int) -> list[Recorded]:
    """The Checks of a page in the order of their times, each with its response where one was kept."""
    snapshot = col(CheckRow.snapshot_id) == col(SnapshotRow.id)
    query = select(CheckRow, SnapshotRow).outerjoin(SnapshotRow, snapshot).where(CheckRow.page_id == page_id)
    return list(session.exec(query.order_by(col(CheckRow.at), col(CheckRow.id))))


def visits(checks: Sequence[Recorded], body: Body) -> Iterator[Visit]:
    """Each Check with what came of its request. Bodies are read one at a time; raises BlobCorrupt where one cannot be.

    A Check without a response of its own said that the last visit's still holds; that is what came of it again where a
    capture of the past says something else in between.
    """
    said = _Said()
    for check, snapshot in checks:
        yield Visit(
            at=check.at,
            fetched=said.by(check, snapshot, body),
            past=check.past,
            quiet=not check.past and check.outcome == Outcome.UNCHANGED.value,
        )


@dataclass(slots=True)
class _Said:
    """What visits have said: the last response that had content, and whether a capture of the past came since."""

    last: SnapshotRow | None = None
    doubted: bool = False

    def by(self, check: CheckRow, snapshot: SnapshotRow | None, body: Body) -> Snapshot | NotModified | FetchFailed:
        if snapshot is not None:
            if not check.past and check.outcome in _CONTENT:
                self.last, self.doubted = snapshot, False
            self.doubted = self.doubted or check.past
            return snapshot_of(snapshot, body(snapshot.digest))
        if check.outcome in _CONTENT and self.last is not None and (self.doubted or check.status != NOT_MODIFIED):
            self.doubted = False
            return snapshot_of(self.last, body(self.last.digest))
        if check.outcome in _CONTENT:
            return NotModified(url="", fetched_at=check.at)
        refused = check.outcome == Outcome.BLOCKED.value
        reason = FailureReason.ROBOTS if refused else FailureReason.CONNECT
        return FetchFailed(url="", fetched_at=check.at, reason=reason, detail=check.detail)
