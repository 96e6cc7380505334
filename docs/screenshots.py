"""Draws docs/demo.png, the terminal of the README, from a real run. Needs Chromium and a font with Han."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

WIDTH = 112
LINE_HEIGHT = 20
# One change with its diff, the injection and the sum: enough to see what it does, little enough to be read.
FROM, UNTIL, AGAIN, SHOWN_ITEMS = "Round 2", "Round 4", "What is wrong now", 6
PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>
body {{ margin: 0; background: #16181d; color: #d8dbe2; }}
pre {{ margin: 18px 24px; font: 14px/20px "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; }}
</style><pre>{code}</pre>"""


def main() -> None:
    """Run the demo as on a terminal, keep the part that tells most, and have a browser draw it."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.exit("no Chromium found; install the package chromium")
    with tempfile.TemporaryDirectory() as folder:
        shown = _shown(folder)
        console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
        console.print(Text.from_ansi("\n".join(["$ make demo ONCE=1", "…", *shown])))
        page = Path(folder, "demo.html")
        page.write_text(console.export_html(theme=MONOKAI, inline_styles=True, code_format=PAGE), encoding="utf-8")
        height = 36 + LINE_HEIGHT * (len(shown) + 4)
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
        command += ["--disable-background-networking", f"--user-data-dir={folder}/profile"]
        target = Path(__file__).with_name("demo.png")
        subprocess.run(  # noqa: S603 - our own words
            [*command, f"--window-size=1040,{height}", f"--screenshot={target}", page.as_uri()],
            check=True,
            capture_output=True,
        )


def _shown(folder: str) -> list[str]:
    environment = os.environ | {"FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
    command = [
        sys.executable,
        "-c",
        "from jobs.start import main; main()",
        "demo",
        "--once",
        "--in",
        f"{folder}/demo-data",
    ]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    lines = ran.stdout.replace(f"{folder}/", "").splitlines()
    first, until, again = (next(n for n, line in enumerate(lines) if word in line) for word in (FROM, UNTIL, AGAIN))

    start, end = again + 3, next(n for n, line in enumerate(lines) if n > again + 10 and "medium" in line)
    kept = [*lines[again : start + SHOWN_ITEMS], "      …", lines[end - 1]]
    return [*lines[first:until], *kept, *lines[end:]]


if __name__ == "__main__":
    main()
