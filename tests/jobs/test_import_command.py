"""`import`: lists and OPML, what a file is taken for, and that the configuration is written whole or not at all."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from pathlib import Path
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest

from crawler.errors import ConfigurationError
from crawler.model import Source
from crawler.sources import format_source, parse_sources
from jobs.configured import append
from jobs.elsewhere import READERS, reader_of
from jobs.elsewhere.given import given_bytes
from tests.jobs.conftest import Desk

LIST = """\
# what we watch

https://www.example.gov.cn/xwfb/list.shtml
https://www.example.gov.cn/tzgg/   # notices
https://www.example.gov.cn/rss.xml  the feed
"""
OPML = """\
<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>mine</title></head><body>
  <outline text="Province">
    <outline text="City">
      <outline type="rss" text="新闻发布" title="新闻发布" xmlUrl="https://www.example.gov.cn/rss.xml" htmlUrl="https://www.example.gov.cn/"/>
    </outline>
    <outline text="Notices" htmlUrl="https://www.example.gov.cn/tzgg/"/>
  </outline>
  <outline text="old spelling" xmlurl="feed://www.example.gov.cn/feed.xml"/>
  <outline text="nothing"/>
</body></opml>
"""


def imported(desk: Desk, body: str | bytes, *words: str, status: int = 0, name: str = "given") -> dict[str, Any]:
    path = desk.folder / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    answered = desk("import", str(path), "--json", *words)
    assert answered.status == status, answered.err + answered.out
    (result,) = answered.lines
    return dict(result)


def urls(result: dict[str, Any]) -> list[str]:
    return [one["url"] for one in result["added"]]


# ---- lists -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_list_in_any_charset_with_any_line_ends(desk: Desk, codec: str, ends: str) -> None:
    text = LIST + "# 注释：市政府的通知公告栏目\nhttps://www.example.gov.cn/公告/ 通知公告与政策文件\n"
    result = imported(desk, text.replace("\n", ends).encode(codec))
    assert (result["kind"], len(result["added"])) == ("list", 4)
    first, *_, last = parse_sources(desk.config.read_text("utf-8"))
    assert (first.name, first.kind) == ("example-xwfb", None)
    assert last.url == "https://www.example.gov.cn/%E5%85%AC%E5%91%8A/"
    assert "# 通知公告与政策文件\n[[source]]" in desk.config.read_text("utf-8")


def test_lines_that_are_no_address_are_refused_by_number(desk: Desk) -> None:
    result = imported(desk, LIST + "not an address\nftp://e.gov.cn/\njavascript:alert(1)\nhttps://\n", status=1)
    assert len(result["added"]) == 3
    refused = [one["where"] for one in result["not_carried"] if one["level"] == "refused"]
    assert refused == ["given:6", "given:7", "given:8", "given:9"]


def test_addresses_of_one_name_are_numbered(desk: Desk) -> None:
    result = imported(desk, "".join(f"https://www.example.gov.cn/list?id={number}\n" for number in range(3000)))
    names = [one["name"] for one in result["added"]]
    assert len(set(names)) == 3000
    assert (names[0], names[1], names[-1]) == ("example", "example-2", "example-3000")


# ---- OPML --------------------------------------------------------------------------------------------------------


def test_opml_becomes_feeds_and_pages(desk: Desk) -> None:
    result = imported(desk, OPML)
    assert result["kind"] == "opml"
    text = desk.config.read_text("utf-8")
    feed, page, old = parse_sources(text)
    assert (feed.name, feed.url, feed.kind) == ("新闻发布", "https://www.example.gov.cn/rss.xml", "feed")
    assert (page.name, page.url, page.kind) == ("Notices", "https://www.example.gov.cn/tzgg/", None)
    assert (old.url, old.kind) == ("http://www.example.gov.cn/feed.xml", "feed")
    assert "# in Province / City\n[[source]]" in text
    assert result["added"][0]["where"] == "given:5"


@pytest.mark.parametrize("codec", ["gb2312", "GBK", "utf-16", "big5"])
def test_opml_in_its_own_charset(desk: Desk, codec: str) -> None:
    text = OPML.replace("UTF-8", codec).replace("新闻发布", "新聞")
    imported(desk, text.encode("gb18030" if codec.lower().startswith("gb") else codec))
    assert parse_sources(desk.config.read_text("utf-8"))[0].name == "新聞"


ENTITIES = '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE opml [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;]>'


@pytest.mark.parametrize("doctype", [ENTITIES, EXTERNAL, PARAMETER])
def test_entities_are_refused_unread(desk: Desk, doctype: str) -> None:
    text = f'{doctype}<opml><body><outline text="&a;" xmlUrl="https://e.gov.cn/rss"/></body></opml>'
    result = imported(desk, text, status=1)
    assert (result["added"], [one["level"] for one in result["not_carried"]]) == ([], ["refused"])


def test_a_doctype_alone_is_harmless(desk: Desk) -> None:
    text = '<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/opml.dtd">\n<!-- <a> --><opml><outline xmlUrl="https://e.gov.cn/rss"/></opml>'
    assert urls(imported(desk, text)) == ["https://e.gov.cn/rss"]


@pytest.mark.parametrize("broken", ["<outline", "<outline text='&nbsp;'/>", "</body>", "\x01", "<a b='1' b='2'/>"])
def test_opml_that_breaks_off_gives_what_stands_before(desk: Desk, broken: str) -> None:
    text = f'<opml><outline xmlUrl="https://e.gov.cn/1"/>{broken}<outline xmlUrl="https://e.gov.cn/2"/></opml>'
    assert urls(imported(desk, text, status=1)) == ["https://e.gov.cn/1"]


def test_outlines_nested_without_end(desk: Desk) -> None:
    text = "<opml>" + "<outline text='a'>" * 50000 + '<outline xmlUrl="https://e.gov.cn/1"/>'
    result = imported(desk, text, status=1)
    assert urls(result) == ["https://e.gov.cn/1"]
    assert len(desk.config.read_text("utf-8")) < 10_000


# ---- what a file is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (b"", "an empty file"),
        (b" \n\n", "an empty file"),
        (b"SQLite format 3\x00" + bytes(100), "an SQLite database, perhaps the history of urlwatch or webchanges"),
        (b"\x1f\x8b\x08\x00rest", "gzip data; unpack it first"),
        (b"PK\x03\x04rest", "a zip archive without watches of changedetection.io, or cut short"),
        (b"%PDF-1.7", "a PDF"),
        (b"WARC/1.1\r\n", "a WARC"),
        (b"<!DOCTYPE html><p>https://e.gov.cn/", "a web page"),
        (b"<rss/>", "XML that is no OPML"),
        (b'{"a": 1}', "JSON of another kind"),
        (b"report:\n  text: {}\ndisplay: {}\n", "text of another kind"),
        ("一段文字，里面有一个地址 https://e.gov.cn/\n又一段\n".encode(), "text of another kind"),
        (bytes(range(256)) * 4, "binary data"),
        (b"# only comments\n", "text of another kind"),
    ],
)
def test_what_is_none_of_these_is_named(desk: Desk, body: bytes, seen: str) -> None:
    path = desk.folder / "urls.yaml"
    path.write_bytes(body)
    answered = desk("import", str(path))
    assert answered.status == 2
    assert seen in answered.err
    assert all(reader.words in answered.err for reader in READERS)
    assert not desk.config.exists()


def test_a_file_is_told_by_what_is_in_it_not_by_its_name(desk: Desk) -> None:
    assert imported(desk, OPML, name="urls.yaml")["kind"] == "opml"
    assert imported(desk, LIST, name="feeds.opml")["kind"] == "list"
    assert imported(desk, "url: https://e.gov.cn/\n", name="a.zip")["kind"] == "urlwatch"


def test_as_says_what_a_file_is(desk: Desk) -> None:
    assert imported(desk, "x\n" * 9 + "https://e.gov.cn/a\n", "--as", "list", status=1)["kind"] == "list"
    assert desk("import", str(desk.folder / "given"), "--as", "nonsense").status == 2
    assert "urlwatch" in desk("import", str(desk.folder / "given"), "--as", "nonsense").err


def test_a_file_that_is_not_there_a_folder_and_one_too_large(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk("import", str(desk.folder / "absent")).status == 2
    assert "a folder; give a file" in desk("import", str(desk.folder)).err
    monkeypatch.setattr("jobs.elsewhere.given.MOST_TEXT", 100)
    (desk.folder / "long").write_text(LIST, encoding="utf-8")
    answered = desk("import", str(desk.folder / "long"))
    assert (answered.status, "split it" in answered.err) == (2, True)


def test_what_its_first_bytes_name_is_not_read_to_its_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.elsewhere.given.MOST_TEXT", 100)
    (desk.folder / "large").write_bytes(b"WARC/1.1\r\n" + b"x" * 1000)
    assert "backfill --from warc:PATH" in desk("import", str(desk.folder / "large")).err


def test_standard_input(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(LIST.encode()), isatty=lambda: False))
    answered = desk("import", "-", "--dry-run")
    assert answered.status == 0
    assert "https://www.example.gov.cn/tzgg/" in answered.out


def test_a_reader_is_found_for_each_kind() -> None:
    for reader in READERS:
        assert reader_of(given_bytes("x", b""), reader.kind) is reader


# ---- the configuration -------------------------------------------------------------------------------------------

MINE = (
    '# mine\r\n[defaults]\r\nmin_every = "30m"   # not more often\r\nrender = true\r\n\r\n'
    '[[source]]\r\nname = "one"\r\nurl = "https://e.gov.cn/one"'
)


def test_what_a_person_wrote_stays_as_it_was(desk: Desk) -> None:
    """Comments, line ends, a byte-order mark, the missing last line end, and who may read it."""
    desk.config.write_bytes(b"\xef\xbb\xbf" + MINE.encode())
    desk.config.chmod(0o600)
    imported(desk, LIST)
    after = desk.config.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf" + MINE.encode() + b"\r\n\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")
    assert stat.S_IMODE(desk.config.stat().st_mode) == 0o600
    assert len(parse_sources(after.decode())) == 4
    assert [path.name for path in desk.folder.iterdir() if path.suffix == ".new"] == []


def test_a_link_stays_a_link(desk: Desk) -> None:
    real = desk.folder / "real.toml"
    real.write_text('[[source]]\nname = "one"\nurl = "https://e.gov.cn/one"\n', encoding="utf-8")
    desk.config.symlink_to(real)
    imported(desk, LIST)
    assert desk.config.is_symlink()
    assert len(parse_sources(real.read_text("utf-8"))) == 4


def test_a_wrong_configuration_is_refused_and_left(desk: Desk) -> None:
    desk.config.write_text("[[source]]\nname = 5\n", encoding="utf-8")
    path = desk.folder / "list"
    path.write_text(LIST, encoding="utf-8")
    assert desk("import", str(path)).status == 2
    assert desk.config.read_text("utf-8") == "[[source]]\nname = 5\n"


def test_a_full_disk_leaves_the_configuration(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk("init").status == 0
    before = desk.config.read_bytes()
    path = desk.folder / "list"
    path.write_text(LIST, encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    answered = desk("import", str(path))
    assert (answered.status, "No space left" in answered.err) == (2, True)
    assert desk.config.read_bytes() == before
    assert sorted(one.name for one in desk.folder.iterdir()) == ["list", "sources.toml"]


def test_two_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    config, start = tmp_path / "sources.toml", Barrier(8)

    def write(number: int) -> None:
        start.wait()
        source = Source(name=f"n{number}", url=f"https://e.gov.cn/{number}")
        append(config, lambda before: format_source(source))

    threads = [Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {source.name for source in parse_sources(config.read_text("utf-8"))} == {f"n{n}" for n in range(8)}


def test_what_would_be_no_configuration_any_more_is_not_written(tmp_path: Path) -> None:
    config = tmp_path / "sources.toml"
    with pytest.raises(ConfigurationError):
        append(config, lambda before: "[[source]]\nnonsense\n")
    assert not config.exists()


def test_an_entry_that_this_configuration_cannot_hold_is_refused_alone(desk: Desk) -> None:
    """[defaults] has a longest interval that contradicts what one entry says; the others go in."""
    desk.config.write_text('[defaults]\nmax_every = "1h"\nevery = "1h"\n', encoding="utf-8")
    watches = '{"watching": {"a": {"url": "https://e.gov.cn/a", "time_between_check": {"days": 2}}, '
    watches += '"b": {"url": "https://e.gov.cn/b", "title": "built-in"}, "c": {"url": "https://e.gov.cn/c"}}}'
    result = imported(desk, watches, status=1)
    assert urls(result) == ["https://e.gov.cn/a", "https://e.gov.cn/c"]
    assert "name is missing" in result["not_carried"][0]["why"]
    first = parse_sources(desk.config.read_text("utf-8"))[0]
    assert (first.every.days, first.max_every.days) == (2, 2)


def test_a_name_is_a_name_whatever_a_title_is(desk: Desk) -> None:
    text = 'name: "a\\u0007b\\n https://x \\u202e"\nurl: https://e.gov.cn/1\n---\nname: \'' + "长" * 300
    text += '\'\nurl: https://e.gov.cn/2\n---\nname: "\\"\'\\\\"\nurl: https://e.gov.cn/3\n---\nname: 2024\nurl: https://e.gov.cn/4\n'
    imported(desk, text)
    names = [source.name for source in parse_sources(desk.config.read_text("utf-8"))]
    assert names == ["a b https:x", "长" * 60, "\"'\\", "2024"]


def test_what_an_address_loses_is_named(desk: Desk) -> None:
    result = imported(desk, "https://me:secret@e.gov.cn/a\nhttps://e.gov.cn/app#!/news\n")
    assert urls(result) == ["https://e.gov.cn/a", "https://e.gov.cn/app"]
    assert len(result["not_carried"]) == 2
    assert "secret" not in desk.config.read_text("utf-8")


def test_no_message_shows_a_password(desk: Desk) -> None:
    path = desk.folder / "list"
    path.write_text("https://e.gov.cn/a\nftp://me:secret@e.gov.cn/a\nhttps://me:secret@[/\n", encoding="utf-8")
    for words in ((), ("--json",)):
        answered = desk("import", str(path), *words)
        assert answered.status == 1
        assert "secret" not in answered.err + answered.out
