"""The queue of several machines, on PostgreSQL; and what is due of one host by an index, on both."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of procrastinate are its own; a newer one of them comes with a migration of ours that runs its own."""
    op.drop_index("ix_pages_host", "pages")
    op.create_index("ix_pages_host_next_check", "pages", ["host", "next_check"])
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        from procrastinate.schema import SchemaManager

        # Many statements at once, which only go without parameters.
        connection.execution_options(no_parameters=True).exec_driver_sql(SchemaManager.get_schema())
