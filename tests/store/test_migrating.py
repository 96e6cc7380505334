"""Up from every revision there ever was, with what was written then."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

import store
from store.engine import url_of
from store.migrate import NEWEST
from store.rows import key_of
from store.tables import Row
from tests.store.conftest import OpenIt, is_ours

MIGRATIONS = Path(store.__file__).parent / "migrations"
URL = "https://www.example.gov.cn/a.html"


def configured() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def revisions() -> list[str]:
    """All but the newest, oldest first."""
    scripts = [script.revision for script in ScriptDirectory.from_config(configured()).walk_revisions()]
    return scripts[:0:-1]


# What every revision since the first has had.
WRITTEN = (
    "INSERT INTO sources (name, url, active, links, failures, detail) VALUES ('press', 'https://e/', true, 0, 0, '')",
    "INSERT INTO pages (id, key, url, source, host, state, admitted_at, next_check, versions, checks, failures,"
    " missing_count, rate_changes, rate_days) VALUES (1, :key, :url, 'press', 'www.example.gov.cn', 'live', :at, :at,"
    " 1, 1, 0, 0, 0, 0)",
    "INSERT INTO snapshots (id, page_id, fetched_at, url, final_url, redirects, status, headers, digest, size)"
    " VALUES (1, 1, :at, :url, :url, '[]', 200, '[]', 'd', 1)",
    "INSERT INTO versions (id, page_id, number, seen_at, snapshot_id, rules, digest, article)"
    ' VALUES (1, 1, 1, :at, 1, \'1\', \'d\', \'{"kind":"article","title":"one"}\')',
    "INSERT INTO changes (id, page_id, after_id, at, kind, minor, significance, fields_changed, added, removed,"
    " summary) VALUES (1, 1, 1, :at, 'created', false, 0.1, '[]', 0, 0, 'one')",
)


@pytest.mark.parametrize("revision", revisions())
def test_a_database_of_every_release_is_migrated_with_what_it_holds(
    open_it: OpenIt, tmp_path: Path, database: str | None, revision: str
) -> None:
    (tmp_path / "data").mkdir()
    engine = create_engine(url_of(tmp_path / "data", database))
    values = {"url": URL, "key": key_of(URL), "at": "2024-03-01 08:00:00.000000"}
    with engine.begin() as connection:
        config = configured()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for statement in WRITTEN:
            connection.execute(text(statement), values)
    migrated = open_it()
    (change,) = migrated.history.changes(page=URL)
    assert (change.address, change.change.summary, change.change.evidence) == ("0..1", "one", {})
    assert migrated.history.files(URL) == ()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        assert compare_metadata(context, Row.metadata) == []
    engine.dispose()


def test_the_newest_revision_is_that_of_the_last_migration() -> None:
    """It is written down so that a start need not read them all."""
    assert ScriptDirectory.from_config(configured()).get_current_head() == NEWEST
