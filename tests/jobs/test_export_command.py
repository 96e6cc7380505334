"""`export`: a file that is whole or not there, in four forms, of what was chosen."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet
from warcio.archiveiterator import ArchiveIterator

from store import Store, open_store
from tests.jobs.conftest import Desk
from tests.jobs.histories import SPAM
from tests.jobs.shelf import LATER, ODD, PAST, PRESS, exported, fill, taken
from tests.jobs.site import PARAGRAPHS, Town
from tests.outside import Answer

PAGE = "https://www.example.gov.cn/xwfb/1.html?a=通知"


@pytest.fixture
def full(desk: Desk) -> Desk:
    """The command, on a store with something of everything."""
    with open_store(desk.data) as store:
        fill(store)
    return desk


@pytest.fixture
def store(full: Desk) -> Iterator[Store]:
    """That store."""
    with open_store(full.data) as opened:
        yield opened


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_listing_prints_the_same_of_a_store_that_was_read_back(watched: Desk, town: Town, tmp_path: Path) -> None:
    """As somebody would do it: a site that is watched, changes, loses a page; its export taken in elsewhere."""
    town.publish(1, (PARAGRAPHS[0], PARAGRAPHS[1].replace("30", "35"), PARAGRAPHS[2]))
    town.publish(3, tail=SPAM)
    town.outside.answer(town.path(2), lambda asked: Answer(status=404, body=b""))
    for _ in range(3):
        watched("check", "--all")
    file = tmp_path / "store.jsonl"
    assert watched("export", "--format", "jsonl", "--output", str(file)).status == 0
    other = Desk(tmp_path, watched.capture)
    with open_store(tmp_path / "data2") as store:
        assert taken(store, file.read_text("utf-8").splitlines()).problems == []
    url = town.url(1)
    for words in (
        ("pages",),
        ("sources",),
        ("changes",),
        ("findings",),
        ("log", url),
        ("log", town.url(2)),
        ("show", f"{url}@1"),
        ("show", url),
        ("diff", url, "1..2"),
    ):
        mine, theirs = watched(*words), other("--data", str(tmp_path / "data2"), *words)
        assert (mine.status, theirs.status) == (0, 0)
        assert mine.out == theirs.out
        assert mine.out != ""


def test_lines_go_to_standard_output_and_the_summary_beside_them(full: Desk) -> None:
    answered = full("export", "--format", "jsonl")
    head, *rest = answered.lines
    assert (answered.status, head["palimpsest"], head["selection"]["sources"]) == (0, 1, [])
    assert {line["line"] for line in rest} == {"source", "event", "page", "version", "check", "told"}
    assert sum(line["line"] == "version" for line in rest) == int(answered.err.split()[0])


def test_what_is_chosen_by_source_page_time_and_kind(store: Store, full: Desk) -> None:
    def urls(*words: str) -> set[tuple[str, int]]:
        lines = full("export", "--format", "jsonl", *words).lines
        return {(line["page"], line["version"]) for line in lines if line.get("line") == "version"}

    everything = urls()
    press = {one for one in everything if "/xwfb/" in one[0]}
    assert press == {(PAGE, 1), (PAGE, 2), (PAGE, 3)}
    assert urls("--source", PRESS.name) == urls("--url", PAGE) == press
    assert urls("--source", PRESS.name, "--source", PAST.name) == everything
    assert urls("--source", PAST.name, "--url", PAGE) == everything
    assert urls("--since", "2025-04-05T09:00:00") == {(PAGE, 2), (PAGE, 3)}
    assert urls("--since", "2025-04-05T15:00:00", "--until", "2025-04-05T15:00:00Z") == {(PAGE, 2)}
    assert urls("--url", PAGE, "--kind", "created") == {(PAGE, 1)}
    assert urls("--url", PAGE, "--kind", "spam_block") == {(PAGE, 1)}
    assert urls("--url", PAGE, "--kind", "restored", "--kind", "created") == {(PAGE, 1), (PAGE, 3)}


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--format", "parquet"), 2, "--output"),
        (("--format", "jsonl", "--what", "changes"), 2, "csv and parquet"),
        (("--format", "csv", "--kind", "rumour"), 2, "injected"),
        (("--format", "csv", "--since", "2026-01-02", "--until", "2026-01-01"), 2, "--since"),
        (("--format", "csv", "--source", "nobody"), 1, "nobody"),
        (("--format", "csv", "--url", "https://www.example.gov.cn/none"), 1, "not tracked"),
        (("--format", "tape"), 2, "tape"),
        ((), 2, "--format"),
    ],
)
def test_what_makes_no_sense_is_refused(full: Desk, words: tuple[str, ...], status: int, said: str) -> None:
    answered = full("export", *words)
    assert answered.status == status
    assert said in answered.err
    assert answered.out == ""


# ---- tables ------------------------------------------------------------------------------------------------------


def test_a_row_for_each_version_with_its_text_and_digests(full: Desk, store: Store, tmp_path: Path) -> None:
    full("export", "--format", "csv", "--url", PAGE, "-o", str(tmp_path / "a.csv"))
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfpage,source,version,")
    rows = table(tmp_path / "a.csv")
    assert [(row["version"], row["seen_at"]) for row in rows] == [
        ("1", "2025-04-05T08:00:00Z"),
        ("2", "2025-04-05T15:00:00Z"),
        ("3", "2025-04-05T18:00:00Z"),
    ]
    views = store.history.versions(PAGE)
    assert [(row["digest"], row["snapshot"]) for row in rows] == [
        (view.article_digest, view.snapshot_digest) for view in views
    ]
    # What a spreadsheet would run is text, and what no encoding carries is marked.
    assert rows[0]["title"] == "'" + ODD.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    assert not full("export", "--format", "csv").out.startswith("\ufeff")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])
def test_no_cell_begins_like_a_formula(desk: Desk, cell: str) -> None:
    from jobs.exchange.tables import write_csv

    stream = io.BytesIO()
    write_csv(stream, "checks", iter([(cell, "s", LATER, "failed", None, cell, None, None, False, 1)]), mark=False)
    (row,) = list(csv.reader(io.StringIO(stream.getvalue().decode(), newline="")))[1:]
    assert row[0] == row[5] == f"'{cell}"
    assert row[2:] == ["2025-04-05T08:00:00Z", "failed", "", f"'{cell}", "", "", "false", "1"]


@pytest.mark.parametrize("what", ["versions", "changes", "findings", "checks"])
def test_csv_and_parquet_have_the_same_rows(full: Desk, tmp_path: Path, what: str) -> None:
    for form in ("csv", "parquet"):
        assert full("export", "--format", form, "--what", what, "-o", str(tmp_path / f"a.{form}")).status == 0
    rows, columns = table(tmp_path / "a.csv"), parquet.read_table(tmp_path / "a.parquet")
    assert len(rows) == columns.num_rows > 0
    assert list(rows[0]) == columns.column_names
    assert [row["page"] for row in rows] == columns["page"].to_pylist()


def test_parquet_has_times_numbers_and_words_of_their_own_types(full: Desk, store: Store, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jobs.exchange.tables._ROWS", 3)
        full("export", "--format", "parquet", "--what", "changes", "-o", str(tmp_path / "a.parquet"))
    read = parquet.ParquetFile(tmp_path / "a.parquet")
    assert read.num_row_groups > 3
    schema = read.schema_arrow
    assert schema.field("at").type == pyarrow.timestamp("us", tz="UTC")
    assert pyarrow.types.is_dictionary(schema.field("kind").type)
    assert schema.field("minor").type == pyarrow.bool_()
    changes = store.history.changes()
    rows: list[dict[str, Any]] = read.read().to_pylist()
    assert {(row["page"], row["change"], row["at"], row["kind"]) for row in rows} == {
        (one.page, one.address, one.at, one.kind.value) for one in changes
    }
    assert [row["fields"] for row in rows if row["change"] == "1..2" and row["page"] == PAGE] == [["body", "title"]]


def test_without_its_library_parquet_says_what_to_install(full: Desk, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pyarrow", None)
        answered = full("export", "--format", "parquet", "-o", str(tmp_path / "a.parquet"))
    assert answered.status == 2
    assert "pip install 'palimpsest[parquet]'" in answered.err
    assert list(tmp_path.glob("*a.parquet*")) == []


# ---- archives ----------------------------------------------------------------------------------------------------


def test_an_archive_holds_every_response_with_the_version_that_was_read_from_it(
    full: Desk, store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "a.warc.gz"
    assert full("export", "--format", "warc", "-o", str(path)).status == 0
    named: dict[tuple[str, str], tuple[str, str]] = {}
    kinds: dict[str, int] = {}
    with path.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            record.content_stream().read()
            kinds[record.rec_type] = kinds.get(record.rec_type, 0) + 1
            head = record.rec_headers.get_header
            if number := head("Palimpsest-Version"):
                place = head("Palimpsest-Page"), number
                named[place] = head("WARC-Payload-Digest"), head("Palimpsest-Article-Digest")
    for page in store.history.pages():
        for view in store.history.versions(page.url):
            url = page.url.replace("通知", "%E9%80%9A%E7%9F%A5")
            digests = f"sha256:{view.snapshot_digest}", f"sha256:{view.article_digest}"
            assert named[url, str(view.number)] == digests
    assert kinds["response"] + kinds["revisit"] == sum(
        moment.response is not None for kept in store.exporting.pages() for moment in kept.moments
    )
    # No request is made up for what a backfill brought; the one of the file behind a link was ours.
    assert (kinds["request"], kinds["warcinfo"]) == (4, 1)


def test_an_archive_made_twice_is_the_same_but_for_its_first_record(full: Desk, tmp_path: Path) -> None:
    made = []
    for name in ("a.warc.gz", "b.warc.gz"):
        full("export", "--format", "warc", "-o", str(tmp_path / name))
        with (tmp_path / name).open("rb") as file:
            iterator = ArchiveIterator(file)
            next(iterator).content_stream().read()
            next(iterator)
            made.append((tmp_path / name).read_bytes()[iterator.get_record_offset() :])
    assert made[0] == made[1]


# ---- whole or not at all -----------------------------------------------------------------------------------------


def test_a_file_that_is_there_is_left_as_it_is_unless_told_otherwise(full: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("mine")
    words = ("export", "--format", "jsonl", "--output", str(path))
    answered = full(*words)
    assert (answered.status, path.read_text()) == (2, "mine")
    assert "--force" in answered.err
    assert full(*words, "--force").status == 0
    assert path.read_text("utf-8").startswith('{"palimpsest":1')
    assert full("export", "--format", "jsonl", "--output", str(tmp_path)).status == 2
    answered = full("export", "--format", "jsonl", "--output", str(tmp_path / "no" / "a.jsonl"))
    assert answered.status == 1
    assert "No such file" in answered.err


def test_a_full_disk_is_said_and_leaves_nothing(full: Desk, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    def full_disk(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jobs.exchange.files.os.fsync", full_disk)
        answered = full("export", "--format", "jsonl", "-o", str(tmp_path / "out" / "a.jsonl"))
    assert answered.status == 1
    assert "no space left" in answered.err
    assert list((tmp_path / "out").iterdir()) == []


def test_a_body_that_is_damaged_is_named_and_the_rest_written(full: Desk, store: Store, tmp_path: Path) -> None:
    digest = store.history.versions(PAGE)[-1].snapshot_digest
    with closing(sqlite3.connect(full.data / "palimpsest.sqlite3")) as connection, connection:
        damaged = "UPDATE bodies SET packed = ? WHERE digest = ?"
        assert connection.execute(damaged, (b"\0" * 9, bytes.fromhex(digest))).rowcount == 1
    for form in ("jsonl", "warc"):
        answered = full("export", "--format", form, "--url", PAGE, "-o", str(tmp_path / form))
        assert answered.status == 1
        assert "failed: " in answered.err
        assert digest[:12] in answered.err
    lines = [json.loads(line) for line in (tmp_path / "jsonl").read_text("utf-8").splitlines()]
    assert [line["snapshot"]["body"] is None for line in lines if line.get("line") == "version"] == [False, False, True]
    with open_store(tmp_path / "other") as other:
        result = taken(other, (tmp_path / "jsonl").read_text("utf-8").split("\n"))
        assert "not exported" in result.problems[0]
        assert [view.number for view in other.history.versions(PAGE)] == [1, 2]


@pytest.mark.alone
def test_an_export_that_is_killed_leaves_no_file_of_that_name(full: Desk, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / "a.jsonl"
    code = (
        "import os, signal, jobs.exchange.lines as lines\n"
        "real = lines._page_lines\n"
        "def dying(*given):\n"
        "    yield from real(*given)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "lines._page_lines = dying\n"
        "from jobs.start import main\n"
        "main()\n"
    )
    words = ["--data", str(full.data), "export", "--format", "jsonl", "--output", str(path)]
    ran = subprocess.run([sys.executable, "-c", code, *words], cwd=Path(__file__).parents[2], check=False)
    assert ran.returncode == -signal.SIGKILL
    assert not path.exists()
    assert full("export", "--format", "jsonl", "--output", str(path)).status == 0
    assert path.read_text("utf-8").splitlines()[1:] == _lines(full)[1:]


def _lines(desk: Desk) -> list[str]:
    with open_store(desk.data) as store:
        return exported(store)
