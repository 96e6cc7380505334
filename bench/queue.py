"""What the queue of several machines bears: jobs of fifty Pages deferred, taken and ended, on a real PostgreSQL.

Counted are Pages (fifty a job, but for the last run) over the seconds from the beginning of the turn that defers them
to the end of the last job. `nothing` does nothing for a job: the capacity of the queue. `recorded` does all that a
visit to an unchanged Page does, but for the network: its Checks are judged, and recorded together with those of other
hosts. The server, as durable as one that nobody has tuned, the one that defers and the workers share this machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from bench.queue_worker import SOURCE
from crawler.extract import RULES
from crawler.model import Link, NewVersion, Page
from jobs.queue import PAGES
from store import Store, open_store
from tests import postgres
from tests.store.verdicts import CREATED, article, saying

WORKERS = 2
# Hosts of each run, and of the quick form. The last is what 10 million pages may have waiting after a long night.
IDLE_HOSTS, QUICK_IDLE_HOSTS = (1_000, 20_000), (400,)
# Hosts and their due pages: full jobs, and as small as they get where pages are due one by one.
RECORDED, QUICK_RECORDED = ((200, PAGES), (4_000, 1)), ((20, PAGES), (200, 1))
ASKED = 1_000
DURABLE = ("listen_addresses=", "max_connections=60", "shared_buffers=256MB")
_ROOT = Path(__file__).parents[1]

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One row: so many hosts with so many due Pages in all, the seconds that they took, and those of processors."""

    kind: str
    hosts: int
    pages: int
    workers: int
    deferring: float
    seconds: float
    cpu_workers: float
    cpu_server: float

    @property
    def rate(self) -> float:
        """Pages a second."""
        return self.pages / self.seconds


def benchmark(quick: bool, say: Say) -> list[Run]:
    """Each run on a database of its own."""
    postgres.SETTINGS = DURABLE
    runs = [_idle(hosts, say) for hosts in (QUICK_IDLE_HOSTS if quick else IDLE_HOSTS)]
    return runs + [_recorded(*wanted, say) for wanted in (QUICK_RECORDED if quick else RECORDED)]


def _idle(hosts: int, say: Say) -> Run:
    say(f"nothing done for the pages of {hosts} hosts")
    with _database() as (database, data, store):
        with psycopg.connect(database) as connection:
            connection.execute(
                "INSERT INTO pages (key, url, source, host, state, admitted_at, next_check, versions, checks, failures,"
                " missing_count, rate_changes, rate_days)"
                " SELECT host || '/' || page, 'https://h' || host || '.gov.cn/' || page, %s, 'h' || host || '.gov.cn',"
                " 'live', now(), now(), 0, 0, 0, 0, 0, 0 FROM generate_series(1, %s) host, generate_series(1, %s) page",
                (SOURCE.name, hosts, PAGES),
            )
        _vacuum(database)
        return _timed("nothing", hosts, hosts * PAGES, database, data, store)


def _recorded(hosts: int, each: int, say: Say) -> Run:
    say(f"{each} pages of {hosts} hosts visited and recorded")
    then = datetime.now(UTC) - timedelta(days=3)
    with _database() as (database, data, store):
        links = [Link(url=f"https://h{host}.gov.cn/{page}") for host in range(hosts) for page in range(each)]
        pages = store.archive.admit(SOURCE.name, links, then)
        for start in range(0, len(pages), 200):
            _first_versions(store, pages[start : start + 200], then)
        _vacuum(database)
        run = _timed("recorded", hosts, len(pages), database, data, store)
        with psycopg.connect(database) as connection:
            row = connection.execute("SELECT min(checks), max(checks), count(*) FROM pages").fetchone()
        assert row == (2, 2, len(pages)), f"not every page was checked once: {row}"
        return run


def _first_versions(store: Store, pages: tuple[Page, ...], at: datetime) -> None:
    texts = [f"关于{page.url}的通知" for page in pages]
    verdicts = [
        saying(page, at, text, CREATED, version=NewVersion(article=article(text), rules=RULES))
        for page, text in zip(pages, texts, strict=True)
    ]
    with store.archive.together(verdicts) as archive:
        for page, one in zip(pages, verdicts, strict=True):
            archive.record(page, one)


@contextmanager
def _database() -> Iterator[tuple[str, Path, Store]]:
    database = postgres.fresh_database()
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder), database) as store:
        # Its entry is not due: pages alone are counted.
        store.archive.declare([SOURCE], datetime.now(UTC) + timedelta(days=1))
        yield database, Path(folder), store


def _vacuum(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _timed(kind: str, hosts: int, pages: int, database: str, data: Path, store: Store) -> Run:
    queue = store.queue
    assert queue is not None
    with ExitStack() as stack, psycopg.connect(database, autocommit=True) as connection:
        workers = []
        for _ in range(WORKERS):
            words = [sys.executable, "-m", "bench.queue_worker", kind, database, str(data)]
            process = subprocess.Popen(words, cwd=_ROOT)
            workers.append(process.pid)
            stack.callback(process.wait)
            stack.callback(process.terminate)
        _wait(connection, "SELECT count(*) FROM procrastinate_workers", WORKERS)
        elected = stack.enter_context(queue.election())
        assert elected is not None
        cpu = _cpu(workers), _cpu(_server())
        begun = time.perf_counter()
        deferred = elected.defer_due(datetime.now(UTC))
        done_deferring = time.perf_counter()
        assert deferred.jobs == hosts
        _wait(connection, "SELECT count(*) FROM procrastinate_jobs", 0)
        return Run(
            kind=kind,
            hosts=hosts,
            pages=pages,
            workers=WORKERS,
            deferring=done_deferring - begun,
            seconds=time.perf_counter() - begun,
            cpu_workers=_cpu(workers) - cpu[0],
            cpu_server=_cpu(_server()) - cpu[1],
        )


def _server() -> list[int]:
    """The processes of the server that this run started; empty where the system does not tell."""
    folder = str(postgres.cluster())
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.readlink(entry / "cwd").startswith(folder):
                found.append(int(entry.name))
    return found


def _cpu(processes: list[int]) -> float:
    """The seconds of processor time that these have used so far."""
    ticks = 0
    for process in processes:
        with suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _wait(connection: psycopg.Connection, query: str, number: int) -> None:
    while connection.execute(query).fetchone() != (number,):  # type: ignore[call-overload]
        time.sleep(0.05)


def report(runs: list[Run], *, as_json: bool) -> str:
    """The table, and below it what is asked."""
    if as_json:
        return json.dumps({"runs": [asdict(run) | {"pages_per_second": round(run.rate)} for run in runs]})
    heading = (
        f"{'for a job':10} {'hosts':>7} {'pages':>10} {'workers':>8} {'deferring':>10} {'seconds':>8} {'pages/s':>8}"
    )
    lines = [f"{heading} {'worker ms':>10} {'server ms':>10}"]
    lines += [
        f"{run.kind:10} {run.hosts:7} {run.pages:10} {run.workers:8} {run.deferring:9.2f}s {run.seconds:8.2f}"
        f" {run.rate:8.0f} {_each(run.cpu_workers, run):10.3f} {_each(run.cpu_server, run):10.3f}"
        for run in runs
    ]
    slowest = min(run.rate for run in runs if run.kind == "nothing")
    holds = "holds" if slowest >= ASKED else "DOES NOT HOLD"
    lines.append("ms: of processors, for each page")
    return "\n".join([*lines, "", f"asked: a queue that bears {ASKED} pages a second: {holds} ({slowest:.0f})"])


def _each(seconds: float, run: Run) -> float:
    return seconds * 1000 / run.pages
