"""The compiled modules are the same code as the Python beside them: as new, and of one mind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import crawler

CRAWLER = Path(crawler.__file__).parent
ROOT = CRAWLER.parent
# Read, not imported: to import a setup.py is to run it.
COMPILED = (ROOT / "setup.py").read_text("utf-8").partition('COMPILED = """')[2].partition('"""')[0].split()
LIBRARIES = {str(path.relative_to(CRAWLER)).split(".")[0]: path for path in CRAWLER.rglob("*.so")}

# Reads every page of the bundled site, and some that take the ways which those do not.
READ = """
import json, sys
from crawler.decode import decode_bytes
from crawler.detect.language import pairs
from crawler.detect.language.seeds import company, hints
from crawler.extract import extract, flatten, hidden_blocks, visible_text
from jobs.demo.site import PAGES, TIMELINE, page_bytes, page_state
bodies = []
for page in PAGES:
    for one in TIMELINE:
        if page_state(page.name, one.number).published:
            bodies.append(page_bytes(page.name, one.number)[0])
bodies.append("<a href='/x' style=display:none>一</a><table><td>二<td><a title=\\"a>b\\" href=/f.pdf>三</a>".encode())
bodies.append(b"<p>\\0")
bodies.append("<p>澳门新葡京娱乐城\U00020000官网真人百家乐".encode())
said = [flatten.__file__.endswith(".py") and pairs.__file__.endswith(".py")]
for body in bodies:
    document = decode_bytes(body, url="https://a.example/x.html")
    seen = visible_text(document)
    said.append([repr(extract(document)), seen, repr(hidden_blocks(document)), hints(seen), company(seen)])
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
    assert [name for name in COMPILED if not (CRAWLER / f"{name}.py").is_file()] == []


@pytest.mark.skipif(not LIBRARIES, reason="nothing is compiled here: mypyc found no C compiler")
def test_what_is_compiled_is_as_new_as_its_source() -> None:
    """Else an edit would have no effect and no test would say so."""
    assert set(LIBRARIES) == set(COMPILED)
    stale = [
        name
        for name, library in LIBRARIES.items()
        if library.stat().st_mtime < (CRAWLER / f"{name}.py").stat().st_mtime
    ]
    assert stale == [], "run `make setup`"


@pytest.mark.skipif(not LIBRARIES, reason="nothing is compiled here: mypyc found no C compiler")
def test_plain_and_compiled_read_the_same(tmp_path: Path) -> None:
    for package in ("crawler", "jobs"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    plain, compiled = said_in(tmp_path), said_in(ROOT)
    assert (plain[0], compiled[0]) == (True, False)
    assert plain[1:] == compiled[1:]
