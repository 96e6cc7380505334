"""Opening a store: the database brought to the newest migration, and the blob store that goes with it."""

from __future__ import annotations

import errno
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from crawler.errors import ConfigurationError, StoreError, StoreFull
from crawler.model import PageState
from store import figures, integrity, repairing
from store.archive import Archive
from store.blobs import BlobStore, DatabaseBlobs, FolderBlobs, LayeredBlobs, ObjectBlobs
from store.engine import BUSY_TIMEOUT, open_engine, url_of
from store.exporting import Exporting
from store.figures import Figures
from store.history import History
from store.importing import Importing
from store.integrity import Integrity, Tell
from store.marks import Marks
from store.migrate import migrate
from store.outbox import Outbox
from store.people import People
from store.proof import Proof
from store.queue import Queue
from store.repairing import Repaired
from store.rereading import Rereading
from store.retention import Retention

BLOB_FOLDER = "blobs"
# The digest of no body.
_NOBODYS = "0" * 64


class Store:
    """One opened database with its blobs. Usable from any thread; close it, or use it in a `with`."""

    def __init__(self, engine: Engine, blobs: BlobStore) -> None:
        self._engine = engine
        self.blobs = blobs
        self.archive = Archive(engine, blobs)
        self.history = History(engine, blobs)
        self.marks = Marks(engine)
        self.outbox = Outbox(engine)
        self.people = People(engine)
        self.rereading = Rereading(engine, blobs)
        self.exporting = Exporting(engine, blobs)
        self.importing = Importing(engine, blobs)
        self.retention = Retention(engine)
        self.proof = Proof(engine, blobs)
        # Several machines share a server; SQLite is one machine's.
        self.queue = Queue(engine) if engine.dialect.name == "postgresql" else None

    def check_integrity(self, tell: Tell | None = None) -> Integrity:
        """Reads every kept body and holds it against its digest; what is wrong comes back as values."""
        return integrity.check(self._engine, self.blobs, tell)

    def repair(self, now: datetime, tell: Tell | None = None) -> Repaired:
        """Mends what can be mended of the kept bodies without losing any.

        What lies where it was kept before is moved; what can be read though what it is written against is damaged is
        written by itself; what no snapshot names, and nobody put for an hour, is removed.
        """
        return repairing.repair(self._engine, self.blobs, now, tell)

    def figures(self, now: datetime, *, late: timedelta) -> Figures:
        """What there is to be watched, in a few numbers; overdue is what has been due for `late`. Cheap at any size."""
        return figures.figures(self._engine, now, late)

    def page_states(self) -> dict[PageState, int]:
        """How many pages there are by state. Reads all of them: not to be asked often."""
        return figures.page_states(self._engine)

    def blobs_answer(self) -> bool:
        """True. Raises StoreError where the blob store does not answer."""
        return not self.blobs.has(_NOBODYS)

    def close(self) -> None:
        """Closes every connection; closing twice is fine."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(
    data_dir: Path,
    database_url: str | None = None,
    *,
    blobs: str | None = None,
    busy_timeout: timedelta = BUSY_TIMEOUT,
) -> Store:
    """Opens the store, creating and migrating it as needed.

    Without a URL: SQLite in `data_dir`; with one, that database. Bodies lie in the database unless `blobs` names
    another place for them (see `blobs_at`). Raises ConfigurationError for a URL or a place that cannot be used,
    StoreTooNew, StoreBusy, StoreFull or StoreError.
    """
    url = url_of(data_dir, database_url)
    _make_folder(data_dir)
    engine = open_engine(url, busy_timeout)
    try:
        migrate(engine)
        return Store(engine, blobs_at(blobs, data_dir, engine))
    except BaseException:
        engine.dispose()
        raise


def blobs_at(place: str | None, data_dir: Path, engine: Engine) -> BlobStore:
    """The blob store of a place: `database` (or None), `folder` (in the data folder), `folder:PATH`, `s3://…`.

    What was kept in the data folder or the database before is still read. Raises ConfigurationError.
    """
    database, folder = DatabaseBlobs(engine), data_dir / BLOB_FOLDER
    if place in {None, "", "database"}:
        return LayeredBlobs(database, FolderBlobs(folder)) if folder.is_dir() else database
    kind, _, where = (place or "").partition(":")
    front: BlobStore
    if kind == "s3":
        front = ObjectBlobs(place or "")
        if folder.is_dir():
            front = LayeredBlobs(front, FolderBlobs(folder))
    elif kind == "folder":
        front = FolderBlobs(Path(where) if where else folder)
    else:
        raise ConfigurationError(
            f"bodies cannot be kept in {place!r}; give `database`, `folder`, `folder:PATH` or `s3://BUCKET/PREFIX`."
        )
    return front if next(database.digests(), None) is None else LayeredBlobs(front, database)


def _make_folder(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreFull(f"no space left to create {data_dir}; free some and try again.") from error
        raise StoreError(
            f"the data folder {data_dir} cannot be created ({error}); name another with --data."
        ) from error
