"""Runs `palimpsest` again and again in a child that is killed: a line on standard input is the seconds it has.

    python -m tests.jobs.killed_passes WORD…

The words are those of the command. An empty line lets it end by itself. Answers each line with `killed` or the child's
exit status. Everything is loaded before the first child, so that a kill meets the pass and not the start of Python.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from importlib import import_module

from jobs.cli import run


def load_all() -> None:
    """What a pass loads on its way. It is not run here: its threads would not be there in a child."""
    for name in """
        alembic.command crawler.detect.language.pairs crawler.extract crawler.fetch crawler.judge httpcore httpx psycopg
        jobs.backfill.warc jobs.check jobs.notify jobs.sweep jobs.wiring sqlalchemy.dialects.postgresql.psycopg
        sqlalchemy.dialects.sqlite warcio.recordloader
    """.split():  # noqa: SIM905 - words read better than a list of them
        import_module(name)


def one_pass(words: list[str], seconds: float | None) -> str:
    child = os.fork()
    if child == 0:
        status = 3
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        try:
            status = run(words)
        finally:
            sys.stderr.flush()
            os._exit(status)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else str(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    load_all()
    words = sys.argv[1:]
    for line in sys.stdin:
        os.write(1, (one_pass(words, float(line) if line.strip() else None) + "\n").encode())
