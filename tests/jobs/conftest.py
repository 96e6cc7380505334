"""A working place for one test: a site on loopback, a data folder, a configuration, the command run in-process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jobs.cli import run
from store import Store, open_store
from tests.jobs.site import Town, configuration
from tests.jobs.told import OTHER
from tests.outside import Outside
from tests.store.verdicts import NOW, SOURCE


@dataclass(frozen=True)
class Answered:
    """What one command came to."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Desk:
    """Runs `palimpsest` on this test's data and configuration."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    @property
    def config(self) -> Path:
        return self.folder / "sources.toml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def __call__(self, *words: str) -> Answered:
        self.capture.readouterr()
        status = run(["--data", str(self.data), "--config", str(self.config), *words])
        printed = self.capture.readouterr()
        return Answered(status=status, out=printed.out, err=printed.err)

    def json(self, *words: str) -> list[Any]:
        """The JSON lines of a command that must succeed."""
        answered = self(*words, "--json")
        assert answered.status == 0, answered.err
        return answered.lines


@pytest.fixture
def outside() -> Iterator[Outside]:
    """The outside world: a server on loopback."""
    with Outside() as server:
        yield server


@pytest.fixture
def town(outside: Outside) -> Town:
    """Three articles behind a listing."""
    made = Town(outside)
    for number in (1, 2, 3):
        made.publish(number)
    return made


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """The command, without any configuration yet."""
    return Desk(tmp_path, capsys)


@pytest.fixture
def watched(desk: Desk, town: Town) -> Desk:
    """The command, configured to watch the town, after a first pass."""
    desk.config.write_text(configuration(town), encoding="utf-8")
    assert desk("check").status == 0
    return desk


@pytest.fixture
def anyio_backend() -> str:
    """What runs the tests that await something."""
    return "asyncio"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store of two sources, for tests that need no site."""
    with open_store(tmp_path) as opened:
        opened.archive.declare([SOURCE, OTHER], NOW)
        yield opened
