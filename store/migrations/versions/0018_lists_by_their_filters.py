"""Lists that a filter makes rare, and pages by when they changed or were visited: each by an index of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is asked of some rows only has an index of those, which costs the others nothing."""
    op.create_index("ix_changes_kind_at", "changes", ["kind", "at"])
    op.create_index("ix_changes_kind_source_at", "changes", ["kind", "source", "at"])
    _partial("ix_changes_minor", "changes", ["at"], "minor IS true", sqlite="minor IS 1")
    op.create_index("ix_findings_kind_opened_at", "findings", ["kind", "opened_at"])
    op.create_index("ix_findings_severity_opened_at", "findings", ["severity", "opened_at"])
    _partial("ix_findings_open", "findings", ["opened_at"], "resolved_at IS NULL")
    op.create_index("ix_pages_last_checked", "pages", ["last_checked"])
    _partial("ix_pages_last_changed", "pages", ["last_changed"], "last_changed IS NOT NULL")
    _partial("ix_pages_source_last_changed", "pages", ["source", "last_changed"], "last_changed IS NOT NULL")
    _partial("ix_pages_not_live", "pages", ["state", "id"], "state <> 'live'")


def _partial(name: str, table: str, columns: list[str], where: str, *, sqlite: str | None = None) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(sqlite or where), postgresql_where=sa.text(where))
