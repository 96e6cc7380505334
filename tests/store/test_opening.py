"""Opening: an empty place, an old one, a newer one, a wrong one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from crawler.errors import ConfigurationError, StoreBusy, StoreError, StoreTooNew
from crawler.model import Page
from store import Store, open_store
from store.engine import url_of
from store.tables import Row
from tests.store.conftest import OpenIt, is_ours
from tests.store.verdicts import CREATED, NOW, saying, story


def test_migrations_make_the_schema_that_the_tables_describe(
    open_it: OpenIt, tmp_path: Path, database: str | None
) -> None:
    """A column that is only in one of the two would be found by a user, years later."""
    open_it()
    engine = create_engine(url_of(tmp_path / "data", database))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        assert compare_metadata(context, Row.metadata) == []
    engine.dispose()


def test_what_was_written_is_there_when_opened_again(open_it: OpenIt, store: Store, page: Page) -> None:
    """Opening migrates; it never starts over."""
    store.archive.record(page, saying(page, NOW, "one", CREATED))
    store.close()
    again = open_it()
    assert story(again, page) == [(1, "one", NOW)]
    assert again.history.snapshot(page.url).body == b"one"


def test_a_database_of_a_newer_version_is_left_alone(
    open_it: OpenIt, store: Store, tmp_path: Path, database: str | None
) -> None:
    """Writing with old rules into new tables would damage both."""
    store.close()
    engine = create_engine(url_of(tmp_path / "data", database))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew, match=r"9999.*Upgrade"):
        open_it()
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()


def test_a_folder_with_odd_characters_is_a_folder(tmp_path: Path) -> None:
    """Spaces, percent signs and Chinese are common in home folders."""
    with open_store(tmp_path / "100% 数据 #?&") as store:
        assert store.check_integrity().ok
    assert (tmp_path / "100% 数据 #?&" / "palimpsest.sqlite3").is_file()


def test_sqlite_is_set_up_to_last(tmp_path: Path) -> None:
    """WAL lets readers read while a pass writes; it stays set in the file."""
    open_store(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "palimpsest.sqlite3")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.mark.parametrize("url", ["mysql://host/db", "postgresql+nothing://host/db", "no url", ""])
def test_a_url_that_cannot_be_used_is_a_mistake_in_the_configuration(tmp_path: Path, url: str) -> None:
    """Said before anything is touched."""
    with pytest.raises(ConfigurationError):
        open_store(tmp_path / "data", url)
    assert not (tmp_path / "data").exists()


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    """A retry helps once it is started; a log must not give the password away."""
    with pytest.raises(StoreBusy, match=r"cannot be reached|busy or away") as refused:
        open_store(tmp_path, "postgresql://someone:secret@127.0.0.1:1/db")
    assert "secret" not in str(refused.value)
    assert "127.0.0.1" in str(refused.value)


def test_a_file_that_is_no_database_is_not_overwritten(tmp_path: Path) -> None:
    """Somebody's other file must survive a wrong --data."""
    path = tmp_path / "palimpsest.sqlite3"
    path.write_bytes(b"my novel, chapter one. " * 500)
    with pytest.raises(StoreError, match=r"no readable database.*--data"):
        open_store(tmp_path)
    assert path.read_bytes() == b"my novel, chapter one. " * 500


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """With the name of what is in the way."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreError, match=r"cannot be created.*--data"):
        open_store(tmp_path / "data")
