"""Reading the digest chain: every Version with all that its link is made over, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import col, func, select

from crawler.model import Article, Json, Page, Snapshot
from crawler.model.chain import NOTHING, Chained, article_bytes
from store.blobs import BlobStore
from store.engine import reading
from store.linking import FormerLinkRow, chained_of, response_of
from store.recording import page_row
from store.rows import article_json, article_of, row_id, snapshot_of
from store.tables import CheckRow, PageRow, SnapshotRow, VersionRow
from store.views import iso

# Versions read at a time, each with its whole text; and pages.
_SLICE, _PAGES = 50, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A Version in the chain: what its link is made over, and the link that is kept.

    `chained.before` is the link that is kept of the Version before. `title` and `published` are those that lists show.
    `reading` and `response` are the bytes whose digests are part of the link; `shown` is its response without the body.
    """

    chained: Chained
    link: str
    title: str | None
    published: str | None
    article: Article
    reading: bytes
    response: bytes
    shown: Snapshot

    @property
    def version(self) -> int:
        """Its number."""
        return self.chained.version

    def as_json(self) -> dict[str, Json]:
        """All that is hashed, as it stands in the chain's text, and the link."""
        return {**self.chained.said, "version": self.version, "link": self.link}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A Version whose row cannot be read as what it should be."""

    version: int
    link: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerLink:
    """The link that a Version had until `at`; `why`: "reread" by other rules, or "retold" with captures of the past."""

    version: int
    link: str
    at: datetime
    why: str

    def as_json(self) -> dict[str, Json]:
        """One of a list."""
        return {"version": self.version, "link": self.link, "until": iso(self.at), "why": self.why}


class Proof:
    """The part of a Store that proves. Methods may be called from any thread; pages are named by canonical URL."""

    def __init__(self, engine: Engine, blobs: BlobStore) -> None:
        self._engine = engine
        self._blobs = blobs

    def pages(self, source: str | None = None) -> Iterator[Page]:
        """Every page that has, or counts, a Version, in the order of admission; of one source where named."""
        query = select(PageRow.id, PageRow.url, PageRow.source).order_by(col(PageRow.id)).limit(_PAGES)
        query = query.where(_versioned())
        if source is not None:
            query = query.where(col(PageRow.source) == source)
        last = 0
        while True:
            with reading(self._engine) as session:
                found = session.exec(query.where(col(PageRow.id) > last)).all()
            if not found:
                return
            for number, url, name in found:
                last = number or last
                yield Page(url=url, source=name)

    def count(self, source: str | None = None) -> int:
        """How many `pages` will yield."""
        query = select(func.count()).select_from(PageRow).where(_versioned())
        if source is not None:
            query = query.where(col(PageRow.source) == source)
        with reading(self._engine) as session:
            return session.exec(query).one()

    def chain(self, url: str) -> Iterator[Linked | Unreadable]:
        """The Versions of a page by number, each read when it is asked for. Raises NotKnown."""
        with reading(self._engine) as session:
            page = row_id(page_row(session, url))
            query = select(VersionRow.id, VersionRow.number, VersionRow.link).where(VersionRow.page_id == page)
            rows = [
                (row or 0, number, link) for row, number, link in session.exec(query.order_by(col(VersionRow.number)))
            ]
        before = NOTHING
        for start in range(0, len(rows), _SLICE):
            part = rows[start : start + _SLICE]
            found = self._read(url, [row for row, _, _ in part])
            for row, number, link in part:
                # By itself, so that one that cannot be read does not hide the others.
                one = found.get(row) or self._read(url, [row]).get(row)
                if one is None:
                    yield Unreadable(version=number, link=link, why=_UNREADABLE)
                else:
                    yield replace(one, chained=replace(one.chained, before=before))
                before = link

    def former(self, url: str, link: str | None = None) -> tuple[FormerLink, ...]:
        """Links that Versions of a page had before, oldest first; only those that are `link`. Raises NotKnown."""
        with reading(self._engine) as session:
            query = select(FormerLinkRow).where(FormerLinkRow.page_id == row_id(page_row(session, url)))
            if link is not None:
                query = query.where(FormerLinkRow.link == link)
            rows = session.exec(query.order_by(col(FormerLinkRow.at), col(FormerLinkRow.number)))
            return tuple(FormerLink(version=row.number, link=row.link, at=row.at, why=row.why) for row in rows)

    def body(self, linked: Linked) -> bytes:
        """The raw bytes that a Version was read from. Raises BlobCorrupt where they are lost or damaged."""
        return self._blobs.get(linked.chained.snapshot)

    def ours(self, linked: Linked) -> bool:
        """Whether the response of a Version was answered to us; otherwise a backfill brought it."""
        shown = linked.shown
        with reading(self._engine) as session:
            brought = select(CheckRow.id).where(
                CheckRow.page_id == row_id(page_row(session, linked.chained.page)),
                col(CheckRow.at) == shown.fetched_at,
                col(CheckRow.past),
            )
            return session.exec(brought.limit(1)).first() is None

    def _read(self, url: str, rows: Sequence[int]) -> dict[int, Linked]:
        """The Versions by the numbers of their rows; none at all where one of them is not what it should be."""
        query = select(VersionRow, SnapshotRow).join(SnapshotRow, col(VersionRow.snapshot_id) == col(SnapshotRow.id))
        try:
            with reading(self._engine) as session:
                found = session.exec(query.where(col(VersionRow.id).in_(rows)))
                return {row_id(version): _linked(url, version, snapshot) for version, snapshot in found}
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}


_UNREADABLE = "its row in the database, or that of its response, cannot be read"


def reading_of(article: Article) -> bytes:
    """An Article as its bytes are hashed: all that was read of a page, not only what makes it a Version."""
    return article_bytes(article_json(article))


def _versioned() -> Any:  # noqa: ANN401 - an SQL condition
    version = select(VersionRow.id).where(col(VersionRow.page_id) == col(PageRow.id)).exists()
    return (col(PageRow.versions) > 0) | version


def _linked(url: str, version: VersionRow, snapshot: SnapshotRow) -> Linked:
    of_snapshot = snapshot.model_dump()
    return Linked(
        chained=chained_of(url, version.model_dump(), of_snapshot, ""),
        link=version.link,
        title=version.title,
        published=version.published,
        article=article_of(version.article),
        reading=article_bytes(version.article),
        response=response_of(of_snapshot),
        shown=snapshot_of(snapshot, b""),
    )
