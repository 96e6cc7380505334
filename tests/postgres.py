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
from functools import cache
from pathlib import Path
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


@cache
def _start() -> tuple[Path, str]:
    initdb, postgres = _binary("initdb"), _binary("postgres")
    if initdb is None or postgres is None:
        return Path(), f"initdb and postgres are neither on PATH nor in {', '.join(FOLDERS)}"
    # A socket's path may have 107 bytes at most: pytest's own temporary folders can be longer.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    user = _unprivileged_user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    rights = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data, log = folder / "data", folder / "log"
    make = [initdb, "-D", str(data), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(make, cwd=folder, capture_output=True, text=True, check=False, **rights)
    if made.returncode:
        return folder, f"initdb failed: {made.stderr.strip()}"
    options = [part for setting in SETTINGS for part in ("-c", setting)]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [postgres, "-D", str(data), "-k", str(folder), *options],
            cwd=folder,
            stdout=output,
            stderr=output,
            **rights,
        )
    atexit.register(_stop, server)
    return folder, _wait_for(folder, server, log)


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
