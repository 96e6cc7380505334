"""Where the bodies of responses come to lie, and how little room they take."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from crawler.errors import ConfigurationError, StoreBusy
from crawler.model import AttachedFile, FileVerdict, Page
from store import FolderBlobs, Store, open_store
from store.engine import url_of
from tests.store.conftest import OpenIt
from tests.store.verdicts import CREATED, HOUR, NOW, SOURCE, admit, change, response, saying, verdict

FRAME = random.Random(11).randbytes(30_000).hex().encode()


def visit(store: Store, page: Page, hours: int, text: str) -> None:
    """A visit that brought the site's frame with this in it."""
    at = NOW + hours * HOUR
    store.archive.record(page, verdict(at, snapshot=response(page, at, FRAME + text.encode())))


@pytest.fixture
def engine(store: Store, tmp_path: Path, database: str | None) -> Iterator[Engine]:
    """Past the store, at the tables."""
    engine = create_engine(url_of(tmp_path / "data", database))
    yield engine
    engine.dispose()


def sizes(engine: Engine) -> list[int]:
    """How many bytes each body takes, in the order of their coming."""
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT length(packed) FROM bodies ORDER BY id")).scalars())


def test_what_a_page_says_the_next_day_takes_only_what_is_new(store: Store, page: Page, engine: Engine) -> None:
    for hours in range(3):
        visit(store, page, hours, f"day {hours}")
    first, *others = sizes(engine)
    assert first > len(FRAME) / 3
    assert max(others) < 200


def test_the_first_of_a_page_takes_only_what_its_source_does_not_have_yet(store: Store, engine: Engine) -> None:
    """A site's pages have a frame in common."""
    for number in range(2):
        visit(store, admit(store, f"https://www.example.gov.cn/{number}"), number, f"page {number}")
    assert sizes(engine)[1] < 200


def test_no_more_than_fifty_pages_hang_by_one_body(store: Store, engine: Engine) -> None:
    """Damage to one must not cost a whole site."""
    for number in range(60):
        visit(store, admit(store, f"https://www.example.gov.cn/{number}"), number, f"page {number}")
    assert sum(size > len(FRAME) / 3 for size in sizes(engine)) == 2


def test_the_next_process_knows_the_frame_too(open_it: OpenIt, store: Store, page: Page, engine: Engine) -> None:
    visit(store, page, 0, "one")
    again = open_it()
    visit(again, admit(again, "https://www.example.gov.cn/2"), 1, "two")
    assert sizes(engine)[1] < 200


def test_a_capture_of_the_past_is_written_against_the_one_before_it(store: Store, page: Page, engine: Engine) -> None:
    """Backfills bring them in any order."""
    for hours in (0, 2, 1):
        at = NOW + hours * HOUR
        store.rereading.keep(page, response(page, at, FRAME + str(hours).encode()))
    assert max(sizes(engine)[1:]) < 200


def test_a_file_behind_a_link_is_no_page_to_write_against(store: Store, page: Page, engine: Engine) -> None:
    """It is kept under the page, but looks like no page."""
    visit(store, page, 0, "one")
    at = NOW + HOUR
    file = replace(response(page, at, b"%PDF-1.7"), url=f"{page.url}.pdf")
    state = AttachedFile(url=file.url, name="file", digest=file.digest)
    store.archive.record_file(page, FileVerdict(state=state, at=at, snapshot=file))
    visit(store, page, 2, "two")
    assert sizes(engine)[2] < 200


def test_a_transaction_that_fails_takes_the_body_with_it(store: Store, page: Page, engine: Engine) -> None:
    """Nothing is left behind that nobody names, and what comes next is whole."""
    stale = saying(page, NOW, "two", change(1, 2))
    with pytest.raises(StoreBusy):
        store.archive.record(page, stale)
    assert list(store.blobs.digests()) == []
    store.archive.record(page, saying(page, NOW, "one", CREATED))
    assert store.history.snapshot(page.url).body == b"one"


class TestFolder:
    """A data folder that began with its bodies in files."""

    def test_what_is_in_the_folder_is_read_and_what_comes_goes_to_the_database(self, tmp_path: Path) -> None:
        with open_store(tmp_path, blobs="folder") as store:
            store.archive.declare([SOURCE], NOW)
            page = admit(store, "https://www.example.gov.cn/1")
            store.archive.record(page, saying(page, NOW, "one", CREATED))
        files = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
        assert len(files) == 1
        with open_store(tmp_path) as store:
            store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
            bodies = [store.history.snapshot(page.url, number).body for number in (1, 2)]
            report = store.check_integrity()
        assert bodies == [b"one", b"two"]
        assert (report.ok, report.blobs) == (True, 2)
        assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == files

    def test_what_a_page_says_the_next_day_takes_only_what_is_new_there_too(self, tmp_path: Path) -> None:
        with open_store(tmp_path, blobs="folder") as store:
            store.archive.declare([SOURCE], NOW)
            page = admit(store, "https://www.example.gov.cn/1")
            for hours in range(3):
                visit(store, page, hours, f"day {hours}")
        *others, first = sorted(path.stat().st_size for path in (tmp_path / "blobs").rglob("*") if path.is_file())
        assert first > len(FRAME) / 3
        assert max(others) < 250

    def test_one_may_go_back_to_a_folder(self, tmp_path: Path) -> None:
        with open_store(tmp_path) as store:
            lost = store.blobs.put(b"in the database")
        with open_store(tmp_path, blobs=f"folder:{tmp_path}/elsewhere") as store:
            store.blobs.put(b"in the folder")
            assert store.blobs.get(lost) == b"in the database"
        assert list(FolderBlobs(tmp_path / "elsewhere").digests()) != []

    def test_a_place_that_is_none_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match=r"nowhere.*folder"):
            open_store(tmp_path, blobs="nowhere")
