"""`serve` in several processes: they share a port, are replaced when they die, and end together."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.jobs.conftest import Desk
from tests.jobs.running import address, get, running, stop, wait_for
from tests.jobs.site import Town

SERVE = ("serve", "--listen", "127.0.0.1:0", "--processes", "2")


def answering(process: subprocess.Popen[str]) -> set[int]:
    """The processes that answer: children that run Python's spawned main; the one that tracks resources is none."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
            command = stat.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if parent == str(process.pid) and b"spawn_main" in command:
            found.add(int(stat.parent.name))
    return found


def lives(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")


@pytest.mark.parametrize(("how", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_they_answer_and_end_together(watched: Desk, town: Town, how: signal.Signals, status: int) -> None:
    with running(watched, *SERVE) as process:
        url = address(process)
        assert all(town.title(1).encode() in get(url + "pages") for _ in range(6))
        children = answering(process)
        assert len(children) == 2
        returned, err = stop(process, how)
        assert (returned, "Traceback" in err) == (status, False), err
        assert not any(map(lives, children))


def test_one_that_is_killed_is_replaced(watched: Desk, town: Town) -> None:
    with running(watched, *SERVE) as process:
        url = address(process)
        assert get(url)
        first = min(answering(process))
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: len(answering(process) - {first}) == 2, process)
        assert all(town.title(1).encode() in get(url + "pages") for _ in range(6))
        assert stop(process, signal.SIGTERM)[0] == 0


def test_none_outlives_the_one_that_started_it(watched: Desk) -> None:
    """Killed outright it can tell nobody; a port that stayed taken would keep the next one from starting."""
    with running(watched, *SERVE) as process:
        assert get(address(process))
        children = answering(process)
        assert children
        process.kill()
        process.wait()
        with running(watched, "serve", "--listen", "127.0.0.1:0", "--processes", "1") as other:
            wait_for(lambda: not any(map(lives, children)), other)


def test_what_one_wrote_the_others_show(watched: Desk) -> None:
    """A person added while they run closes the door of each."""
    with running(watched, *SERVE) as process:
        url = address(process)
        assert get(url)
        added = watched("token", "add", "reader", "--role", "reader", "--json")
        assert added.status == 0, added.err
        token = str(added.lines[0]["token"])

        def refused() -> bool:
            try:
                get(url)
            except OSError as error:
                return "401" in str(error)
            return False

        wait_for(lambda: all(refused() for _ in range(6)), process)
        assert all(get(url, token=token) for _ in range(6))
        assert stop(process, signal.SIGTERM)[0] == 0
