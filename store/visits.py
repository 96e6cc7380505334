"""A Page's Checks as they were recorded, for judging them again, and captures of the past that wait for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from crawler.model import ChangeKind, FailureReason, FetchFailed, NotModified, Outcome, Visit
from store.adding import add, add_later
from store.rows import key_of, snapshot_of
from store.sightings import CONTENT
from store.tables import ChangeRow, CheckRow, PageRow, SnapshotRow

NOT_MODIFIED = 304
# What a capture is until it is part of its page's history: nothing that a reader takes for content.
WAITS = "kept, and not yet judged with the rest of the history"

Recorded = tuple[CheckRow, SnapshotRow | None]
Body = Callable[[str], bytes]


# Made once: it is asked for every capture of a backfill.
_IS_KEPT = (
    sqlalchemy.select(col(CheckRow.id))
    .join(PageRow, col(PageRow.id) == col(CheckRow.page_id))
    .where(col(PageRow.key) == bindparam("page"), col(CheckRow.at) == bindparam("at"))
    .limit(1)
)


def keep(session: Session, page_id: int, response: dict[str, Any]) -> None:
    """Keeps a capture of the past, given as its row, as a Check of its time; its page must be told to wait."""
    check: dict[str, object] = {
        "page_id": page_id,
        "snapshot_id": add(session, SnapshotRow, response),
        "at": response["fetched_at"],
        "outcome": Outcome.FAILED.value,
        "status": response["status"],
        "detail": WAITS,
        "past": True,
    }
    add_later(session, CheckRow, check)


def is_kept(session: Session, url: str, at: datetime) -> bool:
    """Whether the page of this URL is there and has a Check of exactly this time."""
    found = session.connection().execute(_IS_KEPT, {"page": key_of(url), "at": at})
    return found.first() is not None


def last_response(session: Session, url: str, since: datetime, until: datetime) -> SnapshotRow | None:
    """The last response that was kept of a page, and not of a file behind its links, between two times."""
    query = (
        select(SnapshotRow)
        .join(PageRow, col(PageRow.id) == col(SnapshotRow.page_id))
        .where(PageRow.key == key_of(url), SnapshotRow.url == url)
        .where(col(SnapshotRow.fetched_at) >= since, col(SnapshotRow.fetched_at) <= until)
        .order_by(col(SnapshotRow.fetched_at).desc())
        .limit(1)
    )
    return session.exec(query).first()


def known_times(session: Session, pages: Collection[int], times: Collection[datetime]) -> set[tuple[int, datetime]]:
    """Which of these pages have a Check at which of these times."""
    query = select(CheckRow.page_id, CheckRow.at).where(col(CheckRow.page_id).in_(pages), col(CheckRow.at).in_(times))
    return set(session.exec(query))


def recorded(session: Session, page_id: int) -> list[Recorded]:
    """The Checks of a page in the order of their times, each with its response where one was kept."""
    snapshot = col(CheckRow.snapshot_id) == col(SnapshotRow.id)
    query = select(CheckRow, SnapshotRow).outerjoin(SnapshotRow, snapshot).where(CheckRow.page_id == page_id)
    return list(session.exec(query.order_by(col(CheckRow.at), col(CheckRow.id))))


def shown(checks: Sequence[Recorded]) -> Iterator[SnapshotRow | None]:
    """The response that each Check showed, None where it showed none, or only that the one before still holds.

    A Check without a response of its own said that the last visit's holds; that is what it showed where a capture of
    the past says something else in between.
    """
    last, doubted = None, False
    for check, snapshot in checks:
        if snapshot is not None:
            if not check.past and check.outcome in CONTENT:
                last, doubted = snapshot, False
            doubted = doubted or check.past
            yield snapshot
        elif check.outcome in CONTENT and (doubted or check.status != NOT_MODIFIED):
            doubted = False
            yield last
        else:
            yield None


def moves(session: Session, page_id: int) -> dict[datetime, str]:
    """Where a page's Article was found, by the time of the Check that told so."""
    moved = ChangeRow.page_id == page_id, ChangeRow.kind == ChangeKind.MOVED.value
    told = session.exec(select(ChangeRow.at, ChangeRow.evidence).where(*moved))
    return {at: str(evidence["to"]) for at, evidence in told if "to" in evidence}


def visits(checks: Sequence[Recorded], moved: Mapping[datetime, str], body: Body) -> Iterator[Visit]:
    """Each Check with what came of its request, one at a time. Raises BlobCorrupt where a body cannot be read."""
    body = _once(body)
    for (check, _), snapshot in zip(checks, shown(checks), strict=True):
        yield Visit(
            at=check.at,
            fetched=_without_body(check) if snapshot is None else snapshot_of(snapshot, body(snapshot.digest)),
            past=check.past,
            quiet=not check.past and check.outcome == Outcome.UNCHANGED.value,
            missed=not check.past and check.outcome == Outcome.GONE.value,
            moved_to=moved.get(check.at, ""),
        )


def _once(body: Body) -> Body:
    """The same, but for one that comes again at once: most visits find what the one before found."""
    last = ("", b"")

    def get(digest: str) -> bytes:
        nonlocal last
        if digest != last[0]:
            last = digest, body(digest)
        return last[1]

    return get


def _without_body(check: CheckRow) -> NotModified | FetchFailed:
    if check.outcome in CONTENT:
        return NotModified(url="", fetched_at=check.at)
    refused = check.outcome == Outcome.BLOCKED.value
    reason = FailureReason.ROBOTS if refused else FailureReason.CONNECT
    return FetchFailed(url="", fetched_at=check.at, reason=reason, detail=check.detail)
