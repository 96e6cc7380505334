"""One page, one version, and what differs between two."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from datetime import timedelta
from urllib.parse import quote

import pytest

from crawler.model import Article, Change, ChangeKind, Outcome, Page, PageState, Source, Verdict
from store import PagePart, Store, Stretch, open_store
from store.stretches import Stretches
from tests.web.shelf import GONE, HOSTILE, NOW, QUIET, START, Shelf, asker, snapshot, spam, verdict
from web import create_app
from web.timeline import timeline

LONG = "https://www.example.gov.cn/xwfb/long.html"


def words(answer):
    """The words of a page, markup dropped."""
    assert answer.status_code == 200
    return " ".join(re.sub("<[^>]*>", " ", answer.text.split("<main")[1]).split())


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """A page of 150 versions, edited every day; in the middle of each week it is not reached for some hours."""
    with open_store(tmp_path_factory.mktemp("long"), None) as store:
        source = Shelf(store)
        store.archive.declare([Source(name="press", url="https://www.example.gov.cn/xwfb/")], START)
        page = source.admit(LONG, "通知")
        for day in range(150):
            at = START + timedelta(days=day)
            article = Article(title="通知", paragraphs=(f"第{day}稿的内容。", "不变的一段。"))
            kind = ChangeKind.EDITED if day else ChangeKind.CREATED
            store.archive.record(
                page,
                verdict(
                    at,
                    Outcome.CHANGED if day else Outcome.NEW,
                    article=article,
                    snap=snapshot(LONG, at, str(day).encode()),
                    changes=(Change(before=day, after=day + 1, kind=kind, summary=f"第{day}稿"),),
                ),
            )
            for hour in range(1, 6 if day % 7 == 3 else 1):
                failed = Outcome.FAILED if hour < 5 else Outcome.UNCHANGED
                state = PageState.FAILING if hour < 5 else PageState.LIVE
                store.archive.record(
                    page, verdict(at + timedelta(hours=hour), failed, findings=None, state=state, status=503)
                )
        yield asker(create_app(store.history, clock=lambda: NOW))


@pytest.mark.parametrize("oldest", [False, True])
def test_a_long_history_comes_in_parts(long, oldest):
    """Every version once, from either end; the last part says that there is nothing behind it."""
    seen, path = [], f"/page?url={LONG}" + ("&oldest=1" if oldest else "")
    while path:
        answer = long(path)
        assert len(answer.content) < 100_000
        seen += [int(number) for number in re.findall(r'href="/version\?[^"]*&amp;n=(\d+)">version', answer.text)]
        following = re.search(r'rel="next" href="([^"]*)"', answer.text)
        path = following and "/page" + following[1].replace("&amp;", "&")
    assert seen == sorted(range(1, 151), reverse=not oldest)


def test_an_outage_says_how_long_it_was(long):
    """Four visits in a row that met a 503, and the first one that worked again four hours after the first of them."""
    for oldest in ("", "1"):
        assert "not reached for 4 h 4 checks" in words(long("/page", url=LONG, oldest=oldest))


def entry(day, outcome=Outcome.CHANGED, visits=1):
    at = START + timedelta(days=day)
    number = day if outcome is Outcome.CHANGED else None
    return Stretch(at=at, since=at, outcome=outcome, status=None, detail="", version=number, past=False, visits=visits)


def told(shown, newest_first=True, newer=None, older=None):
    """The timeline of a part, as the kinds of its entries with the days that they lasted."""
    ordered = tuple(sorted(shown, key=lambda one: one.at, reverse=newest_first))
    stretches = Stretches(shown=ordered, newer=newer, older=older)
    part = PagePart(page=None, stretches=stretches, changes=(), newest_first=newest_first)
    return [(one.kind, one.lasted.days if hasattr(one, "lasted") else None) for one in timeline(part)]


def test_a_silence_between_two_parts_is_told_once():
    """By the later part in either order, and not by the one before it."""
    new, old = [entry(90), entry(91)], [entry(3), entry(40)]
    seen = ("visit", None)
    for newest_first in (True, False):
        first, second = (new, old) if newest_first else (old, new)
        here = told(first, newest_first, **({"older": old[1]} if newest_first else {"newer": new[0]}))
        there = told(second, newest_first, **({"newer": new[0]} if newest_first else {"older": old[1]}))
        both = [seen, seen, ("gap", 50), seen, ("gap", 37), seen]
        assert here + there == (both if newest_first else both[::-1])
    # A visit that stands for many was not alone in the time before it, on whichever side of the border it is.
    folded = entry(90, Outcome.UNCHANGED, visits=30)
    assert told([entry(40)], newer=folded) == [seen]
    assert told([folded], newest_first=False, older=entry(40)) == [("quiet", None)]


def test_an_outage_at_the_end_of_a_part_ended():
    """What the part beside it begins with says that somebody looked again; without one it still lasts."""
    down = [entry(5, Outcome.FAILED), entry(6, Outcome.BLOCKED)]
    for newest_first in (True, False):
        assert told(down, newest_first, newer=entry(8)) == [("outage", 3)]
        assert told(down, newest_first) == [("outage", 1)]


def test_what_an_outage_met_is_told_in_the_order_of_the_timeline():
    shown = (entry(5, Outcome.FAILED), entry(6, Outcome.BLOCKED))
    (outage,) = timeline(PagePart(page=None, stretches=Stretches(shown=shown), changes=(), newest_first=False))
    assert [one.outcome for one in outage.parts] == [Outcome.FAILED, Outcome.BLOCKED]


@pytest.mark.parametrize("oldest", ["", "1"])
def test_every_check_is_exported(long, oldest):
    """More than one part of the timeline, and more than is read at a time; as the log has them."""
    answer = long("/page", url=LONG, form="jsonl", oldest=oldest)
    assert answer.headers["content-disposition"] == 'attachment; filename="log.jsonl"'
    rows = [json.loads(line) for line in answer.text.splitlines()]
    asked = {"url": LONG, "limit": 1000, "order": "oldest" if oldest else "newest"}
    assert rows == long("/api/v1/log", **asked).json()
    table = list(csv.DictReader(io.StringIO(long("/page", url=LONG, form="csv").content.decode("utf-8-sig"))))
    assert len(table) == len(rows)
    assert long("/page", url="https://unknown.example/", form="csv").status_code == 404


def test_a_page_leads_to_its_own_lists(ask):
    """Those of its changes and findings, which page and sort, the file of its checks, and what archives read."""
    text = ask("/page", url=QUIET, oldest=1).text
    links = [html.unescape(one) for one in re.findall(r'href="([^"]+)"', text.split("<main")[1])]
    asked = quote(QUIET, safe="")
    assert f"/page?url={asked}&oldest=1&form=csv" in links
    for link in (f"/changes?page={asked}", f"/findings?page={asked}", f"/timemap/link/{QUIET}", f"/page?url={asked}"):
        assert link in links
        assert ask(link).status_code == 200
    assert text.index("version 1</a>") < text.index("version 2</a>")


def test_findings_that_are_not_shown_are_counted(tmp_path):
    """On the page and on the version, with the way to all of them."""
    with open_store(tmp_path) as store:
        store.archive.declare([Source(name="press", url="https://www.example.gov.cn/xwfb/")], START)
        page = Shelf(store).admit(QUIET, "页")
        text = " ".join(f"junk{number:03}" for number in range(53))
        findings = tuple(spam(text, quote=word, evidence={}) for word in text.split())
        article = Article(title="页", paragraphs=(text,))
        snap = snapshot(QUIET, START, b"1")
        store.archive.record(page, verdict(START, Outcome.NEW, article=article, snap=snap, findings=findings))
        ask = asker(create_app(store.history, clock=lambda: NOW))
        for path, query in (("/page", {"url": QUIET}), ("/version", {"url": QUIET, "n": 1})):
            answer = ask(path, **query)
            found = re.search(r'<a href="(/findings\?[^"]+)">and 3 other', answer.text)
            assert found
            assert "junk000" in ask(html.unescape(found[1]), oldest=1).text
            assert len(answer.content) < 100_000


@pytest.mark.parametrize("after", ["7", "nonsense", "1_1_1", "x" * 1000])
def test_a_place_that_no_part_gave_is_refused(ask, after):
    answer = ask("/page", url=QUIET, after=after)
    assert answer.status_code == 400
    assert "place in" in answer.text


def test_many_versions_are_chosen_by_number(long, ask):
    """A list of thousands helps nobody and is long on the wire."""
    many, few = long("/diff", url=LONG, a=3, b=140).text, ask("/diff", url=QUIET, a=1, b=2).text
    assert '<input type="number" name="b" value="140" min="1" max="150"' in many
    assert "<option" not in many.split('name="b"')[1].split("</label>")[0]
    assert '<option value="2" selected>2 · 2026-03-02 12:00</option>' in few


def test_side_by_side_marks_the_same_words(ask):
    """The old one left, the new one right; what differs is an element of its own, and not colour alone."""
    text = ask("/diff", url=QUIET, a=1, b=2, view="sides").text
    assert "<td>全市共有学校食堂<del>212</del>所，全部公开菜谱。</td>" in text
    assert "<td>全市共有学校食堂<ins>230</ins>所，全部公开菜谱。</td>" in text
    assert '<option value="sides" selected>' in text


def test_the_diff_says_how_much_it_means(ask):
    """As it was told when it happened; between others, as it would have been."""
    assert "significance 0.80" in words(ask("/diff", url=QUIET, a=1, b=2))
    assert "significance" in words(ask("/diff", url=QUIET, a=2, b=1))


def test_a_minor_change_is_told_as_one(tmp_path):
    with open_store(tmp_path) as store:
        ask = pair(store, "一，二。", "一, 二。", minor=True)
        assert "minor: only white space" in words(ask("/diff", url=QUIET, a=1, b=2))


def pair(store: Store, *texts: str, minor: bool = False):
    """A room with one page that said one text after the other."""
    store.archive.declare([Source(name="press", url="https://www.example.gov.cn/xwfb/")], START)
    page = Shelf(store).admit(QUIET, "页")
    for number, text in enumerate(texts):
        at = START + timedelta(hours=number)
        told = Change(before=number, after=number + 1, kind=ChangeKind.EDITED, minor=minor, summary="told")
        paragraphs = tuple(text.split("\n"))
        made = verdict(
            at,
            Outcome.CHANGED,
            article=Article(title="页", paragraphs=paragraphs),
            snap=snapshot(QUIET, at, text.encode()),
            changes=(told,),
        )
        store.archive.record(page, made)
    return asker(create_app(store.history, clock=lambda: NOW))


def test_two_long_versions_stay_small_on_the_wire_where_little_differs(tmp_path):
    """What did not change is folded; an ordinary notice of some pages is under what a slow line carries at once."""
    lines = [
        f"第{number}条　各单位应当认真贯彻执行本办法的有关规定，加强组织领导，落实工作责任。" for number in range(300)
    ]
    other = [*lines[:150], "新增一条，自公布之日起施行。", *lines[150:]]
    with open_store(tmp_path) as store:
        ask = pair(store, "\n".join(lines), "\n".join(other))
        for view in ("inline", "sides"):
            answer = ask("/diff", url=QUIET, a=1, b=2, view=view)
            assert "<ins>新增一条，自公布之日起施行。</ins>" in answer.text
            assert answer.text.count("<details>") == 2
            assert len(answer.content) < 100_000


def test_a_version_says_how_it_was_received_and_what_proves_it(ask):
    """Status, headers, digests, its link of the chain, and the commands that recompute and write the proof."""
    text = words(ask("/version", url=QUIET, n=2))
    for part in ("HTTP 200", "content-type", "text/html; charset=utf-8", "palimpsest evidence", "1..2", "of 2"):
        assert part in text
    assert re.search(r"link of the chain [0-9a-f]{64}", text)
    assert "palimpsest evidence" not in words(ask("/version", url=QUIET, n=1))


def test_a_command_is_one_word_of_a_shell(ask):
    """A hostile address that is copied into a terminal stays an address."""
    text = ask("/version", url=HOSTILE, n=2).text
    assert "<code>palimpsest verify &#39;https://www.example.gov.cn/xwfb/3.html?q=&#34;&gt;&lt;script&gt;" in text


def test_next_and_previous(ask):
    """From one version to its neighbours, and no further."""
    first, last = ask("/version", url=QUIET, n=1).text, ask("/version", url=QUIET, n=2).text
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev"' in last
    assert 'rel="next"' not in last


def test_a_page_that_moved_leads_on(tmp_path):
    """To where it went, there and here."""
    with open_store(tmp_path) as store:
        ask = pair(store, "一")
        at = START + timedelta(days=1)
        moved = Change(before=1, after=1, kind=ChangeKind.MOVED)
        gone = Verdict(
            outcome=Outcome.GONE,
            state=PageState.MOVED,
            at=at,
            next_check=at,
            status=301,
            changes=(moved,),
            moved_to=GONE,
        )
        store.archive.record(Page(url=QUIET, source="press"), gone)
        text = ask("/page", url=QUIET).text
        assert f'href="{GONE}" rel="noreferrer' in text
        assert f'href="/page?url={quote(GONE, safe="")}"' in text
