"""kill -9 at any point of a pass, many times over: nothing lost, nothing twice, and the next pass goes on.

`make soak` does the same some hundred times on each database.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.store_rows import WORDS
from jobs.cli import run
from store import Store, open_store
from tests.jobs.site import Town, configuration
from tests.outside import Answer, Asked, Outside
from tests.postgres import fresh_database

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("PALIMPSEST_KILLS", "30"))
ARTICLES = range(1, 7)
EVERY = 10


@dataclass(slots=True)
class Told:
    """What was posted to the webhook: each post's changes."""

    posts: list[list[tuple[str, str]]] = field(default_factory=list)

    def hear(self, asked: Asked) -> Answer:
        items = json.loads(asked.body)["items"]
        self.posts.append([(item["page"], item["change"]) for item in items if "change" in item])
        return Answer(b"")

    @property
    def times(self) -> Counter[tuple[str, str]]:
        return Counter(one for post in self.posts for one in post)

    @property
    def repeats(self) -> int:
        """Posts that told something a second time."""
        known: set[tuple[str, str]] = set()
        count = 0
        for post in self.posts:
            count += not known.isdisjoint(post)
            known.update(post)
        return count


@contextmanager
def passes(words: list[str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.jobs.killed_passes", *words]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


def tell(process: subprocess.Popen[str], seconds: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(seconds + "\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def revise(town: Town, turn: int) -> None:
    """Every article says something that none ever said."""
    for number in ARTICLES:
        chance = random.Random(f"{number} {turn}")
        said = tuple("".join(chance.choices(WORDS, k=20)) + "。" for _ in range(3))
        town.publish(number, said)


# By page: each Version's number and digest.
Histories = dict[str, list[tuple[int, str]]]


def histories(store: Store) -> Histories:
    return {
        page.url: [(one.number, one.article_digest) for one in store.history.versions(page.url)]
        for page in store.history.pages()
    }


def assert_whole(store: Store, before: Histories) -> Histories:
    """What must hold whenever anybody looks."""
    now = histories(store)
    leads_to: dict[str, list[str]] = defaultdict(list)
    for change in store.history.changes(newest_first=False):
        leads_to[change.page].append(change.address)
    for page in store.history.pages():
        versions = now[page.url]
        assert [number for number, _ in versions] == list(range(1, len(versions) + 1)), "every number once"
        assert len({digest for _, digest in versions}) == len(versions), "no Version twice"
        assert versions[: len(before.get(page.url, []))] == before.get(page.url, []), "no Version lost"
        assert leads_to[page.url] == [f"{number - 1}..{number}" for number, _ in versions], "each has its Change"
        checks = store.history.log(page.url)
        assert page.checks == len(checks)
        assert page.versions == len(versions)
        assert [one.version for one in checks if one.version] == [number for number, _ in versions]
    integrity = store.check_integrity()
    assert integrity.ok, integrity.problems
    return now


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_at_any_point_it_goes_on(tmp_path: Path, outside: Outside, kind: str) -> None:
    database = None if kind == "sqlite" else fresh_database()
    town, told = Town(outside), Told()
    outside.answer("/told", told.hear)
    revise(town, 0)
    config, data = tmp_path / "sources.toml", tmp_path / "data"
    hook = outside.url("/told")
    config.write_text(configuration(town, more=f'notify = ["webhook+{hook}"]\n'), encoding="utf-8")
    words = ["--data", str(data), "--config", str(config)]
    words += ["--database", database, "check", "--all"] if database else ["check", "--all"]
    chance, killed, seen = random.Random(7), 0, Histories()
    with passes(words) as process:
        revise(town, 1)
        assert tell(process, "") == "0"
        begun = time.monotonic()
        revise(town, 2)
        assert tell(process, "") == "0"
        takes = time.monotonic() - begun
        for turn in range(3, KILLS + 3):
            revise(town, turn)
            killed += tell(process, str(chance.uniform(0, takes))) == "killed"
            if turn % EVERY == 0:
                with open_store(data, database) as store:
                    seen = assert_whole(store, seen)
    assert killed > KILLS / 2
    assert run(words) == 0, "the next pass goes on"
    with open_store(data, database) as store:
        assert_whole(store, seen)
        assert store.history.counts().pending_notifications == 0
        changes = {(one.page, one.address) for one in store.history.changes()}
        for number in ARTICLES:
            assert store.history.version(town.url(number)).article.paragraphs == town.articles[number]
    assert set(told.times) == changes, "every Change was told, and nothing else"
    assert told.repeats <= killed, "a kill repeats one post at most"
