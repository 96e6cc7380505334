"""The import rules of ARCHITECTURE.md, as contracts that a bad import breaks."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache"]
    return subprocess.run(
        [*command, "--config", str(ROOT / ".importlinter")], cwd=folder, capture_output=True, text=True, check=False
    )


def test_every_contract_is_kept() -> None:
    ran = lint(ROOT)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("module", "bad"),
    [
        ("crawler/judge.py", "import httpx"),
        ("crawler/model/kinds.py", "import crawler.judge"),
        ("store/rows.py", "import crawler.extract"),
        ("web/reading.py", "import jobs.sweep"),
        ("jobs/sweep.py", "import sqlmodel"),
    ],
)
def test_a_bad_import_breaks_one(tmp_path: Path, module: str, bad: str) -> None:
    """A contract that cannot be broken guards nothing."""
    for room in ("crawler", "store", "web", "jobs"):
        for source in (ROOT / room).rglob("*.py"):
            copy = tmp_path / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
    spoiled = tmp_path / module
    spoiled.write_text(spoiled.read_text("utf-8") + f"\n{bad}\n", encoding="utf-8")
    assert lint(tmp_path).returncode != 0


def test_every_room_of_the_crawler_has_its_layer() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter", encoding="utf-8")
    layers = config["importlinter:contract:inside-crawler"]["layers"].replace("|", " ").split()
    rooms = {path.stem if path.is_file() else path.name for path in (ROOT / "crawler").iterdir()}
    assert rooms - {"__init__", "__pycache__", "py"} == set(layers)
