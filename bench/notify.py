"""How a flood leaves the outbox: so many items at once, to webhooks on loopback, one more of which is down.

Each run is in a process of its own, so that its memory is its own: what it held most beyond what it held before.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from jobs.notify import deliver
from store import open_store
from tests import postgres
from tests.jobs.told import flood, watched
from tests.outside import Outside
from tests.store.verdicts import NOW, SOURCE

# By the items that wait; the second shows that memory does not grow with them.
SIZES, QUICK_SIZES = (1_000, 10_000, 50_000), (1_000,)
# Items of one page, so that filling is quick.
_A_PAGE = 500
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One flood on one database: messages to the target that is up, seconds, and the most memory."""

    database: str
    items: int
    messages: int
    seconds: float
    cpu: float
    megabytes: float


def benchmark(quick: bool, say: Say) -> list[Run]:
    """Every size on SQLite, and on PostgreSQL where it can be started."""
    runs = []
    for items in QUICK_SIZES if quick else SIZES:
        for kind in ("sqlite", "postgresql"):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    database = postgres.fresh_database() if kind == "postgresql" else ""
                except Exception as error:
                    say(f"{kind}: {error}")
                    continue
                say(f"{kind}: {items} items")
                runs.append(_apart(folder, database, items))
    return runs


def _apart(folder: str, database: str, items: int) -> Run:
    with open_store(Path(folder), database or None) as store:
        store.archive.declare([SOURCE], NOW)
        for number in range(items // _A_PAGE):
            flood(store, _A_PAGE, number=number)
    with Outside() as outside, Outside() as gone:
        outside.page("/hook", b"")
        up, down = (f"webhook+{server.url('/hook')}" for server in (outside, gone))
        gone.__exit__(None, None, None)
        words = [sys.executable, "-m", "bench.notify", folder, database, up, down]
        ran = subprocess.run(words, capture_output=True, text=True, check=True)
        measured = json.loads(ran.stdout)
        messages = len(outside.requests)
        told = sum(len(json.loads(asked.body)["items"]) for asked in outside.requests)
    if told != items:
        raise ValueError(f"{told} of {items} items were told")
    return Run(database="postgresql" if database else "sqlite", items=items, messages=messages, **measured)


def _deliver(folder: str, database: str, *targets: str) -> dict[str, float]:
    with open_store(Path(folder), database or None) as store:
        asyncio.run(deliver(store.outbox, watched(*targets), NOW - timedelta(days=1)))  # loads what is needed
        # The most that was held until now is forgotten, also what was inherited from the process that began this one.
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        held = _kilobytes("VmRSS")
        before = resource.getrusage(resource.RUSAGE_SELF)
        begun = time.monotonic()
        asyncio.run(deliver(store.outbox, watched(*targets), NOW))
        seconds = time.monotonic() - begun
        after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "cpu": cpu, "megabytes": (_kilobytes("VmHWM") - held) / 1024}


def _kilobytes(name: str) -> int:
    """A line of what Linux says of this process's memory."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (line,) = (line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1])


def report(runs: Sequence[Run], *, as_json: bool) -> str:
    """As a table for people."""
    if as_json:
        return json.dumps({"runs": [asdict(run) for run in runs]})
    lines = ["database     items  messages  seconds  CPU s  MB more"]
    lines += [
        f"{run.database:10} {run.items:7} {run.messages:9} {run.seconds:8.2f} {run.cpu:6.2f} {run.megabytes:8.1f}"
        for run in runs
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(json.dumps(_deliver(*sys.argv[1:])))
