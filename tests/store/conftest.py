"""Every test of the store runs on both databases, unless it says that it is about one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from crawler.model import Page
from store import Store, open_store
from store.base import Row
from tests.postgres import fresh_database
from tests.store.verdicts import NOW, SOURCE, admit

# Long enough for a slow machine, short enough for a test that waits for a lock that will not come.
SHORT = timedelta(milliseconds=300)

OpenIt = Callable[[], Store]


def schema_differences(connection: Connection) -> Sequence[object]:
    """Between the tables of a database and those of the code; the index of words is another on each database."""

    def modelled(name: str | None, _kind: str, _parents: object) -> bool:
        # The queue's tables are those of its library.
        return not (name or "").startswith(("version_words", "ix_version_words", "procrastinate_"))

    opts = {"compare_type": True, "include_name": modelled}
    differences: Sequence[object] = compare_metadata(MigrationContext.configure(connection, opts=opts), Row.metadata)
    return differences


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """The URL of an empty database; None: SQLite in the data folder."""
    return None if request.param == "sqlite" else fresh_database()


@pytest.fixture
def open_it(database: str | None, tmp_path: Path) -> Iterator[OpenIt]:
    """Opens the test's store, as often as wanted: each time another process's view of the same data."""
    opened: list[Store] = []

    def open_once() -> Store:
        opened.append(open_store(tmp_path / "data", database, busy_timeout=SHORT))
        return opened[-1]

    yield open_once
    for store in opened:
        store.close()


@pytest.fixture
def store(open_it: OpenIt) -> Store:
    """A store with one declared source and no page."""
    store = open_it()
    store.archive.declare([SOURCE], NOW)
    return store


@pytest.fixture
def page(store: Store) -> Page:
    """One admitted page of that store."""
    return admit(store, "https://www.example.gov.cn/xwfb/1.html")
