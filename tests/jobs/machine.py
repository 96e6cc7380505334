"""One machine of several: `palimpsest run --no-visits` or `palimpsest worker`, with short times and few hosts at once.

python -m tests.jobs.machine daemon|worker CONFIG DATABASE DATA
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from crawler.sources import parse_sources
from jobs import leases
from jobs.cli.context import run_service
from jobs.daemon import run_daemon
from jobs.queue import Times
from jobs.worker import run_worker
from store import open_store

# Longer than a machine that has much else to do leaves a process waiting.
SILENCE = timedelta(seconds=4)
SHORT = Times(
    turn=timedelta(milliseconds=300),
    standby=timedelta(milliseconds=300),
    beat=timedelta(milliseconds=300),
    silence=SILENCE,
    patience=timedelta(seconds=1),
)
# So few that every worker has some.
HOSTS = 2


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def main(role: str, config: str, database: str, data: str) -> None:
    leases.RENEWAL = SILENCE / 4
    sources = parse_sources(Path(config).read_text("utf-8"))
    with open_store(Path(data), database) as store:
        if role == "daemon":
            run_service(run_daemon(store, sources, say=say, visits=False, times=SHORT))
        else:
            run_service(run_worker(store, sources, say=say, hosts=HOSTS, times=SHORT))


if __name__ == "__main__":
    main(*sys.argv[1:])
