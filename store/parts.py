"""Lists in parts, each going on behind the last row of the one before it, whatever is added meanwhile.

What is passed over is never read: a part costs what its own rows cost, the first one like the thousandth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Engine, literal_column
from sqlmodel import Session, col, func, select

from crawler.errors import ConfigurationError
from crawler.model import ChangeKind, FindingKind, PageState, Severity
from store.cursors import Cursor, Part, aside, by_time, cut, one_more, within
from store.engine import reading
from store.marks import FindingMarkRow, MarkState, marked_as
from store.noise import SourceEventView, event_view
from store.recording import page_row
from store.rows import key_of, row_id
from store.showing import (
    CHECK,
    DIGEST,
    PAGE,
    VERSION,
    change_view,
    changes_query,
    check_view,
    finding_view,
    findings_query,
    page_view,
    version_view,
)
from store.tables import ChangeRow, CheckRow, FindingRow, PageRow, SnapshotRow, SourceEventRow, VersionRow
from store.views import ChangeView, CheckView, FindingView, PageView, VersionView

PART = 100
T = TypeVar("T")


class PageOrder(StrEnum):
    """What a list of pages goes by: the admission, first to last; what changed or was visited last; what is due first.

    But for the first they are named as the column that they go by.
    """

    ADMITTED = "admitted"
    CHANGED = "last_changed"
    CHECKED = "last_checked"
    DUE = "next_check"


class Parts:
    """Lists, a part at a time: `after` is the `next` of the part before it, given with the same question.

    `limit` None: all there is. `since` includes its time, `until` does not. A list by time is the newest first, else
    the oldest; rows of one time go by the order in which they were recorded. Raises ConfigurationError for a cursor
    of another list.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def changes(
        self,
        *,
        after: Cursor | None = None,
        limit: int | None = PART,
        page: str | None = None,
        source: str | None = None,
        kind: ChangeKind | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        minor: bool | None = None,
        newest_first: bool = True,
    ) -> Part[ChangeView]:
        """Changes by time. `minor` False leaves out the minor ones, True everything else."""
        at, number = col(ChangeRow.at), col(ChangeRow.id)
        query = changes_query().where(*_of(ChangeRow, page, source), *within(at, since, until))
        if kind is not None:
            query = query.where(aside(col(ChangeRow.kind), page or minor) == kind.value)
        if minor is not None:
            query = query.where(col(ChangeRow.minor).is_(minor))
        query = by_time(query, at, number, after, newest_first)
        return self._part(query, limit, lambda found: change_view(*found), lambda view: Cursor(id=view.id, at=view.at))

    def latest(
        self,
        *,
        source: str | None = None,
        minor: bool | None = None,
        changed: int,
        created: int,
        among: int,
    ) -> tuple[ChangeView, ...]:
        """Of the newest `among` changes the newest `changed` of old pages and `created` new pages, by time.

        When a source is first walked its new pages come in hundreds: each kind has its share, and the rest is not read.
        """
        newest = select(ChangeRow.id, ChangeRow.kind).where(*_of(ChangeRow, None, source))
        if minor is not None:
            newest = newest.where(col(ChangeRow.minor).is_(minor))
        at, number = col(ChangeRow.at), col(ChangeRow.id)
        with reading(self._engine) as session:
            found = session.exec(by_time(newest, at, number, None, True).limit(among)).all()
            new = [one for one, kind in found if kind == ChangeKind.CREATED.value]
            old = [one for one, kind in found if kind != ChangeKind.CREATED.value]
            wanted = changes_query().where(number.in_([*old[:changed], *new[:created]]))
            rows = session.exec(by_time(wanted, at, number, None, True)).all()
        return tuple(change_view(*row) for row in rows)

    def findings(
        self,
        *,
        after: Cursor | None = None,
        limit: int | None = PART,
        page: str | None = None,
        source: str | None = None,
        kind: FindingKind | None = None,
        severity: Severity | None = None,
        open_only: bool = False,
        state: MarkState | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = True,
    ) -> Part[FindingView]:
        """Findings by the time they opened. `severity` means exactly that one; `state`: what was decided of it last."""
        at, number = col(FindingRow.opened_at), col(FindingRow.id)
        query = findings_query().where(*_of(FindingRow, page, source), *within(at, since, until))
        narrow = page or source or open_only
        if kind is not None:
            query = query.where(aside(col(FindingRow.kind), narrow) == kind.value)
        if severity is not None:
            query = query.where(aside(col(FindingRow.severity), narrow or kind) == severity.value)
        if open_only:
            query = query.where(col(FindingRow.resolved_at).is_(None))
        if state is not None:
            query = query.where(func.coalesce(FindingMarkRow.state, MarkState.OPEN.value) == state.value)
            if state is not MarkState.OPEN:
                query = query.where(col(FindingRow.id).in_(marked_as(state)))
        query = by_time(query, at, number, after, newest_first)

        def place(view: FindingView) -> Cursor:
            return Cursor(id=view.id, at=view.opened_at)

        return self._part(query, limit, lambda found: finding_view(*found), place)

    def pages(
        self,
        *,
        after: Cursor | None = None,
        limit: int | None = PART,
        source: str | None = None,
        state: PageState | None = None,
        order: PageOrder = PageOrder.ADMITTED,
    ) -> Part[PageView]:
        """Pages in the order of their admission, or in another; by times only those that have such a time."""
        query = select(PAGE)
        if source is not None:
            query = query.where(PageRow.source == source)
        if state is not None:
            query = query.where(PageRow.state == state.value)
            if state is not PageState.LIVE:
                # Said for the index of the few that are not.
                query = query.where(col(PageRow.state) != literal_column("'live'"))
        if order is PageOrder.ADMITTED:
            query = query.order_by(col(PageRow.id))
            if after is not None:
                query = query.where(col(PageRow.id) > _number(after))
        else:
            at = col(getattr(PageRow, order.value))
            newest = order is not PageOrder.DUE
            query = by_time(query.where(at.is_not(None)), at, col(PageRow.id), after, newest)

        def place(row: PageRow) -> Cursor:
            return Cursor(id=row_id(row), at=None if order is PageOrder.ADMITTED else getattr(row, order.value))

        rows = self._part(query, limit, lambda row: row, place)
        return Part(rows=tuple(page_view(row) for row in rows.rows), next=rows.next)

    def log(
        self,
        url: str,
        *,
        after: Cursor | None = None,
        limit: int | None = PART,
        since: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = True,
    ) -> Part[CheckView]:
        """Every Check of a page by time, each with the Version it brought. Raises NotKnown."""
        at, number = col(CheckRow.at), col(CheckRow.id)
        with reading(self._engine) as session:
            page_id = row_id(page_row(session, url))
            query = (
                select(CHECK, SnapshotRow.digest)
                .select_from(CheckRow)
                .outerjoin(SnapshotRow, col(CheckRow.snapshot_id) == col(SnapshotRow.id))
                .where(CheckRow.page_id == page_id, *within(at, since, until))
            )
            query = by_time(query, at, number, after, newest_first)
            rows = session.exec(query.limit(one_more(limit))).all()
            brought = _brought(session, page_id, [row.at for row, _ in rows])
        part = cut(rows, limit, lambda found: found, lambda found: Cursor(id=found[0].id or 0, at=found[0].at))
        return Part(rows=tuple(check_view(row, digest, brought) for row, digest in part.rows), next=part.next)

    def versions(
        self,
        url: str,
        *,
        after: Cursor | None = None,
        limit: int | None = PART,
        since: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = False,
    ) -> Part[VersionView]:
        """The Versions of a page by number, without their texts. Raises NotKnown."""
        number = col(VersionRow.number)
        with reading(self._engine) as session:
            page_id = row_id(page_row(session, url))
        query = (
            select(VERSION, DIGEST)
            .select_from(VersionRow)
            .join(SnapshotRow, col(VersionRow.snapshot_id) == col(SnapshotRow.id))
            .where(VersionRow.page_id == page_id, *within(col(VersionRow.seen_at), since, until))
            .order_by(number.desc() if newest_first else number)
        )
        if after is not None:
            query = query.where(number < _number(after) if newest_first else number > _number(after))
        return self._part(query, limit, lambda found: version_view(*found), lambda view: Cursor(id=view.number))

    def events(
        self,
        source: str | None = None,
        *,
        after: Cursor | None = None,
        limit: int | None = PART,
        since: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = True,
    ) -> Part[SourceEventView]:
        """What happened to whole sources, by the time it began."""
        at, number = col(SourceEventRow.at), col(SourceEventRow.id)
        query = select(SourceEventRow).where(*within(at, since, until))
        if source is not None:
            query = query.where(SourceEventRow.source == source)
        query = by_time(query, at, number, after, newest_first)
        rows = self._part(query, limit, lambda row: row, lambda row: Cursor(id=row.id or 0, at=row.at))
        return Part(rows=tuple(event_view(row) for row in rows.rows), next=rows.next)

    def _part(
        self,
        query: Any,  # noqa: ANN401 - a statement of any columns
        limit: int | None,
        view: Callable[[Any], T],
        place: Callable[[T], Cursor],
    ) -> Part[T]:
        with reading(self._engine) as session:
            return cut(session.exec(query.limit(one_more(limit))).all(), limit, view, place)


def _of(row: type[ChangeRow | FindingRow], page: str | None, source: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if page is not None:
        # Its number, looked up once: joined by its key, a list by time would be walked until the page turns up.
        found = select(PageRow.id).where(PageRow.key == key_of(page)).scalar_subquery()
        conditions.append(col(row.page_id) == found)
    if source is not None:
        conditions.append(aside(col(row.source), page) == source)
    return conditions


def _number(after: Cursor) -> int:
    if after.at is not None:
        raise ConfigurationError(f"{after} is a place in another list; take one that this list gave.")
    return after.id


def _brought(session: Session, page_id: int, times: Sequence[datetime]) -> dict[datetime, int]:
    """The numbers of the Versions first seen at these times, by time."""
    if not times:
        return {}
    within = col(VersionRow.seen_at).between(min(times), max(times))
    query = select(VersionRow.seen_at, VersionRow.number).where(VersionRow.page_id == page_id, within)
    return dict(session.exec(query).all())
