"""Files behind articles, what a change is known by, what was learned of a source's noise, and a source's own events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _create_attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", ID, nullable=False),
        sa.Column("page_id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("size", ID, nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("since", TIME, nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("asked_at", TIME, nullable=True),
        sa.Column("due", TIME, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("missing_count", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_attachments_page_id_pages"),
        sa.UniqueConstraint("page_id", "key", name="uq_attachments_page_id_key"),
    )


def _create_source_events() -> None:
    op.create_table(
        "source_events",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source_events"),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], name="fk_source_events_source_sources"),
    )
    op.create_index("ix_source_events_source_at", "source_events", ["source", "at"])


def upgrade() -> None:
    """Adds tables and columns; what is there stays as it is, and there is no way down: restore a backup instead."""
    _create_attachments()
    _create_source_events()
    # Rows of before say nothing of these: the defaults are theirs, new rows always bring values.
    op.add_column("changes", sa.Column("evidence", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("changes", sa.Column("signature", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_changes_signature", "changes", ["signature"])
    op.add_column("pages", sa.Column("hidden", sa.Text(), nullable=False, server_default=""))
    op.add_column("sources", sa.Column("noise", sa.Text(), nullable=False, server_default="[]"))
