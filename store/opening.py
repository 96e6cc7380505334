"""Opening a store: the database brought to the newest migration, and the blob store that goes with it."""

from __future__ import annotations

import errno
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from crawler.errors import StoreError, StoreFull
from store import integrity
from store.archive import Archive
from store.blobs import BlobStore, DatabaseBlobs, FolderBlobs
from store.engine import BUSY_TIMEOUT, open_engine, url_of
from store.history import History
from store.migrate import migrate
from store.outbox import Outbox
from store.queue import Queue
from store.rereading import Rereading
from store.views import Integrity

BLOB_FOLDER = "blobs"


class Store:
    """One opened database with its blobs. Usable from any thread; close it, or use it in a `with`."""

    def __init__(self, engine: Engine, blobs: BlobStore) -> None:
        self._engine = engine
        self.blobs = blobs
        self.archive = Archive(engine, blobs)
        self.history = History(engine, blobs)
        self.outbox = Outbox(engine)
        self.rereading = Rereading(engine, blobs)
        # Several machines share a server; SQLite is one machine's.
        self.queue = Queue(engine) if engine.dialect.name == "postgresql" else None

    def check_integrity(self) -> Integrity:
        """Reads every kept body and holds it against its digest; what is wrong comes back as values."""
        return integrity.check(self._engine, self.blobs)

    def repair(self, now: datetime) -> int:
        """Removes blobs that no snapshot names and that nobody put for an hour; returns how many. Nothing else."""
        return integrity.remove_orphans(self._engine, self.blobs, now)

    def close(self) -> None:
        """Closes every connection; closing twice is fine."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(data_dir: Path, database_url: str | None = None, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> Store:
    """Opens the store, creating and migrating it as needed.

    Without a URL: SQLite and a folder of blobs in `data_dir`. With one: that database; blobs lie in the database if it
    is a server, so that every machine reaches them. Raises ConfigurationError for a URL that cannot be used,
    StoreTooNew, StoreBusy, StoreFull or StoreError.
    """
    url = url_of(data_dir, database_url)
    _make_folder(data_dir)
    engine = open_engine(url, busy_timeout)
    try:
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    is_server = url.get_backend_name() == "postgresql"
    return Store(engine, DatabaseBlobs(engine) if is_server else FolderBlobs(data_dir / BLOB_FOLDER))


def _make_folder(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreFull(f"no space left to create {data_dir}; free some and try again.") from error
        raise StoreError(
            f"the data folder {data_dir} cannot be created ({error}); name another with --data."
        ) from error
