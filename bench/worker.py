"""One extractor over all pages in a process of its own: `python -m bench.worker NAME PAGES RESULT`.

PAGES holds one JSON object a line. RESULT becomes `{"version", "python", "cpu", "readings", "raised"}`: `cpu` is the
seconds of process time inside the extractor's calls alone, `readings` has one object a page (empty where it raised).
"""

from __future__ import annotations

import base64
import gc
import json
import platform
import sys
import warnings
from pathlib import Path
from time import process_time

from bench.peers import Page, Read, Reading, load

WARM_UP_PAGES = 12


def pages_in(path: Path) -> list[Page]:
    """The pages of a file, those fed as bytes with their bytes."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [Page(url=row["url"], text=row["text"], raw=_bytes(row["raw"])) for row in rows]


def _bytes(encoded: str | None) -> bytes | None:
    return base64.b64decode(encoded) if encoded is not None else None


def read_or_nothing(read: Read, page: Page) -> tuple[Reading, str | None]:
    """What the extractor read, or nothing and what it raised."""
    try:
        return read(page), None
    except Exception as error:  # any failure of a peer counts as an empty reading and is reported
        return {}, type(error).__name__


def run(read: Read, pages: list[Page]) -> tuple[float, list[Reading], list[str]]:
    """CPU seconds in the extractor's calls, its readings, and the names of what it raised."""
    for page in pages[:: max(1, len(pages) // WARM_UP_PAGES)]:
        read_or_nothing(read, page)
    gc.collect()
    seconds, readings, raised = 0.0, [], []
    for page in pages:
        begun = process_time()
        reading, error = read_or_nothing(read, page)
        seconds += process_time() - begun
        readings.append(reading)
        if error is not None:
            raised.append(error)
    return seconds, readings, raised


def main(name: str, pages: str, result: str) -> None:
    """Measure the extractor called `name` and write what came of it."""
    warnings.simplefilter("ignore")
    read, version = load(name)
    cpu, readings, raised = run(read, pages_in(Path(pages)))
    report = {
        "version": version,
        "python": platform.python_version(),
        "cpu": cpu,
        "readings": readings,
        "raised": raised,
    }
    Path(result).write_text(json.dumps(report), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
