"""Draws pictures of a real run: docs/demo.png, the terminal of the README, and docs/screenshots/, the reading room.

Needs Chromium and a font with Han.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
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


# What the reading room is drawn as: by its name the page, the size, the theme and the language.
ROOM = {
    "today": ("/", (1100, 720), "light", "en-GB"),
    "today-dark": ("/", (1100, 720), "dark", "en-GB"),
    "today-chinese": ("/", (1100, 720), "light", "zh-CN"),
    "today-narrow": ("/", (390, 720), "light", "en-GB"),
    "diff": ("edited", (820, 500), "light", "en-GB"),
    "diff-dark-narrow": ("edited", (390, 720), "dark", "zh-CN"),
    "page": ("page", (1100, 720), "light", "en-GB"),
    "source": ("/source?name=demo", (1100, 720), "light", "en-GB"),
    "search-chinese": ("/search?q=学校食堂", (1100, 720), "dark", "zh-CN"),
}
LARGEST = 200_000


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
        _draw_room(browser, Path(folder, "demo-data"))


def _draw_room(browser: str, data: Path) -> None:
    """Every picture of ROOM, over what the demo found. Exits where one is larger than a README should load."""
    folder = Path(__file__).with_name("screenshots")
    folder.mkdir(exist_ok=True)
    with _served(data) as origin, sync_playwright() as driver:
        drawn = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for name, (where, (width, height), theme, locale) in ROOM.items():
            context = drawn.new_context(
                base_url=origin,
                viewport={"width": width, "height": height},
                color_scheme="dark" if theme == "dark" else "light",
                locale=locale,
                timezone_id="Asia/Shanghai",
            )
            page = context.new_page()
            _open(page, where)
            target = folder / f"{name}.png"
            page.screenshot(path=target)
            context.close()
            if target.stat().st_size > LARGEST:
                sys.exit(f"{target} has {target.stat().st_size:,} bytes; draw less of it")
        drawn.close()


def _open(page: Page, where: str) -> None:
    """The path, or what the newest edit leads to: its words, or its page."""
    if where.startswith("/"):
        page.goto(where)
        return
    page.goto("/changes?kind=edited")
    page.goto(page.locator("main a[href^='/diff']").last.get_attribute("href") or "/")
    page.evaluate("document.querySelector('ins')?.scrollIntoView({block: 'center'})")
    if where == "page":
        page.goto(page.locator("main a[href^='/page']").first.get_attribute("href") or "/")


@contextmanager
def _served(data: Path) -> Iterator[str]:
    command = [sys.executable, "-c", "from jobs.start import main; main()", "--data", str(data)]
    command += ["--config", str(data / "sources.toml"), "serve", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own words
    try:
        assert process.stderr is not None  # noqa: S101 - asked for above
        found = next(filter(None, (re.search(r"http://[\d.]+:\d+", line) for line in process.stderr)), None)
        if found is None:
            sys.exit("the reading room did not start")
        yield found[0]
    finally:
        process.terminate()
        process.wait()


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
