"""By which rules the whole of a page's history was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds a column; of pages of before it is not known, and `reextract` reads them once."""
    op.add_column("pages", sa.Column("rules", sa.Text(), nullable=False, server_default=""))
