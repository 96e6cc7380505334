"""What the `palimpsest` command starts with: loading everything else, and only then looking for garbage."""

from __future__ import annotations

import gc

# What is loaded stays, and is never looked through again. Of what visits leave, most is gone by itself; a pass is a
# twentieth shorter where the rest is looked for every so many objects instead of every 700.
_OBJECTS = 10_000


def main() -> None:
    """Run one command and exit with its status."""
    gc.disable()
    from jobs.cli import main as run_command

    look_seldom()
    gc.enable()
    run_command()


def look_seldom() -> None:
    """For garbage, and not at all among what is loaded by now."""
    gc.freeze()
    gc.set_threshold(_OBJECTS, 20, 20)
