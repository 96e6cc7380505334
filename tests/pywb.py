"""A real pywb for the tests, a process of its own on loopback, started once; its collections hold the WARCs of a test.

`configured` starts another, which has no collections but those of its configuration.

    base = collection(tmp_path / "captures.warc.gz")      # http://127.0.0.1:PORT/archive-1
    httpx.get(f"{base}/cdx", params={"url": "http://www.example.gov.cn/a.html", "output": "json"})
    httpx.get(f"{base}/20210615080000id_/http://www.example.gov.cn/a.html")
    add(base, tmp_path / "later.warc.gz")                 # to the same collection

A test that asks for one is skipped aloud where there is no pywb: `make test` puts it into `.venv-pywb`, away from the
project's own packages. PYWB names another folder with its commands in it.
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path

import pytest

FOLDERS = (os.environ.get("PYWB", ""), str(Path(__file__).parents[1] / ".venv-pywb" / "bin"))
_numbers = itertools.count(1)


class NoPywb(Exception):
    """It is not installed, or did not start; the message says which."""


def collection(*warcs: Path) -> str:
    """The base URL of a new collection of these WARC files. Skips the test aloud where no pywb can be started."""
    try:
        server, folder = _server()
    except NoPywb as error:
        pytest.skip(f"no pywb to test with: {error}")
    name = f"archive-{next(_numbers)}"
    _manage(folder, "init", name)
    base = f"{server}/{name}"
    add(base, *warcs)
    return base


def add(base: str, *warcs: Path) -> None:
    """Put further WARC files into a collection; pywb keeps copies of them, and an index."""
    if warcs:
        _, folder = _server()
        _manage(folder, "add", base.rpartition("/")[2], *map(str, warcs))


def _manage(folder: Path, *words: str) -> None:
    ran = subprocess.run([_command("wb-manager"), *words], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@contextmanager
def configured(config: str) -> Iterator[str]:
    """The address of another pywb, with this config.yaml, while the context lasts. Skips the test aloud without one."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pywb-", ignore_cleanup_errors=True)))
        (folder / "config.yaml").write_text(config, encoding="utf-8")
        address, failure = _start(folder, stack)
        if failure:
            pytest.skip(f"no pywb to test with: {failure}")
        yield address


@cache
def _outcome() -> tuple[str, Path, str]:
    stack = ExitStack()
    atexit.register(stack.close)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pywb-", ignore_cleanup_errors=True)))
    address, failure = _start(folder, stack)
    return address, folder, failure


def _start(folder: Path, stack: ExitStack) -> tuple[str, str]:
    """The address of a pywb that works in a folder, or why there is none; the stack ends it."""
    if not _command("wayback"):
        return "", f"the command `wayback` is neither on PATH nor in {FOLDERS[1]}"
    port = _free_port()
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [_command("wayback"), "-b", "127.0.0.1", "-p", str(port)], cwd=folder, stdout=output, stderr=output
        )
    stack.callback(_stop, server)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with closing(socket.socket()) as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return f"http://127.0.0.1:{port}", ""
        time.sleep(0.1)
    return "", f"it did not come up: {log.read_text(errors='replace')[-2000:]}"


def _server() -> tuple[str, Path]:
    """Its address and its folder. Raises NoPywb, the second time too."""
    address, folder, failure = _outcome()
    if failure:
        raise NoPywb(failure)
    return address, folder


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()


def _command(name: str) -> str:
    return shutil.which(name, path=os.pathsep.join(filter(None, FOLDERS))) or shutil.which(name) or ""


def _free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
