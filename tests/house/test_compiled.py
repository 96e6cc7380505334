"""The compiled modules are the same code as the Python beside them: as new, and of one mind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import crawler.extract

EXTRACT = Path(crawler.extract.__file__).parent
ROOT = EXTRACT.parent.parent
# Read, not imported: to import a setup.py is to run it.
COMPILED = (ROOT / "setup.py").read_text("utf-8").partition('COMPILED = """')[2].partition('"""')[0].split()
LIBRARIES = sorted(EXTRACT.glob("*.so"))

# Reads every page of the bundled site, and some that take the ways which those do not.
READ = """
import json, sys
from crawler.decode import decode_bytes
from crawler.extract import extract, flatten, hidden_blocks, visible_text
from jobs.demo.site import PAGES, TIMELINE, page_bytes, page_state
bodies = []
for page in PAGES:
    for one in TIMELINE:
        if page_state(page.name, one.number).published:
            bodies.append(page_bytes(page.name, one.number)[0])
bodies.append("<a href='/x' style=display:none>一</a><table><td>二<td><a title=\\"a>b\\" href=/f.pdf>三</a>".encode())
bodies.append(b"<p>\\0")
said = [flatten.__file__.endswith(".py")]
for body in bodies:
    document = decode_bytes(body, url="https://a.example/x.html")
    said.append([repr(extract(document)), visible_text(document), repr(hidden_blocks(document))])
sys.stdout.write(json.dumps(said))
"""


def said_in(folder: Path) -> list[object]:
    """What the code in a folder reads, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONHASHSEED": "0"}
    ran = subprocess.run(
        [sys.executable, "-c", READ], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    said: list[object] = json.loads(ran.stdout)
    return said


def test_every_module_that_is_to_be_compiled_is_there() -> None:
    assert len(COMPILED) > 10
    assert [name for name in COMPILED if not (EXTRACT / f"{name}.py").is_file()] == []


@pytest.mark.skipif(not LIBRARIES, reason="crawler.extract is not compiled here: mypyc found no C compiler")
def test_what_is_compiled_is_as_new_as_its_source() -> None:
    """Else an edit would have no effect and no test would say so."""
    assert {library.name.split(".")[0] for library in LIBRARIES} == set(COMPILED)
    stale = [
        library.name
        for library in LIBRARIES
        if library.stat().st_mtime < (EXTRACT / f"{library.name.split('.')[0]}.py").stat().st_mtime
    ]
    assert stale == [], "run `make setup`"


@pytest.mark.skipif(not LIBRARIES, reason="crawler.extract is not compiled here: mypyc found no C compiler")
def test_plain_and_compiled_read_the_same(tmp_path: Path) -> None:
    for package in ("crawler", "jobs"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    plain, compiled = said_in(tmp_path), said_in(ROOT)
    assert (plain[0], compiled[0]) == (True, False)
    assert plain[1:] == compiled[1:]
