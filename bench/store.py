"""How long the store takes to answer when it is large: a million Pages, five Versions and fifty Checks of each.

`python -m bench store` fills a store in a temporary folder, a tenth of that; with `--database postgresql://…` the empty
database that is named, in full. Answers are timed by the clock, through the faces that everything else uses, over many
random calls.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bench.store_fill import Say, fill
from bench.store_rows import RARE, SOURCES, VERSIONS, WORDS, Writer
from crawler.model import Page
from store import Cursor, Store, open_store

PAGES = {"postgresql": 1_000_000, "sqlite": 100_000}
QUICK_PAGES = 400
# p99 in milliseconds, and the number of pages at which it is asked for.
CEILINGS = {"postgresql": 50.0, "sqlite": 100.0}
CALLS, QUICK_CALLS = 400, 20
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Answer:
    """Milliseconds of one question over all its calls."""

    name: str
    p50: float
    p99: float
    worst: float


def benchmark(url: str | None, pages: int | None, *, quick: bool, keep: bool, say: Say) -> dict[str, Any]:
    """Fills a store, asks it, and says what it took."""
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder, open_store(Path(folder), url) as store:
        kind = store.archive._engine.dialect.name
        writer = Writer(pages or (QUICK_PAGES if quick else PAGES[kind]))
        begun = time.monotonic()
        if not (keep and store.history.pages(limit=1)):
            fill(store.archive._engine, writer, say)
        filled = time.monotonic() - begun
        answers = list(_ask(store, writer, QUICK_CALLS if quick else CALLS, say))
    ceiling = CEILINGS[kind]
    return {
        "database": kind,
        "pages": writer.pages,
        "filled_seconds": round(filled),
        "ceiling": ceiling,
        "answers": [asdict(answer) for answer in answers],
        "holds": all(answer.p99 <= ceiling for answer in answers),
    }


def questions(store: Store, writer: Writer) -> dict[str, Callable[[random.Random], object]]:
    """What is asked, each call something else."""
    archive, history, turns, now = store.archive, store.history, count(), writer.end()

    def page(chance: random.Random) -> Page:
        number = chance.randrange(1, writer.pages + 1)
        return Page(url=writer.url(number), source=writer.source(number))

    def source(chance: random.Random) -> str:
        return f"source-{chance.randrange(SOURCES)}"

    def claim(chance: random.Random, **how: Any) -> object:
        owner = f"worker-{next(turns)}"
        taken = archive.claim(now + timedelta(hours=1), owner, limit=50, lease=LEASE, **how)
        archive.release(owner)
        return taken

    def phrase(chance: random.Random) -> str:
        return "".join(chance.choices(WORDS, k=2))

    def far_back(chance: random.Random) -> Cursor:
        return Cursor(id=1, at=now - chance.random() * timedelta(days=300))

    return {
        "due: claim 50 of all": claim,
        "due: claim 50 of one source": lambda chance: claim(chance, sources=[source(chance)]),
        "latest": lambda chance: archive.latest(page(chance), rules="1"),
        "a page's log": lambda chance: history.log(page(chance).url),
        "a page's versions": lambda chance: history.versions(page(chance).url),
        "newest 50 changes": lambda chance: history.changes(limit=50),
        "newest 50 changes, one source": lambda chance: history.changes(source=source(chance), limit=50),
        "50 changes, far back": lambda chance: history.parts.changes(after=far_back(chance), limit=50),
        "50 changes, far back, one source": lambda chance: history.parts.changes(
            after=far_back(chance), source=source(chance), limit=50
        ),
        "50 pages, far back": lambda chance: history.parts.pages(
            after=Cursor(id=chance.randrange(writer.pages)), limit=50
        ),
        "newest 50 findings": lambda chance: history.findings(limit=50),
        "newest 50 findings, one source": lambda chance: history.findings(source=source(chance), limit=50),
        "newest 50 open findings": lambda chance: history.findings(open_only=True, limit=50),
        "search, a word": lambda chance: history.search(chance.choice(WORDS)),
        "search, a rare word": lambda chance: history.search(chance.choice(RARE)),
        "search, a phrase of two": lambda chance: history.search(phrase(chance)),
        "search, two words": lambda chance: history.search(" ".join(chance.choices(WORDS, k=2))),
        "search, a word, one source": lambda chance: history.search(chance.choice(WORDS), source=source(chance)),
        "search, what nobody says": lambda chance: history.search("鼋鼍缂觱"),
    }


def _ask(store: Store, writer: Writer, calls: int, say: Say) -> Sequence[Answer]:
    answers = []
    for name, ask in questions(store, writer).items():
        say(name)
        chance, took = random.Random(1), []
        for _ in range(calls):
            begun = time.perf_counter()
            ask(chance)
            took.append((time.perf_counter() - begun) * 1000)
        took.sort()
        answers.append(Answer(name, *(round(took[min(calls - 1, int(calls * part))], 2) for part in (0.5, 0.99, 1))))
    return answers


def report(result: dict[str, Any], *, as_json: bool) -> str:
    """The table, or the same as JSON."""
    if as_json:
        return json.dumps(result)
    lines = [f"{'ms':34}{'p50':>10}{'p99':>10}{'worst':>10}"]
    for answer in result["answers"]:
        holds = "holds" if answer["p99"] <= result["ceiling"] else "IS EXCEEDED"
        lines.append(f"{answer['name']:34}{answer['p50']:>10}{answer['p99']:>10}{answer['worst']:>10}   {holds}")
    size = f"{result['pages']:,} pages, {result['pages'] * VERSIONS:,} versions, {result['pages'] * 50:,} checks"
    return "\n".join([*lines, "", f"{result['database']}, {size}; p99 asked for: {result['ceiling']:g} ms"])
