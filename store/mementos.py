"""The kept responses of a Page as an archive tells of them: by their times, one of them, those beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, or_
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from crawler.errors import NotKnown
from crawler.model import Snapshot
from store.blobs import BlobStore
from store.cursors import Cursor, Part, by_time, cut, one_more, within
from store.engine import reading
from store.recording import page_row
from store.rows import host_of, row_id, snapshot_of
from store.tables import PageRow, SnapshotRow

# Archives name captures by the second.
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memento:
    """A kept response without its body. `id` is the number of its row, `page` the URL of its Page."""

    id: int
    page: str
    at: datetime
    status: int
    media_type: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A Memento with the first and the last of its Page, and those before and after it, None where there is none."""

    chosen: Memento
    first: Memento
    last: Memento
    previous: Memento | None
    following: Memento | None


class Mementos:
    """The responses that were kept. Pages are named by their canonical URL."""

    def __init__(self, engine: Engine, blobs: BlobStore) -> None:
        self._engine = engine
        self._blobs = blobs

    def of(
        self,
        url: str,
        *,
        after: Cursor | None = None,
        limit: int | None = 1000,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Part[Memento]:
        """Those of a Page, the oldest first, between `since` and before `until`. Raises NotKnown."""
        with reading(self._engine) as session:
            page_id = row_id(page_row(session, url))
            at, number = col(SnapshotRow.fetched_at), col(SnapshotRow.id)
            behind = after if after is not None and after.at is not None else None
            query = by_time(_of(page_id).where(*within(at, since, until)), at, number, behind, newest_first=False)
            rows = session.exec(query.limit(one_more(limit))).all()
        return cut(rows, limit, lambda row: memento_of(url, row), lambda one: Cursor(id=one.id, at=one.at))

    def below(
        self,
        url: str,
        *,
        limit: int,
        whole_host: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Memento, ...]:
        """Those of all Pages whose URL begins so, or of its host, Page by Page, the oldest first; so many at most.

        As archives have it, http and https are one, and so is a host with and without `www.`.
        """
        bare = url.partition("://")[2].removeprefix("www.")
        begins = [f"{scheme}://{www}{bare}" for scheme in ("http", "https") for www in ("", "www.")]
        hosts = {host_of(one) for one in begins}
        query = (
            select(SnapshotRow, PageRow.url)
            .join(PageRow, col(SnapshotRow.page_id) == col(PageRow.id))
            .where(col(PageRow.host).in_(hosts))
            .order_by(col(SnapshotRow.page_id), col(SnapshotRow.fetched_at), col(SnapshotRow.id))
            .limit(limit)
        )
        if not whole_host:
            query = query.where(or_(*(func.substr(PageRow.url, 1, len(begin)) == begin for begin in begins)))
        if since is not None:
            query = query.where(col(SnapshotRow.fetched_at) >= since)
        if until is not None:
            query = query.where(col(SnapshotRow.fetched_at) < until)
        with reading(self._engine) as session:
            return tuple(memento_of(page, row) for row, page in session.exec(query))

    def near(self, url: str, at: datetime | None) -> Beside:
        """The one nearest to a time, the earlier of two that are as near; the newest for None.

        Of several within the second that `at` begins, the last. Raises NotKnown where there is none.
        """
        with reading(self._engine) as session:
            page_id = row_id(page_row(session, url))
            first, last = _end(session, page_id, newest=False), _end(session, page_id, newest=True)
            if first is None or last is None:
                raise NotKnown(f"nothing of {url} was kept yet; `palimpsest log {url}` lists what was seen of it.")
            row = last if at is None else _nearest(session, page_id, at)
            before, behind = _neighbours(session, page_id, row)
        return Beside(
            chosen=memento_of(url, row),
            first=memento_of(url, first),
            last=memento_of(url, last),
            previous=None if before is None else memento_of(url, before),
            following=None if behind is None else memento_of(url, behind),
        )

    def of_second(self, url: str, at: datetime) -> Memento:
        """That of the second which begins then, the last of several. Raises NotKnown where there is none."""
        one = self.near(url, at).chosen
        if not at <= one.at < at + _SECOND:
            raise NotKnown(f"nothing of {url} was kept in the second of {at.isoformat()}.")
        return one

    def response(self, memento: Memento) -> Snapshot:
        """The response itself. Raises NotKnown where it is no more, BlobCorrupt where its body cannot be read."""
        with reading(self._engine) as session:
            row = session.get(SnapshotRow, memento.id)
        if row is None or row.digest != memento.digest:
            raise NotKnown(f"what was kept of {memento.page} has been written anew meanwhile; ask again.")
        return snapshot_of(row, self._blobs.get(row.digest))


def _of(page_id: int) -> SelectOfScalar[SnapshotRow]:
    return select(SnapshotRow).where(SnapshotRow.page_id == page_id)


def memento_of(url: str, row: SnapshotRow) -> Memento:
    """The Memento of a row, under its Page's URL."""
    given = next((str(value) for name, value in row.headers if str(name).lower() == "content-type"), "")
    return Memento(
        id=row_id(row),
        page=url,
        at=row.fetched_at,
        status=row.status,
        media_type=given,
        digest=row.digest,
        size=row.size,
    )


def _end(session: Session, page_id: int, *, newest: bool) -> SnapshotRow | None:
    order = (col(SnapshotRow.fetched_at), col(SnapshotRow.id))
    return session.exec(_of(page_id).order_by(*(key.desc() for key in order) if newest else order).limit(1)).first()


def _nearest(session: Session, page_id: int, at: datetime) -> SnapshotRow:
    """The row nearest to `at`; there is one."""
    time = col(SnapshotRow.fetched_at)
    # A time near the end of the calendar has no second behind it.
    within = at + _SECOND if at < datetime.max.replace(tzinfo=at.tzinfo) - _SECOND else at
    earlier = _of(page_id).where(time < within).order_by(time.desc(), col(SnapshotRow.id).desc()).limit(1)
    later = _of(page_id).where(time >= within).order_by(time, col(SnapshotRow.id)).limit(1)
    before, behind = session.exec(earlier).first(), session.exec(later).first()
    if before is None or (behind is not None and behind.fetched_at - at < at - before.fetched_at):
        before = behind
    if before is None:
        raise NotKnown("what was kept has been written anew meanwhile; ask again.")
    return before


def _neighbours(session: Session, page_id: int, row: SnapshotRow) -> tuple[SnapshotRow | None, SnapshotRow | None]:
    """The rows before and behind one, of other seconds: those of the same have the same name."""
    time, second = col(SnapshotRow.fetched_at), row.fetched_at.replace(microsecond=0)
    earlier = _of(page_id).where(time < second).order_by(time.desc(), col(SnapshotRow.id).desc()).limit(1)
    later = _of(page_id).where(time >= second + _SECOND).order_by(time, col(SnapshotRow.id)).limit(1)
    return session.exec(earlier).first(), session.exec(later).first()
