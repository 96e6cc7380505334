"""The store goes away in the middle of the watch: said, nothing half-written, and it goes on once it is back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from store import Store, open_store
from tests.jobs.site import PARAGRAPHS, Town
from tests.jobs.test_daemon import until, watch
from tests.postgres import own_server

pytestmark = pytest.mark.alone
BUSY = timedelta(milliseconds=500)


def assert_whole(store: Store) -> None:
    """Each article once, as first seen and as edited while the store was away or after."""
    assert store.check_integrity().ok
    told = Counter((view.page, view.address) for view in store.history.changes())
    assert set(told.values()) == {1}
    for page in store.history.pages():
        assert page.checks == len(store.history.log(page.url))
        assert page.versions == len(store.history.versions(page.url))
        assert {(page.url, f"{number}..{number + 1}") for number in range(page.versions)} <= set(told)


def edit(town: Town, number: int) -> None:
    """Each page in words of its own: a figure that differs on one page after the other is taken for a counter."""
    often = ("每周", "每季度", "每年")[number - 1]
    town.publish(number, (PARAGRAPHS[0], PARAGRAPHS[1].replace("每月", often), PARAGRAPHS[2]))


def edited(store: Store) -> int:
    return sum(view.kind.value == "edited" for view in store.history.changes())


def test_a_server_that_is_stopped_and_started(town: Town, tmp_path: Path) -> None:
    with own_server() as server, open_store(tmp_path / "data", server.url, busy_timeout=BUSY) as store:

        async def story(said: list[str]) -> None:
            await until(lambda: len(store.history.changes()) == 3)
            for number in (1, 2, 3):
                edit(town, number)
                # Out of the watch's way: it must not be held up by what the test waits for.
                await asyncio.to_thread(server.stop)
                heard = len(said)
                await until(lambda heard=heard: any("trying again" in line for line in said[heard:]))  # type: ignore[misc]
                assert await asyncio.to_thread(server.start) == ""
                await until(lambda number=number: edited(store) == number)  # type: ignore[misc]

        watch(store, town, story)  # type: ignore[arg-type]
        assert_whole(store)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk to fill, and not in every container")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_full_for_a_while(town: Town, small_disk: Path) -> None:
    with open_store(small_disk / "data", busy_timeout=BUSY) as store:

        async def story(said: list[str]) -> None:
            await until(lambda: len(store.history.changes()) == 3)
            fill = small_disk / "other"
            with fill.open("wb", buffering=0) as other, contextlib.suppress(OSError):
                while True:
                    other.write(bytes(4096))
            edit(town, 1)
            await until(lambda: any("no space left" in line for line in said))
            assert edited(store) == 0
            fill.unlink()
            await until(lambda: edited(store) == 1)

        watch(store, town, story)  # type: ignore[arg-type]
        assert_whole(store)
