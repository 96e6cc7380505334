"""Which sources and pages there are, and which of them are due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from crawler.model import Link, Page, PageState, Source
from store.dialect import insert_or_ignore
from store.rows import host_of, key_of
from store.tables import PageRow, SourceRow

# Rows per statement: well under the number of parameters that either database takes.
SLICE = 500


def declare(session: Session, sources: Sequence[Source], now: datetime) -> None:
    """Brings the rows of sources in line with the configuration."""
    known = set(session.exec(select(SourceRow.name)))
    new = [
        SourceRow(name=source.name, url=source.url, active=True, next_check=now).model_dump()
        for source in sources
        if source.name not in known
    ]
    if new:
        # Another process may declare the same sources at the same moment.
        session.connection().execute(insert_or_ignore(session, SourceRow), new)
    rows = {row.name: row for row in session.exec(select(SourceRow))}
    for source in sources:
        row = rows.pop(source.name)
        row.active = True
        if row.url != source.url:
            _start_over(row, source.url, now)
    for gone in rows.values():
        gone.active = False


def _start_over(row: SourceRow, url: str, now: datetime) -> None:
    row.url, row.kind, row.etag, row.last_modified = url, None, None, None
    row.links, row.failures, row.detail, row.lying = 0, 0, "", False
    row.next_check = now


def admit(session: Session, source: SourceRow, links: Iterable[Link], now: datetime) -> tuple[Page, ...]:
    """Inserts the pages whose URL is not known yet."""
    wanted = {key_of(link.url): link for link in links}
    keys = list(wanted)
    admitted: list[Page] = []
    for start in range(0, len(keys), SLICE):
        part = keys[start : start + SLICE]
        known = set(session.exec(select(PageRow.key).where(col(PageRow.key).in_(part))))
        values = [_page_values(key, wanted[key], source.name, now) for key in part if key not in known]
        if not values:
            continue
        # Another process may admit the same URL at the same moment: it then belongs to that one.
        insert = insert_or_ignore(session, PageRow).returning(col(PageRow.key))
        inserted = set(session.connection().execute(insert, values).scalars())
        admitted += [Page(url=wanted[key].url, source=source.name) for key in part if key in inserted]
    return tuple(admitted)


def _page_values(key: str, link: Link, source: str, now: datetime) -> dict[str, object]:
    return {
        "key": key,
        "url": link.url,
        "source": source,
        "host": host_of(link.url),
        "state": PageState.LIVE.value,
        "title": link.title,
        "admitted_at": now,
        "next_check": now,
    }


def due(now: datetime, sources: Collection[str] | None, host: str | None = None) -> Select[str, str, str]:
    """The query for URL, source and host of due pages of active sources, longest due first; `host` None: of any."""
    query = (
        select(PageRow.url, PageRow.source, PageRow.host)
        .join(SourceRow, col(PageRow.source) == col(SourceRow.name))
        .where(col(SourceRow.active), col(PageRow.next_check) <= now)
        .order_by(col(PageRow.next_check), col(PageRow.id))
    )
    if host is not None:
        query = query.where(col(PageRow.host) == host)
    return query if sources is None else query.where(col(PageRow.source).in_(list(sources)))
