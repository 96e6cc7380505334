"""Draws docs/demo.svg, the terminal screenshot of the README, from a real run: `make screenshots`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 110
# Enough to see one change with its diff, the injection and the sum, and little enough to be read.
FROM, SKIP = "Round 2", ("Round 4", "What is wrong now")


def main() -> None:
    """Run the demo as on a terminal and draw the part that tells most."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
        command = [sys.executable, "-c", "from jobs.cli import main; main()", "demo", "--once", "--in", f"{folder}/demo-data"]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    lines = ran.stdout.replace(f"{folder}/", "").splitlines()
    start = next(place for place, line in enumerate(lines) if FROM in line)
    first, last = (next(place for place, line in enumerate(lines) if word in line) for word in SKIP)
    shown = [*lines[start:first], *lines[last:]]
    console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    console.print(Text.from_ansi("\n".join(["$ make demo ONCE=1", "…", *shown])))
    Path(__file__).with_name("demo.svg").write_text(console.export_svg(title="palimpsest"), encoding="utf-8")


if __name__ == "__main__":
    main()
