"""Reading one Page a part at a time, however long its history is: what the reading room shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, case, func, or_
from sqlmodel import Session, col, select

from crawler.errors import NotKnown
from crawler.model import Severity, Version
from store.cursors import Cursor
from store.engine import reading
from store.marks import unknown_finding
from store.mementos import Memento, memento_of
from store.recording import page_row
from store.responses import KeptResponse, response_of
from store.rows import row_id, version_of
from store.showing import PAGE, change_view, changes_query, finding_view, findings_query, page_view, version_view
from store.stretches import STRETCHES, Stretches, stretches_from
from store.tables import ChangeRow, CheckRow, FindingRow, PageRow, SnapshotRow, VersionRow
from store.views import ChangeView, FindingView, PageView, VersionView

# So many Findings are shown of one Page or Version.
FINDINGS = 50
# So many responses after the one of a Finding's opening are looked through for it.
LATER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePart:
    """A part of a Page's history: Checks with what is beside them, and the Changes of their times, in one order."""

    page: PageView
    stretches: Stretches
    changes: tuple[ChangeView, ...]
    newest_first: bool = True

    @property
    def next(self) -> Cursor | None:
        """Where the next part begins, None where this is the last."""
        return self.stretches.next


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadVersion:
    """A Version whole, with the response it was read from, its place in the chain, and what was found on it.

    `further`: so many more were found on it than are given here.
    """

    page: PageView
    version: Version
    view: VersionView
    response: KeptResponse
    findings: tuple[FindingView, ...]
    further: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFinding:
    """A Finding with its Page, and the newest Version in force while it was there (0: none).

    `again`: the same one at other times, newest first.
    """

    finding: FindingView
    page: PageView
    until: int
    again: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """A kept response in which a Finding may stand. `opened`: it is that of the visit at which it opened."""

    memento: Memento
    opened: bool


class Browsing:
    """The part of a History that reads one Page closely. Every method reads so much and no more."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, url: str, after: Cursor | None = None, *, newest_first: bool = True) -> PagePart:
        """A part of the history of a page, from the place on where the one before it ended. Raises NotKnown."""
        with reading(self._engine) as session:
            page = page_row(session, url)
            stretches = stretches_from(session, row_id(page), after, newest_first)
            changes = _changes_between(session, row_id(page), after, stretches.next, newest_first)
            return PagePart(page=page_view(page), stretches=stretches, changes=changes, newest_first=newest_first)

    def findings(self, url: str) -> tuple[FindingView, ...]:
        """The Findings of a page, open ones first, the gravest of them and then the newest first, at most FINDINGS."""
        with reading(self._engine) as session:
            grave = case({one.value: one.rank for one in Severity}, value=FindingRow.severity, else_=0)
            query = (
                findings_query()
                .where(FindingRow.page_id == row_id(page_row(session, url)))
                .order_by(col(FindingRow.resolved_at).is_not(None), grave.desc(), col(FindingRow.opened_at).desc())
                .limit(FINDINGS)
            )
            return tuple(finding_view(*found) for found in session.exec(query))

    def count_findings(self, url: str) -> int:
        """How many Findings a page has and had. Raises NotKnown for a page that is not tracked."""
        with reading(self._engine) as session:
            mine = FindingRow.page_id == row_id(page_row(session, url))
            return session.exec(select(func.count()).select_from(FindingRow).where(mine)).one()

    def version(self, url: str, number: int) -> ReadVersion:
        """One Version with all that is shown beside it, at most FINDINGS of them. Raises NotKnown."""
        with reading(self._engine) as session:
            return _read_version(session, url, number)

    def times(self, url: str, numbers: Sequence[int]) -> dict[int, datetime]:
        """When these Versions of a page were first seen. Raises NotKnown for a page that is not tracked."""
        with reading(self._engine) as session:
            page_id = row_id(page_row(session, url))
            query = select(VersionRow.number, VersionRow.seen_at).where(VersionRow.page_id == page_id)
            return dict(session.exec(query.where(col(VersionRow.number).in_(numbers))).all())

    def finding(self, number: int) -> ReadFinding:
        """One Finding with its Page and life. Raises NotKnown where no Finding has this number (any more)."""
        with reading(self._engine) as session:
            return _read_finding(session, number)

    def finding_of(self, url: str, fingerprint: str, opened: datetime) -> int:
        """The number of a page's Finding that opened then, or else of the last one like it. Raises NotKnown."""
        with reading(self._engine) as session:
            mine = FindingRow.page_id == row_id(page_row(session, url)), FindingRow.fingerprint == fingerprint
            then = col(FindingRow.opened_at)
            query = select(FindingRow.id).where(*mine).order_by((then == opened).desc(), then.desc()).limit(1)
            found = session.exec(query).first()
        if found is None:
            raise NotKnown(f"{url} has no such finding; `palimpsest findings` lists what there is.")
        return found

    def showing(self, finding: FindingView) -> tuple[Showing, ...]:
        """The kept responses that may show a Finding: that of its opening, or the last before it, then the first after.

        Whether it stands in one shows when that is read.
        """
        mine = select(FindingRow.page_id).where(FindingRow.id == finding.id).scalar_subquery()
        at, number = col(CheckRow.at), col(CheckRow.id)
        kept = (
            select(SnapshotRow, CheckRow.at)
            .join(CheckRow, col(CheckRow.snapshot_id) == col(SnapshotRow.id))
            .where(CheckRow.page_id == mine)
        )
        before = kept.where(at <= finding.opened_at).order_by(at.desc(), number.desc()).limit(1)
        after = kept.where(at > finding.opened_at).order_by(at, number).limit(LATER)
        if finding.resolved_at is not None:
            after = after.where(at < finding.resolved_at)
        with reading(self._engine) as session:
            rows = [*session.exec(before), *session.exec(after)]
        return tuple(
            Showing(memento=memento_of(finding.page, row), opened=when == finding.opened_at) for row, when in rows
        )


def _changes_between(
    session: Session, page_id: int, after: Cursor | None, end: Cursor | None, newest_first: bool
) -> tuple[ChangeView, ...]:
    """The Changes that belong to a part; those of the very time at which it begins were shown with the one before."""
    at, number = col(ChangeRow.at), col(ChangeRow.id)
    query = changes_query().where(ChangeRow.page_id == page_id).limit(4 * STRETCHES)
    query = query.order_by(*((at.desc(), number.desc()) if newest_first else (at, number)))
    if after is not None:
        query = query.where(at < after.at if newest_first else at > after.at)
    if end is not None:
        query = query.where(at >= end.at if newest_first else at <= end.at)
    return tuple(change_view(*found) for found in session.exec(query))


def _read_version(session: Session, url: str, number: int) -> ReadVersion:
    page = page_row(session, url)
    query = (
        select(VersionRow, SnapshotRow)
        .join(SnapshotRow, col(VersionRow.snapshot_id) == col(SnapshotRow.id))
        .where(VersionRow.page_id == page.id, VersionRow.number == number)
    )
    found = session.exec(query).first()
    if found is None:
        raise NotKnown(f"{url} has no version {number}; `palimpsest log {url}` lists what there is.")
    row, snapshot = found
    there = (
        findings_query()
        .where(FindingRow.page_id == page.id, func.coalesce(VersionRow.number, 0) <= number)
        .where(or_(col(FindingRow.resolved_at).is_(None), col(FindingRow.resolved_at) > row.seen_at))
        .order_by(col(FindingRow.opened_at).desc(), col(FindingRow.id).desc())
    )
    findings = tuple(finding_view(*one) for one in session.exec(there.limit(FINDINGS)))
    every = select(func.count()).select_from(there.order_by(None).with_only_columns(col(FindingRow.id)).subquery())
    return ReadVersion(
        page=page_view(page),
        version=version_of(row, snapshot.digest),
        view=version_view(row, snapshot),
        response=response_of(snapshot),
        findings=findings,
        further=session.exec(every).one() - FINDINGS if len(findings) == FINDINGS else 0,
    )


def _read_finding(session: Session, number: int) -> ReadFinding:
    found = session.exec(findings_query().where(FindingRow.id == number)).first()
    if found is None:
        raise unknown_finding(number)
    row, of, _, _ = found
    page = session.exec(select(PAGE).where(PageRow.id == of.id)).one()
    # In force when it opened, or since then until it resolved.
    last = select(func.max(VersionRow.number)).where(VersionRow.page_id == page.id)
    if row.resolved_at is not None:
        last = last.where(or_(col(VersionRow.seen_at) <= row.opened_at, col(VersionRow.seen_at) < row.resolved_at))
    again = (
        findings_query()
        .where(FindingRow.page_id == page.id, FindingRow.fingerprint == row.fingerprint, FindingRow.id != number)
        .order_by(col(FindingRow.opened_at).desc())
        .limit(20)
    )
    return ReadFinding(
        finding=finding_view(*found),
        page=page_view(page),
        until=session.exec(last).one() or 0,
        again=tuple(finding_view(*one) for one in session.exec(again)),
    )
