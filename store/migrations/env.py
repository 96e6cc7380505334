"""Run by Alembic with a connection that store/migrate.py already has in a transaction."""

from __future__ import annotations

from alembic import context

from store.tables import PageRow

context.configure(connection=context.config.attributes["connection"], target_metadata=PageRow.metadata)
with context.begin_transaction():
    context.run_migrations()
