"""Recording one Check, inside a transaction that the caller holds: everything the verdict says, in one go.

A page's row is locked first, so that two processes recording the same page go one after the other; the second then
finds that the numbers in its verdict are stale and is told to judge again.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TypedDict

import sqlalchemy
from sqlalchemy import ColumnElement, bindparam
from sqlalchemy.sql.dml import Update
from sqlmodel import Session, col, select, update

from crawler.model import Change, ChangeKind, Finding, Page, Snapshot, SourceEvent, Verdict
from store.adding import add, add_later
from store.base import table_of
from store.later import later, not_tracked, write_now
from store.marks import silenced
from store.noise import noise_json, record_event
from store.persistence import Opened, current_findings
from store.rows import key_of, page_values, row_id, snapshot_values
from store.tables import CheckRow, OutboxRow, PageRow, SnapshotRow, SourceRow
from store.timeline import Timeline
from store.views import ChangeView, FindingView, Recorded

# Made once, like the others here: a statement costs more to make than to ask.
_PAGE = select(PageRow).where(col(PageRow.key) == bindparam("page"))
_LOCKED_PAGE = _PAGE.with_for_update()
_PAGES = table_of(PageRow)


class CheckValues(TypedDict):
    """What the row of a Check says of it."""

    at: datetime
    outcome: str
    status: int | None
    detail: str
    past: bool


# The number of its row, and the Change.
Changes = list[tuple[int, Change]]


# The Check of a page by its key: whoever visited it need not know the number of its row.
_QUIET_CHECK = sqlalchemy.insert(table_of(CheckRow)).values(
    page_id=sqlalchemy.select(_PAGES.c.id).where(_PAGES.c.key == bindparam("page")).scalar_subquery(),
    **{name: bindparam(name) for name in CheckValues.__annotations__},
)


class Standing(NamedTuple):
    """How a page is recorded, by the columns of its row, which is locked until the end of the transaction."""

    id: int
    url: str
    source: str
    title: str | None
    versions: int
    last_changed: datetime | None

    def changed(self, at: datetime) -> datetime:
        """When it last changed, now that it did."""
        return max(at, self.last_changed or at)


_LOCKED = (
    sqlalchemy.select(*(_PAGES.c[name] for name in Standing._fields))
    .where(_PAGES.c.key == bindparam("page"))
    .with_for_update()
)


def standing(session: Session, url: str) -> Standing:
    """How a page is recorded now; its row is locked. Raises NotKnown."""
    found = session.connection().execute(_LOCKED, {"page": key_of(url)}).first()
    if found is None:
        raise not_tracked(url)
    return Standing(*found)


def page_row(session: Session, url: str, *, lock: bool = False) -> PageRow:
    """The row of a page, locked until the end of the transaction where asked. Raises NotKnown."""
    found = session.execute(_LOCKED_PAGE if lock else _PAGE, {"page": key_of(url)})
    row: PageRow | None = found.scalar_one_or_none()
    if row is None:
        raise not_tracked(url)
    return row


def has_check(session: Session, url: str, at: datetime) -> bool:
    """Whether the page has a Check of exactly this time."""
    page_id = row_id(page_row(session, url))
    query = select(CheckRow.id).where(CheckRow.page_id == page_id, col(CheckRow.at) == at)
    return session.exec(query.limit(1)).first() is not None


def record(session: Session, page: Page, verdict: Verdict, *, notify: bool) -> Recorded:
    """Writes the verdict; see `Archive.record`. The body of its snapshot is already in the blob store."""
    _one_after_another(session, page.url)
    if _is_quiet(verdict):
        _write_quiet(session, page, verdict)
        return Recorded()
    held = standing(session, page.url)
    timeline = Timeline.load(session, held.id, held.url)
    snapshot_id = add_snapshot(session, held.id, verdict.snapshot)
    add_later(session, CheckRow, {"page_id": held.id, "snapshot_id": snapshot_id, **_values(verdict)})
    number = _write_version(timeline, verdict, snapshot_id)
    changes = [(timeline.add_change(change, verdict.at), change) for change in verdict.changes]
    told = changes
    if verdict.noise is not None:
        noise = noise_json(verdict.noise)
        session.execute(update(SourceRow).where(col(SourceRow.name) == held.source).values(noise=noise))
    if verdict.event is not None:
        told = changes if record_event(session, held.source, verdict.event, verdict.at) else []
    version_id = None if timeline.current is None else timeline.current.id
    opened: Opened = []
    resolved: tuple[Finding, ...] = ()
    if verdict.findings is not None:
        opened, resolved = current_findings(
            session, held.id, version_id, verdict.at, verdict.findings, any_held=timeline.unresolved
        )
    write_page(session, held.url, _page_values(held, timeline, verdict, number), checks=1)
    if notify:
        write_outbox(session, held, timeline, verdict.at, told, opened, verdict.event)
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


def _one_after_another(session: Session, url: str) -> None:
    """Writes what waits where it may be about the same page: a transaction has no page twice but by mistake."""
    recorded: set[str] = session.info.setdefault("recorded", set())
    if url in recorded:
        write_now(session)
    recorded.add(url)


def _write_quiet(session: Session, page: Page, verdict: Verdict) -> None:
    write_page(session, page.url, page_values(verdict), checks=1)
    later(session, _QUIET_CHECK, {"page": key_of(page.url), **_values(verdict)})


def write_page(session: Session, url: str, values: dict[str, object], *, checks: int = 0) -> None:
    """Writes how a page stands, by the columns of its row, and counts so many `checks` more; by the end."""
    later(session, _page_update(tuple(values)), {**values, "page": key_of(url), "more": checks}, url=url)


@lru_cache(maxsize=32)
def _page_update(columns: tuple[str, ...]) -> Update:
    """The statement that writes these columns of one page and counts its Checks."""
    values: dict[str, ColumnElement[object]] = {name: bindparam(name) for name in columns}
    values |= {"checks": _PAGES.c.checks + bindparam("more")}
    return sqlalchemy.update(_PAGES).where(_PAGES.c.key == bindparam("page")).values(values)


def add_snapshot(session: Session, page_id: int, snapshot: Snapshot | None) -> int | None:
    """The number of the row of a response, None where there is none to keep."""
    return None if snapshot is None else add(session, SnapshotRow, snapshot_values(page_id, snapshot))


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
        timeline.reread(verdict.reread, verdict.at)
    if verdict.version is None:
        return None
    if snapshot_id is None or verdict.snapshot is None:
        raise ValueError("a verdict with a new version must carry the snapshot it was read from")
    return timeline.insert(verdict.version, verdict.snapshot, snapshot_id, verdict.at)


def _page_values(held: Standing, timeline: Timeline, verdict: Verdict, number: int | None) -> dict[str, object]:
    values = page_values(verdict)
    if verdict.version is not None and held.versions == 0:
        values["rules"] = verdict.version.rules
    if number is not None:
        values["versions"] = held.versions + 1
    if timeline.current is not None:
        values["title"] = _title(held, timeline)
    if any(change.kind is not ChangeKind.CREATED for change in verdict.changes):
        values["last_changed"] = held.changed(verdict.at)
    return values


def _title(held: Standing, timeline: Timeline) -> str | None:
    return (timeline.current.title if timeline.current else None) or held.title


def write_outbox(
    session: Session,
    held: Standing,
    timeline: Timeline,
    at: datetime,
    changes: Changes,
    opened: Opened,
    event: SourceEvent | None = None,
) -> None:
    """Puts what may be told of Changes and of Findings that opened into the outbox; who wants it is decided from there.

    The Change with which an event of the Source begins is told as that, though it is minor like those that follow it.
    A Finding that its Source or somebody has silenced is not told.
    """
    title = _title(held, timeline)
    for row, change in changes:
        view = ChangeView(id=row, page=held.url, source=held.source, title=title, at=at, change=change)
        is_event = event is not None and change.minor and change.summary == event.summary
        tell_change(session, held.id, view, what="event" if is_event else "change")
    unheard = silenced(session, held.id, [finding.fingerprint for _, finding in opened])
    for row, finding in opened:
        if not finding.silenced and finding.fingerprint not in unheard:
            seen = FindingView(
                id=row,
                page=held.url,
                source=held.source,
                title=title,
                version=timeline.current.number if timeline.current else 0,
                opened_at=at,
                resolved_at=None,
                finding=finding,
            )
            tell_finding(session, held.id, seen)


def tell_change(session: Session, page_id: int, view: ChangeView, *, what: str = "change") -> None:
    """Puts a Change into the outbox, by the end of the transaction."""
    summary = view.change.summary or view.change.kind.value
    _put(session, page_id, view.title, view.at, {"what": what, "summary": summary, "payload": view.as_json()})


def tell_finding(session: Session, page_id: int, view: FindingView) -> None:
    """Puts a Finding that opened into the outbox, by the end of the transaction."""
    finding = view.finding
    summary = f"{finding.kind.value} ({finding.severity.value}): {finding.quote[:120]}"
    told: dict[str, object] = {"what": "finding", "summary": summary, "payload": view.as_json()}
    _put(session, page_id, view.title, view.opened_at, told)


def _put(session: Session, page_id: int, title: str | None, at: datetime, told: dict[str, object]) -> None:
    add_later(session, OutboxRow, {"page_id": page_id, "title": title, "at": at, "next_attempt": at} | told)
