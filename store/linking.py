"""The digest chain as it is kept: the link of each Version, and former links of what is read otherwise by now.

A link is written with its Version. Where the Version in force is read anew, or a history is told anew, the links from
there on are others; those that were are kept, so that what was proved with them can still be tied to what is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlmodel import Field, Session, col, select

from crawler.model.chain import NOTHING, Chained, article_bytes, response_bytes, sha256
from store.base import Row
from store.columns import Id, UtcTime
from store.tables import SnapshotRow, VersionRow

# Why a link is a former one.
REREAD, RETOLD = "reread", "retold"


class FormerLinkRow(Row, table=True):
    """A link that a Version had until then, under the number that it had; the Version may be none any more."""

    __tablename__ = "former_links"
    __table_args__ = (Index(None, "page_id", "number"), Index(None, "link"))

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    page_id: int = Field(foreign_key="pages.id", sa_type=Id)
    at: datetime = Field(sa_type=UtcTime)
    number: int
    link: str = Field(sa_type=Text)
    why: str = Field(sa_type=Text)


def chained_of(page: str, version: Mapping[str, Any], snapshot: Mapping[str, Any], before: str) -> Chained:
    """What the link of a Version is made over, by the columns of its row and of its response's."""
    return Chained(
        page=page,
        version=version["number"],
        seen_at=version["seen_at"],
        rules=version["rules"],
        snapshot=snapshot["digest"],
        response=sha256(response_of(snapshot)),
        article=version["digest"],
        reading=sha256(article_bytes(version["article"])),
        before=before,
    )


def response_of(snapshot: Mapping[str, Any]) -> bytes:
    """All of a response but its body, as it is hashed, by the columns of its row."""
    return response_bytes(
        url=snapshot["url"],
        final_url=snapshot["final_url"],
        redirects=snapshot["redirects"],
        fetched_at=snapshot["fetched_at"],
        status=snapshot["status"],
        headers=snapshot["headers"],
    )


def link_of(page: str, version: Mapping[str, Any], snapshot: Mapping[str, Any], before: str) -> str:
    """The link of a Version, by the columns of its row and of its response's."""
    return chained_of(page, version, snapshot, before).link


def link_in(session: Session, page: str, row: VersionRow) -> str:
    """The link of a Version as its row is now, after the one before it."""
    before = select(VersionRow.link).where(VersionRow.page_id == row.page_id, col(VersionRow.number) == row.number - 1)
    snapshot = session.get_one(SnapshotRow, row.snapshot_id)
    return link_of(page, row.model_dump(), snapshot.model_dump(), session.exec(before).first() or NOTHING)


def note_former(session: Session, row: VersionRow, at: datetime, why: str) -> None:
    """Keeps the link that a row has, which is about to get another."""
    # Through the session, so that a telling that only says what it would do takes it back.
    session.add(FormerLinkRow(page_id=row.page_id, at=at, number=row.number, link=row.link, why=why))
