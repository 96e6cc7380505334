"""What the commands print: JSON lines for programs, aligned and coloured text for people."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Protocol

import typer
from rich.console import Console
from rich.text import Text

from crawler.model import Json, Outcome, PageState, Severity
from jobs.backfill import Tell

if TYPE_CHECKING:
    from rich.progress import Progress

# Line separators that some readers split at, and lone surrogates, which UTF-8 cannot carry.
_UNSAFE = re.compile("[\u0085\u2028\u2029\ud800-\udfff]")

OUTCOME_STYLE: Mapping[Outcome, str] = {
    Outcome.NEW: "green",
    Outcome.CHANGED: "yellow",
    Outcome.UNCHANGED: "dim",
    Outcome.GONE: "magenta",
    Outcome.BLOCKED: "red",
    Outcome.FAILED: "red",
}
STATE_STYLE: Mapping[PageState, str] = {
    PageState.LIVE: "green",
    PageState.GONE: "magenta",
    PageState.MOVED: "cyan",
    PageState.BLOCKED: "red",
    PageState.FAILING: "red",
}
SEVERITY_STYLE: Mapping[Severity, str] = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "dim",
}


class Concluded(Protocol):
    """What long work came to."""

    problems: list[str]

    @property
    def summary(self) -> str:
        """One line for a person."""
        ...

    def as_json(self) -> dict[str, Json]:
        """The same for programs."""
        ...


def json_line(value: Mapping[str, Json]) -> str:
    """One object on one line, UTF-8 kept, with what would break a line or an encoder escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def print_json(values: Iterable[Mapping[str, Json]], out: IO[str] | None = None) -> None:
    """Each object on a line of its own, to standard output."""
    stream = out or sys.stdout
    for value in values:
        stream.write(json_line(value) + "\n")
    stream.flush()


def console() -> Console:
    """Standard output for people: coloured on a terminal, plain and unwrapped in a pipe."""
    terminal = sys.stdout.isatty()
    return Console(highlight=False, soft_wrap=not terminal, markup=False, emoji=False)


def errors() -> Console:
    """Standard error for people."""
    return Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


def print_line(text: str, style: str) -> None:
    """One line to standard output: coloured on a terminal, in a pipe as it is and at once."""
    if sys.stdout.isatty():
        console().print(text, style=style)
    else:
        # A tenth of what the console takes for it, of which a pass may print very many.
        print(text, flush=True)  # noqa: T201


def progress() -> Progress:
    """A bar on standard error that goes away when the work is done."""
    # Loaded where a person watches, as the tables are.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors(),
        transient=True,
    )


@contextmanager
def watched(name: str, total: int | None, *, quiet: bool) -> Iterator[Tell | None]:
    """A bar for work that tells (done, of how many); None, and no bar, where nobody watches or it shall be `quiet`."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with progress() as bar:
        task = bar.add_task(name, total=total)
        yield lambda done, of, what="", unit="": bar.update(task, completed=done, total=of, description=what or name)


def conclude(result: Concluded, *, as_json: bool) -> None:
    """Print what long work came to, and what failed. Raises typer.Exit(1) where something did."""
    if as_json:
        sys.stdout.write(json_line(result.as_json()) + "\n")
    else:
        console().print(printable(result.summary))
    for problem in result.problems:
        errors().print(printable(f"failed: {problem}"), style="red")
    if result.problems:
        raise typer.Exit(1)


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]], *, empty: str) -> None:
    """Rows under their headings; `empty` where there is none. In a pipe: tab-separated, no headings."""
    listed = list(rows)
    if not sys.stdout.isatty():
        for row in listed:
            sys.stdout.write("\t".join(one_line(str(cell)) for cell in row) + "\n")
        return
    if not listed:
        console().print(empty, style="dim")
        return
    from rich.table import Table

    shown = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    for name in columns:
        # A URL or a sentence may break; a time or a state may not.
        shown.add_column(name, no_wrap=name in _FIXED, overflow="fold")
    for row in listed:
        shown.add_row(*(cell if isinstance(cell, Text) else Text(printable(cell)) for cell in row))
    console().print(shown)


_FIXED = frozenset({"time", "state", "kind", "change", "weight", "severity", "checks", "versions", "next", "last"})


def printable(text: str) -> str:
    """Text without what could command a terminal: control characters become visible marks."""
    return "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text)


def one_line(text: str) -> str:
    """Printable text on one line."""
    return printable(" ".join(text.split()))


def when(time: datetime | None) -> str:
    """A time as people read it in a list: local, to the minute; a dash where there is none."""
    return "-" if time is None else time.astimezone().strftime("%Y-%m-%d %H:%M")


def until(time: datetime | None, now: datetime) -> str:
    """How far off a time is: `in 5 h`, `3 min overdue`."""
    if time is None:
        return "-"
    seconds = (time.astimezone(UTC) - now).total_seconds()
    size = _length(abs(seconds))
    return f"in {size}" if seconds >= 0 else f"{size} overdue"


def _length(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
