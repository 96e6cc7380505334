"""Pages with captures of the past that are kept and not yet part of their history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """None waits: every capture was judged as it came."""
    op.add_column("pages", sa.Column("waiting", sa.Boolean(), nullable=False, server_default=sa.false()))
