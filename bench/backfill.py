"""How fast captures come in from a WARC, and what memory it takes: 2,000 made-up pages, 50 captures of each.

One capture in five says something else, two differ in a counter beside the text, two are revisits of the one before.
The command runs in a process of its own; its CPU seconds and its peak are the kernel's count of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.crawler.detect.government import government_paragraphs

Say = Callable[[str], None]
PAGES, EACH, SIZE = 2_000, 50, 20_000
# Captures a CPU second, and how much of a tenth's peak the whole may take.
FLOOR, FLAT = 300, 1.25
HOST = "https://www.example.gov.cn"
_START = datetime(2020, 1, 1, tzinfo=UTC)
_ROOT = Path(__file__).parents[1]
_RUN = "from jobs.start import main; main()"
_IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What bringing in so many captures took: CPU and clock seconds, the peak in MB, and what came of it."""

    captures: int
    cpu: float
    seconds: float
    peak: float
    versions: int
    changes: int

    @property
    def rate(self) -> float:
        """Captures a CPU second."""
        return self.captures / self.cpu


def benchmark(quick: bool, say: Say) -> list[Run]:
    """A tenth of it, then the whole; `quick`: a hundredth and a tenth."""
    pages = PAGES // 10 if quick else PAGES
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        return [measured(Path(folder), number, say) for number in (pages // 10, pages)]


def measured(folder: Path, pages: int, say: Say) -> Run:
    """What so many pages with all their captures take."""
    place = folder / str(pages)
    place.mkdir()
    say(f"writing a WARC of {pages * EACH:,} captures")
    written = place / "captures.warc.gz"
    # By a process of its own: the kernel takes the size of whoever starts a process for the least of its peak.
    write = f"from bench.backfill import write; write({str(written)!r}, {pages})"
    subprocess.run([sys.executable, "-c", write], cwd=_ROOT, check=True)
    config = place / "sources.toml"
    config.write_text(f'[[source]]\nname = "press"\nurl = "{HOST}/zwgk/"\ninclude = ["/zwgk/"]\n', encoding="utf-8")
    say(f"bringing them in from {written.stat().st_size / 1e6:,.0f} MB")
    words = ["--data", str(place / "data"), "--config", str(config), "backfill", "press"]
    command = [sys.executable, "-c", _RUN, *words, "--from", f"warc:{written}", "--json"]
    begun = time.monotonic()
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = json.loads(child.stdout.read())
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode or told["recorded"] != pages * EACH:
        raise SystemExit(f"the backfill failed: {told}")
    return Run(
        captures=told["recorded"],
        cpu=round(used.ru_utime + used.ru_stime, 1),
        seconds=round(time.monotonic() - begun, 1),
        peak=round(used.ru_maxrss / 1024, 1),
        versions=told["versions"],
        changes=told["changes"],
    )


# ---- the captures ------------------------------------------------------------------------------------------------


def write(path: str, pages: int) -> None:
    """Writes the WARC of so many pages."""
    with Path(path).open("wb") as file:
        for record in _records(pages):
            file.write(record)


def _records(pages: int) -> Iterator[bytes]:
    """Crawl after crawl, each of all pages."""
    made = [_Made(number) for number in range(pages)]
    for turn in range(EACH):
        for page in made:
            yield zlib.compress(page.record(turn), wbits=31)


class _Made:
    """One page over the years."""

    def __init__(self, number: int) -> None:
        self._chance = random.Random(number)
        self._url = f"{HOST}/zwgk/{number // 100}/t{number}.html"
        self._title = f"关于做好第{number}号有关工作的通知"
        self._text = government_paragraphs(self._chance, characters=1_500)
        self._body, self._at = b"", ""

    def record(self, turn: int) -> bytes:
        """Its capture of one crawl."""
        at = (_START + timedelta(days=30 * turn, seconds=self._chance.randrange(80_000))).strftime("%Y-%m-%dT%H:%M:%SZ")
        kind = turn % 5
        if turn and kind in (2, 4):
            return self._revisit(at)
        if turn and kind == 0:
            place = self._chance.randrange(len(self._text))
            self._text[place] = f"{self._text[place][:-1]}，其中第{turn}项按新标准执行。"
        self._body, self._at = self._page(turn), at
        return self._response(at)

    def _page(self, turn: int) -> bytes:
        text = "".join(f'<p style="text-indent: 2em;"><span>{one}</span></p>\n' for one in self._text)
        head = (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{self._title}</title></head><body>'
            f"{_CHROME}<h1>{self._title}</h1><div>发布时间：2020-01-01 来源：市教育局 浏览次数：{turn * 37}</div>"
        )
        foot = '<div class="footer">主办：示例市政府</div></body></html>'
        return f'{head}<div class="TRS_Editor">{text}</div>{foot}'.encode()

    def _response(self, at: str) -> bytes:
        http = (
            b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html; charset=utf-8\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(self._body), self._body)
        )
        return self._head("response", at, len(http), f"WARC-Block-Digest: {_digest(http)}\r\n") + http + b"\r\n\r\n"

    def _revisit(self, at: str) -> bytes:
        http = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        refers = (
            f"WARC-Profile: {_IDENTICAL}\r\nWARC-Refers-To-Target-URI: {self._url}\r\n"
            f"WARC-Refers-To-Date: {self._at}\r\n"
        )
        return self._head("revisit", at, len(http), refers) + http + b"\r\n\r\n"

    def _head(self, kind: str, at: str, length: int, more: str) -> bytes:
        return (
            f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{self._chance.getrandbits(128):032x}>\r\n"
            f"WARC-Date: {at}\r\nWARC-Target-URI: {self._url}\r\nWARC-Payload-Digest: {_digest(self._body)}\r\n{more}"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {length}\r\n\r\n"
        ).encode()


def _digest(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode("ascii")


def _chrome() -> str:
    """What stands around every article of a site: its navigation."""
    chance = random.Random(0)
    items = []
    while sum(map(len, items)) < SIZE - 9_000:
        number = chance.randrange(10_000)
        items.append(f'<li class="nav-item"><a href="/zwgk/column{number}/" target="_blank">第{number}栏</a></li>\n')
    return f'<div class="nav"><ul>{"".join(items)}</ul></div>'


_CHROME = _chrome()


def report(runs: list[Run], *, as_json: bool) -> str:
    """The table, or the same as JSON."""
    if as_json:
        return json.dumps({"runs": [{**asdict(run), "rate": round(run.rate)} for run in runs]})
    lines = [f"{'captures':>10}{'CPU s':>9}{'clock s':>9}{'a CPU s':>9}{'peak MB':>9}{'versions':>10}{'changes':>9}"]
    lines += [
        f"{run.captures:>10,}{run.cpu:>9}{run.seconds:>9}{run.rate:>9.0f}{run.peak:>9}{run.versions:>10,}{run.changes:>9,}"
        for run in runs
    ]
    small, large = runs
    fast = "holds" if large.rate >= FLOOR else "IS MISSED"
    flat = "holds" if large.peak <= FLAT * small.peak else "IS EXCEEDED"
    return "\n".join(
        [*lines, "", f"floor of {FLOOR} captures a CPU second {fast}; {FLAT} times the peak of a tenth {flat}"]
    )
