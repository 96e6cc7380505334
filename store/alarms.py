"""Alarms about the watch itself: begun once, ended once, told through the outbox in the transaction that notes them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import cast

from sqlmodel import Session, col, func, select

from crawler.model import Alarm, AlarmKind, Severity, Standing
from store.adding import add
from store.tables import OutboxRow, PageRow, SourceRow
from store.views import iso

Judge = Callable[[Standing], AlarmKind | None]


def note(session: Session, judge: Judge, now: datetime, names: Collection[str] | None) -> tuple[Alarm, ...]:
    """Asks `judge` about every active source (of those named); the alarms that began or ended, now in the outbox."""
    query = select(SourceRow).where(col(SourceRow.active)).order_by(col(SourceRow.name)).with_for_update()
    if names is not None:
        query = query.where(col(SourceRow.name).in_(list(names)))
    rows = list(session.exec(query))
    late = _late_pages(session, [row.name for row in rows], now)
    failing = _failing_pages(session, [row.name for row in rows if row.kind == "page"])
    told = []
    for row in rows:
        dues = [time for time in (row.next_check, late.get(row.name)) if time is not None and time <= now]
        standing = Standing(
            name=row.name,
            failures=max(row.failures, failing.get(row.name, 0)),
            due=min(dues, default=None),
            alarm=cast("AlarmKind | None", row.alarm or None),
        )
        if (changed := _turn(row, standing, judge(standing), now)) is not None:
            add(session, OutboxRow, _item(row, changed, now))
            told.append(changed)
    session.flush()
    return tuple(told)


def _late_pages(session: Session, names: Collection[str], now: datetime) -> dict[str, datetime]:
    """The earliest due time of the pages that are due, by source."""
    due = select(PageRow.source, func.min(PageRow.next_check)).where(
        col(PageRow.source).in_(names), col(PageRow.next_check) <= now
    )
    return dict(session.exec(due.group_by(col(PageRow.source))).all())


def _failing_pages(session: Session, names: Collection[str]) -> dict[str, int]:
    """How often running the page of a single-page source failed: its entry is never fetched for itself."""
    if not names:
        return {}
    worst = select(PageRow.source, func.max(PageRow.failures)).where(col(PageRow.source).in_(list(names)))
    return dict(session.exec(worst.group_by(col(PageRow.source))).all())


def _turn(row: SourceRow, standing: Standing, kind: AlarmKind | None, now: datetime) -> Alarm | None:
    """Writes how the alarm stands; what is to be told: that it began or ended, and not that it changed its reason."""
    was, since = row.alarm, row.alarm_since
    row.alarm = kind or ""
    if kind and not was:
        row.alarm_since = now
        late = now - standing.due if standing.due else None
        why = row.detail if kind == "failing" else f"something of it has been due since {iso(standing.due)}"
        return Alarm(source=row.name, kind=kind, since=now, failures=standing.failures, late=late, detail=why)
    if was and not kind:
        row.alarm_since = None
        why = f"was {was} since {iso(since)}"
        return Alarm(source=row.name, kind="recovered", since=since or now, failures=0, late=None, detail=why)
    return None


def _item(row: SourceRow, alarm: Alarm, now: datetime) -> dict[str, object]:
    payload = {
        "source": row.name,
        "page": row.url,
        "kind": alarm.kind,
        "severity": Severity.HIGH.value,
        "at": iso(now),
        "since": iso(alarm.since),
        "failures": alarm.failures,
        "overdue": None if alarm.late is None else int(alarm.late.total_seconds()),
        "detail": alarm.detail,
    }
    return {
        "page_id": None,
        "what": "alarm",
        "title": None,
        "summary": alarm.summary,
        "at": now,
        "next_attempt": now,
        "payload": payload,
    }
