"""A real PostgreSQL for the tests: installed binaries, started once, in a temporary folder, on a Unix socket only."""

from __future__ import annotations

import atexit
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

FOLDERS = ["/usr/local/bin", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)]
OWNER = "palimpsest"
UNPRIVILEGED = ("postgres", "nobody")
# Speed over durability: this cluster never outlives the tests.
SETTINGS = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=60", "shared_buffers=32MB")
_numbers = itertools.count(1)


class NoPostgres(Exception):
    """There are no binaries, or they did not start; the message says which."""


def fresh_database() -> str:
    """The URL of a new, empty database. Skips the test aloud where no PostgreSQL can be started."""
    try:
        folder = cluster()
    except NoPostgres as error:
        pytest.skip(f"no PostgreSQL to test with: {error}")
    name = f"test_{next(_numbers)}"
    with _connect(folder) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    return f"postgresql://{OWNER}@/{name}?host={quote(str(folder))}"


@cache
def cluster() -> Path:
    """The folder of the running server's socket. Raises NoPostgres, the second time too."""
    folder, failure = _start()
    if failure:
        raise NoPostgres(failure)
    return folder


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """A server that nobody else uses, running. Skips the test aloud where none can be started."""
    folder, failure = _made()
    server = OwnServer(folder)
    failure = failure or server.start()
    if failure:
        pytest.skip(f"no PostgreSQL to test with: {failure}")
    try:
        yield server
    finally:
        server.stop()


class OwnServer:
    """A server that a test may stop and start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL of the one database in it."""
        return f"postgresql://{OWNER}@/postgres?host={quote(str(self._folder))}"

    def start(self) -> str:
        """Comes up, with what it held; what went wrong, or nothing."""
        self._process, failure = _launch(self._folder)
        return failure

    def stop(self) -> None:
        """Goes away at once, with every connection."""
        if self._process is not None:
            _stop(self._process)


@cache
def _start() -> tuple[Path, str]:
    folder, failure = _made()
    if failure:
        return folder, failure
    server, failure = _launch(folder)
    atexit.register(_stop, server)
    return folder, failure


def _made() -> tuple[Path, str]:
    """The folder of a new cluster, and what went wrong."""
    initdb = _binary("initdb")
    if initdb is None or _binary("postgres") is None:
        return Path(), f"initdb and postgres are neither on PATH nor in {', '.join(FOLDERS)}"
    # A socket's path may have 107 bytes at most: pytest's own temporary folders can be longer.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    user = _unprivileged_user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    make = [initdb, "-D", str(folder / "data"), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(make, cwd=folder, capture_output=True, text=True, check=False, **_rights())
    return folder, f"initdb failed: {made.stderr.strip()}" if made.returncode else ""


def _launch(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    options = [part for setting in SETTINGS for part in ("-c", setting)]
    log = folder / "log"
    with log.open("ab") as output:
        server = subprocess.Popen(
            [_binary("postgres") or "postgres", "-D", str(folder / "data"), "-k", str(folder), *options],
            cwd=folder,
            stdout=output,
            stderr=output,
            **_rights(),
        )
    return server, _wait_for(folder, server, log)


def _rights() -> dict[str, Any]:
    user = _unprivileged_user()
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _wait_for(folder: Path, server: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            _connect(folder).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return ""
    return f"the server did not come up: {log.read_text(errors='replace')[-2000:]}"


def _connect(folder: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(folder), user=OWNER, dbname="postgres", autocommit=True)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()


def _binary(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(FOLDERS))


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom to run the server as: PostgreSQL refuses root. None where we are nobody special already."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None
