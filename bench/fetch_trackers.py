"""The trackers that are measured: how each is set up for a list of pages, and the command that makes one pass.

The peers are run as their makers install them, with their own defaults and a job a page without any filter, and are
imported nowhere. None of them asks for robots.txt or reads what a page says.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.peer_env import PYTHON

OURS, YARDSTICK = "palimpsest", "urlwatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """`prepare` writes what it needs into a folder, for the listing and the pages that it names; `words` is a pass."""

    name: str
    python: Path
    prepare: Callable[[Path, str, Sequence[str]], None]
    words: tuple[str, ...]
    note: str = ""

    @property
    def command(self) -> Path:
        """The program, beside the Python that has it."""
        return self.python.parent / self.name

    def version(self) -> str:
        """The version that is installed."""
        asked = f"import importlib.metadata as m; print(m.version({self.name!r}))"
        ran = subprocess.run([self.python, "-c", asked], capture_output=True, text=True, check=False)
        return ran.stdout.strip()


def _source(folder: Path, listing: str, pages: Sequence[str]) -> None:
    toml = f'[[source]]\nname = "bench"\nurl = "{listing}"\nhost_delay = "0s"\n'
    (folder / "sources.toml").write_text(toml, encoding="utf-8")


def _jobs(folder: Path, listing: str, pages: Sequence[str]) -> None:
    jobs = "---\n".join(f"name: page {number}\nurl: {url}\n" for number, url in enumerate(pages))
    (folder / "jobs.yaml").write_text(jobs, encoding="utf-8")


TRACKERS = (
    Tracker(
        name=OURS,
        python=Path(sys.executable),
        prepare=_source,
        words=("check", "--all"),
        note="finds the pages by the listing; robots.txt, extraction and findings included",
    ),
    Tracker(
        name=YARDSTICK,
        python=PYTHON,
        prepare=_jobs,
        words=("--urls", "jobs.yaml", "--config", "config.yaml", "--cache", "cache.db", "--hooks", "hooks.py"),
    ),
    Tracker(
        name="webchanges",
        python=PYTHON,
        prepare=_jobs,
        words=("--jobs", "jobs.yaml", "--config", "config.yaml", "--database", "snapshots.db", "--hooks", "hooks.py"),
    ),
)
# What is left out, and why.
LEFT_OUT = {"changedetection.io": "its batch mode could be run, but it brings 170 packages and 700 MB along"}
