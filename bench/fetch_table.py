"""The table of the fetching benchmark, what was asked beside what was measured, and the same numbers as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bench.fetch import CHANGED, FETCHED, NEW, SHORT, UNCHANGED, Row
from bench.fetch_client import BARE
from bench.fetch_trackers import LEFT_OUT, OURS, TRACKERS, YARDSTICK
from bench.table import NONE, drawn, machine

# Pages a second of CPU beside the yardstick's, MB, pages a second of CPU, CPU a page beside the bare client's.
FASTER, MEMORY, THROUGH, DEARER = 1.5, 60.0, 350.0, 1.2


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that is asked of this project, and what it came to."""

    what: str
    measured: float
    asked: str
    holds: bool


def goals(rows: Sequence[Row], pages: int) -> list[Goal]:
    """Everything asked of what was measured."""
    by = {(row.kind, row.name): row for row in rows}
    found = []
    ours, theirs = by.get((UNCHANGED, OURS)), by.get((UNCHANGED, YARDSTICK))
    if ours and theirs:
        faster = theirs.cpu / ours.cpu
        found.append(Goal(f"pages/CPU s × {YARDSTICK}, {UNCHANGED}", faster, f"≥ {FASTER:g}", faster >= FASTER))
    if ours:
        found.append(Goal(f"peak MB, {UNCHANGED}", ours.peak, f"≤ {MEMORY:g}", ours.peak <= MEMORY))
        unchanged = min(one.unchanged for one in ours.took)
        found.append(Goal(f"answered 304, {UNCHANGED}", unchanged, f"= {pages}", unchanged == pages))
    for kind in (NEW, CHANGED):
        row, short = by.get((kind, OURS)), by.get((SHORT[kind], OURS))
        if row and short and row.cpu > short.cpu and row.pages > short.pages:
            through = (row.pages - short.pages) / (row.cpu - short.cpu)
            said = f"pages/CPU s, {kind}, fetched to recorded"
            found.append(Goal(said, through, f"≥ {THROUGH:g}", through >= THROUGH))
    for kind in FETCHED.values():
        if (row := by.get((kind, OURS))) and (bare := by.get((kind, BARE))):
            dearer = row.cpu / bare.cpu
            found.append(Goal(f"CPU × bare {BARE}, {kind}", dearer, f"≤ {DEARER:g}", dearer <= DEARER))
    return found


def cells(row: Row, beside: float | None) -> list[str]:
    """One row of the table as text; `beside` is the CPU that it is held against."""
    whole = row.kind not in FETCHED.values()
    return [
        row.kind,
        f"{row.name} {row.version}".strip(),
        f"{row.pages / row.cpu:.0f}",
        f"{row.pages / row.least:.0f}",
        f"{row.cpu / row.pages * 1e6:.0f}",
        f"{beside / row.cpu:.2f}" if beside else NONE,
        f"{row.wall:.1f}" if whole else NONE,
        f"{row.peak:.0f}" if whole else NONE,
    ]


def text(rows: Sequence[Row], skipped: dict[str, str], pages: int) -> str:
    """The whole report as text."""
    heading = ["pass", "", "pages/CPU s", "best", "µs CPU/page", "× peer", "wall s", "peak MB"]
    asked = goals(rows, pages)
    peers = {(row.kind, row.name): row.cpu for row in rows}
    lines = [cells(row, peers.get((row.kind, YARDSTICK)) or peers.get((row.kind, BARE))) for row in rows]
    said = [f"{OURS}: {goal.what}: {_number(goal.measured)}, asked {goal.asked}: {_verdict(goal)}" for goal in asked]
    notes = [
        f"{pages} pages over loopback, delays 0; medians of the repetitions, best of them, peak the highest of them",
        f"passes: whole processes with their start, store on disk; × peer: speed beside {YARDSTICK}'s",
        "fetched to recorded: what a pass over all pages takes more than one over few, so without its start",
        f"clients: without their start, no store; × peer: speed beside bare {BARE} with one client a host",
        *(f"{tracker.name}: {tracker.note}" for tracker in TRACKERS if tracker.note),
        *(f"skipped {name}: {why}" for name, why in skipped.items()),
        *(f"left out {name}: {why}" for name, why in LEFT_OUT.items()),
    ]
    return "\n".join([*drawn([heading, *lines]), "", *said, "", *notes, machine()])


def _number(measured: float) -> str:
    return f"{measured:.0f}" if measured >= 100 else f"{measured:.3g}"


def _verdict(goal: Goal) -> str:
    return "holds" if goal.holds else "IS MISSED"


def as_json(rows: Sequence[Row], skipped: dict[str, str], pages: int) -> str:
    """The whole report as one JSON object."""
    found = {
        "machine": machine(),
        "pages": pages,
        "rows": [asdict(row) for row in rows],
        "goals": [asdict(goal) for goal in goals(rows, pages)],
        "skipped": skipped,
        "left_out": LEFT_OUT,
    }
    return json.dumps(found, ensure_ascii=False)
