"""Everything: sources, pages, snapshots, checks, versions, changes, findings, outbox, leases, blobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
# Only INTEGER numbers rows by itself on SQLite.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _create_sources() -> None:
    op.create_table(
        "sources",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("last_checked", TIME, nullable=True),
        sa.Column("last_ok", TIME, nullable=True),
        sa.Column("next_check", TIME, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_sources"),
    )


def _create_pages() -> None:
    op.create_table(
        "pages",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("admitted_at", TIME, nullable=False),
        sa.Column("next_check", TIME, nullable=False),
        sa.Column("last_checked", TIME, nullable=True),
        sa.Column("last_changed", TIME, nullable=True),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("missing_count", sa.Integer(), nullable=False),
        sa.Column("missing_since", TIME, nullable=True),
        sa.Column("rate_changes", sa.Float(), nullable=False),
        sa.Column("rate_days", sa.Float(), nullable=False),
        sa.Column("rate_as_of", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pages"),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], name="fk_pages_source_sources"),
        sa.UniqueConstraint("key", name="uq_pages_key"),
    )
    op.create_index("ix_pages_host", "pages", ["host"])
    op.create_index("ix_pages_next_check", "pages", ["next_check"])
    op.create_index("ix_pages_source", "pages", ["source"])


def _create_snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("id", ID, nullable=False),
        sa.Column("page_id", ID, nullable=False),
        sa.Column("fetched_at", TIME, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("redirects", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_snapshots_page_id_pages"),
    )
    op.create_index("ix_snapshots_digest", "snapshots", ["digest"])
    op.create_index("ix_snapshots_page_id_fetched_at", "snapshots", ["page_id", "fetched_at"])


def _create_checks() -> None:
    op.create_table(
        "checks",
        sa.Column("id", ID, nullable=False),
        sa.Column("page_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("past", sa.Boolean(), nullable=False),
        sa.Column("snapshot_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_checks"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_checks_page_id_pages"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name="fk_checks_snapshot_id_snapshots"),
    )
    op.create_index("ix_checks_page_id_at", "checks", ["page_id", "at"])


def _create_versions() -> None:
    op.create_table(
        "versions",
        sa.Column("id", ID, nullable=False),
        sa.Column("page_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("snapshot_id", ID, nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("published", sa.Text(), nullable=True),
        sa.Column("article", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_versions_page_id_pages"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name="fk_versions_snapshot_id_snapshots"),
        sa.UniqueConstraint("page_id", "number", name="uq_versions_page_id_number"),
    )


def _create_changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", ID, nullable=False),
        sa.Column("page_id", ID, nullable=False),
        sa.Column("before_id", ID, nullable=True),
        sa.Column("after_id", ID, nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column("significance", sa.Float(), nullable=False),
        sa.Column("fields_changed", sa.Text(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_changes_page_id_pages"),
        sa.ForeignKeyConstraint(["before_id"], ["versions.id"], name="fk_changes_before_id_versions"),
        sa.ForeignKeyConstraint(["after_id"], ["versions.id"], name="fk_changes_after_id_versions"),
    )
    op.create_index("ix_changes_at", "changes", ["at"])
    op.create_index("ix_changes_page_id_at", "changes", ["page_id", "at"])


def _create_findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", ID, nullable=False),
        sa.Column("page_id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=True),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("resolved_at", TIME, nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("quote_start", sa.Integer(), nullable=False),
        sa.Column("quote_end", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("repair", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_findings_page_id_pages"),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_findings_version_id_versions"),
    )
    op.create_index("ix_findings_opened_at", "findings", ["opened_at"])
    op.create_index("ix_findings_page_id_resolved_at", "findings", ["page_id", "resolved_at"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("page_id", ID, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("next_attempt", TIME, nullable=True),
        sa.Column("delivered_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_outbox_page_id_pages"),
    )
    op.create_index("ix_outbox_delivered_at_next_attempt", "outbox", ["delivered_at", "next_attempt"])


def _create_host_leases() -> None:
    op.create_table(
        "host_leases",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_host_leases"),
    )


def _create_blobs() -> None:
    op.create_table(
        "blobs",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_blobs"),
    )


def upgrade() -> None:
    """Creates all tables; there is no way down: restore a backup instead."""
    _create_sources()
    _create_pages()
    _create_snapshots()
    _create_checks()
    _create_versions()
    _create_changes()
    _create_findings()
    _create_outbox()
    _create_host_leases()
    _create_blobs()
