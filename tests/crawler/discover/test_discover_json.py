"""Lists served as JSON, as sources.toml declares them; whatever else comes in their place is named."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest

from crawler.discover import Discovery, discover
from crawler.model import JsonList, Link, Source
from tests.crawler.discover.entries import SITE, article_url, headline, snapshot

API = f"{SITE}/api/list?page=1&size=20"
DECLARED = JsonList(items="data.list", link="url", title="title", date="publishTime")
SOURCE = Source(name="api", url=API, kind="json", json=DECLARED, next="/api/list?page={n}&size=20")


def rows(count: int, **more: Any) -> list[dict[str, Any]]:
    return [
        {"url": article_url(n), "title": headline(n), "publishTime": "2026-03-11 08:30:00", **more}
        for n in range(count)
    ]


def read(body: object, source: Source = SOURCE, url: str = API, content_type: str = "application/json") -> Discovery:
    raw = body if isinstance(body, str | bytes) else json.dumps(body, ensure_ascii=False)
    return discover(snapshot(raw, url, content_type), source)


def data(items: object) -> dict[str, Any]:
    return {"code": 200, "data": {"total": 99, "list": items}}


def declared(**keys: str) -> Source:
    return replace(SOURCE, json=replace(DECLARED, **keys))


def test_items_become_links_with_title_and_date() -> None:
    found = read(data(rows(3)))
    assert (found.kind, found.next) == ("json", (f"{SITE}/api/list?page=2&size=20",))
    assert found.links == tuple(
        Link(url=SITE + article_url(n), title=headline(n), date_text="2026-03-11 08:30:00") for n in range(3)
    )
    assert "3 links" in found.why


@pytest.mark.parametrize(
    ("path", "body"),
    [("", rows(2)), ("0.rows", [{"rows": rows(2)}]), ("page.content", {"page": {"content": rows(2)}})],
)
def test_the_list_may_stand_anywhere(path: str, body: object) -> None:
    assert len(read(body, declared(items=path)).links) == 2


def test_a_link_may_be_made_of_fields() -> None:
    items = [{"id": 77, "col": {"code": "tzgg"}}, {"id": 78}, {"col": {"code": "x"}, "id": None}]
    found = read(data(items), declared(link="/{col.code}/{id}.html"))
    assert [link.url for link in found.links] == [f"{SITE}/tzgg/77.html"]
    assert "2 more without a link" in found.why


def test_items_that_are_lists_are_read_by_place() -> None:
    found = read(data([["一号通知", "/a/1.html"], ["二号通知", "/a/2.html"]]), declared(link="1", title="0"))
    assert [(link.url, link.title) for link in found.links] == [
        (f"{SITE}/a/1.html", "一号通知"),
        (f"{SITE}/a/2.html", "二号通知"),
    ]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-03-11", "2026-03-11"),
        ("2026-03-11T08:30:00+08:00", "2026-03-11T08:30:00+08:00"),
        ("2026年3月11日", "2026年3月11日"),
        ("3小时前", "3小时前"),
        (1773189000, "2026-03-11 08:30"),
        (1773189000000, "2026-03-11 08:30"),
        ("1773189000000", "2026-03-11 08:30"),
        (1773189000.5, "2026-03-11 08:30"),
        ("/Date(1773189000000+0800)/", "2026-03-11 08:30"),
        (20260311, "2026-03-11"),
        ("20260311083000", "2026-03-11 08:30"),
        ([2026, 3, 11, 8, 30, 0], "2026-03-11 08:30"),
        ([2026, 3, 11], "2026-03-11"),
        (None, None),
        (True, None),
        ("  ", None),
        ({"no": "date"}, None),
        (float("inf"), "inf"),
        (-99999999999, None),
    ],
)
def test_dates_of_every_make_are_shown_as_a_person_reads_them(written: object, shown: str | None) -> None:
    """Numbers count from 1970, in the time of the source."""
    (link,) = read(data(rows(1, publishTime=written))).links
    assert link.date_text == shown


def test_marks_of_a_search_are_taken_out_of_titles() -> None:
    (link,) = read(data(rows(1, title="关于<em>食堂</em>采购 &amp; 配送的通知"))).links
    assert link.title == "关于食堂采购 & 配送的通知"


@pytest.mark.parametrize("key", ["url", "title", "publishTime"])
@pytest.mark.parametrize("value", [None, "", [], {}, False])
def test_an_item_without_a_field_is_an_item_without_it(key: str, value: object) -> None:
    """Without a title or date it is still a link; without a link it is none."""
    items = [*rows(1), {**rows(2)[1], key: value}]
    assert len(read(data(items)).links) == (1 if key == "url" else 2)
    del items[1][key]
    assert len(read(data(items)).links) == (1 if key == "url" else 2)


@pytest.mark.parametrize(
    "frame",
    [
        "\ufeff{}",
        "callback({});",
        "/**/ jQuery1113_1700({})",
        " window.parent.show({}) ;\n",
        "var list = {};",
        ")]}}',\n{}",
        "while(1);{}",
    ],
)
def test_what_stands_around_the_json_does_not_matter(frame: str) -> None:
    body = frame.format(json.dumps(data(rows(2))))
    assert len(read(body, content_type="text/javascript").links) == 2


def test_strings_with_signs_of_a_call_are_strings() -> None:
    assert len(read(json.dumps(["a=b(", *rows(1)]), declared(items="")).links) == 1


@pytest.mark.parametrize(
    ("charset", "content_type"),
    [("gb18030", "application/json; charset=gbk"), ("utf-16", "application/json"), ("utf-8", "text/html")],
)
def test_any_charset_is_read_and_no_meta_inside_a_value_decides(charset: str, content_type: str) -> None:
    items = rows(3, content='<meta charset="big5"><p>正文</p>', title="朱镕基同志题词")
    body = json.dumps(data(items), ensure_ascii=False).encode(charset)
    found = read(body, content_type=content_type)
    assert [link.title for link in found.links] == ["朱镕基同志题词"] * 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no JSON"),
        ("<html><body>系统升级中</body></html>", "系统升级中"),
        ('{"data": {"list": [', "no JSON"),
        ("{} {}", "after the JSON"),
        ({"code": 500, "msg": "error"}, "the answer has no `data`: it has code, msg"),
        ({"data": {"rows": []}}, "`data` has no `list`: it has rows"),
        ({"data": None}, "the answer has no `data`"),
        ({"data": {"list": None}}, "`data` has no `list`"),
        ({"data": {"list": {"a": 1}}}, "no list: it has a"),
        ({"data": {"list": "nothing"}}, 'no list: it is "nothing"'),
        (data([]), "without items"),
        (data([{"href": "/a"}, 3]), "none of which has a link at `url`: the first has href"),
        ("[" * 200_000, "too deeply"),
        ('{"a":' * 100_000, "too deeply"),
        ("1" * 10_000, "no JSON"),
    ],
)
def test_what_is_not_the_list_yields_nothing_and_says_what_it_is(body: object, said: str) -> None:
    found = read(body)
    assert (found.kind, found.links, found.next) == ("json", (), ())
    assert said in found.why


@pytest.mark.parametrize(("size", "cap"), [(20_000_000, "8,388,608"), (2_300_000, "500,000")])
def test_json_larger_than_any_list_is_not_parsed(size: int, cap: str) -> None:
    """Sixty megabytes of nothing would become a gigabyte of objects, and seven a hundred and fifty."""
    body = b"[" + b"[]," * size + b"[]]"
    tracemalloc.start()
    try:
        found = read(body, declared(items=""))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert cap in found.why
    assert peak < 8 << 20


def test_it_goes_on_page_by_page_while_there_are_items() -> None:
    assert read(data(rows(1)), url=f"{SITE}/api/list?page=9&size=20").next == (f"{SITE}/api/list?page=10&size=20",)
    assert read(data([])).next == ()
    assert read(data(rows(1)), replace(SOURCE, next=None)).next == ()
    offset = replace(SOURCE, next="/api/list?start={n+20}")
    assert read(data(rows(1)), offset, f"{SITE}/api/list?start=0").next == (f"{SITE}/api/list?start=20",)
    assert read(data(rows(1)), offset, f"{SITE}/api/list").next == (f"{SITE}/api/list?start=20",)


def test_include_and_exclude_apply() -> None:
    found = read(data(rows(3)), replace(SOURCE, exclude=(article_url(1),)))
    assert len(found.links) == 2


def test_what_is_declared_no_more_is_said() -> None:
    found = read(data(rows(2)), replace(SOURCE, json=None))
    assert found.links == ()
    assert "no longer" in found.why
