"""docs/import.md says what becomes of every key and filter that `import` knows, and every kind of file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jobs.elsewhere import KINDS, keys, opml, watches

DOCUMENT = (Path(__file__).parents[2] / "docs" / "import.md").read_text("utf-8")


def section(title: str) -> str:
    """What stands under a heading of the second level."""
    return DOCUMENT.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def in_tables(text: str) -> set[str]:
    """The words set as code in the first column of the tables."""
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| ")]
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file(kind: str) -> None:
    assert f"| `{kind}` |" in DOCUMENT


def test_every_key_and_filter_of_job_files() -> None:
    known = {*keys.CARRIED, *keys.NOT_NEEDED, *keys.NOT_CARRIED}
    filters = {*keys.CHOOSING, *keys.FILTERS_NOT_NEEDED, *keys.FILTERS_NOT_CARRIED}
    said = in_tables(section("urlwatch and webchanges"))
    assert known | filters <= said | {"kind"}
    assert said - known - filters == {"kind: browser"}


def test_every_key_of_a_watch() -> None:
    known = {*watches.CARRIED, *watches.NOT_CARRIED, *watches.SETTINGS_NOT_CARRIED}
    assert in_tables(section("changedetection.io")) == known


def test_every_attribute_of_an_outline() -> None:
    assert all(f"`{name}`" in section("OPML and lists") for name in opml.CARRIED)


def test_no_key_is_in_two_tables() -> None:
    tables = (keys.CARRIED, keys.NOT_NEEDED, keys.NOT_CARRIED)
    assert len({key for table in tables for key in table}) == sum(map(len, tables))


def test_the_reasons_are_those_that_are_printed() -> None:
    for table in (keys.NOT_NEEDED, keys.NOT_CARRIED, keys.FILTERS_NOT_NEEDED, keys.FILTERS_NOT_CARRIED):
        for why in table.values():
            assert why in section("urlwatch and webchanges").replace("`", "")
    for why in (*watches.NOT_CARRIED.values(), *watches.SETTINGS_NOT_CARRIED.values()):
        assert why in section("changedetection.io").replace("`", "")
