"""What the doctor asks: is everything there, and is it what its digest says."""

from __future__ import annotations

import contextlib
import hashlib
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import create_engine, text

from crawler.model import Page
from store import Repaired, Store, open_store
from store.engine import url_of
from tests.store.verdicts import CREATED, HOUR, NOW, SOURCE, admit, change, response, saying

FAR = timedelta(days=365_0)


@pytest.fixture
def filled(store: Store, page: Page) -> Store:
    """Two versions and two bodies."""
    store.archive.record(page, saying(page, NOW, "one", CREATED))
    store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
    return store


def test_a_sound_store_has_no_problems(filled: Store) -> None:
    """And says how much it looked at."""
    report = filled.check_integrity()
    assert report.ok
    assert (report.snapshots, report.blobs, report.orphans) == (2, 2, 0)
    assert report.revision == report.newest_revision != ""


def test_a_missing_body_is_named(filled: Store, page: Page) -> None:
    """With its digest, so that a backup can be searched for it; repairing does not pretend to help."""
    digest = filled.history.version(page.url, 2).snapshot_digest
    filled.blobs.delete([digest], stored_before=NOW + FAR)
    report = filled.check_integrity()
    (problem,) = report.problems
    assert problem.where == f"blob {digest}"
    assert f"{page.url} showed at 2024-03-01 09:00:00 UTC" in problem.message
    assert filled.repair(NOW + FAR).mended == 0
    assert not filled.check_integrity().ok


def test_orphans_are_counted_and_repair_removes_only_them(filled: Store, page: Page) -> None:
    """A pass that died between body and row leaves a body nobody names; one put just now may still be named."""
    orphan = filled.blobs.put(b"nobody names me")
    assert filled.check_integrity().orphans == 1
    assert filled.check_integrity().ok
    assert filled.repair(datetime.now(UTC)).removed == 0
    assert filled.repair(datetime.now(UTC) + 2 * HOUR).removed == 1
    assert not filled.blobs.has(orphan)
    report = filled.check_integrity()
    assert (report.ok, report.blobs, report.orphans) == (True, 2, 0)


def test_a_gap_in_the_numbers_is_named(filled: Store, page: Page, tmp_path: Path, database: str | None) -> None:
    """Somebody deleted a version by hand: every address after it would lie."""
    engine = create_engine(url_of(tmp_path / "data", database))
    with engine.begin() as connection:
        connection.execute(text("UPDATE versions SET number = 5 WHERE number = 2"))
    engine.dispose()
    assert [problem.where for problem in filled.check_integrity().problems] == [page.url]


# Moves bodies until it is done or killed.
MOVING = """
import sys, pathlib
from datetime import UTC, datetime
from store import open_store
with open_store(pathlib.Path(sys.argv[1])) as store:
    store.repair(datetime.now(UTC))
"""
FRAME = random.Random(3).randbytes(10_000).hex().encode()


def keep(store: Store, page: Page, days: int) -> list[bytes]:
    """So many captures of a page, which differ in a word."""
    bodies = [FRAME + b"day %d" % day for day in range(days)]
    for day, body in enumerate(bodies):
        store.rereading.keep(page, response(page, NOW + day * HOUR, body))
    return bodies


def test_how_far_it_has_come_is_told(store: Store, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading everything takes long on a large store."""
    monkeypatch.setattr("store.integrity.EVERY", 2)
    keep(store, page, 5)
    told: list[tuple[int, int]] = []
    store.check_integrity(lambda done, of: told.append((done, of)))
    assert told == [(2, 5), (4, 5)]


def test_what_can_be_read_though_its_base_is_damaged_is_saved(
    store: Store, page: Page, tmp_path: Path, database: str | None
) -> None:
    """It may hang by a part of the base that is as it was; the next damage could be worse."""
    bodies = keep(store, page, 2)
    first, second = (hashlib.sha256(body).digest() for body in bodies)
    engine = create_engine(url_of(tmp_path / "data", database))
    with engine.begin() as connection:
        values = {"packed": zstandard.compress(FRAME + b"day X"), "digest": first}
        connection.execute(text("UPDATE bodies SET packed = :packed WHERE digest = :digest"), values)
    assert store.repair(NOW).mended == 1
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM bodies WHERE digest = :digest"), {"digest": first})
    engine.dispose()
    assert store.blobs.get(second.hex()) == bodies[1]
    assert [problem.where for problem in store.check_integrity().problems] == [f"blob {first.hex()}"]


def moved(database: sqlite3.Connection) -> int:
    """How many bodies the database has by now."""
    return int(database.execute("SELECT count(*) FROM bodies").fetchone()[0])


class TestMoving:
    """A data folder that began with its bodies in files."""

    @pytest.fixture
    def begun(self, tmp_path: Path) -> list[bytes]:
        """A page with some captures in files."""
        with open_store(tmp_path, blobs="folder") as store:
            store.archive.declare([SOURCE], NOW)
            bodies = keep(store, admit(store, "https://www.example.gov.cn/1"), 12)
            store.blobs.put(b"nobody names me")
        return bodies

    def test_repairing_moves_what_is_in_the_folder(self, tmp_path: Path, begun: list[bytes]) -> None:
        """All that a response names, written as small as if it had always lain in the database."""
        with open_store(tmp_path) as store:
            assert store.check_integrity().elsewhere == 13
            assert store.repair(datetime.now(UTC) + 2 * HOUR) == Repaired(moved=12, mended=0, removed=1)
            report = store.check_integrity()
            assert (report.ok, report.blobs, report.orphans, report.elsewhere) == (True, 12, 0, 0)
            assert store.repair(datetime.now(UTC) + 2 * HOUR) == Repaired(moved=0, mended=0, removed=0)
        assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []
        with open_store(tmp_path) as store:
            assert [store.blobs.get(hashlib.sha256(body).hexdigest()) for body in begun] == begun
        with sqlite3.connect(tmp_path / "palimpsest.sqlite3") as database:
            sizes = [size for (size,) in database.execute("SELECT length(packed) FROM bodies ORDER BY id")]
        assert max(sizes[1:]) < 200

    def test_one_that_is_damaged_here_and_whole_there_is_whole_again(self, tmp_path: Path, begun: list[bytes]) -> None:
        """As where a copy of `blobs/` was found in a backup."""
        backup = shutil.copytree(tmp_path / "blobs", tmp_path / "backup")
        with open_store(tmp_path) as store:
            store.repair(NOW)
        with sqlite3.connect(tmp_path / "palimpsest.sqlite3") as database:
            database.execute("UPDATE bodies SET packed = x'00' WHERE id IN (1, 5)")
        with open_store(tmp_path) as store:
            assert len(store.check_integrity().problems) > 5
        shutil.copytree(backup, tmp_path / "blobs", dirs_exist_ok=True)
        with open_store(tmp_path) as store:
            store.repair(NOW)
        shutil.rmtree(tmp_path / "blobs")
        with open_store(tmp_path) as store:
            assert store.check_integrity().ok
            assert [store.blobs.get(hashlib.sha256(body).hexdigest()) for body in begun] == begun

    def test_what_is_damaged_in_both_stays_where_it_is(self, tmp_path: Path, begun: list[bytes]) -> None:
        """A person may still make something of it; what was written against it is told too."""
        first = next(path for path in (tmp_path / "blobs").rglob("*.zst") if path.stat().st_size > 10_000)
        first.write_bytes(first.read_bytes()[:-3])
        with open_store(tmp_path) as store:
            assert store.repair(NOW).moved == 0
            assert len(store.check_integrity().problems) == len(begun)
        assert first.exists()

    def test_moving_may_be_killed_at_any_time(self, tmp_path: Path) -> None:
        """A body is in its new place before it leaves the old one, and moving goes on where it was."""
        with open_store(tmp_path, blobs="folder") as store:
            store.archive.declare([SOURCE], NOW)
            bodies = keep(store, admit(store, "https://www.example.gov.cn/1"), 120)
        open_store(tmp_path).close()
        with contextlib.closing(sqlite3.connect(tmp_path / "palimpsest.sqlite3")) as database:
            for reached in (1, 20, 60, 110):
                child = subprocess.Popen([sys.executable, "-c", MOVING, str(tmp_path)])
                while child.poll() is None and moved(database) < reached:
                    time.sleep(0.001)
                child.kill()
                child.wait()
                with open_store(tmp_path) as store:
                    assert store.check_integrity().ok
                assert moved(database) >= reached
        with open_store(tmp_path) as store:
            store.repair(NOW)
            assert store.check_integrity().elsewhere == 0
            assert [store.blobs.get(hashlib.sha256(body).hexdigest()) for body in bodies] == bodies
