"""Whether the validators of a Source's entry were found to stand on two different readings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """None has been found out yet."""
    op.add_column("sources", sa.Column("lying", sa.Boolean(), nullable=False, server_default=sa.false()))
