"""How far each backfill came, so that one that was stopped goes on where it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """None was ever noted: what they kept is found where it is."""
    op.create_table(
        "backfills",
        sa.Column("id", ID, primary_key=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
    )
    op.create_index("ix_backfills_source_ended_at", "backfills", ["source", "ended_at"])
