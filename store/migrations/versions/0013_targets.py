"""How each target stands to a notification that waits; and what waits by an index of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who had taken what still waits was noted in the reason why another did not: they are told of that once more."""
    op.add_column("outbox", sa.Column("targets", sa.Text(), nullable=True))
    op.drop_index("ix_outbox_delivered_at_next_attempt", "outbox")
    waiting = sa.text("delivered_at IS NULL")
    op.create_index("ix_outbox_undelivered", "outbox", ["id"], sqlite_where=waiting, postgresql_where=waiting)
