"""Connections and transactions on SQLite and PostgreSQL, and what their refusals mean.

SQLite runs in WAL mode with synchronous=FULL: a commit survives a power cut. NORMAL would be faster and never corrupt,
but could forget the last versions after they were notified; at the rate of polite visits the flush is cheap.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

from crawler.errors import ConfigurationError, StoreBusy, StoreError, StoreFull
from store.later import write_now

# Less than SQLite takes at a time for its write-ahead log and the index of it.
_NOTHING_LEFT = 256 * 1024
DATABASE_FILE = "palimpsest.sqlite3"
BUSY_TIMEOUT = timedelta(seconds=5)
# What a process that stands still in the middle of a transaction has locked is another's after this. Nothing of ours
# waits for anything but the database there.
IDLE_TIMEOUT = timedelta(seconds=60)

# SQLSTATEs of PostgreSQL. 08…: connection lost; 25P03: stood still; 57P0x: server going down or starting; 53300: too
# many connections.
FULL_STATES = {"53100"}
BUSY_STATES = {"25P03", "40001", "40P01", "55P03", "53300", "57P01", "57P02", "57P03"}


def url_of(data_dir: Path, given: str | None) -> URL:
    """The URL of the database: SQLite in the data folder unless one is given. Raises ConfigurationError."""
    if given is None:
        return URL.create("sqlite", database=str(data_dir / DATABASE_FILE))
    try:
        url = make_url(given)
        if url.drivername in {"postgres", "postgresql"}:
            url = url.set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError) as error:
        raise ConfigurationError(f"the database URL cannot be read: {error}") from error
    if url.drivername not in {"postgresql+psycopg", "sqlite"}:
        raise ConfigurationError(
            f"a database of kind {url.drivername!r} is not supported; give postgresql://… or leave it out for SQLite."
        )
    return url


def open_engine(url: URL, busy_timeout: timedelta = BUSY_TIMEOUT, idle_timeout: timedelta = IDLE_TIMEOUT) -> Engine:
    """An engine for the URL; nothing is connected yet.

    `busy_timeout`: how long to wait for another's lock. `idle_timeout`: after how long of doing nothing in a
    transaction a server ends it; the next statement then raises StoreBusy.
    """
    milliseconds = round(busy_timeout.total_seconds() * 1000)
    try:
        if url.get_backend_name() == "sqlite":
            engine = create_engine(url, connect_args={"timeout": busy_timeout.total_seconds()})
            _prepare_sqlite(engine, milliseconds)
        else:
            # To compile a statement takes longer than any of ours should.
            options = f"-c lock_timeout={milliseconds} -c timezone=UTC -c jit=off"
            idle = round(idle_timeout.total_seconds() * 1000)
            options += f" -c idle_in_transaction_session_timeout={idle}"
            engine = create_engine(url, pool_pre_ping=True, connect_args={"options": options, "connect_timeout": 10})
    except (NoSuchModuleError, ImportError) as error:
        raise ConfigurationError(f"no driver for the database: {error}") from error
    return engine


def _prepare_sqlite(engine: Engine, milliseconds: int) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - whatever the driver gives
        # The driver must not begin transactions by itself: `begin` below says which kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={milliseconds}")
        # While another turns a new database to WAL, SQLite refuses at once and does not wait: it might wait for ever.
        for attempt in Retrying(
            retry=retry_if_exception_type(sqlite3.OperationalError),
            stop=stop_after_delay(milliseconds / 1000),
            wait=wait_random(0.005, 0.05),
            reraise=True,
        ):
            with attempt:
                cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writes"):
            # A writer takes the lock at once: one that reads first and writes later is refused without waiting.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif (driver := connection.connection.driver_connection) is not None:
            # It locks nothing and cannot be refused. Said through SQLAlchemy it takes as long as what is then asked.
            driver.execute("BEGIN DEFERRED")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that sees one state of the database and writes nothing."""
    with refusals(engine), Session(engine) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session in one transaction: committed whole at the end, or rolled back whole on any exception."""
    with (
        refusals(engine),
        Session(engine.execution_options(writes=True), expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session
        write_now(session)


@contextmanager
def refusals(engine: Engine) -> Iterator[None]:
    """Turns what the database says into StoreError, StoreBusy or StoreFull; a broken constraint passes as it is."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise refusal(error, engine.url) from error
    except PoolTimeout as error:
        raise StoreBusy("every connection to the database is in use; try again.") from error


def refusal(error: DBAPIError, url: URL) -> StoreError:
    """What one database error means, and what to do about it."""
    said = str(error.orig).strip()
    where = url.render_as_string(hide_password=True)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _postgres_refusal(str(state), said, where)
    if "is locked" in said:
        return StoreBusy(f"another process is writing to {where}; try again.")
    if "is full" in said or "No space left" in said or ("I/O error" in said and _disk_is_full(url)):
        return StoreFull(f"no space left for {where}; free some and try again. Nothing was half-written.")
    if "not a database" in said or "malformed" in said:
        return StoreError(
            f"{where} is no readable database ({said}); move it away and restore a backup, or name another --data."
        )
    if "readonly" in said or "unable to open" in said:
        return StoreError(f"{where} cannot be written ({said}); check the permissions of the data folder.")
    if (url.get_backend_name() == "postgresql" and error.connection_invalidated) or "connection" in said:
        return StoreBusy(f"{where} cannot be reached ({said}); check that the server runs and the URL, then try again.")
    return StoreError(f"{where} refuses: {said}")


def _disk_is_full(url: URL) -> bool:
    """Whether SQLite's I/O error is for want of space: it cannot say so itself where its shared memory finds none."""
    try:
        return shutil.disk_usage(Path(url.database or ".").parent).free < _NOTHING_LEFT
    except OSError:
        return False


def _postgres_refusal(state: str, said: str, where: str) -> StoreError:
    if state in FULL_STATES:
        return StoreFull(f"no space left for {where}; free some and try again. Nothing was half-written.")
    if state in BUSY_STATES or state.startswith("08"):
        return StoreBusy(f"{where} is busy or away ({said}); try again.")
    return StoreError(f"{where} refuses: {said}")
