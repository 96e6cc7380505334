"""The lists: filtered by their address, in parts that add up, sorted, and the same as files."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.model import Article, Change, ChangeKind, Link, Outcome, Source, SourceEvent
from store import open_store
from tests.web.shelf import GONE, HOSTILE, NOW, QUIET, SCRIPT, START, asker, snapshot, verdict
from web import create_app
from web.exports import csv_lines, json_lines
from web.lists import ROWS

PAGES = ROWS * 2 + 7


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """A reading room with more pages than one part of a list has."""
    with open_store(tmp_path_factory.mktemp("long"), None) as store:
        sources = [Source(name=f"s{number:03}", url=f"https://s{number:03}.example/") for number in range(ROWS + 3)]
        store.archive.declare(sources, START)
        links = [Link(url=f"https://s000.example/{number}.html", title=f"第{number}页") for number in range(PAGES)]
        for number, page in enumerate(store.archive.admit("s000", links, START)):
            at = START + timedelta(minutes=number)
            created = Change(before=0, after=1, kind=ChangeKind.CREATED)
            article = Article(title=f"第{number}页", paragraphs=("一。",))
            snap = snapshot(page.url, at, b"<p>1</p>")
            store.archive.record(page, verdict(at, Outcome.NEW, article=article, snap=snap, changes=(created,)))
        yield asker(create_app(store.history, clock=lambda: NOW))


def walked(ask, path, pattern, **query):
    """What a list shows, part after part, following its own links."""
    found = []
    address = path
    for _ in range(20):
        text = ask(address, **query).text
        found += re.findall(pattern, text.split("<main")[1])
        onwards = re.search(r'<a rel="next" href="([^"]+)"', text)
        if onwards is None:
            return found
        address, query = path + onwards[1].replace("&amp;", "&"), {}
    raise AssertionError("the list has no end")


@pytest.mark.parametrize(
    ("path", "pattern", "count"),
    [
        ("/changes", r'<bdi lang="zh">第(\d+)页', PAGES),
        ("/changes?oldest=1", r'<bdi lang="zh">第(\d+)页', PAGES),
        ("/pages", r'<bdi lang="zh">第(\d+)页', PAGES),
        ("/pages?order=last_checked", r'<bdi lang="zh">第(\d+)页', PAGES),
        ("/pages?order=next_check&source=s000", r'<bdi lang="zh">第(\d+)页', PAGES),
        ("/sources", r'/source\?name=(s\d+)"', ROWS + 3),
        ("/sources?order=pages", r'/source\?name=(s\d+)"', ROWS + 3),
    ],
)
def test_a_list_in_parts_has_every_row_once(long, path, pattern, count):
    """Whatever it is sorted by, following the links gives all of it and nothing twice."""
    path, _, query = path.partition("?")
    found = walked(long, path, pattern, **dict(pair.split("=") for pair in query.split("&") if pair))
    assert len(found) == len(set(found)) == count


def test_lists_are_sorted_as_asked(long):
    """By the address, so that the order can be sent on with the list."""
    pattern = r'<bdi lang="zh">第(\d+)页'
    newest = walked(long, "/changes", pattern)
    assert newest == [str(number) for number in reversed(range(PAGES))]
    assert walked(long, "/changes", pattern, oldest=1) == newest[::-1]
    assert walked(long, "/pages", pattern, order="last_checked") == newest
    assert walked(long, "/sources", r'/source\?name=(s\d+)"', order="pages")[0] == "s000"
    assert 'aria-sort="descending"' in long("/pages", order="last_checked").text


@pytest.mark.parametrize(("path", "query"), [("changes", {}), ("pages", {"source": "s000"}), ("sources", {})])
def test_a_list_is_exported_whole(long, path, query):
    """A file has all rows, not only those of the part that is shown, in the shapes of the listing commands."""
    lines = long(f"/{path}", form="jsonl", **query)
    assert lines.headers["content-disposition"] == f'attachment; filename="{path}.jsonl"'
    rows = [json.loads(line) for line in lines.text.splitlines()]
    assert len(rows) == (ROWS + 3 if path == "sources" else PAGES)
    table = list(csv.DictReader(io.StringIO(long(f"/{path}", form="csv", **query).content.decode("utf-8-sig"))))
    assert len(table) == len(rows)
    assert list(table[0]) == list(rows[0])


def test_a_filtered_list_exports_what_it_shows(ask):
    """The links below a list carry its filter."""
    text = ask("/findings", open=1, kind="spam_block").text
    link = re.search(r'href="(/findings\?[^"]*form=jsonl[^"]*)"', text)
    (row,) = [json.loads(line) for line in ask(link[1].replace("&amp;", "&")).text.splitlines()]
    assert (row["page"], row["quote"]) == (HOSTILE, SCRIPT)
    assert ask("/changes", page=GONE, form="jsonl").text.count("\n") == 2


def test_a_table_runs_no_formula_and_a_line_stays_a_line():
    """What was scraped may be made to be opened in a spreadsheet, or to break a reader of lines."""
    rows = [{"title": text, "n": -1} for text in ("=1+1", "@x", "＝cmd", "-2", "plain", 'a"b,c\nd')]
    read = list(csv.reader(io.StringIO(b"".join(csv_lines(rows)).decode("utf-8-sig"), newline="")))
    assert [cells[0] for cells in read] == ["title", "'=1+1", "'@x", "'＝cmd", "'-2", "plain", 'a"b,c\nd']
    assert {cells[1] for cells in read[1:]} == {"-1"}
    text = b"".join(json_lines([{"a": "x\u2028y\u0085\ud800"}])).decode()
    assert len(text.splitlines()) == 1
    assert json.loads(text)["a"] == "x\u2028y\u0085\ud800"


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/changes?after=zzz", "no place in a list"),
        ("/changes?after=5", "another list"),
        ("/pages?after=1_5", "another list"),
        ("/pages?order=title", "last_changed"),
        ("/pages?state=lost", "gone"),
        ("/sources?order=x", "overdue"),
        ("/findings?severity=x", "critical"),
        ("/changes?since=yesterday", "2026-03-02"),
        ("/changes?since=2026-99-99", "2026-03-02"),
        ("/?since=x", "7d"),
        ("/?kind=x", "injected"),
        ("/search?q=x&before=0&source=&kind=", None),
        ("/search?q=字", "two characters"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_what_would(ask, path, part):
    """As a page with status 400 that names what there is; never as a fault of ours."""
    answer = ask(path)
    assert answer.status_code == (400 if part else 200)
    assert part is None or part in answer.text


def test_since_looks_back_so_far(ask):
    """By a stretch of time, or from a day on."""
    words = ask("/changes", since="1d").text
    assert "另一条新闻" in words
    assert "市政府召开新闻发布会" not in words
    assert "市政府召开新闻发布会" in ask("/changes", since="2026-03-02").text
    assert "No change is recorded here" in ask("/changes", since="2026-03-04").text


def test_today_looks_at_a_stretch_of_time_and_teaches_where_it_is_empty(shelf, ask):
    """What is older is still there to be seen, under words that say so."""
    later = asker(create_app(shelf.history, clock=lambda: NOW + timedelta(days=60)))
    text = later("/").text
    assert "Nothing in this time" in text
    assert "另一条新闻" in text
    assert "Nothing in this time" not in later("/", since="365d").text
    filtered = ask("/", kind="removed", source="press").text
    assert "另一条新闻" in filtered.split("Latest changes")[1].split("New pages")[0]
    assert "市政府召开新闻发布会" not in filtered.split("Latest changes")[1].split("New pages")[0]
    assert "spam block" not in ask("/", severity="low").text.split("Latest changes")[0].split("</form>")[1]


@pytest.mark.parametrize(
    "path",
    ["/", "/changes", "/findings", "/pages", "/sources", "/search?q=x", "/health", "/notifications", "/events"],
)
def test_an_empty_store_teaches_what_to_do(tmp_path, path):
    """Nobody stands before an empty list without a word."""
    with open_store(tmp_path, None) as store:
        text = asker(create_app(store.history, clock=lambda: NOW))(path).text
    assert 'class="empty"' in text


@pytest.mark.parametrize(
    "path", ["/findings?severity=low", "/pages?state=moved", "/events?source=press", "/changes?kind=moved"]
)
def test_an_empty_filter_says_that_it_is_the_filter(ask, path):
    """A store that is not empty is not told to make its first pass."""
    text = ask(path).text
    assert "take something out of it" in text
    assert "palimpsest check" not in text


def test_today_leads_on_to_what_it_is_filtered_by(ask):
    """The lists behind it are of the same source."""
    text = ask("/", source="press", since="365d").text
    assert '<a class="small" href="/findings?source=press&amp;open=1">' in text
    assert '<a class="small" href="/changes?source=press&amp;kind=created&amp;since=365d">' in text or (
        '<a class="small" href="/changes?source=press&amp;since=365d&amp;kind=created">' in text
    )


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    """A reading room of two sources to which more happened than one part of a list has."""
    with open_store(tmp_path_factory.mktemp("events"), None) as store:
        sources = [Source(name=name, url=f"https://{name}.example/") for name in ("one", "two")]
        store.archive.declare(sources, START)
        for source in sources:
            (page,) = store.archive.admit(source.name, [Link(url=source.url + "1.html")], START)
            for number in range(ROWS + 5):
                at = START + timedelta(days=number)
                happened = SourceEvent(signature=f"{number:032}", summary=f"页脚{number}", since=at)
                store.archive.record(page, replace(verdict(at, Outcome.UNCHANGED), event=happened))
        yield asker(create_app(store.history, clock=lambda: NOW))


@pytest.mark.parametrize("oldest", ["", "1"])
def test_what_happened_to_a_source_is_a_list_of_its_own(events, oldest):
    """In parts, either way round, as a file, and linked from the source, which shows the newest."""
    found = walked(events, "/events", r"<bdi[^>]*>页脚(\d+)<", source="one", oldest=oldest)
    expected = [str(number) for number in sorted(range(ROWS + 5), reverse=not oldest)]
    assert found == expected
    rows = [json.loads(line) for line in events("/events", source="two", oldest=oldest, form="jsonl").text.splitlines()]
    assert [row["summary"] for row in rows] == [f"页脚{number}" for number in expected]
    assert {row["source"] for row in rows} == {"two"}
    assert len(walked(events, "/events", r"<bdi[^>]*>页脚(\d+)<")) == 2 * len(expected)
    assert '<a class="small" href="/events?source=one">' in events("/source", name="one").text


def test_the_quiet_page_is_found_under_its_address(ask):
    """Every filter of a page's own changes is a link."""
    assert ask("/changes", page=QUIET).text.count('class="head"') == 2
