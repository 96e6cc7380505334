"""Brings a database to the newest migration, from within the process: no alembic.ini, no command line."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from crawler.errors import StoreTooNew
from store.engine import reading, writing

# Any number that nothing else on a shared server is likely to lock.
MIGRATION_LOCK = 0x70616C696D


def _config() -> Config:
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config


def newest_revision() -> str:
    """The revision that this Palimpsest writes."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def revision_of(engine: Engine) -> str | None:
    """The revision a database is at, None where it is empty."""
    with reading(engine) as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def migrate(engine: Engine) -> None:
    """Migrates to the newest revision, in one transaction and only one process at a time.

    Raises StoreTooNew for a revision that this Palimpsest does not know, having touched nothing.
    """
    if _is_newest(revision_of(engine)):
        return
    with writing(engine) as session:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        # Asked again under the lock: another process may have migrated meanwhile.
        if _is_newest(MigrationContext.configure(connection).get_current_revision()):
            return
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _is_newest(revision: str | None) -> bool:
    scripts = ScriptDirectory.from_config(_config())
    known = {script.revision for script in scripts.walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreTooNew(
            f"the database is at revision {revision!r}, which this Palimpsest does not know: a newer one wrote it. "
            "Upgrade Palimpsest; nothing was touched."
        )
    return revision == scripts.get_current_head()
