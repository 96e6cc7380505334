"""An index of what Versions say: a new Page is asked for among all of them, wherever it stood before."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Built once; on a large store this takes a while."""
    op.create_index(op.f("ix_versions_digest"), "versions", ["digest"])
