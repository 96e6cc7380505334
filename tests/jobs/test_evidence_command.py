"""`evidence`: one zip that stands alone, is the same every time, and in which no altered byte goes unseen."""

from __future__ import annotations

import errno
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from crawler.model import Page
from jobs.proof import evidence
from store import open_store
from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS, Town
from tests.jobs.test_backfill import PAGE
from tests.jobs.test_verify_command import kept, tamper
from tests.store.verdicts import CREATED, HOUR, NOW, SOURCE, admit, change, saying

__all__ = ["kept"]  # a fixture
NAMES = {
    "README.html",
    "README.txt",
    "SHA256SUMS",
    "chain.json",
    "chain.txt",
    "check.py",
    "diff.html",
    "snapshots.warc.gz",
    *(
        f"version-{number}/{name}"
        for number in (1, 2)
        for name in ("article.json", "article.txt", "body.bin", "chain.txt", "headers.txt", "response.json")
    ),
}


def unpacked(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder


def checked(folder: Path) -> tuple[int, str]:
    """What the program in the zip says, run by itself."""
    ran = subprocess.run(
        [sys.executable, "-I", "check.py"], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.stderr == ""
    return ran.returncode, ran.stdout


@pytest.fixture
def made(kept: Desk) -> Path:
    """The evidence of the first change."""
    path = kept.folder / "made.zip"
    kept.json("evidence", PAGE, "1..2", "--output", str(path))
    return path


def test_it_holds_by_itself_in_an_empty_folder(made: Path, tmp_path: Path) -> None:
    status, said = checked(unpacked(made, tmp_path / "empty"))
    assert (status, said.splitlines()[-1]) == (0, "all of it holds")
    assert "FAILS" not in said


def test_it_has_all_that_is_needed_under_names_for_any_system(made: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        assert set(archive.namelist()) == NAMES
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert all(re.fullmatch(r"[A-Za-z0-9./-]+", name) for name in NAMES)


def test_the_common_tools_agree(made: Path, tmp_path: Path) -> None:
    """sha256sum reads the list; the WARC checker finds every digest right; the bodies are the store's."""
    folder = unpacked(made, tmp_path / "out")
    tool = shutil.which("sha256sum")
    if tool is None:
        pytest.skip("no sha256sum here")
    subprocess.run([tool, "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True, timeout=60)
    link = hashlib.sha256((folder / "version-2/chain.txt").read_bytes()).hexdigest()
    assert link == json.loads((folder / "chain.json").read_text())["versions"][1]["link"]
    with (folder / "snapshots.warc.gz").open("rb") as stream:
        found = {
            record.rec_headers["Palimpsest-Version"]: record.content_stream().read()
            for record in ArchiveIterator(stream)
            if record.rec_type == "response"
        }
    assert found == {str(number): (folder / f"version-{number}/body.bin").read_bytes() for number in (1, 2)}
    checker = Checker(_Words([str(folder / "snapshots.warc.gz")]))
    checker.process_all()
    assert checker.exit_value == 0


class _Words:
    """The words of warcio's command."""

    verbose = False

    def __init__(self, inputs: list[str]) -> None:
        self.inputs = inputs


def test_each_altered_byte_is_found(made: Path, tmp_path: Path) -> None:
    """In each file: its first byte, its last, and one in the middle; one more, and one less."""
    folder = unpacked(made, tmp_path / "out")
    for name in sorted(NAMES - {"check.py"}):
        path = folder / name
        whole = path.read_bytes()
        middle = len(whole) // 2
        for altered in (
            bytes([whole[0] ^ 1]) + whole[1:],
            whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            whole[:-1] + bytes([whole[-1] ^ 1]),
            whole[:-1],
            whole + b"\n",
            b"",
        ):
            path.write_bytes(altered)
            status, said = checked(folder)
            assert status == 1, f"{name}: {said}"
            assert "this evidence was altered" in said
        path.write_bytes(whole)
    assert checked(folder)[0] == 0
    with (folder / "check.py").open("ab") as file:
        file.write(b"# more\n")
    assert checked(folder)[0] == 1


def test_what_was_altered_together_with_the_list_of_digests_is_found_by_the_chain(made: Path, tmp_path: Path) -> None:
    """Whoever alters a file can as well write its new digest into SHA256SUMS."""
    folder = unpacked(made, tmp_path / "out")
    sums = folder / "SHA256SUMS"
    of_the_chain = {name for name in NAMES if name.startswith("version-")} | {"chain.txt", "chain.json"}
    for name in sorted(of_the_chain):
        path, listed = folder / name, sums.read_text()
        whole = path.read_bytes()
        altered = whole.replace(b"5", b"6", 1) if name.endswith("chain.json") else whole.replace(b"1", b"2", 1)
        assert altered != whole, name
        path.write_bytes(altered)
        sums.write_text(listed.replace(hashlib.sha256(whole).hexdigest(), hashlib.sha256(altered).hexdigest()))
        status, said = checked(folder)
        assert status == 1, f"{name}: {said}"
        path.write_bytes(whole)
        sums.write_text(listed)


def test_a_file_too_many_and_one_too_few_are_found(made: Path, tmp_path: Path) -> None:
    folder = unpacked(made, tmp_path / "out")
    (folder / "more.txt").write_text("x")
    status, said = checked(folder)
    assert (status, "more.txt: not listed" in said) == (1, True)
    (folder / "more.txt").unlink()
    (folder / "diff.html").unlink()
    status, said = checked(folder)
    assert (status, "diff.html: not there" in said) == (1, True)


def test_what_the_guide_tells_people_to_type_does_what_it_says(made: Path, tmp_path: Path) -> None:
    """The one-liners for Python, in English and in Chinese, just as they stand there."""
    folder = unpacked(made, tmp_path / "out")
    guide = (folder / "README.txt").read_text("utf-8")
    typed = [line.strip() for line in guide.splitlines() if line.startswith("    python3 -c ")]
    assert len(typed) == 4
    for line in typed:
        ran = subprocess.run(
            ["sh", "-c", line.replace("python3", sys.executable, 1)],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert set(ran.stdout.split()) == {"True"}, line


def test_the_same_question_gives_the_same_bytes(kept: Desk, made: Path) -> None:
    again = kept.folder / "again.zip"
    (told,) = kept.json("evidence", PAGE, "1..2", "-o", str(again))
    assert again.read_bytes() == made.read_bytes()
    assert told["sha256"] == hashlib.sha256(again.read_bytes()).hexdigest()
    assert (told["version"], told["link"]) == (3, kept.json("show", PAGE)[0]["link"])


def test_the_chain_in_it_is_the_whole_one(made: Path, kept: Desk, tmp_path: Path) -> None:
    folder = unpacked(made, tmp_path / "out")
    told = json.loads((folder / "chain.json").read_text())
    shown = [kept.json("show", f"{PAGE}@{number}")[0] for number in (1, 2, 3)]
    assert (told["page"], [one["link"] for one in told["versions"]]) == (PAGE, [one["link"] for one in shown])
    assert [one["snapshot"] for one in told["versions"]] == [one["snapshot"] for one in shown]
    assert told["newest"] == shown[-1]["link"]
    assert (folder / "chain.txt").read_text().count("palimpsest-chain 1\n") == 3


def test_a_first_version_can_be_proved_too(kept: Desk, tmp_path: Path) -> None:
    path = kept.folder / "first.zip"
    kept.json("evidence", PAGE, "0..1", "--output", str(path))
    folder = unpacked(path, tmp_path / "out")
    assert checked(folder)[0] == 0
    assert not (folder / "version-0").exists()
    assert "before the page was first seen" in (folder / "README.txt").read_text("utf-8")


def test_what_came_from_a_backfill_is_said_to_be_the_word_of_others(
    made: Path, watched: Desk, town: Town, tmp_path: Path
) -> None:
    guide = (unpacked(made, tmp_path / "out") / "README.txt").read_text("utf-8")
    assert "a backfill brought it" in guide
    assert "经历史补录导入" in guide
    town.publish(1, PARAGRAPHS[:2])
    assert watched("check", town.url(1)).status == 0
    path = watched.folder / "ours.zip"
    watched.json("evidence", town.url(1), "--output", str(path))
    folder = unpacked(path, tmp_path / "ours")
    assert "from the server itself" in (folder / "README.txt").read_text("utf-8")
    assert checked(folder)[0] == 0


def test_a_hostile_page_stays_what_it_is(desk: Desk, tmp_path: Path) -> None:
    """Its text is escaped where a browser shows it, and its headers do not break a line."""
    evil = "</title></pre><script>alert(1)</script>\u2028\x1b[31m"
    url = "https://www.example.gov.cn/xwfb/1.html?<script>"
    with open_store(desk.data) as store:
        store.archive.declare([SOURCE], NOW)
        page = admit(store, url)
        store.archive.record(page, saying(page, NOW, "one", CREATED))
        store.archive.record(page, saying(page, NOW + HOUR, evil, change(1, 2)))
    path = desk.folder / "evil.zip"
    desk.json("evidence", url, "--output", str(path))
    folder = unpacked(path, tmp_path / "out")
    assert checked(folder)[0] == 0
    for name in ("README.html", "diff.html"):
        shown = (folder / name).read_text("utf-8")
        assert "<script" not in shown
        assert "default-src 'none'" in shown
        assert not re.search(r"(?:src|@import|url\()\s*=?", re.sub(r"default-src|style-src", "", shown))


def test_two_versions_of_the_same_bytes_can_be_proved(desk: Desk, tmp_path: Path) -> None:
    """The second is a revisit in the WARC."""
    with open_store(desk.data) as store:
        store.archive.declare([SOURCE], NOW)
        page = admit(store, PAGE)
        store.archive.record(page, saying(page, NOW, "one", CREATED))
        answer = saying(page, NOW, "one").snapshot
        store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2), snapshot=answer))
    path = desk.folder / "same.zip"
    desk.json("evidence", PAGE, "--output", str(path))
    assert checked(unpacked(path, tmp_path / "out"))[0] == 0


# ---- refusals ----------------------------------------------------------------------------------------------------


def test_what_is_there_is_not_replaced_unless_asked(kept: Desk, made: Path) -> None:
    whole = made.read_bytes()
    made.write_bytes(b"mine")
    refused = kept("evidence", PAGE, "1..2", "--output", str(made))
    assert (refused.status, "--force" in refused.err, made.read_bytes()) == (2, True, b"mine")
    assert kept("evidence", PAGE, "1..2", "--output", str(made), "--force").status == 0
    assert made.read_bytes() == whole


@pytest.mark.parametrize("words", ["2..2", "1..0", "0..0", "nonsense", "1-2"])
def test_what_names_no_two_versions_is_refused(kept: Desk, words: str) -> None:
    refused = kept("evidence", PAGE, words, "--output", str(kept.folder / "x.zip"))
    assert (refused.status, "like 1..2" in refused.err) == (2, True)
    assert not (kept.folder / "x.zip").exists()


def test_what_is_not_there_is_said(kept: Desk) -> None:
    target = str(kept.folder / "x.zip")
    assert kept("evidence", PAGE, "1..9", "--output", target).status == 1
    assert kept("evidence", "https://www.example.gov.cn/nobody.html", "1..2", "--output", target).status == 1
    nowhere = kept("evidence", PAGE, "1..2", "--output", str(kept.folder / "nowhere" / "x.zip"))
    assert (nowhere.status, "cannot be written" in nowhere.err) == (1, True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE versions SET rules = '0' WHERE number = 1",
        "UPDATE versions SET link = 'x' WHERE number = 3",
        "UPDATE bodies SET packed = x'00'",
        "DELETE FROM versions WHERE number = 3",
    ],
)
def test_nothing_is_proved_with_what_does_not_hold_together(kept: Desk, statement: str) -> None:
    tamper(kept, "PRAGMA foreign_keys=OFF", statement)
    refused = kept("evidence", PAGE, "1..2", "--output", str(kept.folder / "x.zip"))
    assert refused.status == 1
    assert [path.name for path in kept.folder.iterdir() if "x.zip" in path.name] == []


def test_stopped_or_without_space_it_leaves_nothing_behind(kept: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(evidence, "_diff", full)
    refused = kept("evidence", PAGE, "1..2", "--output", str(kept.folder / "x.zip"))
    assert (refused.status, "no space left" in refused.err) == (1, True)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(evidence, "_diff", stop)
    assert kept("evidence", PAGE, "1..2", "--output", str(kept.folder / "x.zip")).status == 130
    assert [path.name for path in kept.folder.iterdir() if "x.zip" in path.name] == []


@pytest.mark.parametrize(
    ("url", "start"),
    [
        ("https://www.example.gov.cn:8080/a.html", "evidence-www.example.gov.cn-8080-"),
        ("https://[::1]/", "evidence-"),
        ("https://例子.中国/", "evidence-"),
    ],
)
def test_a_name_for_the_file_that_any_system_takes(url: str, start: str) -> None:
    name = evidence.name_for(Page(url=url, source="s"), (1, 2))
    assert re.fullmatch(r"[a-z0-9.-]+", name)
    assert name.startswith(start)
    assert name.endswith("-1..2.zip")
