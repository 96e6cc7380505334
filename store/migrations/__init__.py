"""Alembic migrations; store/migrate.py runs them."""
