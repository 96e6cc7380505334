"""Pages of one source that have the same article, or may have."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from crawler.model import Article, Page, PageState
from store.later import write_now
from store.rows import article_of, key_of, page_of, row_id
from store.tables import PageRow, SnapshotRow, VersionRow

# More pages under one title are no article that moved.
_MOST = 10
# Made once: it is asked for every new page.
_TWIN = (
    select(PageRow)
    .join(VersionRow, col(VersionRow.page_id) == col(PageRow.id))
    .where(
        col(PageRow.source) == bindparam("source"),
        col(PageRow.key) != bindparam("key"),
        col(VersionRow.digest) == bindparam("digest"),
    )
    .order_by(col(PageRow.id))
    .limit(1)
)


def twin(session: Session, page: Page, digest: str) -> Page | None:
    """See `Archive.twin`."""
    write_now(session, only=(SnapshotRow, VersionRow))
    row = session.scalars(_TWIN, {"source": page.source, "key": key_of(page.url), "digest": digest}).first()
    return None if row is None else page_of(row)


def came_up(
    session: Session, page: PageRow, title: str | None, since: datetime, until: datetime
) -> tuple[tuple[Page, Article], ...]:
    """See `Archive.came_up`."""
    write_now(session)  # what came up may be among what is recorded together with this
    own = select(VersionRow.seen_at).where(VersionRow.page_id == row_id(page), VersionRow.number == 1)
    first, last = aliased(VersionRow), aliased(VersionRow)
    query = (
        select(PageRow, last)
        .join(first, (col(first.page_id) == col(PageRow.id)) & (col(first.number) == 1))
        .join(last, (col(last.page_id) == col(PageRow.id)) & (col(last.number) == col(PageRow.versions)))
        .where(
            PageRow.source == page.source,
            PageRow.id != page.id,
            PageRow.state == PageState.LIVE.value,
            PageRow.title == title,
            col(first.seen_at).between(since, until),
            col(first.seen_at) > own.scalar_subquery(),
        )
        .order_by(col(first.seen_at).desc())
        .limit(_MOST)
    )
    return tuple((page_of(row), article_of(version.article)) for row, version in session.exec(query))
