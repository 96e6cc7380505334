"""Whether an alarm about a Source is under way, and notifications that tell of no Page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """None is under way yet."""
    op.add_column("sources", sa.Column("alarm", sa.Text(), nullable=False, server_default=""))
    op.add_column("sources", sa.Column("alarm_since", TIME, nullable=True))
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("page_id", existing_type=ID, nullable=True)
