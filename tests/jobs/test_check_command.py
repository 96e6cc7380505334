"""The main job through the command: what a pass finds, records and says, and what it survives."""

from __future__ import annotations

import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.urls import host_of
from jobs.demo.site import PAGES, DemoSite
from jobs.wiring import utc_now
from store import open_store
from tests.jobs.conftest import Desk
from tests.jobs.several import hosts
from tests.jobs.site import PARAGRAPHS, Town, configuration
from tests.outside import Outside, Wire

EDITED = (PARAGRAPHS[0], PARAGRAPHS[1].replace("30", "35"), PARAGRAPHS[2])


def test_a_first_pass_records_every_article_once(watched: Desk) -> None:
    changes = watched.json("changes")
    assert [(change["kind"], change["change"]) for change in changes] == [("created", "0..1")] * 3
    assert {page["state"] for page in watched.json("pages")} == {"live"}


def test_a_second_pass_asks_conditionally_and_reports_nothing(watched: Desk, town: Town) -> None:
    """Three articles with counters that moved: every one answers 304, and no change is reported."""
    checked = [line for line in watched.json("check", "--all") if "page" in line]
    assert [line["outcome"] for line in checked] == ["unchanged"] * 3
    for number in (1, 2, 3):
        assert "if-none-match" in town.asked_for(number)[-1].headers
    assert len(watched.json("changes")) == 3


def test_counters_without_validators_are_no_change(watched: Desk, town: Town, outside: Outside) -> None:
    """The server forgets its ETags: all bytes come anew, all counters differ, nothing changed."""
    for number in (1, 2, 3):
        page = town._answer(number)
        outside.page(town.path(number), page.body.replace(b"\xe6\xb5\x8f", b"\xe6\xb5\x8f"))
    checked = [line for line in watched.json("check", "--all") if "page" in line]
    assert [(line["outcome"], line["status"]) for line in checked] == [("unchanged", 200)] * 3


def test_an_edit_is_one_change_and_can_be_shown(watched: Desk, town: Town) -> None:
    town.publish(2, EDITED)
    assert watched("check", "--all").status == 0
    (change,) = watched.json("changes", "--kind", "edited")
    assert (change["page"], change["change"], change["fields"]) == (town.url(2), "1..2", ["body"])
    assert "30→35" in change["summary"]
    (shown,) = watched.json("diff", town.url(2), "1..2")
    (hunk,) = shown["hunks"]
    assert [span["text"] for span in hunk["spans"] if span["op"] != "equal"] == ["30", "35"]
    assert watched.json("show", f"{town.url(2)}@1")[0]["paragraphs"] == list(PARAGRAPHS)
    assert watched.json("show", town.url(2))[0]["paragraphs"] == list(EDITED)


def test_one_source_or_one_page_can_be_checked_alone(watched: Desk, town: Town) -> None:
    before = len(town.asked_for(1))
    assert watched("check", town.url(2)).status == 0
    assert (len(town.asked_for(1)), len(town.asked_for(2))) == (before, before + 1)
    assert watched("check", "town", "--all").status == 0
    assert len(town.asked_for(1)) == before + 1


def test_a_new_article_is_found_within_one_pass(watched: Desk, town: Town) -> None:
    url = town.publish(9)
    lines = watched.json("check", "--all")
    assert [line["outcome"] for line in lines if line.get("page") == url] == ["new"]


def test_an_article_that_falls_off_the_list_stays_tracked(watched: Desk, town: Town) -> None:
    town.unlisted.add(1)
    town.list_them()
    before = len(town.asked_for(1))
    assert watched("check", "--all").status == 0
    assert len(town.asked_for(1)) == before + 1


def test_a_failing_server_is_named_recorded_and_no_change(watched: Desk, town: Town, outside: Outside) -> None:
    for number in (1, 2, 3):
        outside.page(town.path(number), "<h1>Internal Server Error</h1>", status=500)
    answered = watched("check", "--all")
    assert answered.status == 1
    assert answered.err.count("500") == 3
    assert {page["state"] for page in watched.json("pages")} == {"failing"}
    assert len(watched.json("changes")) == 3


def test_a_listing_that_yields_nothing_is_an_alarm(watched: Desk, outside: Outside) -> None:
    outside.page("/zwgk/index.html", "<html><body><p>系统升级中</p></body></html>")
    answered = watched("check", "--all")
    assert answered.status == 1
    (source,) = watched.json("sources")
    assert source["failures"] == 1
    assert source["detail"]


@pytest.mark.parametrize("entry", ["feed.xml", "sitemap.xml", "xwfb/index.html"])
def test_every_kind_of_entry_brings_the_same_articles(desk: Desk, entry: str) -> None:
    """The bundled site's listing of two pages, its feed and its sitemap name the same eleven articles."""
    with DemoSite() as site:
        desk.config.write_text(
            f'[[source]]\nname = "site"\nurl = "{site.url}/{entry}"\nhost_delay = "0s"\n', encoding="utf-8"
        )
        assert desk("check").status == 0
        pages = desk.json("pages")
        assert {page["url"] for page in pages} == set(site.articles)
        assert {page["title"] for page in pages} == {page.title for page in PAGES if page.name != "sampling"}


def test_a_single_page_is_a_source_of_its_own(desk: Desk) -> None:
    with DemoSite() as site:
        address = site.address("huzhou")
        desk.config.write_text(f'[[source]]\nname = "one"\nurl = "{address}"\nhost_delay = "0s"\n', encoding="utf-8")
        assert desk("check").status == 0
        site.round(2)
        assert desk("check", "--all").status == 0
        assert [change["kind"] for change in desk.json("changes", address)] == ["edited", "created"]


def test_a_full_disk_is_told_and_nothing_is_half_written(desk: Desk, town: Town, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(small)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no right to mount a small disk here: a full disk is tested in tests/store only")
    try:
        desk.config.write_text(configuration(town), encoding="utf-8")
        assert desk("--data", str(small / "data"), "check").status == 0
        (small / "ballast").write_bytes(b"x" * (shutil.disk_usage(small).free - 8192))
        for number in range(4, 12):
            town.publish(number, (secrets.token_hex(20_000), *PARAGRAPHS))
        answered = desk("--data", str(small / "data"), "check", "--all")
        assert answered.status == 1
        assert "space" in answered.err
        assert "Traceback" not in answered.err
        (small / "ballast").unlink()
        assert desk("--data", str(small / "data"), "check", "--all").status == 0
        assert len(desk("--data", str(small / "data"), "changes", "--json").lines) == 11
        assert desk("--data", str(small / "data"), "doctor").status == 0
    finally:
        subprocess.run(["umount", str(small)], check=True)


BODIES = {
    "/pdf": b"%PDF-1.7\n" + b"x" * 2000,
    "/empty": b"",
    "/binary": bytes(range(256)) * 20,
}


@pytest.mark.parametrize(("path", "said"), [("/pdf", "PDF"), ("/empty", "empty body"), ("/binary", "binary")])
def test_what_is_no_page_is_named_and_the_pass_goes_on(
    watched: Desk, town: Town, outside: Outside, path: str, said: str
) -> None:
    outside.page(town.path(1), BODIES[path])
    town.publish(2, EDITED)
    lines = {line["page"]: line for line in watched("check", "--all", "--json").lines if "page" in line}
    assert lines[town.url(1)]["outcome"] == "failed"
    assert said in lines[town.url(1)]["detail"]
    assert lines[town.url(2)]["outcome"] == "changed"
    newest = watched.json("log", town.url(1))[0]
    assert (newest["outcome"], said in newest["detail"]) == ("failed", True)


def test_a_huge_body_is_refused_and_the_pass_goes_on(watched: Desk, town: Town, outside: Outside) -> None:
    def pour(wire: Wire) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 209715200\r\n\r\n")
        for _ in range(200):
            wire.send(b"<p>" + b"x" * 1048569 + b"</p>")

    outside.raw(town.path(1), pour)
    answered = watched("check", "--all", "--json")
    lines = {line["page"]: line for line in answered.lines if "page" in line}
    assert answered.status == 1
    assert lines[town.url(1)]["outcome"] == "failed"
    assert "too_large" in lines[town.url(1)]["detail"]
    assert lines[town.url(2)]["outcome"] == "unchanged"


def test_a_name_that_does_not_resolve_is_named(desk: Desk, town: Town) -> None:
    lost = '[[source]]\nname = "lost"\nurl = "http://no-such-host.invalid/list.html"\n'
    desk.config.write_text(configuration(town) + lost, encoding="utf-8")
    answered = desk("check")
    assert answered.status == 1
    assert "lost: dns" in answered.err
    assert len(desk.json("pages")) == 3


def test_an_unknown_charset_is_named_and_the_page_read_all_the_same(
    watched: Desk, town: Town, outside: Outside
) -> None:
    page = town._answer(1).body.replace(b"charset='utf-8'", b"charset='x-klingon'")
    outside.page(town.path(1), page, content_type="text/html; charset=x-klingon")
    lines = {line["page"]: line for line in watched.json("check", "--all") if "page" in line}
    assert lines[town.url(1)]["outcome"] == "unchanged"
    assert "x-klingon" in lines[town.url(1)]["detail"]


def test_robots_are_obeyed(watched: Desk, town: Town, outside: Outside) -> None:
    """robots.txt is asked for once a day; a fresh process reads what it says now."""
    outside.page("/robots.txt", "User-agent: *\nDisallow: /zwgk/202106/", content_type="text/plain")
    before = len(town.asked_for(1))
    answered = watched("check", "--all")
    assert answered.status == 1
    assert len(town.asked_for(1)) == before
    assert {page["state"] for page in watched.json("pages")} == {"blocked"}


def test_a_locked_database_is_told_and_nothing_is_half_written(watched: Desk, town: Town) -> None:
    town.publish(2, EDITED)
    database = next(watched.data.glob("*.sqlite3"))
    with sqlite3.connect(database) as other:
        other.execute("BEGIN EXCLUSIVE")
        answered = watched("check", "--all")
        other.rollback()
    other.close()
    assert answered.status == 1
    assert "palimpsest:" in answered.err
    assert "Traceback" not in answered.err
    assert watched("check", "--all").status == 0
    assert len(watched.json("changes", "--kind", "edited")) == 1


def test_a_database_from_a_newer_version_is_refused(watched: Desk) -> None:
    database = next(watched.data.glob("*.sqlite3"))
    with sqlite3.connect(database) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.close()
    answered = watched("check")
    assert answered.status == 1
    assert "newer" in answered.err


def test_a_host_that_another_process_is_at_is_left_alone(watched: Desk, town: Town) -> None:
    """Two passes at one host at once would be twice as impolite as either promised."""
    asked = len(town.outside.requests)
    hold(watched, town, "another-machine:77:1")
    answered = watched("check", "--all")
    assert answered.status == 1
    assert "another process" in answered.err
    assert len(town.outside.requests) == asked


def test_a_host_without_a_delay_has_few_visitors_however_many_visits_wait_to_be_recorded(desk: Desk) -> None:
    """Eight, who come and go side by side."""
    with hosts(1, 60) as (host,):
        desk.config.write_text(host.source("0s"), encoding="utf-8")
        assert desk("check").status == 0
    assert set(host.asked().values()) == {1}
    assert len(host.asked()) == 60
    assert 1 < host.together <= 8


def test_what_a_killed_process_of_this_machine_held_is_free(watched: Desk, town: Town) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    hold(watched, town, f"{socket.gethostname()}:{process.pid}:1")
    assert watched("check", "--all").status == 0


def hold(desk: Desk, town: Town, owner: str) -> None:
    store = open_store(desk.data)
    try:
        host = host_of(town.outside.url("/"))
        assert store.archive.take_hosts([host], utc_now(), owner, lease=timedelta(minutes=5)) == {host}
    finally:
        store.close()
