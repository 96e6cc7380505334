"""Several threads and several openings of one database at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

from crawler.errors import StoreBusy
from crawler.model import Link
from store import Store, open_store
from store.engine import open_engine, url_of
from tests.store.verdicts import CREATED, HOUR, NOW, RULES, SOURCE, change, saying, story, verdict

LEASE = timedelta(minutes=10)


def test_opening_at_the_same_time_migrates_once(database: str | None, tmp_path: Path) -> None:
    """Daemon, worker and web start together on an empty database."""

    def opened(_: int) -> bool:
        with open_store(tmp_path / "data", database, busy_timeout=timedelta(seconds=20)) as store:
            return store.check_integrity().ok

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(opened, range(4))) == [True] * 4


def test_a_new_sqlite_database_is_connected_to_at_the_same_moment(tmp_path: Path) -> None:
    """While one turns it to WAL, SQLite refuses the other at once, whatever its busy timeout is."""
    together = Barrier(4)

    def connected(number: int) -> str:
        engine = open_engine(url_of(tmp_path, f"sqlite:///{tmp_path}/{number}.sqlite3"), timedelta(seconds=20))
        together.wait()
        with engine.connect() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        engine.dispose()
        return str(mode)

    with ThreadPoolExecutor(4) as threads:
        for number in range(60):
            assert list(threads.map(connected, [number] * 4)) == ["wal"] * 4


def test_the_same_sources_may_be_declared_at_the_same_moment(database: str | None, tmp_path: Path) -> None:
    """Daemon and worker read one configuration when they start."""
    sources = [replace(SOURCE, name=f"press-{number}") for number in range(40)]
    with open_store(tmp_path / "data", database, busy_timeout=timedelta(seconds=20)) as store:
        together = Barrier(6)

        def declared(_: int) -> int:
            together.wait()
            store.archive.declare(sources, NOW)
            return len(store.archive.due_sources(NOW))

        with ThreadPoolExecutor(6) as threads:
            assert list(threads.map(declared, range(6))) == [len(sources)] * 6


def test_threads_record_different_pages(database: str | None, tmp_path: Path) -> None:
    """A sweep records from many threads; each page has exactly what was recorded for it."""
    with open_store(tmp_path / "data", database, busy_timeout=timedelta(seconds=20)) as store:
        store.archive.declare([SOURCE], NOW)
        links = [Link(url=f"https://www.example.gov.cn/{n}") for n in range(24)]
        pages = store.archive.admit("press", links, NOW)

        def visit(number: int) -> None:
            page = pages[number]
            store.archive.record(page, saying(page, NOW, f"one {number}", CREATED))
            store.archive.record(page, verdict(NOW + HOUR))
            store.archive.record(page, saying(page, NOW + 2 * HOUR, f"two {number}", change(1, 2)))

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(visit, range(len(pages))))
        for number, page in enumerate(pages):
            titles = [title for _, title, _ in story(store, page)]
            assert titles == [f"one {number}", f"two {number}"]
        assert store.history.counts().checks == 3 * len(pages)
        assert store.check_integrity().ok


def test_of_many_that_judged_the_same_page_one_is_recorded(database: str | None, tmp_path: Path) -> None:
    """Two passes that overlap must not give a page its first version twice."""
    with open_store(tmp_path / "data", database, busy_timeout=timedelta(seconds=20)) as store:
        store.archive.declare([SOURCE], NOW)
        (page,) = store.archive.admit("press", [Link(url="https://www.example.gov.cn/1")], NOW)
        assert store.archive.latest(page, rules=RULES).latest is None

        def visit(number: int) -> bool:
            try:
                store.archive.record(page, saying(page, NOW, f"text {number}", CREATED))
            except StoreBusy:
                return False
            return True

        with ThreadPoolExecutor(6) as threads:
            assert sum(threads.map(visit, range(6))) == 1
        counts = store.history.counts()
        assert (counts.versions, counts.changes, counts.checks) == (1, 1, 1)


def test_of_many_that_claim_each_host_goes_to_one(database: str | None, tmp_path: Path) -> None:
    """However the claims interleave, no host has two visitors and no page is given out twice."""
    data = tmp_path / "data"
    with open_store(data, database) as store:
        store.archive.declare([SOURCE], NOW)
        links = [Link(url=f"https://h{n % 9}.example.gov.cn/{n}") for n in range(45)]
        store.archive.admit("press", links, NOW)

    def claim(owner: int) -> list[str]:
        with open_store(data, database, busy_timeout=timedelta(seconds=20)) as store:
            return [url for _ in range(4) for url in _claimed(store, str(owner))]

    with ThreadPoolExecutor(4) as threads:
        claimed = list(threads.map(claim, range(4)))
    hosts = [{url.split("/")[2] for url in urls} for urls in claimed]
    assert sum(len(part) for part in hosts) == len(set().union(*hosts))
    assert len(set().union(*claimed)) == sum(len(urls) for urls in claimed) > 0


def _claimed(store: Store, owner: str) -> list[str]:
    pages = store.archive.claim(NOW, owner, limit=10, lease=LEASE)
    for page in pages:
        store.archive.record(page, verdict(NOW))
    return [page.url for page in pages]
