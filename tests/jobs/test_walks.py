"""Where an entry leads, walked over loopback: further pages, feeds, sitemaps in circles; and where not."""

from __future__ import annotations

import gzip

import pytest

from tests.jobs.conftest import Desk
from tests.jobs.site import Town
from tests.outside import Outside

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@pytest.fixture
def town(outside: Outside) -> Town:
    """Nine articles, and no list of them but what a test makes."""
    made = Town(outside)
    for number in range(1, 10):
        made.publish(number)
    return made


def watch(desk: Desk, town: Town, path: str, more: str = "") -> None:
    url = town.outside.url(path)
    desk.config.write_text(f'[[source]]\nname = "town"\nurl = "{url}"\nhost_delay = "0s"\n{more}', encoding="utf-8")


def rows(town: Town, numbers: range) -> str:
    items = "".join(
        f'<li><a href="{town.path(n)}">{town.title(n)}</a><span>2021-06-{n:02d}</span></li>' for n in numbers
    )
    return f'<ul class="list">{items}</ul>'


def page(main: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>通知公告_示例市</title>{head}</head>'
        f'<body><div class="nav"><a href="/">首页</a><a href="/zwgk/">政务公开</a></div>{main}</body></html>'
    )


def tracked(desk: Desk) -> set[str]:
    return {line["url"] for line in desk.json("pages")}


def urls(town: Town, numbers: range) -> set[str]:
    return {town.url(number) for number in numbers}


def test_a_last_page_of_one_item_is_no_page_of_its_own(desk: Desk, town: Town, outside: Outside) -> None:
    """By itself it looks like one; but it was reached as a page of a listing."""
    outside.page("/list.html", page(rows(town, range(2, 10)) + '<a href="list_2.html">下一页</a>'))
    prose = "<p>" + "本栏目发布本市各部门印发的通知公告，欢迎社会各界监督并提出意见和建议。" * 9 + "</p>"
    outside.page("/list_2.html", page(prose + rows(town, range(1, 2)) + '<a href="list.html">上一页</a>'))
    watch(desk, town, "/list.html")
    assert desk("check").status == 0
    assert tracked(desk) == urls(town, range(1, 10))


def test_a_page_that_is_not_there_is_the_end_where_only_a_pattern_named_it(
    desk: Desk, town: Town, outside: Outside
) -> None:
    outside.page("/list.html", page(rows(town, range(5, 10))))
    outside.page("/list_1.html", page(rows(town, range(1, 5))))
    watch(desk, town, "/list.html", 'next = "list_{n}.html"\nkind = "listing"\n')
    assert desk("check").status == 0
    assert tracked(desk) == urls(town, range(1, 10))
    assert "/list_2.html" in outside.paths


def test_hanweb_groups_are_walked_to_the_last_of_one_record(desk: Desk, town: Town, outside: Outside) -> None:
    """The page holds the first group of its records as data, and names where the next is served, as XML."""

    def island(numbers: range, following: str) -> str:
        records = "".join(
            f"<record><![CDATA[<li><a href='{town.path(n)}'>{town.title(n)}</a><b>2021-06-{n:02d}</b></li>]]></record>"
            for n in numbers
        )
        group = f'<nextgroup><![CDATA[<a href="{following}"></a>]]></nextgroup>' if following else ""
        return f"<datastore>{group}<recordset>{records}</recordset></datastore>"

    proxy = "/module/web/jpage/dataproxy.jsp"
    drawn = f'<div id="list"><script type="text/xml">{island(range(6, 10), f"{proxy}?page=1&amp;col=7")}</script></div>'
    outside.page("/col/col7/index.html", page(drawn))
    xml = '<?xml version="1.0" encoding="utf-8"?>'
    outside.page(f"{proxy}?page=1&col=7", xml + island(range(2, 6), f"{proxy}?page=2&col=7"), content_type="text/xml")
    outside.page(f"{proxy}?page=2&col=7", xml + island(range(1, 2), ""), content_type="text/xml")
    watch(desk, town, "/col/col7/index.html")
    assert desk("check").status == 0
    assert tracked(desk) == urls(town, range(1, 10))


def test_a_title_cut_in_the_list_is_whole_once_its_page_was_read(desk: Desk, town: Town, outside: Outside) -> None:
    rows = "".join(
        f'<li><a href="{town.path(n)}">{town.title(n)[:11]}…</a><span>刚刚</span></li>' for n in range(1, 10)
    )
    outside.page("/list.html", page(f"<ul>{rows}</ul>"))
    watch(desk, town, "/list.html")
    assert desk("check").status == 0
    assert {line["title"] for line in desk.json("pages")} == {town.title(n) for n in range(1, 10)}


def test_a_listing_drawn_by_scripts_is_read_from_the_feed_it_names(desk: Desk, town: Town, outside: Outside) -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
    outside.page("/list.html", page('<div id="app"></div>', head), etag='"1"')
    watch(desk, town, "/list.html", 'kind = "listing"\n')

    def feed(numbers: range) -> None:
        items = "".join(f"<item><title>{town.title(n)}</title><link>{town.url(n)}</link></item>" for n in numbers)
        outside.page("/rss.xml", f'<rss version="2.0"><channel><title>通知</title>{items}</channel></rss>', etag='"1"')

    feed(range(3, 6))
    assert desk("check").status == 0
    assert tracked(desk) == urls(town, range(3, 6))
    feed(range(3, 8))
    assert desk("check", "--all").status == 0
    assert tracked(desk) == urls(town, range(3, 8))
    outside.page("/rss.xml", "<html>down</html>")
    assert desk("check", "--all").status == 1
    (source,) = desk.json("sources")
    assert source["failures"] == 1


def test_a_listing_with_links_of_its_own_does_not_need_the_feed_it_names(
    desk: Desk, town: Town, outside: Outside
) -> None:
    head = '<link rel="alternate" type="application/atom+xml" href="/atom.xml">'
    outside.page("/list.html", page(rows(town, range(1, 10)), head))
    watch(desk, town, "/list.html")
    assert desk("check").status == 0
    assert "/atom.xml" not in outside.paths


def index(*locations: str) -> str:
    return (
        f"<sitemapindex {NAMESPACE}>"
        + "".join(f"<sitemap><loc>{one}</loc></sitemap>" for one in locations)
        + ("</sitemapindex>")
    )


def urlset(*locations: str) -> str:
    return f"<urlset {NAMESPACE}>" + "".join(f"<url><loc>{one}</loc></url>" for one in locations) + "</urlset>"


def test_sitemaps_in_circles_are_walked_once(desk: Desk, town: Town, outside: Outside) -> None:
    here = outside.url
    outside.page("/a.xml", index(here("/b.xml"), here("/a.xml"), here("/c.xml.gz")))
    outside.page("/b.xml", index(here("/a.xml"), here("/b.xml#x"), here("/d.xml"), here("/missing.xml")))
    outside.page("/c.xml.gz", gzip.compress(urlset(town.url(1), town.url(2)).encode()), content_type="application/gzip")
    outside.page("/d.xml", urlset(town.url(3)), headers=[("X", "y")])
    watch(desk, town, "/a.xml")
    answered = desk("check")
    assert answered.status == 1
    assert "missing.xml" in answered.err
    assert tracked(desk) == urls(town, range(1, 4))
    assert [outside.paths.count(path) for path in ("/a.xml", "/b.xml", "/c.xml.gz", "/d.xml")] == [1] * 4


def test_an_index_whose_sitemaps_are_all_gone_is_a_failing_source(desk: Desk, town: Town, outside: Outside) -> None:
    """It still answers, and names them; but nothing new would ever be found."""
    outside.page("/a.xml", index(outside.url("/b.xml"), outside.url("/c.xml")))
    outside.page("/b.xml", urlset(town.url(1)))
    outside.page("/c.xml", urlset(town.url(2)))
    watch(desk, town, "/a.xml")
    assert desk("check").status == 0
    for path in ("/b.xml", "/c.xml"):
        outside.page(path, "not here", status=404)
    for failures in (1, 2):
        assert desk("check", "--all").status == 1
        (source,) = desk.json("sources")
        assert source["failures"] == failures
        assert "404" in source["detail"]


def test_an_entry_leads_to_no_other_host(desk: Desk, town: Town, outside: Outside) -> None:
    """Only its own host was leased for the visit; another source may be there, or another process."""
    with Outside(host="127.0.0.2") as other:
        other.page("/s.xml", urlset(town.url(2)))
        other.page("/rss.xml", "<rss version='2.0'><channel></channel></rss>")
        outside.page("/a.xml", index(other.url("/s.xml"), outside.url("/b.xml")))
        outside.page("/b.xml", urlset(town.url(1)))
        watch(desk, town, "/a.xml")
        assert desk("check").status == 0
        assert tracked(desk) == urls(town, range(1, 2))
        link = f'<link rel="alternate" type="application/rss+xml" href="{other.url("/rss.xml")}">'
        outside.page("/list.html", page('<div id="app"></div>', link))
        watch(desk, town, "/list.html", 'kind = "listing"\n')
        assert desk("check", "--all").status == 1
        entry = f'<entry><link href="{town.url(1)}"/></entry><link rel="next" href="{other.url("/rss.xml")}"/>'
        outside.page("/atom.xml", f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>')
        watch(desk, town, "/atom.xml")
        assert desk("check", "--all").status == 0
        assert other.requests == []
