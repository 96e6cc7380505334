"""Recording one Check, inside a transaction that the caller holds: everything the verdict says, in one go.

A page's row is locked first, so that two processes recording the same page go one after the other; the second then
finds that the numbers in its verdict are stale and is told to judge again.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TypedDict, Unpack

from sqlalchemy import ColumnElement, Update, bindparam, insert
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session, col, select, update

from crawler.errors import NotKnown
from crawler.model import Change, ChangeKind, Finding, Page, Severity, Snapshot, Verdict
from store.noise import noise_json, record_event
from store.persistence import Opened, current_findings
from store.rows import key_of, page_values, row_id, snapshot_row
from store.tables import ChangeRow, CheckRow, OutboxRow, PageRow, SourceRow
from store.timeline import Timeline
from store.views import ChangeView, FindingView, Recorded

# A finding below this waits to be read; the outbox is for what somebody should hear of.
NOTIFIED_FROM = Severity.HIGH

# Made once, like the others here: a statement costs more to make than to ask.
_PAGE = select(PageRow).where(col(PageRow.key) == bindparam("page"))
_LOCKED_PAGE = _PAGE.with_for_update()
_PAGES = PageRow.metadata.tables[str(PageRow.__tablename__)]
_CHECK = insert(CheckRow.metadata.tables[str(CheckRow.__tablename__)])


class CheckValues(TypedDict):
    """What the row of a Check says of it."""

    at: datetime
    outcome: str
    status: int | None
    detail: str
    past: bool


Changes = list[tuple[ChangeRow, Change]]


def page_row(session: Session, url: str, *, lock: bool = False) -> PageRow:
    """The row of a page, locked until the end of the transaction where asked. Raises NotKnown."""
    found = session.execute(_LOCKED_PAGE if lock else _PAGE, {"page": key_of(url)})
    row: PageRow | None = found.scalar_one_or_none()
    if row is None:
        raise not_tracked(url)
    return row


def not_tracked(url: str) -> NotKnown:
    """The error for a page that was never admitted."""
    return NotKnown(f"{url} is not tracked; `palimpsest pages` lists what is.")


def has_check(session: Session, url: str, at: datetime) -> bool:
    """Whether the page has a Check of exactly this time."""
    page_id = row_id(page_row(session, url))
    query = select(CheckRow.id).where(CheckRow.page_id == page_id, col(CheckRow.at) == at)
    return session.exec(query.limit(1)).first() is not None


def record(session: Session, page: Page, verdict: Verdict, *, notify: bool) -> Recorded:
    """Writes the verdict; see `Archive.record`. The body of its snapshot is already in the blob store."""
    if _is_quiet(verdict):
        _write_quiet(session, page, verdict)
        return Recorded()
    row = page_row(session, page.url, lock=True)
    timeline = Timeline.load(session, row_id(row), row.url)
    snapshot_id = write_check(session, row, verdict.snapshot, **_values(verdict))
    number = _write_version(timeline, verdict, snapshot_id)
    changes = [(timeline.add_change(change, verdict.at), change) for change in verdict.changes]
    told = changes
    if verdict.noise is not None:
        session.execute(_source(row).values(noise=noise_json(verdict.noise)))
    if verdict.event is not None:
        session.flush()
        told = changes if record_event(session, row, verdict.event, verdict.at) else []
    version_id = None if timeline.current is None else row_id(timeline.current)
    opened: Opened = []
    resolved: tuple[Finding, ...] = ()
    if verdict.findings is not None:
        opened, resolved = current_findings(session, row_id(row), version_id, verdict.at, verdict.findings)
    _write_page(row, timeline, verdict, number)
    session.flush()
    if notify:
        write_outbox(session, row, timeline, verdict.at, told, opened)
    return Recorded(
        version=number,
        changes=tuple(change for _, change in changes),
        opened=tuple(finding for _, finding in opened),
        resolved=resolved,
    )


def _is_quiet(verdict: Verdict) -> bool:
    """Whether a Check says nothing but that it was made, and how the page stands: most of all Checks do."""
    brought = (verdict.snapshot, verdict.version, verdict.reread)
    learned = (verdict.findings, verdict.noise, verdict.event)
    return all(one is None for one in (*brought, *learned)) and not verdict.changes


def _write_quiet(session: Session, page: Page, verdict: Verdict) -> None:
    # By tables, and not by rows that the session keeps: nothing else of this transaction needs them.
    connection, values = session.connection(), page_values(verdict)
    page_id = connection.execute(_standing(tuple(values)), {**values, "page": key_of(page.url)}).scalar()
    if page_id is None:
        raise not_tracked(page.url)
    connection.execute(_CHECK, {"page_id": page_id, **_values(verdict)})


@lru_cache(maxsize=8)
def _standing(columns: tuple[str, ...]) -> ReturningUpdate[tuple[int]]:
    """The statement that writes these columns of one page and counts the Check."""
    values: dict[str, ColumnElement[object]] = {name: bindparam(name) for name in columns}
    values |= {"checks": _PAGES.c.checks + 1}
    return update(_PAGES).where(_PAGES.c.key == bindparam("page")).values(values).returning(_PAGES.c.id)


def _source(row: PageRow) -> Update:
    return update(SourceRow).where(col(SourceRow.name) == row.source)


def write_check(session: Session, row: PageRow, snapshot: Snapshot | None, **check: Unpack[CheckValues]) -> int | None:
    """Adds a Check of a page with its response, if that is kept; the number of the response's row."""
    snapshot_id = None
    if snapshot is not None:
        kept = snapshot_row(row_id(row), snapshot)
        session.add(kept)
        session.flush()
        snapshot_id = row_id(kept)
    session.add(CheckRow(page_id=row_id(row), snapshot_id=snapshot_id, **check))
    row.checks += 1
    return snapshot_id


def _values(verdict: Verdict) -> CheckValues:
    return {
        "at": verdict.at,
        "outcome": verdict.outcome.value,
        "status": verdict.status,
        "detail": verdict.detail,
        "past": False,
    }


def _write_version(timeline: Timeline, verdict: Verdict, snapshot_id: int | None) -> int | None:
    if verdict.reread is not None:
        timeline.reread(verdict.reread)
    if verdict.version is None:
        return None
    if snapshot_id is None:
        raise ValueError("a verdict with a new version must carry the snapshot it was read from")
    return timeline.insert(verdict.version, snapshot_id, verdict.at)


def _write_page(row: PageRow, timeline: Timeline, verdict: Verdict, number: int | None) -> None:
    row.sqlmodel_update(page_values(verdict))
    if verdict.version is not None and row.versions == 0:
        row.rules = verdict.version.rules
    row.versions += number is not None
    if timeline.current is not None:
        row.title = timeline.current.title or row.title
    if any(change.kind is not ChangeKind.CREATED for change in verdict.changes):
        row.last_changed = max(verdict.at, row.last_changed or verdict.at)


def write_outbox(
    session: Session,
    row: PageRow,
    timeline: Timeline,
    at: datetime,
    changes: Changes,
    opened: Opened,
) -> None:
    """Puts what is to be told of Changes and of Findings that opened into the outbox."""
    for written, change in changes:
        view = ChangeView(id=row_id(written), page=row.url, source=row.source, title=row.title, at=at, change=change)
        session.add(_outbox_row(row, "change", at, change.summary or change.kind.value, view))
    number = timeline.current.number if timeline.current else 0
    for found, finding in opened:
        if finding.severity.rank >= NOTIFIED_FROM.rank and not finding.silenced:
            seen = FindingView(
                id=row_id(found),
                page=row.url,
                source=row.source,
                title=row.title,
                version=number,
                opened_at=at,
                resolved_at=None,
                finding=finding,
            )
            summary = f"{finding.kind.value} ({finding.severity.value}): {finding.quote[:120]}"
            session.add(_outbox_row(row, "finding", at, summary, seen))


def _outbox_row(row: PageRow, what: str, at: datetime, summary: str, view: ChangeView | FindingView) -> OutboxRow:
    return OutboxRow(
        page_id=row_id(row),
        what=what,
        title=row.title,
        summary=summary,
        at=at,
        payload=view.as_json(),
        next_attempt=at,
    )
