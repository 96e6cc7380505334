"""`import` of what `export --format jsonl` wrote: recognised by its first line, and read back to an equal store."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from store import open_store
from tests.jobs.conftest import Desk
from tests.jobs.shelf import fill


@pytest.fixture
def written(desk: Desk) -> Path:
    """The export of a store with something of everything."""
    with open_store(desk.data) as store:
        fill(store)
    path = desk.folder / "all.jsonl"
    assert desk("export", "--format", "jsonl", "--output", str(path)).status == 0
    return path


@pytest.fixture
def elsewhere(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The command on another, empty store."""
    return replace(desk, folder=tmp_path_factory.mktemp("elsewhere"))


def test_an_export_is_read_back_to_an_equal_store(desk: Desk, written: Path, elsewhere: Desk) -> None:
    (result,) = elsewhere.json("import", str(written))
    assert (result["failed"], result["dry_run"]) == ([], False)
    assert result["versions"] > 0
    for listing in ("pages", "changes", "findings"):
        assert elsewhere.json(listing) == desk.json(listing) != []
    assert not elsewhere.config.exists()


def test_read_twice_it_is_known(written: Path, elsewhere: Desk) -> None:
    elsewhere.json("import", str(written))
    (again,) = elsewhere.json("import", str(written), "--as", "palimpsest")
    assert (again["versions"], again["checks"], again["failed"]) == (0, 0, [])


def test_a_dry_run_makes_no_store(written: Path, elsewhere: Desk) -> None:
    (result,) = elsewhere.json("import", str(written), "--dry-run")
    assert (result["versions"] > 0, result["dry_run"], elsewhere.data.exists()) == (True, True, False)


def test_a_line_that_is_no_utf_8_is_named_and_the_rest_goes_in(written: Path, elsewhere: Desk) -> None:
    first, *lines = written.read_bytes().splitlines(keepends=True)
    written.write_bytes(b"\xef\xbb\xbf" + first + b'{"line": "page", "page": "\xff"}\n' + b"".join(lines))
    answered = elsewhere("import", str(written))
    assert answered.status == 1
    assert "2" in answered.err
    assert elsewhere.json("pages")


def test_a_line_without_end_is_not_held_whole(written: Path, elsewhere: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.elsewhere.given.LONGEST_LINE", 100_000)
    with written.open("ab") as file:
        file.write(b'{"line": "' + b"x" * 250_000)
    answered = elsewhere("import", str(written), "--json")
    assert answered.status == 1
    assert len(answered.lines[0]["failed"]) == 3
    assert elsewhere.json("pages")


def test_one_that_is_newer_is_refused_whole(written: Path, elsewhere: Desk) -> None:
    written.write_bytes(re.sub(rb'("palimpsest": ?)1', rb"\g<1>999", written.read_bytes(), count=1))
    answered = elsewhere("import", str(written))
    assert answered.status == 2
    assert "newer" in answered.err
