"""What the doctor asks: is everything there, and is it what its digest says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from crawler.model import Page
from store import Store
from store.engine import url_of
from tests.store.verdicts import CREATED, HOUR, NOW, change, saying

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
    assert [problem.where for problem in report.problems] == [f"blob {digest}"]
    assert filled.repair(NOW + FAR) == 0
    assert not filled.check_integrity().ok


def test_orphans_are_counted_and_repair_removes_only_them(filled: Store, page: Page) -> None:
    """A pass that died between body and row leaves a body nobody names; one put just now may still be named."""
    orphan = filled.blobs.put(b"nobody names me")
    assert filled.check_integrity().orphans == 1
    assert filled.check_integrity().ok
    assert filled.repair(datetime.now(UTC)) == 0
    assert filled.repair(datetime.now(UTC) + 2 * HOUR) == 1
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
