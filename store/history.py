"""Reading: what the listings, the dashboard and the API show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine
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
from store.browsing import Browsing
from store.engine import reading
from store.marks import MarkState
from store.mementos import Mementos
from store.noise import SourceEventView, noise_of
from store.outbox import Outbox
from store.parts import Parts
from store.recording import page_row
from store.rows import row_id, snapshot_of, version_of
from store.search import FoundVersions, search, unindexed
from store.showing import SOURCE, change_view, changes_query, finding_view, findings_query, page_view, source_view
from store.tables import (
    ChangeRow,
    FindingRow,
    OutboxRow,
    PageRow,
    SnapshotRow,
    SourceRow,
    VersionRow,
)
from store.tallies import Tallies
from store.views import ChangeView, CheckView, Counts, FindingView, PageView, SourceView, VersionView


class History:
    """The reading side of a Store. Methods may be called from any thread; pages are named by their canonical URL."""

    def __init__(self, engine: Engine, blobs: BlobStore) -> None:
        self._engine = engine
        self._blobs = blobs
        # The same lists as below, each a part at a time.
        self.parts = Parts(engine)
        self.browsing = Browsing(engine)
        self.tallies = Tallies(engine)
        self.mementos = Mementos(engine, blobs)
        # Of the outbox what is read of it: the notifications that are not delivered, a part at a time.
        self.notifications = Outbox(engine).part

    # ---- listings ------------------------------------------------------------------------------------------------

    def sources(self) -> tuple[SourceView, ...]:
        """Every source that was ever configured, by name."""
        with reading(self._engine) as session:
            return tuple(source_view(row, count, first) for row, count, first in session.exec(_sources()))

    def source(self, name: str) -> SourceView:
        """One source. Raises NotKnown."""
        mine = col(PageRow.source) == name
        with reading(self._engine) as session:
            row = session.get(SourceRow, name)
            if row is None:
                raise NotKnown(f"{name} is no source; `palimpsest sources` lists what there is.")
            count, first = session.exec(select(func.count(), func.min(PageRow.next_check)).where(mine)).one()
            return source_view(row, count, first)

    def pages(
        self, source: str | None = None, *, state: PageState | None = None, limit: int | None = None
    ) -> tuple[PageView, ...]:
        """Pages in the order of their admission."""
        return self.parts.pages(source=source, state=state, limit=limit).rows

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
        return self.parts.changes(
            page=page, source=source, kind=kind, since=since, minor=minor, limit=limit, newest_first=newest_first
        ).rows

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

        `state`: what somebody decided of them last; open is also what nobody has decided anything of.
        """
        return self.parts.findings(
            page=page,
            source=source,
            kind=kind,
            severity=severity,
            open_only=open_only,
            state=state,
            since=since,
            limit=limit,
            newest_first=newest_first,
        ).rows

    def change(self, number: int) -> ChangeView:
        """One Change by the number that lists give it. Raises NotKnown."""
        with reading(self._engine) as session:
            found = session.exec(changes_query().where(col(ChangeRow.id) == number)).first()
        if found is None:
            raise NotKnown(f"there is no change {number}; `palimpsest changes` lists what there is.")
        return change_view(*found)

    def finding(self, number: int) -> FindingView:
        """One Finding by the number that lists give it. Raises NotKnown."""
        with reading(self._engine) as session:
            found = session.exec(findings_query().where(col(FindingRow.id) == number)).first()
        if found is None:
            raise NotKnown(f"there is no finding {number}; `palimpsest findings` lists what there is.")
        return finding_view(*found)

    def search(
        self,
        query: str,
        *,
        source: str | None = None,
        limit: int = 20,
        before: int | None = None,
        after: int | None = None,
        newest_first: bool = True,
    ) -> FoundVersions:
        """Versions that say every word of the query, the last recorded first, a page of them: at most `limit`.

        A page looks through so many Versions and no more; `before` is that of the page before it, or `after` where
        the first recorded come first.
        A word of Chinese is found inside of what is written, a word of other scripts where it is a whole one. What is
        not indexed yet is not found: see `Archive.index`. Raises ConfigurationError where there is nothing to look up.
        """
        place = {"before": before, "after": after}
        return search(self._engine, query, source=source, limit=limit, **place, newest_first=newest_first)

    def unindexed(self) -> int:
        """How many Versions `search` does not know yet as they are."""
        return unindexed(self._engine)

    # ---- one page ------------------------------------------------------------------------------------------------

    def log(self, url: str, *, limit: int | None = None, newest_first: bool = False) -> tuple[CheckView, ...]:
        """Every Check of a page by time, each with the Version it brought. Raises NotKnown."""
        return self.parts.log(url, limit=limit, newest_first=newest_first).rows

    def noise(self, source: str | None = None) -> dict[str, Noise]:
        """What was learned of each source's noise (of one), those of which nothing was left out."""
        query = select(SourceRow.name, SourceRow.noise).order_by(col(SourceRow.name))
        if source is not None:
            query = query.where(SourceRow.name == source)
        with reading(self._engine) as session:
            return {name: noise_of(values) for name, values in session.exec(query) if values}

    def events(self, source: str | None = None) -> tuple[SourceEventView, ...]:
        """What happened to whole sources, newest first."""
        return self.parts.events(source, limit=None).rows

    def files(self, url: str) -> tuple[AttachedFile, ...]:
        """The files behind a page's links that were ever asked for, and how each stands. Raises NotKnown."""
        with reading(self._engine) as session:
            return attachments.files(session, url)

    def versions(self, url: str) -> tuple[VersionView, ...]:
        """The Versions of a page by number, without their texts. Raises NotKnown."""
        return self.parts.versions(url, limit=None).rows

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


def _sources() -> Select[SourceRow, int, datetime]:
    """Sources by name, each with how many pages it has and when the first of them is due.

    Each looked up in the index by itself: to join and to group the pages takes three times as long.
    """
    mine = col(PageRow.source) == col(SourceRow.name)
    count = select(func.count()).select_from(PageRow).where(mine).scalar_subquery()
    first = select(func.min(PageRow.next_check)).where(mine).scalar_subquery()
    return select(SOURCE, count, first).select_from(SourceRow).order_by(col(SourceRow.name))


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
