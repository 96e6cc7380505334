"""The system's Chromium for the tests that draw pages: found, or the test is skipped aloud; and what became of it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from crawler.errors import ConfigurationError
from crawler.model import Source
from jobs.rendering import SystemChromium, chromium_for

needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to look for processes in")


def chromium() -> SystemChromium:
    """The browser, as the program itself would find it."""
    found = _found()
    if isinstance(found, str):
        pytest.skip(f"no Chromium to test with: {found}")
    return found


@cache
def _found() -> SystemChromium | str:
    try:
        browser = chromium_for([Source(name="any", url="http://localhost/", render=True)])
    except ConfigurationError as error:
        return str(error)
    assert browser is not None
    # Some systems ship a script of that name which only says where to get one.
    ran = subprocess.run([browser.executable, "--version"], capture_output=True, check=False)
    return f"{browser.executable} does not run" if ran.returncode else browser


def browsers(root: int) -> set[int]:
    """The processes that drive and make up the browsers that a process has started."""
    drivers = {one for one in _descendants(root) if "run-driver" in command(one)}
    return drivers.union(*map(_descendants, drivers))


def _descendants(root: int) -> set[int]:
    found: set[int] = set()
    waiting = [root]
    while waiting:
        with suppress(OSError):
            for task in Path(f"/proc/{waiting.pop()}/task").iterdir():
                children = {int(child) for child in (task / "children").read_text().split()}
                waiting.extend(children - found)
                found |= children
    return found


def command(process: int) -> str:
    """The command line of a process, or an empty string where it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    return ""


def assert_ended(processes: Iterable[int]) -> None:
    """None of these processes goes on; a moment is given."""
    deadline = time.monotonic() + 10
    # The command line of one that has ended, and that nobody has asked about yet, is empty.
    while left := [said for said in map(command, processes) if said]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)
