"""How far long work is, for a person: a bar with its rate and the time left, or a line a minute where there is none."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from jobs.backfill import Tell
from jobs.cli.output import errors, one_line

LINE_EVERY = 60.0


@contextmanager
def followed(name: str, *, quiet: bool, monotonic: Callable[[], float] = time.monotonic) -> Iterator[Tell]:
    """What hears how far the work is: a bar on a terminal, unless it shall be `quiet`; elsewhere a line a minute."""
    pace = Pace(name, monotonic)
    if not sys.stderr.isatty():
        yield Lines(pace, monotonic).hear
        return
    if quiet:
        yield _nobody
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=errors(), transient=True) as bar:
        task = bar.add_task(name, total=None)

        def hear(done: int, of: int | None, what: str = "", unit: str = "", /) -> None:
            bar.update(task, completed=done, total=of, description=pace.line(done, of, what, unit))

        yield hear


def _nobody(done: int, of: int | None, what: str = "", unit: str = "", /) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class Pace:
    """How fast it goes, from the beginning of each part of the work, and how long the rest of that takes."""

    name: str
    monotonic: Callable[[], float]
    _part: tuple[int | None, str] | None = None
    _began: float = 0.0
    _before: int = 0

    def line(self, done: int, of: int | None, what: str, unit: str) -> str:
        """What was done of how much, its rate and the time left, as far as these are known."""
        now = self.monotonic()
        if (of, unit) != self._part or done < self._before:
            self._part, self._began, self._before = (of, unit), now, done
        rate = (done - self._before) / (now - self._began) if now > self._began else 0.0
        text = f"{what or self.name}: {_amount(done, unit)}" + (f" of {_amount(of, unit)}" if of is not None else "")
        if rate > 0:
            text += f", {_amount(rate, unit)}/s"
            text += f", {_time((of - done) / rate)} left" if of is not None else ""
        return text


@dataclass(slots=True)
class Lines:
    """A line on standard error at most once a minute."""

    pace: Pace
    monotonic: Callable[[], float]
    _next: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._next = self.monotonic() + LINE_EVERY

    def hear(self, done: int, of: int | None, what: str = "", unit: str = "", /) -> None:
        """Says how far the work is, if the last line is a minute old."""
        line = self.pace.line(done, of, what, unit)
        if (now := self.monotonic()) >= self._next:
            self._next = now + LINE_EVERY
            sys.stderr.write(one_line(line) + "\n")
            sys.stderr.flush()


def _amount(number: float, unit: str) -> str:
    if unit == "MB":
        return f"{number / 1e6:,.1f} MB"
    return f"{number:,.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"
