"""The table of one benchmark run, aligned for a terminal, and the same numbers as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from bench.extract import BEST_PEER, FIELDS, Row
from bench.pages import SETS

OURS, YARDSTICK, FLOOR = "palimpsest", "trafilatura", "bare Lexbor"
NONE = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Everything that one run has to say. `counts` are pages by set, `notes` what a reader must know of the data."""

    rows: Sequence[Row]
    skipped: dict[str, str]
    counts: dict[str, int]
    notes: Sequence[str]
    repetitions: int


def machine() -> str:
    """What the run was made on, and when."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {now}"


def columns() -> list[str]:
    """The table's headings."""
    return ["extractor", *SETS, *FIELDS, "ms/page", "CPU × trafilatura", "CPU × Lexbor", "runs on"]


def cells(row: Row, result: Result) -> list[str]:
    """One row of the table as text."""
    name = f"{row.name} {row.version}".strip()
    bodies = [f"{row.sets[key].f1:.3f}" if key in row.sets else NONE for key in SETS]
    fields = [f"{row.fields[key]:.3f}" if key in row.fields else NONE for key in FIELDS]
    each = f"{row.cpu / sum(result.counts.values()) * 1000:.2f}" if row.cpu is not None else NONE
    ratios = [_ratio(row, _cpu(result, other)) for other in (YARDSTICK, FLOOR)]
    runs_on = row.python if not row.python or row.python.startswith("node") else f"Python {row.python}"
    return [name, *bodies, *fields, each, *ratios, runs_on or NONE]


def _cpu(result: Result, name: str) -> float | None:
    return next((row.cpu for row in result.rows if row.name == name), None)


def _ratio(row: Row, other: float | None) -> str:
    return f"{row.cpu / other:.3g}" if row.cpu is not None and other else NONE


def speed(result: Result) -> list[str]:
    """This project's speed in words, as far as it was measured."""
    ours, slow, fast = (_cpu(result, name) for name in (OURS, YARDSTICK, FLOOR))
    if not ours:
        return []
    said = []
    if slow:
        said.append(f"{slow / ours:.1f} × as fast as {YARDSTICK}")
    if fast:
        said.append(f"{fast / ours:.2f} of the speed of {FLOOR} parsing")
    return [f"{OURS}: {', '.join(said)}."] if said else []


def bodies(result: Result) -> list[str]:
    """This project's bodies beyond the average: the mean F1 of pages, the worst page, the pages left empty."""
    ours = next((row for row in result.rows if row.name == OURS), None)
    return [
        f"{OURS}, {name}: macro {score.macro:.4f}, worst page {score.worst:.3f}, {score.empty} without its body"
        for name, score in (ours.sets if ours else {}).items()
    ]


def behind(result: Result) -> list[str]:
    """Where another extractor did better than this project, column by column."""
    ours = next((row for row in result.rows if row.name == OURS), None)
    if ours is None:
        return []
    found = []
    for row in result.rows:
        if row.name in (OURS, BEST_PEER):
            continue
        for key, score in row.sets.items():
            if key in ours.sets and score.f1 > ours.sets[key].f1:
                found.append(f"{key}: {row.name} {score.f1:.4f} > {ours.sets[key].f1:.4f}")
        for key, share in row.fields.items():
            if key in ours.fields and share > ours.fields[key]:
                found.append(f"{key}: {row.name} {share:.4f} > {ours.fields[key]:.4f}")
        if row.name != FLOOR and row.cpu is not None and ours.cpu is not None and row.cpu < ours.cpu:
            found.append(f"CPU: {row.name} takes {row.cpu / ours.cpu:.2f} of its time")
    return [f"{OURS} is behind in {line}" for line in found] or [f"{OURS} is behind no extractor above in any column."]


def drawn(lines: Sequence[Sequence[str]]) -> list[str]:
    """Lines of cells, aligned: the first column to the left, the rest to the right, a rule under the headings."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    found = []
    for first, *rest in lines:
        aligned = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        found.append("  ".join([first.ljust(widths[0]), *aligned]).rstrip())
    return [found[0], "─" * len(found[0]), *found[1:]]


def text(result: Result) -> str:
    """The whole report as text."""
    pages = ", ".join(f"{name} {n}" for name, n in result.counts.items())
    about = [
        f"pages: {pages}",
        f"CPU: inside the extractors' calls alone, over all pages, the median of {result.repetitions}",
        "title, date (to the day), issuer: the share of government pages on which it is exactly right",
        f"{NONE}: not offered, or no such pages",
        *result.notes,
    ]
    raised = [
        f"{row.name} raised on {sum(row.raised.values())} pages, counted as empty: {', '.join(row.raised)}"
        for row in result.rows
        if row.raised
    ]
    skipped = [f"skipped {name}: {why}" for name, why in result.skipped.items()]
    table = drawn([columns(), *(cells(row, result) for row in result.rows)])
    verdict = [*speed(result), *bodies(result), *behind(result)]
    return "\n".join([*table, "", *verdict, "", *about, *raised, *skipped, machine()])


def as_json(result: Result) -> str:
    """The whole report as one JSON object."""
    found = {
        "machine": machine(),
        "pages": result.counts,
        "repetitions": result.repetitions,
        "rows": [asdict(row) for row in result.rows],
        "skipped": result.skipped,
        "notes": list(result.notes),
    }
    return json.dumps(found, ensure_ascii=False)
