"""The digest chain: the link of each Version, and the links that Versions had before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from crawler.model.chain import NOTHING, Chained, article_bytes, response_bytes, sha256
from store.columns import AnyText, JsonText, UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# So many Versions are read and written at a time: a store of any size goes through in the same memory.
SLICE = 200
PAGES = sa.table("pages", sa.column("id", ID), sa.column("url", AnyText))
VERSIONS = sa.table(
    "versions",
    sa.column("id", ID),
    sa.column("page_id", ID),
    sa.column("number", sa.Integer),
    sa.column("seen_at", UtcTime),
    sa.column("snapshot_id", ID),
    sa.column("rules", AnyText),
    sa.column("digest", sa.Text),
    sa.column("article", JsonText),
    sa.column("link", sa.Text),
)
SNAPSHOTS = sa.table(
    "snapshots",
    sa.column("id", ID),
    sa.column("fetched_at", UtcTime),
    sa.column("url", AnyText),
    sa.column("final_url", AnyText),
    sa.column("redirects", JsonText),
    sa.column("status", sa.Integer),
    sa.column("headers", JsonText),
    sa.column("digest", sa.Text),
)


def upgrade() -> None:
    """Every Version that is there is linked as it is now; on a large store this takes a while."""
    op.add_column("versions", sa.Column("link", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "former_links",
        sa.Column("id", ID, nullable=False),
        sa.Column("page_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_former_links_page_id_pages"),
        sa.PrimaryKeyConstraint("id", name="pk_former_links"),
    )
    op.create_index("ix_former_links_page_id_number", "former_links", ["page_id", "number"])
    op.create_index("ix_former_links_link", "former_links", ["link"])
    _link(op.get_bind())


def _link(connection: sa.Connection) -> None:
    write = sa.update(VERSIONS).where(VERSIONS.c.id == sa.bindparam("row")).values(link=sa.bindparam("made"))
    page, link = None, NOTHING
    for part in _slices(connection):
        links = []
        for row in part:
            link = _made(row, NOTHING if row.page_id != page else link)
            page = row.page_id
            links.append({"row": row.id, "made": link})
        connection.execute(write, links)


def _slices(connection: sa.Connection) -> Iterator[Any]:
    """The Versions with their responses, page by page in the order of their numbers."""
    place = sa.tuple_(VERSIONS.c.page_id, VERSIONS.c.number)
    query = (
        sa.select(
            *(column for column in VERSIONS.c if column.name != "link"),
            PAGES.c.url.label("page"),
            SNAPSHOTS.c.digest.label("body"),
            *(column for column in SNAPSHOTS.c if column.name not in {"id", "digest"}),
        )
        .join_from(VERSIONS, PAGES, PAGES.c.id == VERSIONS.c.page_id)
        .join(SNAPSHOTS, SNAPSHOTS.c.id == VERSIONS.c.snapshot_id)
        .order_by(VERSIONS.c.page_id, VERSIONS.c.number)
        .limit(SLICE)
    )
    after = (0, 0)
    while part := connection.execute(query.where(place > sa.tuple_(*map(sa.literal, after)))).all():
        yield part
        after = part[-1].page_id, part[-1].number


def _made(row: Any, before: str) -> str:  # noqa: ANN401 - a row of many columns
    response = response_bytes(
        url=row.url,
        final_url=row.final_url,
        redirects=row.redirects,
        fetched_at=row.fetched_at,
        status=row.status,
        headers=row.headers,
    )
    return Chained(
        page=row.page,
        version=row.number,
        seen_at=row.seen_at,
        rules=row.rules,
        snapshot=row.body,
        response=sha256(response),
        article=row.digest,
        reading=sha256(article_bytes(row.article)),
        before=before,
    ).link
