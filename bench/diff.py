"""What a diff of two texts of 50,000 characters takes and weighs in the reading room, however they differ.

`python -m bench diff` asks the reading room's application itself, without a socket: CPU time of the whole process from
the question to the last byte, the least of some tries, and the bytes of the body as sent to whoever takes gzip. What is
asked is compared beside (`a=1&b=3`), which takes more than to show a Change that was told. A diff in several parts is
asked for each of them; what counts is the dearest and the largest.
"""

from __future__ import annotations

import asyncio
import gc
import html
import json
import random
import re
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from time import process_time

import httpx
from fastapi import FastAPI

from bench.diff_shapes import Text, shapes
from bench.long_texts import record_texts
from bench.store_fill import Say
from bench.store_rows import START
from crawler import diff as differ
from crawler.compare import compare
from crawler.model import Article, Source
from jobs.start import look_seldom
from store import Store, open_store
from web import create_app

TRIES = 5
ASKED_MS, ASKED_BYTES = 150.0, 100_000
_NEXT = re.compile(rb'rel="next" href="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Cost:
    """One shape in one view: CPU milliseconds of its dearest part, bytes of its largest as sent and as drawn.

    `judged`: CPU milliseconds of comparing the two, as the judge does at a visit.
    """

    name: str
    view: str
    milliseconds: float
    judged: float
    sent: int
    drawn: int
    parts: int

    @property
    def holds(self) -> bool:
        """Whether both are as they should be."""
        return self.milliseconds <= ASKED_MS and self.sent <= ASKED_BYTES


def benchmark(tries: int, say: Say, only: Sequence[str] = ()) -> list[Cost]:
    """Each shape in both views; `only` those."""
    found = []
    look_seldom()
    with tempfile.TemporaryDirectory(prefix="bench-diff-") as folder, open_store(Path(folder), None) as store:
        store.archive.declare([Source(name="hard", url=_url(""))], START)
        app = create_app(store.history, clock=lambda: START + timedelta(days=3))
        for name, (before, after) in shapes().items():
            if not only or name in only:
                say(name)
                _record(store, _url(name), before, after)
                judged = _judged(before, after, tries)
                found += [asyncio.run(_cost(app, name, view, judged, tries)) for view in ("inline", "sides")]
    return found


async def _cost(app: FastAPI, name: str, view: str, judged: float, tries: int) -> Cost:
    transport = httpx.ASGITransport(app=app)
    took, sent, drawn, parts = 0.0, 0, 0, 0
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000", timeout=None) as client:
        path = str(httpx.URL("/diff", params={"url": _url(name), "a": 1, "b": 3, "view": view}))
        while path:
            each, size, body = await _asked(client, path, tries)
            took, sent, drawn, parts = max(took, each), max(sent, size), max(drawn, len(body)), parts + 1
            following = _NEXT.search(body)
            path = "" if following is None else html.unescape(following[1].decode())
    return Cost(name, view, round(took, 1), judged, sent, drawn, parts)


async def _asked(client: httpx.AsyncClient, path: str, tries: int) -> tuple[float, int, bytes]:
    """The least milliseconds of CPU, the bytes as sent, and the body."""
    took, size, body = [], 0, b""
    for _ in range(tries):
        differ._hunks_of.cache_clear()
        gc.collect()
        begun = process_time()
        async with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
            raw = b"".join([chunk async for chunk in answer.aiter_raw()])
        took.append((process_time() - begun) * 1000)
        assert answer.status_code == 200, raw[:300]
        size = len(raw)
        body = zlib.decompress(raw, 31) if answer.headers.get("content-encoding") == "gzip" else raw
    return min(took), size, body


def _judged(before: Text, after: Text, tries: int) -> float:
    took = []
    for _ in range(tries):
        differ._hunks_of.cache_clear()
        one, other = Article(title="长文", paragraphs=before), Article(title="长文", paragraphs=after)
        begun = process_time()
        compare(one, other, numbers=(1, 2))
        took.append((process_time() - begun) * 1000)
    return round(min(took), 1)


def _record(store: Store, url: str, before: Text, after: Text) -> None:
    """Three versions; the one between is a short text of its own."""
    record_texts(store, "hard", url, (before, (f"{random.Random(url).random()}",), after), START)


def _url(name: str) -> str:
    return str(httpx.URL("https://hard.example.gov.cn/", params={"shape": name} if name else None))


def report(costs: list[Cost], *, as_json: bool) -> str:
    """What was measured beside what is asked."""
    if as_json:
        return json.dumps([{**asdict(cost), "holds": cost.holds} for cost in costs])
    lines = [f"{'shape':32}{'view':8}{'CPU ms':>8}{'judged':>8}{'sent':>9}{'drawn':>9}{'parts':>7}"]
    for cost in costs:
        verdict = "holds" if cost.holds else "IS EXCEEDED"
        took = f"{cost.milliseconds:>8.1f}{cost.judged:>8.1f}{cost.sent:>9,}{cost.drawn:>9,}{cost.parts:>7}"
        lines.append(f"{cost.name:32}{cost.view:8}{took}   {verdict}")
    lines += ["", f"asked: {ASKED_MS:.0f} ms of CPU and {ASKED_BYTES:,} bytes as sent, for each part of every shape"]
    return "\n".join(lines)
