"""Filling an empty store with rows by the hundred thousand: COPY on PostgreSQL, one prepared statement on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Engine

from bench.store_rows import Writer
from store.base import Row

Say = Callable[[str], None]
COLUMNS = {
    "sources": "name url active links failures detail next_check",
    "pages": "id key url source host state title admitted_at next_check last_checked versions checks failures"
    " missing_count rate_changes rate_days",
    "snapshots": "id page_id fetched_at url final_url redirects status headers digest size",
    "versions": "id page_id number seen_at snapshot_id rules digest title article",
    "checks": "id page_id at outcome status detail past snapshot_id",
    "changes": "id page_id before_id after_id at kind minor significance fields_changed added removed summary source",
    "findings": "id page_id version_id opened_at resolved_at fingerprint kind severity region quote quote_start"
    " quote_end score evidence source",
}
_SLICE = 20_000


def fill(engine: Engine, writer: Writer, say: Say) -> None:
    """Writes every row. What hinders a bulk load is taken away for it and put back."""
    rows: dict[str, Iterable[tuple[object, ...]]] = {
        "sources": writer.sources(),
        "pages": writer.page_rows(),
        "snapshots": writer.snapshot_rows(),
        "versions": writer.version_rows(),
        "checks": writer.check_rows(),
        "changes": writer.change_rows(),
        "findings": writer.finding_rows(),
    }
    if engine.dialect.name == "postgresql":
        _fill_postgresql(engine, writer, rows, say)
    else:
        _fill_sqlite(engine, writer, rows, say)


# ---- PostgreSQL --------------------------------------------------------------------------------------------------


def _fill_postgresql(engine: Engine, writer: Writer, rows: dict[str, Iterable[tuple[object, ...]]], say: Say) -> None:
    connection: Any = engine.raw_connection()
    try:
        driver = connection.driver_connection
        driver.execute("SET maintenance_work_mem = '2GB'")
        driver.execute("SET synchronous_commit = off")
        taken = _take_away(driver)
        driver.commit()
        for table, columns in COLUMNS.items():
            say(f"writing {table}")
            _copy(driver, table, columns.split(), rows[table])
        say("writing version_words")
        _copy(driver, "version_words", ["version_id", "words"], writer.word_rows())
        for statement in taken:
            say(statement[:100])
            driver.execute(statement)
            driver.commit()
        for table in ("pages", "snapshots", "versions", "checks", "changes", "findings"):
            driver.execute(f"SELECT setval('{table}_id_seq', (SELECT coalesce(max(id), 1) FROM {table}))")
        driver.commit()
        driver.autocommit = True
        say("VACUUM ANALYZE")
        driver.execute("VACUUM ANALYZE")
        driver.autocommit = False
    finally:
        connection.close()


def _take_away(driver: Any) -> list[str]:
    """Drops indexes, foreign keys and triggers; the statements that bring them back."""
    back: list[str] = []
    names = [*COLUMNS, "version_words"]
    found = driver.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype FROM pg_constraint"
        " WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('f', 'p', 'u') ORDER BY contype <> 'f'",
        [names],
    ).fetchall()
    foreign = [one for one in found if one[3] in {b"f", "f"}]
    for table, name, _, _ in foreign:
        driver.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for table, name, definition, kind in found:
        if kind in {b"f", "f"} or table == "sources":
            continue
        driver.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
        back.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for name, definition in driver.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT LIKE 'pk_sources'",
        [names],
    ).fetchall():
        driver.execute(f"DROP INDEX {name}")
        back.append(definition)
    for table in ("versions", "changes", "findings"):
        driver.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        back.append(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    # Foreign keys stay away: to check them for these rows would take as long as writing them.
    return back


def _copy(driver: Any, table: str, columns: list[str], rows: Iterable[tuple[object, ...]]) -> None:
    with driver.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for part in _slices(rows):
            copy.write("".join("\t".join(map(_copied, row)) + "\n" for row in part))
    driver.commit()


def _copied(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, list):
        return "{" + ",".join(map(str, value)) + "}"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


# ---- SQLite ------------------------------------------------------------------------------------------------------


def _fill_sqlite(engine: Engine, writer: Writer, rows: dict[str, Iterable[tuple[object, ...]]], say: Say) -> None:
    connection: Any = engine.raw_connection()
    try:
        driver = connection.driver_connection
        driver.execute("PRAGMA synchronous=OFF")
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("PRAGMA cache_size=-1000000")
        driver.execute("BEGIN")
        indexes = driver.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            " UNION ALL SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'version_words%'"
        ).fetchall()
        for name, sql in indexes:
            driver.execute(f"DROP {'TRIGGER' if 'TRIGGER' in sql[:20] else 'INDEX'} {name}")
        for table, columns in COLUMNS.items():
            say(f"writing {table}")
            names = columns.split()
            places = ", ".join("?" * len(names))
            insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"
            for part in _slices(rows[table]):
                driver.executemany(insert, [tuple(map(_bound, row)) for row in part])
        say("writing version_words")
        found = (
            (number, " ".join(f"x{one & 0xFFFFFFFF:x}" for one in sorted(words))) for number, words in writer.found_by()
        )
        driver.executemany("INSERT INTO version_words (rowid, words) VALUES (?, ?)", found)
        for name, sql in indexes:
            say(name)
            driver.execute(sql)
        say("ANALYZE")
        driver.execute("ANALYZE")
        driver.execute("COMMIT")
        for setting in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-2000", "wal_checkpoint(TRUNCATE)"):
            driver.execute(f"PRAGMA {setting}")
    finally:
        connection.close()
    engine.dispose()


def _bound(value: object) -> object:
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


def _slices(rows: Iterable[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    left = iter(rows)
    while part := list(islice(left, _SLICE)):
        yield part


assert set(COLUMNS) < set(Row.metadata.tables)
