"""The reading room over 100,000 Versions: what each page takes and weighs, and how many a second beside a daemon.

`python -m bench web` fills a SQLite store in a temporary folder and starts `palimpsest serve` on it, as anybody would.
Times are those of a client on the same machine, from the question to the last byte, and so a little more than the
server's own, each answer made anew; bytes are those of the body as it went over the wire. Many clients are told of
twice: as they ask, so that what one was given a moment ago is given to the next, and with every answer made anew. CPU
is that of the server's processes alone.
"""

from __future__ import annotations

import http.client
import http.server
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from bench.long_texts import record_texts
from bench.store_fill import Say, fill
from bench.store_rows import RARE, SOURCES, VERSIONS, WORDS, Writer
from crawler.model import Change, ChangeKind, Source
from store import Store, open_store

PAGES, QUICK_PAGES = 20_000, 200
CALLS, QUICK_CALLS = 100, 5
CHARACTERS = 50_000
# What is asked: p95 in milliseconds of every page and of the long diff, bytes of every page, answers a second.
PAGE_MS, DIFF_MS, PAGE_BYTES, RATE = 100.0, 150.0, 100_000, 200.0
CLIENTS, SECONDS, QUICK_SECONDS = 8, 20.0, 2.0
LONG = "https://source-0.example.gov.cn/long.html"
VISITED, QUICK_VISITED = 6000, 20
# Who asks so is never given the answer that somebody else was given a second ago.
INSISTING = {"Cache-Control": "no-cache"}

Ask = Callable[[random.Random], str]


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds and bytes of one page over all its calls."""

    name: str
    p50: float
    p95: float
    cpu: float
    bytes: int
    asked: float
    small: bool

    @property
    def holds(self) -> bool:
        """Whether it is as fast, and where that is asked as small, as it should be."""
        return self.p95 <= self.asked and (not self.small or self.bytes <= PAGE_BYTES)


@dataclass(frozen=True, slots=True)
class Told:
    """All of it. `beside`: visits of the daemon in the same seconds, each second."""

    pages: int
    taken: list[Taken]
    rate: float
    rate_cpu: float
    beside: float
    anew: float
    anew_cpu: float

    @property
    def holds(self) -> bool:
        """Whether everything asked is reached."""
        return self.rate >= RATE and all(one.holds for one in self.taken)


def benchmark(quick: bool, say: Say, only: int | None = None) -> Told:
    """Fills, serves and asks."""
    writer = Writer(only or (QUICK_PAGES if quick else PAGES))
    with tempfile.TemporaryDirectory(prefix="bench-web-") as folder:
        data = Path(folder, "data")
        with open_store(data, None) as store:
            begun = time.monotonic()
            fill(store.archive._engine, writer, say)
            _long_page(store, writer)
            say(f"filled in {time.monotonic() - begun:.0f} s")
            asked = questions(store, writer)
        with _served(data) as (process, port):
            calls = QUICK_CALLS if quick else CALLS
            taken = [_timed(name, ask, process, port, calls, say) for name, ask in asked.items()]
            with _daemon(Path(folder), data, QUICK_VISITED if quick else VISITED) as recorded:
                seconds = QUICK_SECONDS if quick else SECONDS
                every = list(asked.values())
                rate, cpu, beside = _rate(every, process, port, seconds, recorded, say, {})
                anew, anew_cpu, _ = _rate(every, process, port, seconds, recorded, say, INSISTING)
    return Told(pages=writer.pages, taken=taken, rate=rate, rate_cpu=cpu, beside=beside, anew=anew, anew_cpu=anew_cpu)


def questions(store: Store, writer: Writer) -> dict[str, Ask]:
    """The pages, each call another one of its kind."""

    def url(chance: random.Random) -> str:
        return writer.url(chance.randrange(1, writer.pages + 1))

    def at(path: str, **query: object) -> str:
        return f"{path}?{urlencode(query)}"

    def source(chance: random.Random) -> str:
        return f"source-{chance.randrange(SOURCES - 1)}"

    found = [view.id for view in store.history.findings(limit=500)]
    return {
        "today": lambda chance: "/",
        "changes": lambda chance: "/changes",
        "changes, one source": lambda chance: at("/changes", source=source(chance)),
        "changes, one kind": lambda chance: at("/changes", kind="edited"),
        "findings": lambda chance: "/findings",
        "findings, open": lambda chance: "/findings?open=1",
        "pages": lambda chance: "/pages",
        "pages, one source": lambda chance: at("/pages", source=source(chance)),
        "sources": lambda chance: "/sources",
        "source": lambda chance: at("/source", name=source(chance)),
        "source, the largest": lambda chance: at("/source", name="source-0"),
        "search, a word": lambda chance: at("/search", q=chance.choice(WORDS)),
        "search, a rare word": lambda chance: at("/search", q=chance.choice(RARE)),
        "search, 学校食堂": lambda chance: at("/search", q="学校食堂"),
        "health": lambda chance: "/health",
        "page": lambda chance: at("/page", url=url(chance)),
        "version": lambda chance: at("/version", url=url(chance), n=chance.randrange(1, VERSIONS + 1)),
        "diff": lambda chance: at("/diff", url=url(chance), a=1, b=2),
        "diff, 50,000 characters": lambda chance: at("/diff", url=LONG, a=1, b=2),
        "finding": lambda chance: at("/finding", id=chance.choice(found)),
        "API: changes": lambda chance: "/api/v1/changes",
        "API: findings": lambda chance: "/api/v1/findings",
        "API: version": lambda chance: at("/api/v1/version", url=url(chance), n=1),
        "feed of changes": lambda chance: "/feeds/changes.atom",
    }


def report(told: Told, *, as_json: bool) -> str:
    """What was asked beside what was measured."""
    if as_json:
        return json.dumps({**asdict(told), "holds": told.holds})
    lines = [f"{'page':28}{'p50 ms':>9}{'p95 ms':>9}{'asked':>8}{'CPU ms':>9}{'bytes':>10}{'asked':>10}"]
    for one in told.taken:
        small = f"{PAGE_BYTES:>10,}" if one.small else f"{'-':>10}"
        verdict = "holds" if one.holds else "IS EXCEEDED"
        took = f"{one.p50:>9.1f}{one.p95:>9.1f}{one.asked:>8.0f}{one.cpu:>9.1f}"
        lines.append(f"{one.name:28}{took}{one.bytes:>10,}{small}   {verdict}")
    beside = f"{told.beside:.0f} visits/s of the daemon in the same seconds"
    verdict = "holds" if told.rate >= RATE else "IS NOT REACHED"
    lines += [
        "",
        f"answers/s, {CLIENTS} clients: {told.rate:.0f}, asked {RATE:.0f}   {verdict}",
        f"CPU ms of the server an answer: {told.rate_cpu:.1f}; {beside}",
        f"answers/s where each is made anew: {told.anew:.0f}; CPU ms an answer: {told.anew_cpu:.1f}",
        f"SQLite, {told.pages:,} pages, {told.pages * VERSIONS:,} versions; one machine of {os.cpu_count()} cores",
    ]
    return "\n".join(lines)


# ---- asking ------------------------------------------------------------------------------------------------------


def _timed(name: str, ask: Ask, process: int, port: int, calls: int, say: Say) -> Taken:
    say(name)
    chance, took, sizes = random.Random(1), [], []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    _get(connection, ask(chance))
    spent = _cpu(process)
    for _ in range(calls):
        path = ask(chance)
        begun = time.perf_counter()
        sizes.append(_get(connection, path))
        took.append((time.perf_counter() - begun) * 1000)
    spent = (_cpu(process) - spent) * 1000 / calls
    took.sort()
    long = "50,000" in name
    return Taken(
        name=name,
        p50=round(took[calls // 2], 2),
        p95=round(took[min(calls - 1, int(calls * 0.95))], 2),
        cpu=round(spent, 2),
        bytes=max(sizes),
        asked=DIFF_MS if long else PAGE_MS,
        small=not long,
    )


def _get(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str] = INSISTING) -> int:
    """The bytes of the body as it came; raises AssertionError for anything but 200."""
    connection.request("GET", path, headers={"Accept": "text/html,*/*", "Accept-Encoding": "gzip", **headers})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, f"{path}: {answer.status} {body[:300]!r}"
    return len(body)


def _rate(
    asked: list[Ask],
    process: int,
    port: int,
    seconds: float,
    recorded: Callable[[], int],
    say: Say,
    headers: Mapping[str, str],
) -> tuple[float, float, float]:
    """Answers a second, milliseconds of the server's CPU for each, visits of the daemon a second."""
    say("many clients, beside a daemon")
    counts = [0] * CLIENTS
    until = time.monotonic() + seconds

    def client(number: int) -> None:
        chance = random.Random(number)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while time.monotonic() < until:
            _get(connection, chance.choice(asked)(chance), headers)
            counts[number] += 1

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    begun, spent, before = time.monotonic(), _cpu(process), recorded()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, answered = time.monotonic() - begun, sum(counts)
    return answered / took, (_cpu(process) - spent) * 1000 / max(answered, 1), (recorded() - before) / took


def _cpu(process: int) -> float:
    """Seconds of CPU that the server's processes have had: it and those it started."""
    ticks = 0
    for one in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = one.read_text().rpartition(")")[2].split()
            if process in (int(one.parent.name), int(fields[1])):
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


# ---- what is asked -----------------------------------------------------------------------------------------------


def _long_page(store: Store, writer: Writer) -> None:
    """A page whose two versions have 50,000 characters each: every tenth paragraph is edited, some come and go."""
    chance, now = random.Random(1), writer.end()
    said: list[str] = []
    while sum(map(len, said)) < CHARACTERS:
        said.append("".join(chance.choices(WORDS, k=60)) + "。")
    edited = [
        "".join(chance.choices(WORDS, k=20)) + one[40:] if number % 10 == 0 else one
        for number, one in enumerate(said)
        if number % 37
    ]

    def told(number: int) -> tuple[Change, ...]:
        kind = ChangeKind.EDITED if number > 1 else ChangeKind.CREATED
        return (Change(before=number - 1, after=number, kind=kind, summary="长文有改动"),)

    record_texts(store, "source-0", LONG, (said, edited), now, told)


@contextmanager
def _served(data: Path) -> Iterator[tuple[int, int]]:
    """`palimpsest serve` on a free port: its process and that port."""
    config = data / "none.toml"
    with _command(data, config, "serve", "--listen", "127.0.0.1:0") as process:
        assert process.stderr is not None
        for line in process.stderr:
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
            if found:
                threading.Thread(target=process.stderr.read, daemon=True).start()
                yield process.pid, int(found[1])
                return
        raise RuntimeError("the reading room did not start")


@contextmanager
def _daemon(folder: Path, data: Path, pages: int) -> Iterator[Callable[[], int]]:
    """`palimpsest run` with a site to visit for longer than is measured; how many visits that site has seen."""
    visits = 0
    items = "".join(f'<li><a href="/zwgk/t{n}.html">关于第{n}号事项的通知</a> 2026-03-01</li>' for n in range(pages))
    text = "市人民政府今天召开新闻发布会，通报学校食堂食材采购管理工作的有关情况，请认真遵照执行。"

    class Site(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            nonlocal visits
            visits += 1
            article = f"<h1>关于{self.path}的通知</h1><div class='TRS_Editor'>{f'<p>{self.path} {text}</p>' * 8}</div>"
            body = f"<ul>{items}</ul>" if self.path == "/" else article
            page = f"<!DOCTYPE html><meta charset=utf-8><title>通知</title>{body}".encode()
            self.send_response(404 if self.path == "/robots.txt" else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = folder / "sources.toml"
    from crawler.sources import format_source

    source = Source(name="visited", url=f"http://127.0.0.1:{server.server_port}/", host_delay=timedelta(0))
    config.write_text(format_source(source), encoding="utf-8")
    with _command(data, config, "run") as process:
        assert process.stderr is not None
        threading.Thread(target=process.stderr.read, daemon=True).start()
        until = time.monotonic() + 60
        while visits < min(pages, 10) and time.monotonic() < until:
            time.sleep(0.1)
        yield lambda: visits
    server.shutdown()


@contextmanager
def _command(data: Path, config: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    start = [sys.executable, "-c", "from jobs.start import main; main()", "--data", str(data), "--config", str(config)]
    process = subprocess.Popen([*start, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)
