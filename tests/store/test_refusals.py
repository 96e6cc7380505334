"""The machine says no: the message says what to do, and nothing is half-written."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, event

from crawler.errors import BlobCorrupt, StoreBusy, StoreError, StoreFull
from crawler.model import Page
from store import Counts, Store, open_store
from store.engine import open_engine, reading, url_of, writing
from tests.objects import Forwarding, endpoint, fresh_bucket
from tests.postgres import fresh_database
from tests.store.conftest import SHORT
from tests.store.verdicts import CREATED, HOUR, NOW, RULES, SOURCE, admit, change, finding, saying

Away = tuple[str, Callable[[], None], Callable[[], None]]


@contextmanager
def somebody_writing(data: Path, database: str | None) -> Iterator[None]:
    """Another process in the middle of a long transaction on everything."""
    if database is None:
        connection = sqlite3.connect(data / "palimpsest.sqlite3", isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.close()
        return
    with psycopg.connect(database) as server:
        server.execute("LOCK TABLE pages, sources IN ACCESS EXCLUSIVE MODE")
        yield
        server.rollback()


def test_a_lock_that_does_not_go_away(store: Store, page: Page, tmp_path: Path, database: str | None) -> None:
    """Told as such after a wait, and the same call works once it is gone."""
    new = saying(page, NOW, "one", CREATED, findings=(finding("junk"),))
    with somebody_writing(tmp_path / "data", database):
        with pytest.raises(StoreBusy, match="try again") as refused:
            store.archive.record(page, new)
        with pytest.raises(StoreBusy):
            store.archive.declare([SOURCE], NOW)
    assert refused.value.retry_helps
    assert _amounts(store.history.counts()) == (0, 0, 0, 0, 0)
    store.archive.record(page, new)
    assert _amounts(store.history.counts()) == (1, 1, 1, 1, 1)


def test_opening_waits_for_a_lock_and_then_says_so(tmp_path: Path) -> None:
    """A second process may be migrating: the first thing a new one may meet."""
    tmp_path.joinpath("data").mkdir()
    with somebody_writing(tmp_path / "data", None), pytest.raises(StoreBusy):
        open_store(tmp_path / "data", busy_timeout=SHORT)


def test_a_full_disk_under_sqlite_leaves_nothing_half_written(tmp_path: Path) -> None:
    """SQLite itself refuses the page that no longer fits, in the middle of a transaction."""
    pages = 200

    def small_disk(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(Engine, "connect", small_disk)
    try:
        with open_store(tmp_path) as store:
            store.archive.declare([SOURCE], NOW)
            page = admit(store, "https://www.example.gov.cn/1")
            store.archive.record(page, saying(page, NOW, "one", CREATED))
            before = store.history.counts()
            huge = saying(page, NOW + HOUR, "字" * 500_000, change(1, 2), findings=(finding("junk"),))
            with pytest.raises(StoreFull, match=r"no space left.*free some") as refused:
                store.archive.record(page, huge)
            assert refused.value.retry_helps
            assert store.history.counts() == before
            assert store.archive.latest(page, rules=RULES).latest == store.history.version(page.url, 1)
            assert store.check_integrity().problems == ()
            store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
    finally:
        event.remove(Engine, "connect", small_disk)


def test_a_full_disk_under_the_blobs_records_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The body comes first: without it no row may name it, and no piece of it may stay."""

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with open_store(tmp_path, blobs="folder") as store:
        store.archive.declare([SOURCE], NOW)
        page = admit(store, "https://www.example.gov.cn/1")
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(StoreFull, match="no space left for blobs"):
                store.archive.record(page, saying(page, NOW, "one", CREATED))
        assert _amounts(store.history.counts()) == (0, 0, 0, 0, 0)
        assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []
        store.archive.record(page, saying(page, NOW, "one", CREATED))
        assert store.history.snapshot(page.url).body == b"one"


@pytest.fixture(params=["folder", "objects"])
def blobs_away(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Away]:
    """A place for bodies that is not the database; what makes it go away; what brings it back."""
    if request.param == "folder":
        folder, aside = tmp_path / "mounted", tmp_path / "aside"
        folder.mkdir()

        def unmount() -> None:
            folder.rename(aside)
            folder.write_text("nothing is mounted here")

        def mount() -> None:
            folder.unlink()
            aside.rename(folder)

        yield f"folder:{folder}", unmount, mount
        return
    front = Forwarding(endpoint())
    yield f"{fresh_bucket().partition('=')[0]}={front.url}", front.close, front.open
    front.close()


def test_blobs_that_are_away_are_told_and_the_next_visit_goes_on(tmp_path: Path, blobs_away: Away) -> None:
    """A disk that is not mounted, a server that is restarted: nothing is half-written, and nobody has to mend it."""
    place, away, back = blobs_away
    with open_store(tmp_path / "data", blobs=place) as store:
        store.archive.declare([SOURCE], NOW)
        page = admit(store, "https://www.example.gov.cn/1")
        store.archive.record(page, saying(page, NOW, "one", CREATED))
        before = store.history.counts()
        away()
        with pytest.raises(StoreError):
            store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
        with pytest.raises(StoreError):
            store.history.snapshot(page.url)
        assert store.history.counts() == before
        back()
        store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
        assert [store.history.snapshot(page.url, number).body for number in (1, 2)] == [b"one", b"two"]
        assert store.check_integrity().ok


def test_a_body_that_rotted_is_never_served(store: Store, page: Page) -> None:
    """Better an error than a proof that is none; what does not need the body still works."""
    snapshot = saying(page, NOW, "one", CREATED)
    store.archive.record(page, snapshot)
    (digest,) = store.blobs.digests()
    assert store.blobs.delete([digest], stored_before=NOW.replace(year=9000))
    with pytest.raises(BlobCorrupt, match=digest):
        store.history.snapshot(page.url)
    with pytest.raises(BlobCorrupt):
        store.archive.latest(page, rules="newer")
    assert store.archive.latest(page, rules=RULES).latest is not None


def test_a_broken_off_server_connection_is_replaced(tmp_path: Path) -> None:
    """The server was restarted between two checks: the next one goes on by itself."""
    database = fresh_database()
    with open_store(tmp_path, database) as store:
        store.archive.declare([SOURCE], NOW)
        page = admit(store, "https://www.example.gov.cn/1")
        with psycopg.connect(database, autocommit=True) as server:
            ended = server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
        assert ended
        assert store.archive.page(page.url) == page


def _amounts(counts: Counts) -> tuple[int, ...]:
    return counts.checks, counts.snapshots, counts.versions, counts.changes, counts.findings


def test_what_a_process_that_stands_still_has_locked_is_another_s_after_a_while() -> None:
    """Not only one that dies: its server would keep the page, and so its host, from all others until it goes on."""
    url = url_of(Path(), fresh_database())
    still, other = open_engine(url, idle_timeout=timedelta(seconds=1)), open_engine(url, timedelta(seconds=30))
    with other.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE held (n int)")
        connection.exec_driver_sql("INSERT INTO held VALUES (0)")

    def set_to(engine: Engine, number: int, meanwhile: Callable[[], None] = lambda: None) -> None:
        with writing(engine) as session:
            session.connection().exec_driver_sql(f"UPDATE held SET n = {number}")
            meanwhile()
            session.connection().exec_driver_sql(f"UPDATE held SET n = {number}")

    with pytest.raises(StoreBusy, match="idle"):
        set_to(still, 1, meanwhile=lambda: set_to(other, 2))
    with reading(other) as session:
        assert session.connection().exec_driver_sql("SELECT n FROM held").scalar() == 2
    # It goes on with a connection that works.
    set_to(still, 3)
    still.dispose()
    other.dispose()
