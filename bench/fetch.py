"""Fetching, beside peers and over loopback in one run: whole passes of trackers, and bare clients page by page.

A pass is a process from its start to its end. Its CPU is the user and system time of it and its children, its memory
their peak; the server is another process and counts for nobody. Clients are timed without their start. What the pages
of a pass take by themselves is what a pass over many takes more than one over few.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.fetch_client import BARE
from bench.fetch_pages import ENTRY, pieces
from bench.fetch_trackers import OURS, TRACKERS, Tracker
from bench.peer_env import ROOT

PAGES, REPETITIONS, QUICK_REPETITIONS = 1_000, 5, 2
# A pass over so many is all start.
FEW = 50
# Clients share their pages out over so many hosts, and go over them so many times a process.
HOSTS, PASSES = 4, 3
# A tracker whose pass takes more CPU than this is run once: its noise no longer matters.
SLOW_SECONDS = 15.0
TIMEOUT_SECONDS = 900
NEW, UNCHANGED, CHANGED, LATER = KINDS = ("all new", "none changed", "all changed", "none changed again")
SHORT = {NEW: f"{FEW} {NEW}", CHANGED: f"{FEW} {CHANGED}"}
FETCHED = {200: "client, 200", 304: "client, 304"}
_METER = ROOT / "bench" / "fetch_meter.py"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What one pass took in seconds and MB, and how many articles it was answered 304; a client's is its CPU alone."""

    cpu: float
    wall: float = 0.0
    peak: float = 0.0
    unchanged: int = 0


@dataclass(slots=True, kw_only=True)
class Row:
    """One tracker in one kind of pass, or one client and status, over so many pages: what each repetition took."""

    kind: str
    name: str
    pages: int
    version: str = ""
    took: list[Took] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        """The median of the CPU seconds."""
        return statistics.median(one.cpu for one in self.took)

    @property
    def least(self) -> float:
        """The least CPU seconds."""
        return min(one.cpu for one in self.took)

    @property
    def wall(self) -> float:
        """The median of the seconds."""
        return statistics.median(one.wall for one in self.took)

    @property
    def peak(self) -> float:
        """The highest memory."""
        return max(one.peak for one in self.took)


class PassFailed(Exception):
    """A pass that ended badly or asked for other pages than it was to."""


class Site:
    """The server's process, from entry to exit."""

    def __init__(self, pages: int, hosts: int, *, module: str = "bench.fetch_site") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, str(pages), str(hosts)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._line() or 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def edit(self) -> None:
        """Edit every article."""
        self.ask("edit")

    def answered(self) -> dict[str, int]:
        """How many articles were answered since the last call, by status."""
        counts: dict[str, int] = json.loads(self.ask("count"))
        return counts

    def ask(self, words: str) -> str:
        """What it answers to one line."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{words}\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def one_pass(tracker: Tracker, folder: Path) -> tuple[float, float, float]:
    """CPU seconds, seconds and MB of one pass in `folder`. Raises PassFailed."""
    with tempfile.TemporaryDirectory() as beside:
        result, errors = Path(beside) / "took", Path(beside) / "errors"
        with errors.open("wb") as stderr:
            subprocess.run(
                [sys.executable, "-S", _METER, result, tracker.command, *tracker.words],
                cwd=folder,
                env={**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        if not result.is_file():
            raise PassFailed("it could not be started")
        status, cpu, wall, kib = map(float, result.read_text("ascii").split())
        if status:
            lines = errors.read_text("utf-8", "replace").split("\n")
            raise PassFailed(f"status {status:g}: {' '.join(lines).strip()[-200:]}")
    return cpu, wall, kib / 1024


def life(tracker: Tracker, site: Site, count: int) -> Iterator[tuple[str, Took]]:
    """The passes of one tracker from an empty folder on: pages new, as they were, changed, as they were."""
    base = f"http://127.0.0.1:{site.port}"
    with tempfile.TemporaryDirectory() as folder:
        tracker.prepare(Path(folder), base + ENTRY, [base + piece.page.path for piece in pieces(count)])
        for kind in KINDS:
            if kind == CHANGED:
                site.edit()
            site.answered()
            cpu, wall, peak = one_pass(tracker, Path(folder))
            answered = site.answered()
            if sum(answered.values()) < count:
                raise PassFailed(f"{kind}: it asked for {sum(answered.values())} of {count} pages")
            yield kind, Took(cpu=cpu, wall=wall, peak=peak, unchanged=answered.get("304", 0))


def compare_trackers(
    trackers: Sequence[Tracker], count: int, repetitions: int, say: Say
) -> tuple[list[Row], dict[str, str]]:
    """The rows of the trackers, taken in turns so that a busy minute falls on all; and why any was skipped."""
    rows: dict[tuple[str, str], Row] = {}
    skipped: dict[str, str] = {}
    with Site(count, 1) as site:
        for turn in range(repetitions):
            for tracker in trackers:
                row = rows.get((UNCHANGED, tracker.name))
                if tracker.name in skipped or (row and row.cpu > SLOW_SECONDS):
                    continue
                if not tracker.command.exists():
                    skipped[tracker.name] = "it is not there (make bench installs the peers)"
                    continue
                say(f"{tracker.name}, {turn + 1} of {repetitions}")
                try:
                    for kind, took in life(tracker, site, count):
                        row = rows.setdefault((kind, tracker.name), Row(kind=kind, name=tracker.name, pages=count))
                        row.took.append(took)
                except (PassFailed, subprocess.TimeoutExpired) as problem:
                    skipped[tracker.name] = str(problem)
    versions = {tracker.name: tracker.version() for tracker in trackers if tracker.name not in skipped}
    found = [row for kind in KINDS for (of, _), row in rows.items() if of == kind and row.name in versions]
    for row in found:
        row.version = versions[row.name]
    return found, skipped


def short_passes(repetitions: int, say: Say) -> list[Row]:
    """The rows of this project's passes over few pages."""
    rows = {kind: Row(kind=short, name=OURS, pages=FEW) for kind, short in SHORT.items()}
    with Site(FEW, 1) as site:
        for turn in range(repetitions):
            say(f"{OURS}, few pages, {turn + 1} of {repetitions}")
            for kind, took in life(TRACKERS[0], site, FEW):
                if kind in rows:
                    rows[kind].took.append(took)
    return [*rows.values()]


def compare_clients(count: int, repetitions: int, say: Say) -> list[Row]:
    """The rows of this project's fetcher and of bare httpx, page by page, each in a process of its own by turns."""
    rows: dict[tuple[str, str], Row] = {}
    with Site(count, HOSTS) as site:
        for turn in range(repetitions):
            for name in (OURS, BARE):
                say(f"{name} as a client, {turn + 1} of {repetitions}")
                words = [name, str(site.port), str(count), str(HOSTS), str(PASSES)]
                ran = subprocess.run(
                    [sys.executable, "-m", "bench.fetch_client", *words],
                    cwd=ROOT,
                    capture_output=True,
                    text=True,
                    check=True,
                    timeout=TIMEOUT_SECONDS,
                )
                for status, seconds in json.loads(ran.stdout).items():
                    kind = FETCHED[int(status)]
                    row = rows.setdefault((kind, name), Row(kind=kind, name=name, pages=count, version=version(name)))
                    row.took.extend(Took(cpu=cpu) for cpu in seconds)
    return [rows[kind, name] for kind in FETCHED.values() for name in (OURS, BARE)]
