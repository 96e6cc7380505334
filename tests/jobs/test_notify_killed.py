"""kill -9 between the sending of a message and the note of it: that one is told again, no other, and none is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crawler.sources import format_source
from jobs.cli import run
from store import open_store
from tests.jobs.told import flood, watched
from tests.outside import Answer, Asked, Outside
from tests.postgres import fresh_database
from tests.store.verdicts import NOW, SOURCE

ROOT = Path(__file__).parents[2]


@dataclass
class Receiver:
    """Two targets: the first kills whoever tells it its message number `fatal`, having heard all of it."""

    fatal: int
    heard: dict[str, list[Any]] = field(default_factory=dict)
    victim: int | None = None

    def hear(self, asked: Asked) -> Answer:
        posts = self.heard.setdefault(asked.path, [])
        posts.append(json.loads(asked.body))
        if self.victim is not None and asked.path == "/a" and len(posts) == self.fatal:
            os.kill(self.victim, signal.SIGKILL)
        return Answer()

    def killing(self, command: list[str]) -> int:
        """What becomes of a process that runs the command."""
        with subprocess.Popen(command, cwd=ROOT) as process:
            self.victim = process.pid
            status = process.wait(60)
        self.victim = None
        return status


@pytest.mark.parametrize(("kind", "fatal"), [("sqlite", 1), ("sqlite", 2), ("postgresql", 2)])
def test_only_the_message_that_was_not_noted_is_repeated(tmp_path: Path, kind: str, fatal: int) -> None:
    database = None if kind == "sqlite" else fresh_database()
    data, config = tmp_path / "data", tmp_path / "sources.toml"
    words = ["--data", str(data), "--config", str(config), *(["--database", database] if database else []), "notify"]
    with Outside() as outside:
        receiver = Receiver(fatal)
        for path in ("/a", "/b"):
            outside.answer(path, receiver.hear)
        (source, _) = watched(*(f"webhook+{outside.url(path)}" for path in ("/a", "/b"))).values()
        config.write_text(format_source(source), encoding="utf-8")
        with open_store(data, database) as store:
            store.archive.declare([SOURCE], NOW)
            # The first message is of 500 items, the second of what is left.
            flood(store, 600)
        killed = receiver.killing([sys.executable, "-c", "from jobs.cli import main; main()", *words])
        assert killed == -signal.SIGKILL
        assert run(words) == 0
        with open_store(data, database) as store:
            assert (store.outbox.undelivered(), store.outbox.dead()) == ((), ())
    posts, others = receiver.heard["/a"], receiver.heard["/b"]
    told = [{item["id"] for post in some for item in post["items"]} for some in (posts, others)]
    assert [len(ids) for ids in told] == [600, 600], "none is lost"
    assert [len(post["items"]) for post in posts] == [[500, 500, 100], [500, 100, 100]][fatal - 1]
    assert posts[fatal - 1] == posts[fatal], "what is repeated is known by its id"
    assert len({post["id"] for post in posts}) == 2
    repeats = len(others) - len({post["id"] for post in others})
    assert repeats <= 1, "who else was told just then hears one message twice at most"
