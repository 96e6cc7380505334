"""How far a backfill is: the rate and the time left, and a line a minute where nobody sees a bar."""

from __future__ import annotations

import sys

import pytest
from rich.console import Console

from jobs.cli import progressing
from jobs.cli.progressing import Pace, followed


class Hands:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_rate_is_of_the_part_and_the_rest_goes_by_it() -> None:
    clock = Hands()
    pace = Pace("backfill", clock)
    assert pace.line(0, 100_000_000, "reading", "MB") == "reading: 0.0 MB of 100.0 MB"
    clock.now = 10
    assert pace.line(20_000_000, 100_000_000, "reading", "MB") == ("reading: 20.0 MB of 100.0 MB, 2.0 MB/s, 0:40 left")
    assert pace.line(1, 7200, "telling histories anew", "") == "telling histories anew: 1 of 7,200"
    clock.now = 12
    assert pace.line(3, 7202, "", "") == "backfill: 3 of 7,202"
    clock.now = 14
    assert pace.line(5, 7202, "", "") == "backfill: 5 of 7,202, 1/s, 1:59:57 left"
    assert pace.line(6, None, "", "") == "backfill: 6"


def test_the_first_part_begins_with_the_work_and_not_with_the_machine() -> None:
    clock = Hands()
    clock.now = 5000
    pace = Pace("captures", clock)
    assert pace.line(0, None, "", "") == "captures: 0"
    clock.now += 60
    assert pace.line(6000, None, "", "") == "captures: 6,000, 100/s"


def test_elsewhere_than_on_a_terminal_it_is_a_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Hands()
    with followed("backfill", quiet=True, monotonic=clock) as tell:
        for second in range(0, 181, 5):
            clock.now = second
            tell(second, None)
    assert len(capsys.readouterr().err.splitlines()) == 3


@pytest.mark.parametrize("quiet", [False, True])
def test_on_a_terminal_it_is_a_bar_unless_it_shall_be_quiet(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, quiet: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(progressing, "errors", lambda: Console(stderr=True, force_terminal=True, width=100))
    with followed("backfill", quiet=quiet) as tell:
        tell(1, 4, "reading")
        tell(4, 4, "reading")
    assert ("reading: 4 of 4" in capsys.readouterr().err) is not quiet
