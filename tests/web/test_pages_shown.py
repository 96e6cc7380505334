"""What a reader sees."""

from __future__ import annotations

import re

import pytest

from crawler.errors import StoreBusy
from store import open_store
from tests.web.shelf import GONE, HOSTILE, NOW, QUIET, asker
from web import create_app


def seen(answer):
    """The words of a page, markup dropped."""
    assert answer.status_code == 200
    return " ".join(re.sub("<[^>]*>", " ", answer.text.split("<main")[1]).split())


def test_today_puts_the_grave_first_then_the_newest_change(ask):
    """A reader with a minute sees the injection before anything else, and the removal before older edits."""
    words = seen(ask("/"))
    assert "injected 1 vanished 1 edited 1 new pages 3" in words
    words = words[words.index("Needs a look") :]
    places = [words.index(part) for part in ("spam block", "Latest changes", "removed", "edited", "New pages")]
    assert places == sorted(places)


def test_an_empty_store_teaches(tmp_path):
    """The first page that a newcomer opens says what to do."""
    with open_store(tmp_path) as store:
        ask = asker(create_app(store.history, clock=lambda: NOW))
        assert "palimpsest add URL" in seen(ask("/"))
        for path in ("/changes", "/findings", "/pages", "/sources"):
            assert seen(ask(path))
        assert ask("/feeds/changes.atom").status_code == 200


def test_the_diff_marks_the_exact_words(ask):
    """The one number that changed, not its paragraph; and the field beside the body."""
    text = ask("/diff", url=QUIET, a=1, b=2).text
    assert "全市共有学校食堂<del>212</del><ins>230</ins>所，全部公开菜谱。" in text
    assert "<del>市政府办</del>" in text
    assert "<ins>市府办</ins>" in text
    assert text.count("<ins>") == 2


def test_a_diff_can_be_read_backwards_and_against_itself(ask):
    """Any two versions, also the same one twice."""
    assert "<del>230</del><ins>212</ins>" in ask("/diff", url=QUIET, a=2, b=1).text
    assert "say the same" in ask("/diff", url=QUIET, a=1, b=1).text


def test_the_page_tells_its_whole_story(ask):
    """Versions, the quiet between them, and the outage, newest first."""
    words = seen(ask("/page", url=QUIET)).split("Timeline")[1]
    parts = ["failed", "HTTP 503", "version 2", "212 → 230", "2 checks found nothing new", "version 1"]
    places = [words.index(part) for part in parts]
    assert places == sorted(places)


def test_a_page_that_is_gone_keeps_its_versions(ask):
    """Removed there does not mean removed here."""
    words = seen(ask("/page", url=GONE))
    assert "gone" in words
    assert "removed" in words
    assert "另一条新闻" in seen(ask("/version", url=GONE, n=1))


def test_the_version_marks_what_was_found_on_it(ask):
    """The evidence in its place; an earlier version without it stays unmarked."""
    assert "<mark " in ask("/version", url=HOSTILE, n=2).text
    assert "<mark " not in ask("/version", url=HOSTILE, n=1).text


def test_times_are_in_the_asked_zone(shelf):
    """Shown in the zone, machine-readable in UTC."""
    shanghai = asker(create_app(shelf.history, clock=lambda: NOW))("/page", url=QUIET).text
    lisbon = asker(create_app(shelf.history, clock=lambda: NOW, timezone="Europe/Lisbon"))("/page", url=QUIET).text
    assert (
        '<time datetime="2026-03-02T01:00:00+00:00" title="2026-03-02 09:00:00+08:00">2026-03-02 09:00</time>'
        in shanghai
    )
    assert ">2026-03-02 01:00</time>" in lisbon


def test_sources_say_when_they_are_late_and_why(ask):
    """An error is named and an overdue visit stands out."""
    words = seen(ask("/sources"))
    assert "2 failures in a row" in words
    assert "overdue since 2026-03-02 15:00" in words


@pytest.mark.parametrize(
    ("path", "present", "absent"),
    [
        ("/findings?kind=spam_block&open=1", "spam block", None),
        ("/findings?kind=hidden_link", "No finding is like this", None),
        ("/findings?source=nobody", "No finding is like this", None),
        ("/changes?kind=removed", "另一条新闻", "市政府召开新闻发布会"),
        ("/changes?source=&kind=&minor=0", "市政府召开新闻发布会", None),
        ("/pages?source=", "另一条新闻", None),
        ("/pages?source=nobody", "No page is tracked here", "另一条新闻"),
    ],
)
def test_filters_live_in_the_url(ask, path, present, absent):
    """A filtered view is a link that can be sent; a form's empty fields mean no filter."""
    words = seen(ask(path)).split("Show", 1)[1]
    assert present in words
    assert absent is None or absent not in words


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        ("/page?url=https://nobody.example/", 404, "is not tracked"),
        (f"/version?url={QUIET}&n=99", 404, "no version 99"),
        (f"/diff?url={QUIET}&a=1&b=99", 404, "no version 99"),
        (f"/raw?url={QUIET}&n=99", 404, "no version 99"),
        ("/no/such/place", 404, "no such page"),
        (f"/version?url={QUIET}&n=0", 422, "n:"),
        (f"/version?url={QUIET}&n=99999999999999999999", 422, "n:"),
        ("/page", 422, "url:"),
        ("/findings?kind=nonsense", 400, "spam_block"),
        ("/changes?after=-1", 400, "no place in a list"),
    ],
)
def test_problems_are_pages_that_say_what_is_wrong(ask, path, status, part):
    """With the frame around them, so that the reader can go on."""
    answer = ask(path)
    assert answer.status_code == status
    assert part in answer.text
    assert "All pages" in answer.text


def test_a_busy_store_asks_for_patience():
    """A lock is not a fault: the browser, and a client, may try again."""

    class Busy:
        def __getattr__(self, name):
            raise StoreBusy("another process holds the database; try again")

    answer = asker(create_app(Busy(), clock=lambda: NOW))("/")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
