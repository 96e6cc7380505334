"""The extraction benchmark: every extractor over the same pages in the same run, scored by one ruler."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import peer_env
from bench.pages import GOVERNMENT, SETS, Labelled
from bench.pagetext import text_of
from bench.peers import PEERS, Peer, Reading
from tests.eval import extract_scores as scores

REPETITIONS = 3
# An extractor that takes longer than this over all pages is run once: its noise no longer matters.
SLOW_SECONDS = 60.0
TIMEOUT_SECONDS = 900
FIELDS = ("title", "date", "issuer")
BEST_PEER = "best peer per page"

_DAY = re.compile(r"([12]\d{3})\D{1,3}([01]?\d)\D{1,3}([0-3]?\d)(?!\d)|([12]\d{3})([01]\d)([0-3]\d)")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one worker measured: CPU seconds inside the extractor, and one reading a page."""

    version: str
    python: str
    cpu: float
    readings: tuple[Reading, ...]
    raised: Counter[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetScore:
    """One extractor on one set: body F1 of averages, mean F1 of pages, the worst page, pages left empty."""

    n: int
    f1: float
    macro: float
    worst: float
    empty: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `cpu` is the median of the repetitions in seconds over all pages; None: not measured."""

    name: str
    version: str
    python: str
    sets: dict[str, SetScore] = field(default_factory=dict)
    fields: dict[str, float] = field(default_factory=dict)
    cpu: float | None = None
    repetitions: tuple[float, ...] = ()
    raised: dict[str, int] = field(default_factory=dict)


def command(peer: Peer) -> list[str]:
    """How this extractor's worker is started, without the files it is given."""
    if peer.home == "node":
        return ["node", str(peer_env.ROOT / "bench" / "node" / "readability.cjs"), str(peer_env.NODE_HOME)]
    python = sys.executable if peer.home == "project" else str(peer_env.PYTHON)
    return [python, "-m", "bench.worker", peer.name]


def run_once(peer: Peer, pages: Path) -> Run | str:
    """One pass of one extractor in a process of its own, or why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        try:
            ended = subprocess.run(
                [*command(peer), str(pages), str(result)],
                cwd=peer_env.ROOT,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            return f"{error.filename} is not there (make bench installs the peers)"
        except subprocess.TimeoutExpired:
            return f"not done after {TIMEOUT_SECONDS} s"
        if ended.returncode != 0 or not result.is_file():
            return _last_word(ended.stderr)
        report = json.loads(result.read_text("utf-8"))
    return Run(
        version=report["version"],
        python=report["python"],
        cpu=report["cpu"],
        readings=tuple(report["readings"]),
        raised=Counter(report["raised"]),
    )


def _last_word(stderr: str) -> str:
    """The line of a traceback that says what was wrong."""
    lines = [line.strip() for line in stderr.splitlines() if "Error" in line] or stderr.splitlines() or ["it died"]
    return lines[-1][:200]


def measure(pages: Sequence[Labelled], peers: Iterable[Peer], repetitions: int, say: Say) -> dict[str, list[Run] | str]:
    """The runs of each extractor, taken in turns so that a busy minute falls on all; or why it was skipped."""
    found: dict[str, list[Run] | str] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pages.jsonl"
        file.write_text("".join(page.row() + "\n" for page in pages), "utf-8")
        for turn in range(repetitions):
            for peer in peers:
                earlier = found.get(peer.name, [])
                if isinstance(earlier, str) or any(run.cpu > SLOW_SECONDS for run in earlier):
                    continue
                say(f"{peer.name}, {turn + 1} of {repetitions}")
                run = run_once(peer, file)
                found[peer.name] = run if isinstance(run, str) else [*earlier, run]
    return found


def body_of(reading: Reading) -> str:
    """The body that was read, as text."""
    html = reading.get("html")
    return text_of(html) if html else reading.get("text") or ""


def matches(pages: Sequence[Labelled], run: Run) -> list[tuple[float, float]]:
    """Precision and recall of each page's body."""
    return [page.match(body_of(reading)) for page, reading in zip(pages, run.readings, strict=True)]


def set_scores(pages: Sequence[Labelled], found: Sequence[tuple[float, float]]) -> dict[str, SetScore]:
    """The body scores of each set that has pages."""
    by_set = {name: [m for page, m in zip(pages, found, strict=True) if page.set == name] for name in SETS}
    return {name: _set_score(part) for name, part in by_set.items() if part}


def _set_score(found: Sequence[tuple[float, float]]) -> SetScore:
    precisions, recalls = zip(*found, strict=True)
    each = [scores.f1(p, r) for p, r in found]
    return SetScore(
        n=len(found),
        f1=scores.f1(statistics.fmean(precisions), statistics.fmean(recalls)),
        macro=statistics.fmean(each),
        worst=min(each),
        empty=sum(recall == 0 for recall in recalls),
    )


def day(text: str | None) -> str | None:
    """The day that a date in any of the usual notations names, as ISO 8601; None where there is none."""
    found = _DAY.search(text or "")
    if found is None:
        return None
    year, month, date = (part for part in found.groups() if part is not None)
    return f"{year}-{int(month):02}-{int(date):02}"


def right(key: str, wanted: str | None, got: str | None) -> bool:
    """Whether a field is exact: dates to the day, other fields with white space folded; None only where none is."""
    if key == "date":
        return day(wanted) == day(got)
    return scores.same(wanted, got)


def field_scores(pages: Sequence[Labelled], run: Run, offered: Sequence[str]) -> dict[str, float]:
    """The share of government pages on which each field offered is exactly right, of those labelled for it."""
    found: dict[str, float] = {}
    for key in offered:
        hits = [
            right(key, page.shown[key], reading.get(key))
            for page, reading in zip(pages, run.readings, strict=True)
            if page.set == GOVERNMENT and key in page.shown
        ]
        if hits:
            found[key] = statistics.fmean(hits)
    return found


def _rows(pages: Sequence[Labelled], runs: dict[str, list[Run] | str]) -> Iterator[Row]:
    by_peer: list[list[tuple[float, float]]] = []
    for peer in PEERS:
        measured = runs.get(peer.name)
        if not measured or isinstance(measured, str):
            continue
        first = measured[0]
        reads = bool(peer.fields)
        found = matches(pages, first) if reads else []
        if reads and peer.home != "project":
            by_peer.append(found)
        yield Row(
            name=peer.name,
            version=first.version,
            python=first.python,
            sets=set_scores(pages, found) if reads else {},
            fields=field_scores(pages, first, peer.fields),
            cpu=statistics.median(run.cpu for run in measured),
            repetitions=tuple(run.cpu for run in measured),
            raised=dict(first.raised),
        )
    if by_peer:
        best = [max(candidates, key=lambda m: scores.f1(*m)) for candidates in zip(*by_peer, strict=True)]
        yield Row(name=BEST_PEER, version="", python="", sets=set_scores(pages, best))


def benchmark(
    pages: Sequence[Labelled], *, peers: Sequence[Peer] = PEERS, repetitions: int = REPETITIONS, say: Say
) -> tuple[list[Row], dict[str, str]]:
    """The rows of the table, this project's first, and why each extractor that is missing was skipped."""
    runs = measure(pages, peers, repetitions, say)
    notes = {peer.name: f" ({peer.note})" if peer.note else "" for peer in peers}
    skipped = {name: why + notes[name] for name, why in runs.items() if isinstance(why, str)}
    return list(_rows(pages, runs)), skipped
