"""Reading: what the listings, the dashboard and the API show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import Select

from crawler.errors import NotKnown
from crawler.model import (
    AttachedFile,
    ChangeKind,
    FindingKind,
    Noise,
    PageState,
    Severity,
    Snapshot,
    Version,
)
from store import attachments
from store.base import Row
from store.blobs import BlobStore
from store.browsing import Parts, marked_findings
from store.engine import reading
from store.marks import FindingMarkRow, MarkState
from store.noise import SourceEventView, event_view, noise_of
from store.recording import page_row
from store.rows import key_of, row_id, snapshot_of, version_of
from store.search import FoundVersions, search, unindexed
from store.showing import change_view, check_view, finding_view, page_view, source_view, version_view
from store.tables import (
    ChangeRow,
    CheckRow,
    FindingRow,
    OutboxRow,
    PageRow,
    SnapshotRow,
    SourceEventRow,
    SourceRow,
    VersionRow,
)
from store.views import ChangeView, CheckView, Counts, FindingView, PageView, SourceView, VersionView


class History:
    """The reading side of a Store. Methods may be called from any thread; pages are named by their canonical URL."""

    def __init__(self, engine: Engine, blobs: BlobStore) -> None:
        self._engine = engine
        self._blobs = blobs
        self.parts = Parts(engine, blobs)

    # ---- listings ------------------------------------------------------------------------------------------------

    def sources(self) -> tuple[SourceView, ...]:
        """Every source that was ever configured, by name."""
        query = (
            select(SourceRow, func.count(col(PageRow.id)), func.min(PageRow.next_check))
            .outerjoin(PageRow, col(PageRow.source) == col(SourceRow.name))
            .group_by(col(SourceRow.name))
            .order_by(col(SourceRow.name))
        )
        with reading(self._engine) as session:
            return tuple(source_view(row, count, first) for row, count, first in session.exec(query))

    def pages(
        self,
        source: str | None = None,
        *,
        state: PageState | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[PageView, ...]:
        """Pages in the order of their admission."""
        query = select(PageRow).order_by(col(PageRow.id)).limit(limit).offset(offset)
        if source is not None:
            query = query.where(PageRow.source == source)
        if state is not None:
            query = query.where(PageRow.state == state.value)
        with reading(self._engine) as session:
            return tuple(page_view(row) for row in session.exec(query))

    def page(self, url: str) -> PageView:
        """One page. Raises NotKnown."""
        with reading(self._engine) as session:
            return page_view(page_row(session, url))

    def changes(
        self,
        *,
        page: str | None = None,
        source: str | None = None,
        kind: ChangeKind | None = None,
        since: datetime | None = None,
        minor: bool | None = None,
        limit: int | None = None,
        newest_first: bool = True,
    ) -> tuple[ChangeView, ...]:
        """Changes by time. `minor` False leaves out the minor ones, True everything else."""
        before, after = aliased(VersionRow), aliased(VersionRow)
        query = (
            select(ChangeRow, PageRow, before.number, after.number)
            .join(PageRow, col(ChangeRow.page_id) == col(PageRow.id))
            .outerjoin(before, col(ChangeRow.before_id) == col(before.id))
            .outerjoin(after, col(ChangeRow.after_id) == col(after.id))
        )
        query = query.where(*_of(ChangeRow, page, source))
        if kind is not None:
            query = query.where(ChangeRow.kind == kind.value)
        if since is not None:
            query = query.where(col(ChangeRow.at) >= since)
        if minor is not None:
            query = query.where(col(ChangeRow.minor).is_(minor))
        order = (col(ChangeRow.at), col(ChangeRow.id))
        query = query.order_by(*(key.desc() for key in order) if newest_first else order).limit(limit)
        with reading(self._engine) as session:
            return tuple(change_view(*found) for found in session.exec(query))

    def findings(
        self,
        *,
        page: str | None = None,
        source: str | None = None,
        kind: FindingKind | None = None,
        severity: Severity | None = None,
        open_only: bool = False,
        state: MarkState | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        newest_first: bool = True,
    ) -> tuple[FindingView, ...]:
        """Findings by the time they opened. `since` counts from their opening; `severity` means exactly that one.

        `state`: what somebody decided of them last; open is what nobody has decided anything of, too.
        """
        query = marked_findings().where(*_of(FindingRow, page, source))
        if state is not None:
            query = query.where(func.coalesce(FindingMarkRow.state, MarkState.OPEN.value) == state.value)
        if kind is not None:
            query = query.where(FindingRow.kind == kind.value)
        if severity is not None:
            query = query.where(FindingRow.severity == severity.value)
        if open_only:
            query = query.where(col(FindingRow.resolved_at).is_(None))
        if since is not None:
            query = query.where(col(FindingRow.opened_at) >= since)
        order = (col(FindingRow.opened_at), col(FindingRow.id))
        query = query.order_by(*(key.desc() for key in order) if newest_first else order).limit(limit)
        with reading(self._engine) as session:
            return tuple(finding_view(*found) for found in session.exec(query))

    def search(
        self, query: str, *, source: str | None = None, limit: int = 20, before: int | None = None
    ) -> FoundVersions:
        """Versions that say every word of the query, the last recorded first, a page of them: at most `limit`.

        A page looks through so many Versions and no more; `before` is that of the page before it.
        A word of Chinese is found inside of what is written, a word of other scripts where it is a whole one. What is
        not indexed yet is not found: see `Archive.index`. Raises ConfigurationError where there is nothing to look up.
        """
        return search(self._engine, query, source=source, limit=limit, before=before)

    def unindexed(self) -> int:
        """How many Versions `search` does not know yet as they are."""
        return unindexed(self._engine)

    # ---- one page ------------------------------------------------------------------------------------------------

    def log(self, url: str, *, limit: int | None = None, newest_first: bool = False) -> tuple[CheckView, ...]:
        """Every Check of a page by time, each with the Version it brought. Raises NotKnown."""
        order = (col(CheckRow.at), col(CheckRow.id))
        with reading(self._engine) as session:
            page_id = row_id(page_row(session, url))
            brought = select(VersionRow.seen_at, VersionRow.number).where(VersionRow.page_id == page_id)
            numbers: dict[datetime, int] = dict(session.exec(brought).all())
            query = (
                select(CheckRow, SnapshotRow.digest)
                .outerjoin(SnapshotRow, col(CheckRow.snapshot_id) == col(SnapshotRow.id))
                .where(CheckRow.page_id == page_id)
                .order_by(*(key.desc() for key in order) if newest_first else order)
                .limit(limit)
            )
            return tuple(check_view(row, digest, numbers) for row, digest in session.exec(query))

    def noise(self, source: str | None = None) -> dict[str, Noise]:
        """What was learned of each source's noise (of one), those of which nothing was left out."""
        query = select(SourceRow.name, SourceRow.noise).order_by(col(SourceRow.name))
        if source is not None:
            query = query.where(SourceRow.name == source)
        with reading(self._engine) as session:
            return {name: noise_of(values) for name, values in session.exec(query) if values}

    def events(self, source: str | None = None) -> tuple[SourceEventView, ...]:
        """What happened to whole sources, newest first."""
        query = select(SourceEventRow).order_by(col(SourceEventRow.at).desc(), col(SourceEventRow.id).desc())
        if source is not None:
            query = query.where(SourceEventRow.source == source)
        with reading(self._engine) as session:
            return tuple(event_view(row) for row in session.exec(query))

    def files(self, url: str) -> tuple[AttachedFile, ...]:
        """The files behind a page's links that were ever asked for, and how each stands. Raises NotKnown."""
        with reading(self._engine) as session:
            return attachments.files(session, url)

    def versions(self, url: str) -> tuple[VersionView, ...]:
        """The Versions of a page by number, without their texts. Raises NotKnown."""
        with reading(self._engine) as session:
            query = _versions_of(session, url).order_by(col(VersionRow.number))
            return tuple(version_view(row, snapshot) for row, snapshot in session.exec(query))

    def version(self, url: str, number: int | None = None) -> Version:
        """One Version, the newest where no number is given. Raises NotKnown."""
        with reading(self._engine) as session:
            row, snapshot = _version_row(session, url, number)
            return version_of(row, snapshot.digest)

    def at(self, url: str, time: datetime) -> Version | None:
        """The Version in force at a time; None before the first. Raises NotKnown for an unknown page."""
        with reading(self._engine) as session:
            query = _versions_of(session, url).where(col(VersionRow.seen_at) <= time)
            found = session.exec(query.order_by(col(VersionRow.number).desc()).limit(1)).first()
            return None if found is None else version_of(found[0], found[1].digest)

    def snapshot(self, url: str, number: int | None = None) -> Snapshot:
        """The raw response a Version was read from. Raises NotKnown, and BlobCorrupt where its body cannot be read."""
        with reading(self._engine) as session:
            _, row = _version_row(session, url, number)
        return snapshot_of(row, self._blobs.get(row.digest))

    def counts(self) -> Counts:
        """How much there is of everything."""

        def count(session: Session, table: type[Row], *where: Any) -> int:  # noqa: ANN401 - SQL conditions
            return session.exec(select(func.count()).select_from(table).where(*where)).one()

        with reading(self._engine) as session:
            return Counts(
                sources=count(session, SourceRow, col(SourceRow.active)),
                pages=count(session, PageRow),
                # Counted as they were made: rows may stand for many, and are too many to count.
                checks=session.exec(select(func.coalesce(func.sum(PageRow.checks), 0))).one(),
                snapshots=count(session, SnapshotRow),
                versions=count(session, VersionRow),
                changes=count(session, ChangeRow),
                findings=count(session, FindingRow),
                open_findings=count(session, FindingRow, col(FindingRow.resolved_at).is_(None)),
                pending_notifications=count(session, OutboxRow, col(OutboxRow.delivered_at).is_(None)),
            )


def _of(row: type[ChangeRow | FindingRow], page: str | None, source: str | None) -> list[ColumnElement[bool]]:
    conditions = []
    if page is not None:
        conditions.append(col(PageRow.key) == key_of(page))
    if source is not None:
        conditions.append(col(row.source) == source)
    return conditions


def _versions_of(session: Session, url: str) -> Select[VersionRow, SnapshotRow]:
    snapshot = col(VersionRow.snapshot_id) == col(SnapshotRow.id)
    page_id = row_id(page_row(session, url))
    return select(VersionRow, SnapshotRow).join(SnapshotRow, snapshot).where(VersionRow.page_id == page_id)


def _version_row(session: Session, url: str, number: int | None) -> tuple[VersionRow, SnapshotRow]:
    query = _versions_of(session, url).order_by(col(VersionRow.number).desc()).limit(1)
    if number is not None:
        query = query.where(VersionRow.number == number)
    found = session.exec(query).first()
    if found is None:
        wanted = "no version yet" if number is None else f"no version {number}"
        raise NotKnown(f"{url} has {wanted}; `palimpsest log {url}` lists what there is.")
    return found
