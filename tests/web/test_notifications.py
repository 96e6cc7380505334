"""What could not be told: a list of its own, as the command has it, and the way to it from the health of the watch."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.compare import compare
from crawler.model import Article, Change, ChangeKind, Link, Outcome, Source
from store import Fate, Telling, open_store
from tests.web.shelf import NOW, SCRIPT, START, Shelf, asker, snapshot, verdict
from web import create_app
from web.lists import ROWS
from web.shapes import Notification

PAGES = ROWS + 20
DEAD = 30


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A reading room of which many notifications wait and some were given up, of a target whose address is a secret."""
    with open_store(tmp_path_factory.mktemp("told"), None) as store:
        store.archive.declare([Source(name="press", url="https://www.example.gov.cn/xwfb/")], START)
        Shelf(store).hostile()
        links = [Link(url=f"https://www.example.gov.cn/{number}.html") for number in range(PAGES)]
        for number, page in enumerate(store.archive.admit("press", links, START)):
            change = Change(before=0, after=1, kind=ChangeKind.CREATED, summary=f"第{number}件")
            article = Article(title="页", paragraphs=("一。",))
            made = verdict(START, Outcome.NEW, article=article, snap=snapshot(page.url, START, b"1"), changes=(change,))
            store.archive.record(page, made)
        ids = [item.id for item in store.outbox.pending(None, 1000)]
        refused = {"mark-of-it": Telling(attempts=3, error=f"ntfy://…: {SCRIPT}")}
        store.outbox.note(ids[:DEAD], NOW, lambda item: Fate(targets=refused))
        yield asker(create_app(store.history, clock=lambda: NOW)), ids


@pytest.mark.parametrize("oldest", ["", "1"])
@pytest.mark.parametrize("state", ["", "waiting", "dead"])
def test_the_list_in_parts_has_every_one_once(told, state, oldest):
    """Following its own links, which keep what it is filtered by and its order."""
    ask, ids = told
    expected = {"": ids, "waiting": ids[DEAD:], "dead": ids[:DEAD]}[state]
    seen, address, query = [], "/notifications", {"state": state, "oldest": oldest}
    while address:
        answer = ask(address, **query)
        assert len(answer.content) < 100_000
        seen += [int(number) for number in re.findall(r'<div class="meta"><span class="num">(\d+)</span>', answer.text)]
        onwards = re.search(r'<a rel="next" href="([^"]+)"', answer.text)
        address, query = onwards and "/notifications" + onwards[1].replace("&amp;", "&"), {}
    assert seen == sorted(expected, reverse=not oldest)


def test_it_is_exported_as_the_command_has_it(told):
    ask, ids = told
    rows = [json.loads(line) for line in ask("/notifications", form="jsonl", state="dead").text.splitlines()]
    assert [row["id"] for row in rows] == ids[:DEAD][::-1]
    assert all(Notification.model_validate(row) for row in rows)
    assert rows == ask("/api/v1/notifications", state="dead").json()
    table = ask("/notifications", form="csv", oldest=1).content.decode("utf-8-sig")
    assert [int(row["id"]) for row in csv.DictReader(io.StringIO(table))] == ids


def test_programs_read_it_a_part_at_a_time(told):
    ask, ids = told
    first = ask("/api/v1/notifications", order="oldest", limit=7)
    following = re.fullmatch(r'<(.+)>; rel="next"', first.headers["link"])
    assert [row["id"] for row in first.json() + ask(following[1]).json()] == ids[:14]


def test_of_a_target_nothing_is_told_but_what_went_wrong(told):
    """As the command does: what a person is told of names no secret, and how each target stands is not shown at all."""
    ask, _ = told
    for path in ("/notifications?state=dead", "/notifications?form=jsonl", "/api/v1/notifications", "/health"):
        answer = ask(path)
        assert answer.status_code == 200
        assert "mark-of-it" not in answer.text
    assert "ntfy://…" in ask("/notifications", state="dead").text
    assert SCRIPT not in ask("/notifications", state="dead").text


def test_health_leads_to_all_of_them(told):
    """The counts are links, and what is cut says so."""
    ask, ids = told
    text = ask("/health").text
    assert f'<a href="/notifications?state=waiting">{len(ids) - DEAD}</a>' in text
    assert f'<a href="/notifications?state=dead">{DEAD}</a>' in text
    assert '<a href="/notifications?state=dead">and 10 others: all of them</a>' in text


@pytest.mark.parametrize(("state", "words"), [("", "Everything is delivered"), ("dead", "Nothing was given up")])
def test_an_empty_one_teaches(ask, tmp_path, state, words):
    with open_store(tmp_path, None) as store:
        text = asker(create_app(store.history, clock=lambda: NOW))("/notifications", state=state).text
    assert words in text
    assert 'class="empty"' in text
    assert ask("/notifications", state="lost").status_code == 400
    assert ask("/notifications", after="1_5").status_code == 400


def test_sources_that_health_cuts_off_are_counted(tmp_path):
    """All of them are in the list of sources, the worst first."""
    with open_store(tmp_path, None) as store:
        store.archive.declare([Source(name=f"s{n:02}", url=f"https://s{n:02}.example/") for n in range(25)], START)
        ask = asker(create_app(store.history, clock=lambda: NOW))
        text = ask("/health").text
    assert '<a href="/sources?order=overdue">and 5 others: all of them</a>' in text


def test_a_chinese_reader_is_told_in_chinese_what_changed(tmp_path):
    """As the other pages tell it: the words of the judge are translated, those of the page are not."""
    with open_store(tmp_path, None) as store:
        store.archive.declare([Source(name="press", url="https://www.example.gov.cn/xwfb/")], START)
        (page,) = store.archive.admit("press", [Link(url="https://www.example.gov.cn/1.html")], START)
        before = Article(title="标题", paragraphs=("第一段没有变化。", "第二段后来被删去，以后再也没有。"))
        after = replace(before, paragraphs=before.paragraphs[:1])
        edit = compare(before, after, numbers=(1, 2))
        created = Change(before=0, after=1, kind=ChangeKind.CREATED, summary="标题")
        for at, article, outcome, change in (
            (START, before, Outcome.NEW, created),
            (START + timedelta(hours=1), after, Outcome.CHANGED, edit),
        ):
            snap = snapshot(page.url, at, article.text.encode())
            store.archive.record(page, verdict(at, outcome, article=article, snap=snap, changes=(change,)))
        text = asker(create_app(store.history, clock=lambda: NOW))("/notifications", lang="zh-Hans").text
    assert "删除第 2 段：“第二段后来被删去，以后再也没有。”" in text
    assert "paragraph" not in text
