"""What is kept of a source that its rhythm is learned from. Asked once a day of each, never for a visit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from crawler.model import Between, ChangeKind, Past, Source
from store.sightings import CONTENT
from store.tables import ChangeRow, CheckRow, PageRow, SnapshotRow, VersionRow

# So many changes tell the hours of a week, so many pages how often such pages change, so many visits how often new ones
# come; more of them cost more and tell no more.
_CHANGES, _PAGES, _ADMISSIONS = 500, 500, 200
# What is said to have been modified since then was made for the visit.
_JUST_NOW = timedelta(minutes=5)
_VISIT_BEFORE = (
    select(col(CheckRow.at))
    .where(
        col(CheckRow.page_id) == col(ChangeRow.page_id),
        col(CheckRow.at) < col(ChangeRow.at),
        col(CheckRow.outcome).in_(CONTENT),
    )
    .order_by(col(CheckRow.at).desc())
    .limit(1)
    .correlate(ChangeRow)
    .scalar_subquery()
)


def past(session: Session, source: Source) -> Past:
    """See `Archive.past`."""
    own = col(PageRow.source) == source.name
    # Keys are digests: in their order, the pages are a fair draw from all.
    drawn = select(col(PageRow.rate_changes), col(PageRow.rate_days)).where(own, col(PageRow.rate_as_of).is_not(None))
    admitted = select(col(PageRow.admitted_at)).where(own).distinct().order_by(col(PageRow.admitted_at).desc())
    return Past(
        pages=session.scalars(select(func.count()).select_from(PageRow).where(own)).one(),
        rates=tuple(
            (changes, days) for changes, days in session.execute(drawn.order_by(col(PageRow.key)).limit(_PAGES))
        ),
        made=tuple(_times(session, source)),
        admissions=tuple(session.scalars(admitted.limit(_ADMISSIONS))),
    )


def _times(session: Session, source: Source) -> Iterator[Between]:
    """When the last changes were made: at the time that the Article tells, or between two visits."""
    query = (
        select(
            col(ChangeRow.at),
            col(ChangeRow.kind),
            _VISIT_BEFORE,
            col(VersionRow.published),
            col(SnapshotRow.headers),
        )
        .outerjoin(VersionRow, col(VersionRow.id) == col(ChangeRow.after_id))
        .outerjoin(SnapshotRow, col(SnapshotRow.id) == col(VersionRow.snapshot_id))
        .where(col(ChangeRow.source) == source.name)
        .order_by(col(ChangeRow.at).desc())
        .limit(_CHANGES)
    )
    zone = ZoneInfo(source.timezone)
    for at, kind, before, published, headers in session.execute(query):
        new = kind == ChangeKind.CREATED.value
        for told in (_hour_told(published, zone), None if new else _modified(headers or (), at)):
            if told is not None and told <= at and (new or (before is not None and told > before)):
                yield Between(after=told, seen=told)
                break
        else:
            if before is not None and not new:
                yield Between(after=before, seen=at)


def _hour_told(published: str | None, zone: ZoneInfo) -> datetime | None:
    """The time at which an Article says it was published, where there is an hour in it; midnight is none."""
    if published is None or "T" not in published or "T00:00" in published:
        return None
    try:
        told = datetime.fromisoformat(published)
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=zone)


def _modified(headers: Iterable[tuple[str, str]], at: datetime) -> datetime | None:
    """The time of a response's Last-Modified; none where it is made up at every visit."""
    value = next((value for name, value in headers if name.lower() == "last-modified"), None)
    try:
        told = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return told if told.tzinfo and at - told > _JUST_NOW else None
