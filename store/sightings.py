"""The kept responses that read content of a Page, by time."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from crawler.model import ChangeKind, FindingKind, Outcome
from store.tables import ChangeRow, CheckRow, FindingRow, SnapshotRow, VersionRow

# What a Check comes to that read the page.
CONTENT = frozenset(outcome.value for outcome in (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED))
# The response, and the number of the Version first seen then.
Seen = dict[datetime, tuple[SnapshotRow, int | None]]


def sightings_of(session: Session, page_id: int) -> Seen:
    """What read content, by time. Where a page moved, or a flipping text was held, the response says nothing new."""
    moved = select(ChangeRow.at).where(ChangeRow.page_id == page_id, ChangeRow.kind == ChangeKind.MOVED.value)
    checks = (
        select(CheckRow.at, SnapshotRow)
        .join(SnapshotRow, col(CheckRow.snapshot_id) == col(SnapshotRow.id))
        .where(CheckRow.page_id == page_id, col(CheckRow.outcome).in_(CONTENT), col(CheckRow.at).not_in(moved))
    )
    flips = select(FindingRow.opened_at, FindingRow.resolved_at).where(
        FindingRow.page_id == page_id, FindingRow.kind == FindingKind.FLIP_FLOP.value
    )
    held = session.exec(flips).all()
    seen: Seen = {
        at: (snapshot, None)
        for at, snapshot in session.exec(checks)
        if not any(opened <= at and (resolved is None or at < resolved) for opened, resolved in held)
    }
    versions = (
        select(VersionRow, SnapshotRow)
        .join(SnapshotRow, col(VersionRow.snapshot_id) == col(SnapshotRow.id))
        .where(VersionRow.page_id == page_id)
    )
    for version, snapshot in session.exec(versions):
        at = version.seen_at
        # The Check's own response, where there is one: a Version may since have been read from a later one.
        seen[at] = (seen[at][0] if at in seen else snapshot, version.number)
    return seen


def last_sighting(session: Session, version: VersionRow) -> SnapshotRow | None:
    """The last response of those that brought nothing newer than this Version."""
    seen = sightings_of(session, version.page_id)
    newer = min((at for at, (_, number) in seen.items() if number and at > version.seen_at), default=None)
    times = [at for at in seen if at >= version.seen_at and (newer is None or at < newer)]
    return seen[max(times)][0] if times else None


def last_response(session: Session, version: VersionRow) -> SnapshotRow:
    """The last response that showed a Version."""
    return last_sighting(session, version) or session.get_one(SnapshotRow, version.snapshot_id)
