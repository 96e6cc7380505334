"""What taking everything out takes, and taking it in again: versions a CPU second and memory, in stores of two sizes.

Each form is written by a process of its own from a store on disk, whose memory is the most that it held beyond what it
held before it began. That it does not grow with the store is what is asked for.
"""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.store_fill import fill
from bench.store_rows import CHECKS, VERSIONS, Writer
from crawler.model import Article
from store import Store, open_store
from store.engine import writing

FORMS = ("jsonl", "warc", "csv", "parquet", "import")
PAGES, QUICK_PAGES = (4_000, 40_000), (20, 40)
# Of the store's bench, which has fifty a page.
_CHECKS = 10
_SLICE = 5000
# A page of the government's is mostly what stands around the article.
_AROUND = "".join(f"<li><a href='/zwgk/t{number}.html'>关于{number}号事项的通知</a></li>" for number in range(60))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One form written, or read back, from a store of so many Versions."""

    form: str
    versions: int
    cpu: float
    megabytes: float
    size: int

    @property
    def rate(self) -> float:
        """Versions a CPU second."""
        return self.versions / self.cpu


class WithBodies(Writer):
    """The rows of the store's bench, fewer Checks of them, and the bodies that they name."""

    def body(self, version: int) -> bytes:
        """What was served."""
        page = f"<html><body><ul>{_AROUND}</ul><p>{self._text(version)}</p></body></html>"
        return page.encode()

    def page_rows(self) -> Iterator[tuple[object, ...]]:
        """As COLUMNS has them."""
        for row in super().page_rows():
            yield (*row[:11], _CHECKS, *row[12:])

    def check_rows(self) -> Iterator[tuple[object, ...]]:
        """As COLUMNS has them."""
        for row in super().check_rows():
            if (int(str(row[0])) - 1) // self.pages % (CHECKS // _CHECKS) == 0:
                yield row

    def snapshot_rows(self) -> Iterator[tuple[object, ...]]:
        """As COLUMNS has them."""
        for number, page, at in self._versions():
            url, body = self.url(page), self.body(number)
            digest = hashlib.sha256(body).hexdigest()
            yield number, page, at, url, url, "[]", 200, '[["Content-Type","text/html"]]', digest, len(body)

    def version_rows(self) -> Iterator[tuple[object, ...]]:
        """As COLUMNS has them."""
        for row in super().version_rows():
            said = json.loads(str(row[8]))
            article = Article(title=said["title"], paragraphs=tuple(said["paragraphs"]))
            yield (*row[:6], article.digest, *row[7:])


def benchmark(pages: int | None, quick: bool, say: Callable[[str], None]) -> list[Run]:
    """Every form from every size of store, the small one first."""
    runs = []
    for size in (pages,) if pages else QUICK_PAGES if quick else PAGES:
        with tempfile.TemporaryDirectory(prefix="bench-export-") as folder:
            versions = size * VERSIONS
            say(f"filling a store with {versions:,} versions")
            _fill(Path(folder) / "store", size, say)
            for form in FORMS:
                say(f"{form}, {versions:,} versions")
                runs.append(_apart(Path(folder), form, versions))
    return runs


def _fill(folder: Path, pages: int, say: Callable[[str], None]) -> None:
    writer = WithBodies(pages)
    with open_store(folder) as store:
        fill(store.archive._engine, writer, say)
        say("writing bodies")
        for start in range(1, pages * VERSIONS + 1, _SLICE):
            with writing(store.archive._engine) as session:
                for number in range(start, min(start + _SLICE, pages * VERSIONS + 1)):
                    store.blobs.put(writer.body(number), session=session)


def _apart(folder: Path, form: str, versions: int) -> Run:
    words = [sys.executable, "-m", "bench.export", str(folder), form]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    return Run(form=form, versions=versions, **json.loads(ran.stdout))


def _measure(folder: Path, form: str) -> dict[str, Any]:
    with open_store(folder / ("other" if form == "import" else "store")) as store:
        # The most that was held until now is forgotten, also what was inherited from the process that began this one.
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        held = _kilobytes("VmRSS")
        before = resource.getrusage(resource.RUSAGE_SELF)
        done = _read_back(store, folder / "jsonl") if form == "import" else _write(store, folder / form, form)
        after = resource.getrusage(resource.RUSAGE_SELF)
        pages = store.exporting.count()
    if done != pages[0]:
        raise ValueError(f"{form}: {done} of {pages[0]} versions")
    size = (folder / ("jsonl" if form == "import" else form)).stat().st_size
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": cpu, "megabytes": (_kilobytes("VmHWM") - held) / 1024, "size": size}


def _write(store: Store, path: Path, form: str) -> int:
    from jobs.cli.exchanging import Format, What, write
    from jobs.exchange.counting import Counted
    from jobs.exchange.selection import Selection

    counted = Counted()
    with path.open("wb") as stream:
        write(stream, store, Format(form), What.VERSIONS, Selection(), counted, mark=True)
    return counted.seen


def _read_back(store: Store, path: Path) -> int:
    from jobs.exchange.taking import take_lines

    with path.open(encoding="utf-8") as lines:
        taken = take_lines(store, lines, name=path.name)
    if taken.problems:
        raise ValueError(taken.problems[0])
    return taken.versions


def _kilobytes(name: str) -> int:
    """A line of what Linux says of this process's memory."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (line,) = (line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1])


def report(runs: Sequence[Run], *, as_json: bool) -> str:
    """As a table for people."""
    if as_json:
        return json.dumps({"runs": [{**asdict(run), "rate": run.rate} for run in runs]})
    lines = [f"{'form':8}{'versions':>12}{'CPU s':>9}{'a CPU s':>10}{'MB more':>9}{'MB written':>12}"]
    for run in runs:
        took = f"{run.cpu:>9.1f}{run.rate:>10,.0f}{run.megabytes:>9.1f}{run.size / 2**20:>12.1f}"
        lines.append(f"{run.form:8}{run.versions:>12,}{took}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), sys.argv[2])))
