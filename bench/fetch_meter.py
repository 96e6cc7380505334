"""Runs one command and writes what it took: `python -S bench/fetch_meter.py RESULT COMMAND …`.

A process of its own and next to nothing in it: a child's peak memory is never less than that of the process it was
started from, so the benchmark itself cannot start what it measures.
"""

from __future__ import annotations

import os
import sys
import time


def main(result: str, *command: str) -> None:
    """Run `command`. RESULT gets `STATUS CPU WALL KIB`: seconds of user and system, seconds that passed, peak RSS."""
    begun = time.monotonic()
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, used = os.wait4(child, 0)
    took = time.monotonic() - begun
    ended = os.waitstatus_to_exitcode(status)
    with open(result, "w", encoding="ascii") as file:
        file.write(f"{ended} {used.ru_utime + used.ru_stime} {took} {used.ru_maxrss}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
