"""Brings a database to the newest migration, from within the process: no alembic.ini, no command line.

What migrates is loaded where there is something to migrate: nearly every start finds the newest revision.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from crawler.errors import StoreTooNew
from store.engine import reading, writing

if TYPE_CHECKING:
    from alembic.config import Config

# The revision that this Palimpsest writes: the last of store/migrations/versions.
NEWEST = "0018"
# Any number that nothing else on a shared server is likely to lock.
MIGRATION_LOCK = 0x70616C696D


def revision_of(engine: Engine) -> str | None:
    """The revision a database is at, None where it is empty."""
    with reading(engine) as session:
        return _revision(session.connection())


def migrate(engine: Engine) -> None:
    """Migrates to the newest revision, in one transaction and only one process at a time.

    Raises StoreTooNew for a revision that this Palimpsest does not know, having touched nothing.
    """
    if revision_of(engine) == NEWEST:
        return
    with writing(engine) as session:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        # Asked again under the lock: another process may have migrated meanwhile.
        if (revision := _revision(connection)) != NEWEST:
            _upgrade(connection, revision)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(connection: Connection, revision: str | None) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    config = _config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreTooNew(
            f"the database is at revision {revision!r}, which this Palimpsest does not know: a newer one wrote it. "
            "Upgrade Palimpsest; nothing was touched."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config
