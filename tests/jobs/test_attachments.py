"""Files that articles link to: kept by digest, asked for politely, and told when another one lies behind the link."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import timedelta

import pytest

from crawler.urls import host_of
from jobs.wiring import utc_now
from store import open_store
from tests.jobs.conftest import Desk
from tests.jobs.site import Town, configuration
from tests.jobs.test_check_command import EDITED
from tests.outside import Answer, Outside

FILE = "/zwgk/202106/P0202106.pdf"
LINK = f'<p>附件：<a href="{FILE}">收费标准表</a></p>'
ONE, TWO = b"%PDF-1.7\n" + b"one " * 500, b"%PDF-1.7\n" + b"two, longer " * 500


@pytest.fixture
def linked(desk: Desk, town: Town, outside: Outside) -> Desk:
    """An article with a file behind its link, visited once."""
    serve(outside, ONE)
    town.publish(2, tail=LINK)
    desk.config.write_text(configuration(town), encoding="utf-8")
    assert desk("check").status == 0
    return desk


def serve(outside: Outside, body: bytes, path: str = FILE, content_type: str = "application/pdf") -> None:
    etag = f'"{hashlib.sha256(body).hexdigest()[:8]}"'
    outside.page(path, body, content_type=content_type, etag=etag)


def asked(outside: Outside, path: str = FILE) -> int:
    return outside.paths.count(path)


def files(desk: Desk, town: Town) -> list[dict[str, object]]:
    (shown,) = desk.json("show", town.url(2))
    return list(shown["files"])


def test_a_file_is_fetched_once_and_is_no_change(linked: Desk, town: Town) -> None:
    (file,) = files(linked, town)
    assert (file["digest"], file["size"]) == (hashlib.sha256(ONE).hexdigest(), len(ONE))
    assert {change["kind"] for change in linked.json("changes")} == {"created"}


def test_another_file_behind_the_same_link_is_a_change_with_both_digests(
    linked: Desk, town: Town, outside: Outside
) -> None:
    serve(outside, TWO)
    assert linked("check", "--all").status == 0
    (change,) = linked.json("changes", "--kind", "attachments")
    assert (change["page"], change["change"], change["fields"]) == (town.url(2), "1..1", ["attachments"])
    (file,) = change["evidence"]["files"]
    for side, body in (("before", ONE), ("after", TWO)):
        facts = {"digest": hashlib.sha256(body).hexdigest(), "size": len(body), "type": "application/pdf"}
        assert file[side] == facts
    assert "收费标准表" in change["summary"]
    assert "2.0 KB→5.9 KB" in change["summary"]
    with open_store(linked.data) as store:
        for body in (ONE, TWO):
            assert store.blobs.get(hashlib.sha256(body).hexdigest()) == body
    assert linked("doctor").status == 0


def test_an_unchanged_file_is_asked_for_conditionally(linked: Desk, outside: Outside) -> None:
    assert linked("check", "--all").status == 0
    assert "if-none-match" in [one for one in outside.requests if one.path == FILE][-1].headers
    assert linked.json("changes", "--kind", "attachments") == []


def test_files_are_not_asked_for_at_each_visit(linked: Desk, town: Town, outside: Outside) -> None:
    """A pass over what is due visits the page and leaves its files alone until their own time has come."""
    make_due(linked)
    visits = len(town.asked_for(2))
    assert linked("check").status == 0
    assert (len(town.asked_for(2)), asked(outside)) == (visits + 1, 1)


def test_an_edited_article_has_its_files_asked_for_at_once(linked: Desk, town: Town, outside: Outside) -> None:
    town.publish(2, EDITED, tail=LINK)
    serve(outside, TWO)
    make_due(linked)
    assert linked("check").status == 0
    assert [change["kind"] for change in linked.json("changes", town.url(2))] == ["attachments", "edited", "created"]


def make_due(desk: Desk) -> None:
    with sqlite3.connect(next(desk.data.glob("*.sqlite3"))) as other:
        other.execute("UPDATE pages SET next_check = '2020-01-01 00:00:00.000000'")
    other.close()


def test_a_file_that_cannot_be_had_at_first_is_no_change_then_or_later(
    desk: Desk, town: Town, outside: Outside
) -> None:
    """What was never had cannot have changed; it is named, and the pass is not failed by the site's dead link."""
    town.publish(2, tail=LINK)
    desk.config.write_text(configuration(town), encoding="utf-8")
    answered = desk("check")
    assert (answered.status, "404" in answered.out) == (0, True)
    for _ in range(3):
        assert desk("check", "--all").status == 0
    serve(outside, ONE)
    assert desk("check", "--all").status == 0
    assert {change["kind"] for change in desk.json("changes")} == {"created"}
    assert files(desk, town)[0]["digest"] == hashlib.sha256(ONE).hexdigest()


def test_a_file_that_is_gone_is_said_once_and_so_is_its_return(linked: Desk, town: Town, outside: Outside) -> None:
    """One answer may be a slip; two running are what the page's own removal takes."""
    outside.page(FILE, "not here", status=404)
    told = []
    for _ in range(4):
        assert linked("check", "--all").status == 0
        told.append(len(linked.json("changes", "--kind", "attachments")))
    assert told == [0, 1, 1, 1]
    (change,) = linked.json("changes", "--kind", "attachments")
    assert "gone" in change["summary"]
    assert change["evidence"]["files"][0]["after"] is None
    assert files(linked, town)[0]["gone"] is True
    serve(outside, ONE)
    assert linked("check", "--all").status == 0
    assert "back as it was" in linked.json("changes", "--kind", "attachments")[0]["summary"]
    assert files(linked, town)[0]["gone"] is False


@pytest.mark.parametrize(
    ("body", "status", "content_type"),
    [
        (b"<html><body>upstream error</body></html>", 502, "text/html"),
        (
            "<!DOCTYPE html><html><body><h1>统一身份认证</h1><p>请登录后访问本系统</p></body></html>".encode(),
            200,
            "text/html",
        ),
        (b"", 200, "application/pdf"),
    ],
)
def test_what_is_not_the_file_is_never_content_and_never_a_deletion(
    linked: Desk, town: Town, outside: Outside, body: bytes, status: int, content_type: str
) -> None:
    outside.page(FILE, body, status=status, content_type=content_type)
    for _ in range(3):
        assert linked("check", "--all").status == 0
    assert linked.json("changes", "--kind", "attachments") == []
    (file,) = files(linked, town)
    assert file["digest"] == hashlib.sha256(ONE).hexdigest()
    assert file["detail"]


def test_a_soft_404_in_place_of_a_file_counts_as_missing(linked: Desk, outside: Outside) -> None:
    page = "<html><head><title>404</title></head><body><h1>对不起，您访问的页面不存在或已被删除</h1></body></html>"
    outside.page(FILE, page, content_type="text/html")
    for _ in range(2):
        assert linked("check", "--all").status == 0
    assert "gone" in linked.json("changes", "--kind", "attachments")[0]["summary"]


def test_a_file_over_the_cap_is_not_read_and_no_change(desk: Desk, town: Town, outside: Outside) -> None:
    serve(outside, b"%PDF-1.7\n" + b"x" * 5000)
    town.publish(2, tail=LINK)
    desk.config.write_text(configuration(town, more='attachments_max_size = "4KB"\n'), encoding="utf-8")
    assert desk("check").status == 0
    assert "too_large" in str(files(desk, town)[0]["detail"])


def test_a_name_that_is_no_url_as_it_stands_is_asked_for_as_browsers_do(
    desk: Desk, town: Town, outside: Outside
) -> None:
    """Links to files are written by hand: with Chinese names and with spaces."""
    serve(outside, ONE, path="/zwgk/202106/%E6%94%B6%E8%B4%B9%20%E6%A0%87%E5%87%86.pdf")
    town.publish(2, tail='<p>附件：<a href="收费 标准.pdf">附件1</a></p>')
    desk.config.write_text(configuration(town), encoding="utf-8")
    assert desk("check").status == 0
    assert files(desk, town)[0]["digest"] == hashlib.sha256(ONE).hexdigest()


def test_files_can_be_left_alone(desk: Desk, town: Town, outside: Outside) -> None:
    serve(outside, ONE)
    town.publish(2, tail=LINK)
    desk.config.write_text(configuration(town, more="attachments = false\n"), encoding="utf-8")
    assert desk("check").status == 0
    assert asked(outside) == 0


def test_robots_are_obeyed_for_files_too(desk: Desk, town: Town, outside: Outside) -> None:
    outside.page("/robots.txt", "User-agent: *\nDisallow: /zwgk/202106/P", content_type="text/plain")
    serve(outside, ONE)
    town.publish(2, tail=LINK)
    desk.config.write_text(configuration(town), encoding="utf-8")
    assert desk("check").status == 0
    assert asked(outside) == 0
    assert "robots" in str(files(desk, town)[0]["detail"])


def test_a_file_on_a_host_that_is_being_visited_waits_for_the_next_visit(desk: Desk, town: Town) -> None:
    """The other host's politeness is its own: nobody else may be at it."""
    with Outside() as other:
        other.answer("/a.pdf", lambda _: Answer(ONE, headers=(("Content-Type", "application/pdf"),)))
        town.publish(2, tail=f'<p>附件：<a href="{other.url("/a.pdf")}">附件1</a></p>')
        desk.config.write_text(configuration(town), encoding="utf-8")
        host = host_of(other.url("/"))
        with open_store(desk.data) as store:
            store.archive.take_hosts([host], utc_now(), "elsewhere:1:1", lease=timedelta(minutes=5))
            assert desk("check").status == 0
            assert files(desk, town) == []
            store.archive.release("elsewhere:1:1")
        assert desk("check", "--all").status == 0
        # Asked, and stopped by the guard: a page may not send us to another private address.
        assert "refused_address" in str(files(desk, town)[0]["detail"])
        assert other.requests == []
