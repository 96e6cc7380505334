"""Up from every revision there ever was, with what was written then."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, Table, create_engine, func, select, text

import store
from store import Linked
from store.base import Row
from store.columns import JsonText
from store.engine import url_of
from store.migrate import NEWEST
from store.rows import key_of
from tests.store.conftest import OpenIt, schema_differences
from tests.store.verdicts import CREATED, HOUR, NOW, SOURCE, admit, change, saying

MIGRATIONS = Path(store.__file__).parent / "migrations"
URL = "https://www.example.gov.cn/a.html"
AT = "2024-03-01 08:00:00.000000"
AT_TIME = datetime(2024, 3, 1, 8, tzinfo=UTC)


def configured() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def revisions() -> list[str]:
    """All but the newest, oldest first."""
    scripts = [script.revision for script in ScriptDirectory.from_config(configured()).walk_revisions()]
    return scripts[:0:-1]


WORDS_OF_FINDINGS = {"kind": "spam_block", "severity": "high", "region": "article"}
INDEXES_OF_LISTS = (
    *("changes_kind_at", "changes_kind_source_at", "changes_minor", "findings_kind_opened_at"),
    *("findings_severity_opened_at", "findings_open", "pages_last_checked", "pages_last_changed"),
    *("pages_source_last_changed", "pages_not_live"),
)
# What every revision since the first has had.
WRITTEN = (
    "INSERT INTO sources (name, url, active, links, failures, detail) VALUES ('press', 'https://e/', true, 0, 0, '')",
    "INSERT INTO pages (id, key, url, source, host, state, admitted_at, next_check, versions, checks, failures,"
    " missing_count, rate_changes, rate_days) VALUES (1, :key, :url, 'press', 'www.example.gov.cn', 'live', :at, :at,"
    " 1, 1, 0, 0, 0, 0)",
    "INSERT INTO snapshots (id, page_id, fetched_at, url, final_url, redirects, status, headers, digest, size)"
    " VALUES (1, 1, :at, :url, :url, '[]', 200, '[]', 'd', 1)",
    "INSERT INTO versions (id, page_id, number, seen_at, snapshot_id, rules, digest, article)"
    ' VALUES (1, 1, 1, :at, 1, \'1\', \'d\', \'{"kind":"article","title":"食堂"}\')',
    "INSERT INTO changes (id, page_id, after_id, at, kind, minor, significance, fields_changed, added, removed,"
    " summary) VALUES (1, 1, 1, :at, 'created', false, 0.1, '[]', 0, 0, 'one')",
)


BODY = b"<html>one</html>"
# Where the database kept the bodies until they were written one against another.
WRITTEN_TO_BLOBS = (
    "INSERT INTO blobs (digest, size, packed, stored_at) VALUES (:digest, 16, :packed, '2024-03-01 08:00:00.000000')"
)


def fill(connection: Connection) -> None:
    """A row in every table that this revision has and WRITTEN does not fill."""
    # Read before anything is written: SQLite's reflection wants no transaction of ours in between.
    tables = tables_of(connection)
    for statement in WRITTEN:
        connection.execute(text(statement), {"url": URL, "key": key_of(URL), "at": AT})
    digest = hashlib.sha256(BODY)
    for table in tables:
        if table.name == "blobs":
            body = {"digest": digest.hexdigest(), "packed": zstandard.compress(BODY)}
            connection.execute(text(WRITTEN_TO_BLOBS), body)
        elif table.name == "bodies":
            body = {"digest": digest.digest(), "packed": zstandard.compress(BODY), "step": 0, "stored_at": AT_TIME}
            connection.execute(table.insert(), body)
    for table in tables:
        if not connection.execute(select(func.count()).select_from(table)).scalar():
            connection.execute(table.insert(), {column.name: value_for(table, column) for column in table.columns})


def tables_of(connection: Connection) -> list[Table]:
    """What holds data, what is referred to first."""
    metadata = MetaData()
    theirs = ("alembic", "version_words", "unindexed", "procrastinate")
    metadata.reflect(connection, only=lambda name, _: not name.startswith(theirs))
    return metadata.sorted_tables


def value_for(table: Table, column: Column[Any]) -> object:
    """Something that is of the column's type, and neither null nor its default where it can be."""
    if column.foreign_keys:
        return {"source": "press", "person": "said"}.get(column.name, 1)
    modelled = Row.metadata.tables[table.name].columns.get(column.name)
    if modelled is not None and isinstance(modelled.type, JsonText):
        return '{"kind":"edited","page":"p","source":"press"}'
    if table.name == "findings" and column.name in WORDS_OF_FINDINGS:
        return WORDS_OF_FINDINGS[column.name]
    if (table.name, column.name) == ("finding_marks", "state"):
        return "silenced"
    kind = column.type.python_type
    return {int: 7, float: 0.5, bool: True, str: "said", bytes: b"\0packed", datetime: AT_TIME}[kind]


def held(connection: Connection) -> dict[str, list[dict[str, object]]]:
    """All rows by their tables."""
    return {
        table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
        for table in tables_of(connection)
    }


@pytest.mark.parametrize("revision", revisions())
def test_a_database_of_every_release_is_migrated_with_what_it_holds(
    open_it: OpenIt, tmp_path: Path, database: str | None, revision: str
) -> None:
    (tmp_path / "data").mkdir()
    engine = create_engine(url_of(tmp_path / "data", database))
    with engine.begin() as connection:
        config = configured()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    with engine.begin() as connection:
        fill(connection)
        before = held(connection)
    assert len(before) > 8
    assert all(before.values()), "every table has a row"
    migrated = open_it()
    (change,) = migrated.history.changes(source="press")
    assert migrated.history.changes(page=URL) == (change,)
    assert len(migrated.history.findings(source="press")) == 1
    assert (change.address, change.change.summary) == ("0..1", "one")
    assert [migrated.blobs.get(digest) for digest in migrated.blobs.digests()] == [BODY]
    with engine.connect() as connection:
        after = held(connection)
        assert schema_differences(connection) == []
    before.pop("blobs", None)  # their rows are in another table now, and were read above
    for name, rows in before.items():
        assert [{key: row[key] for key in rows[0]} for row in after[name]] == rows, f"{name} came over as it was"
    engine.dispose()
    assert migrated.archive.index() == 1, "what was there before there was a search waits to be indexed"
    assert [found.version for found in migrated.history.search("食堂").versions] == [1]
    (linked,) = migrated.proof.chain(URL)
    assert isinstance(linked, Linked)
    # What was written since then came with its link, which the row written here does not have.
    assert revision >= "0015" or linked.link == linked.chained.link, "what was there before there was a chain is linked"


def test_a_notification_that_waited_before_targets_were_noted_still_waits(
    open_it: OpenIt, tmp_path: Path, database: str | None
) -> None:
    (tmp_path / "data").mkdir()
    engine = create_engine(url_of(tmp_path / "data", database))
    with engine.begin() as connection:
        config = configured()
        config.attributes["connection"] = connection
        command.upgrade(config, "0010")
        payload = '{"source": "press", "page": "https://e/", "kind": "failing", "severity": "high"}'
        waits = {"page_id": None, "what": "alarm", "title": None, "summary": "failing", "at": AT_TIME, "attempts": 2}
        waits |= {"payload": payload, "last_error": "refused [done with: 0a]", "next_attempt": AT_TIME}
        (outbox,) = (table for table in tables_of(connection) if table.name == "outbox")
        connection.execute(outbox.insert(), waits)
    engine.dispose()
    (item,) = open_it().outbox.pending(AT_TIME)
    assert (item.source, item.attempts, item.targets) == ("press", 2, {})


def test_versions_from_before_there_was_a_chain_are_linked_as_if_there_had_been(
    open_it: OpenIt, tmp_path: Path, database: str | None
) -> None:
    """More than are read at a time, so that a page's chain goes on from one slice to the next."""
    new = open_it()
    new.archive.declare([SOURCE], NOW)
    pages = [admit(new, f"https://www.example.gov.cn/{number}.html") for number in range(3)]
    for number in range(80):
        told = change(number, number + 1) if number else CREATED
        verdicts = [saying(page, NOW + number * HOUR, f"text\0 {number}", told) for page in pages]
        with new.archive.together(verdicts) as archive:
            for page, decided in zip(pages, verdicts, strict=True):
                archive.record(page, decided)
    recorded = [[view.link for view in new.history.versions(page.url)] for page in pages]
    (chain,) = (one for one in ScriptDirectory.from_config(configured()).walk_revisions() if one.revision == "0015")
    engine = create_engine(url_of(tmp_path / "data", database))
    with engine.begin() as connection:
        # Back to what it was before.
        for later in ("finding_marks", "sessions", "people", "tokens", "audit", "former_links"):
            connection.execute(text(f"DROP TABLE {later}"))
        for index in INDEXES_OF_LISTS:
            connection.execute(text(f"DROP INDEX ix_{index}"))
        connection.execute(text("ALTER TABLE versions DROP COLUMN link"))
        connection.execute(text("UPDATE alembic_version SET version_num = :before"), {"before": chain.down_revision})
    engine.dispose()
    migrated = open_it()
    assert [[view.link for view in migrated.history.versions(page.url)] for page in pages] == recorded


def test_the_newest_revision_is_that_of_the_last_migration() -> None:
    """It is written down so that a start need not read them all."""
    assert ScriptDirectory.from_config(configured()).get_current_head() == NEWEST
