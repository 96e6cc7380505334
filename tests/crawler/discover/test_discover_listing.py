"""Listings found by themselves, whatever markup they are drawn in, and told from articles with busy sidebars."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.discover import DISCOVERERS, discover
from crawler.model import Link
from tests.crawler.discover.entries import (
    ENTRY,
    FOOTER,
    MENU,
    PROSE,
    SITE,
    SOURCE,
    article_url,
    day,
    headline,
    html,
    items,
    listing,
    snapshot,
)


def expected(count: int, first: int = 0) -> list[Link]:
    return [Link(url=SITE + article_url(n), title=headline(n), date_text=day(n)) for n in range(first, first + count)]


def test_list_items_with_dates_are_the_listing_and_menus_are_not() -> None:
    """The commonest form: exactly the articles, in order, each with its title and date; no menu, no friend links."""
    found = discover(snapshot(listing(12)), SOURCE)
    assert found.kind == "listing"
    assert list(found.links) == expected(12)
    assert found.title == "新闻发布_某某市人民政府"
    assert "12 article links, 12 of them dated" in found.why


ROWS = {
    "table": (
        "<table><tbody>{}</tbody></table>",
        '<tr><td class="n">·</td><td><a href="{u}">{t}</a></td><td>{d}</td></tr>',
    ),
    "definition list": ("<dl>{}</dl>", '<dt><a href="{u}">{t}</a></dt><dd>{d}</dd>'),
    "flat paragraphs": ("<div>{}</div>", '<p><span>{d}</span><a href="{u}">{t}</a></p>'),
    "date inside the link": ("<ul>{}</ul>", '<li><a href="{u}"><em>{t}</em><i>{d}</i></a></li>'),
    "date glued to the headline": ("<ul>{}</ul>", '<li><a href="{u}">{t} [{d}]</a></li>'),
    "column name before the headline": (
        "<ul>{}</ul>",
        '<li><a href="/xwfb/bm/">[部门动态]</a><a href="{u}">{t}</a><b>{d}</b></li>',
    ),
    "picture and headline": (
        "<ul>{}</ul>",
        '<li><a href="{u}"><img src="/p.jpg"></a><h3><a href="{u}">{t}</a></h3><p>会议要求，各级各部门要提高站位，'
        "压实责任，细化措施，确保年度目标任务圆满完成。</p><span>{d}</span></li>",
    ),
    "cards": (
        '<div class="cards">{}</div>',
        '<a class="card" href="{u}"><h3 class="title">{t}</h3>'
        "<p>会议要求，各级各部门要提高站位，压实责任，细化措施。</p><span>{d}</span></a>",
    ),
}


@pytest.mark.parametrize("form", ROWS)
def test_any_markup_of_rows_is_read(form: str) -> None:
    """The same twelve articles come out of every way in which rows are drawn."""
    frame, row = ROWS[form]
    rows = "".join(row.format(u=article_url(n), t=headline(n), d=day(n)) for n in range(12))
    found = discover(snapshot(html(frame.format(rows))), SOURCE)
    assert found.kind == "listing"
    assert list(found.links) == expected(12)


@pytest.mark.parametrize(
    "shown",
    [
        "2026-03-11",
        "2026/3/11",
        "2026年3月11日",
        "2026.03.11",
        "03-11",
        "3月11日",
        "昨天",
        "刚刚",
        "今天 08:30",
        "今天上午",
        "周三",
        "3小时前",
        "半小时前",
        "两天以前",
        "二〇二六年三月十一日",
        "Yesterday at 10:30",
        "5 days ago",
        "Mar 11, 2026",
    ],
)
def test_dates_are_kept_as_shown(shown: str) -> None:
    """Every way of writing a date is recognised beside its link and handed on as it stands, brackets off."""
    rows = "".join(f'<li><a href="{article_url(n)}">{headline(n)}</a><span>[{shown}]</span></li>' for n in range(8))
    found = discover(snapshot(html(f"<ul>{rows}</ul>")), SOURCE)
    assert [link.date_text for link in found.links] == [shown] * 8


def test_day_drawn_above_its_month_is_one_date() -> None:
    """Calendars sheets show the day large and the month small; neither half alone is a date."""
    rows = "".join(
        f'<li><div class="date"><b>{n + 1:02}</b><span>2026-03</span></div>'
        f'<a href="{article_url(n)}">{headline(n)}</a></li>'
        for n in range(8)
    )
    found = discover(snapshot(html(f"<ul>{rows}</ul>")), SOURCE)
    assert [link.date_text for link in found.links] == [f"{n + 1:02} 2026-03" for n in range(8)]


def test_day_named_in_a_headline_is_not_the_date_beside_it() -> None:
    """ "3月1日新增…" was published on the day after; the cell of its own says when."""
    rows = "".join(
        f'<li><a href="{article_url(n)}">2026年3月{n + 1}日全市空气质量通报发布</a><span>2026-03-{n + 2:02}</span></li>'
        for n in range(8)
    )
    found = discover(snapshot(html(f"<ul>{rows}</ul>")), SOURCE)
    assert [link.date_text for link in found.links] == [f"2026-03-{n + 2:02}" for n in range(8)]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="{u}" title="{t}">{cut}…</a>',
        '<a href="{u}" title="{t}">{cut} ......</a>',
        '<a href="{u}" title="{t}">{cut}。。。</a>',
        '<a href="{u}" title="{t}">{cut}···</a>',
        '<a href="{u}" title="{t}">{cut}</a>',
        '<a href="{u}" title="{t}">· {cut}…</a>',
        '<a href="{u}" title="{t}">{cut}…{end}</a>',
        '<a href="{u}" title="标题：{t}&#10;发布时间：2026-03-01">{cut}...</a>',
        '<a href="{u}"><span title="{t}">{cut}...</span></a>',
    ],
)
def test_title_cut_in_the_list_is_taken_whole_from_the_attribute(link: str) -> None:
    """The list shows the beginning, mostly with an ellipsis; the title attribute has the rest, and may say more."""
    rows = "".join(
        f"<li>{link}<span>{day(n)}</span></li>".format(
            u=article_url(n), t=headline(n), cut=headline(n)[:12], end=headline(n)[-3:]
        )
        for n in range(8)
    )
    assert list(discover(snapshot(html(f"<ul>{rows}</ul>")), SOURCE).links) == expected(8)


@pytest.mark.parametrize("hint", ["点击查看详情", "", "全市…", "另一条完全不同而且更长的标题在此"])
def test_a_title_attribute_that_is_not_the_title_is_left_alone(hint: str) -> None:
    rows = "".join(
        f'<li><a href="{article_url(n)}" title="{hint}">{headline(n)}…</a><span>{day(n)}</span></li>' for n in range(8)
    )
    found = discover(snapshot(html(f"<ul>{rows}</ul>")), SOURCE)
    assert [link.title for link in found.links] == [f"{headline(n)}…" for n in range(8)]


def test_sidebar_of_recent_news_loses_to_the_list() -> None:
    """A sidebar of dated links on a listing is not part of the listing."""
    side = f'<div class="right"><h3>热点新闻</h3><ul class="hot">{items(8, first=500)}</ul></div>'
    found = discover(snapshot(html(f'<div class="left"><ul class="news">{items(20)}</ul></div>{side}')), SOURCE)
    assert list(found.links) == expected(20)


def test_article_with_a_sidebar_of_forty_dated_links_is_a_page() -> None:
    """Text of its own outweighs any number of dated links beside it."""
    main = f'<h1>{headline(999)}</h1><p>发布时间：2026-03-11 来源：市政府办公室</p><div id="zoom">{PROSE}</div>'
    side = f'<div class="right"><ul>{items(40)}</ul></div>'
    found = discover(snapshot(html(main + side, title=f"{headline(999)}_某某市人民政府")), SOURCE)
    assert found.kind == "page"
    assert [link.url for link in found.links] == [ENTRY]


def test_article_whose_text_is_short_is_a_page_by_its_meta_tags() -> None:
    """A notice of one sentence with an attachment is an article where the standard's ArticleTitle says so."""
    head = f'<meta name="ArticleTitle" content="{headline(1)}"><meta name="PubDate" content="2026-03-11 10:00">'
    main = f'<h1>{headline(1)}</h1><p>详见附件。</p><div class="right"><ul>{items(15)}</ul></div>'
    assert discover(snapshot(html(main, head=head)), SOURCE).kind == "page"


def test_paragraphs_full_of_links_are_an_article() -> None:
    """Links inside running text are not items of a list, however many there are."""
    text = "".join(
        f'<p>根据市委市政府的统一部署和年度工作安排，各县区按照<a href="{article_url(n)}">'
        f"{headline(n)}</a>的要求开展工作。</p>"
        for n in range(15)
    )
    assert discover(snapshot(html(f"<h1>综述</h1>{text}")), SOURCE).kind == "page"


def test_front_page_yields_all_its_blocks() -> None:
    """Where no block dominates, every block of articles belongs to the entry."""
    blocks = "".join(
        f'<div class="b{name}"><h2>{name}</h2><ul class="list-{name}">{items(7, first=start)}</ul></div>'
        for start, name in ((0, "yaowen"), (100, "zhengce"), (200, "gonggao"))
    )
    found = discover(snapshot(html(blocks)), SOURCE)
    assert found.kind == "listing"
    assert list(found.links) == [*expected(7), *expected(7, 100), *expected(7, 200)]


def test_first_item_in_bold_still_belongs_to_the_list() -> None:
    """Lists draw their newest item otherwise; it is the one that matters most."""
    link = f'<a class="red" href="{article_url(50)}">{headline(50)}</a>'
    first = f'<li><strong class="top1">{link}</strong><span>{day(50)}</span></li>'
    found = discover(snapshot(html(f'<ul class="l">{first}{items(9)}</ul>')), SOURCE)
    assert list(found.links) == [*expected(1, 50), *expected(9)]


def test_lists_cut_into_several_ul_are_one_list() -> None:
    """Content management systems close the <ul> after every fifth item."""
    main = "".join(f'<ul class="l">{items(5, first=start)}</ul><div class="line"></div>' for start in (0, 5, 10, 15))
    assert list(discover(snapshot(html(main)), SOURCE).links) == expected(20)


def test_base_href_is_what_links_count_from() -> None:
    found = discover(snapshot(html(f"<ul>{items(6)}</ul>", head='<base href="https://cdn.example.gov.cn/a/">')), SOURCE)
    assert found.links[0].url == "https://cdn.example.gov.cn" + article_url(0)


def test_include_and_exclude_are_applied() -> None:
    """`include` keeps what holds one of its parts, `exclude` takes out; a star stands for anything."""
    source = replace(SOURCE, include=("/xwfb/",), exclude=("t20260303_", "/202603/*770004"))
    urls = [link.url for link in discover(snapshot(listing(6)), source).links]
    assert urls == [SITE + article_url(n) for n in (0, 1, 3, 5)]
    assert discover(snapshot(listing(6)), replace(SOURCE, include=("/zwgk/",))).links == ()


def test_configured_selector_decides_alone() -> None:
    """With `links` exactly what it matches counts, also where the page's own block would be another."""
    main = (
        f'<ul class="a">{items(15)}</ul><ul class="b">{items(2, first=100)}<li><a href="/xwfb/more/">更多</a></li></ul>'
    )
    found = discover(snapshot(html(main)), replace(SOURCE, links="ul.b li"))
    assert found.kind == "listing"
    assert list(found.links) == [*expected(2, 100), Link(url=f"{SITE}/xwfb/more/", title="更多")]
    anchors = discover(snapshot(html(main)), replace(SOURCE, links="ul.b li a"))
    assert anchors.links == found.links
    assert discover(snapshot(html(main)), replace(SOURCE, links="p:::nonsense[")).links == ()


def test_configured_kind_is_obeyed() -> None:
    """A listing declared as a page is a page; an article declared as a listing is a listing, if an empty one."""
    assert discover(snapshot(listing()), replace(SOURCE, kind="page")).kind == "page"
    empty = discover(snapshot(html(f"<h1>{headline(3)}</h1>{PROSE}")), replace(SOURCE, kind="listing"))
    assert (empty.kind, empty.links) == ("listing", ())
    assert "no article links" in empty.why


def test_page_without_a_list_gives_a_declared_listing_nothing() -> None:
    """A known listing that answers with an error page has no links: its menu must not be taken for articles."""
    main = '<div class="box"><p>抱歉，您访问的页面不存在。</p><a href="/xwfb/bmdt/">部门动态信息</a></div>'
    assert discover(snapshot(html(main)), replace(SOURCE, kind="listing")).links == ()


def test_short_titles_beside_dates_count_where_a_listing_is_declared() -> None:
    """A board's "Agenda" and "Minutes" are no headlines, but whoever declares the listing wants them."""
    rows = "".join(f'<tr><td>{day(n)}</td><td><a href="/docs/{n}a.pdf">Agenda</a></td></tr>' for n in range(9))
    found = discover(snapshot(html(f"<table>{rows}</table>")), replace(SOURCE, kind="listing"))
    assert [(link.title, link.date_text) for link in found.links] == [("Agenda", day(n)) for n in range(9)]


def test_listing_of_two_items_is_still_a_listing() -> None:
    """A new column starts small."""
    found = discover(snapshot(listing(2)), SOURCE)
    assert list(found.links) == expected(2)


def test_page_names_its_feeds() -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
        '<link rel="alternate" hreflang="en" href="/en/">'
        '<link rel="alternate" type="application/atom+xml; charset=utf-8" href="atom.xml">'
    )
    found = discover(snapshot(html(f"<ul>{items(8)}</ul>", head=head)), SOURCE)
    assert found.feeds == (f"{SITE}/rss.xml", f"{SITE}/xwfb/atom.xml")


def test_scripts_and_mail_are_not_links() -> None:
    rows = "".join(
        f'<li><a href="{href}">{headline(n)}</a><span>{day(n)}</span></li>'
        for n, href in enumerate(
            ["javascript:void(0)", "JavaScript:open(1)", "mailto:a@b.cn", "#top", "tel:1", "data:,x", "ftp://x/y"]
        )
    )
    found = discover(snapshot(html(f"<ul>{rows}{items(6, first=20)}</ul>")), SOURCE)
    assert list(found.links) == expected(6, 20)


def test_hanweb_records_in_the_page_are_its_links() -> None:
    """hanweb's lists are CDATA records in a script, drawn by the visitor's browser; the next group is the next page."""
    records = "".join(
        f"<record><![CDATA[<li><a href='{article_url(n)}' title='{headline(n)}'>{headline(n)[:10]}...</a>"
        f"<span>{day(n)}</span></li>]]></record>"
        for n in range(10)
    )
    island = (
        '<script type="text/xml"><datastore><nextgroup><![CDATA[<a href="/module/jpage/dataproxy.jsp?page=2&amp;col=1">'
        f"</a>]]></nextgroup><recordset>{records}</recordset></datastore></script>"
    )
    found = discover(snapshot(html(f'<div id="list">{island}</div>')), SOURCE)
    assert found.kind == "listing"
    assert list(found.links) == expected(10)
    assert found.next == (f"{SITE}/module/jpage/dataproxy.jsp?page=2&col=1",)


def test_english_listing_without_dates_or_numbers() -> None:
    """Slugs and headlines are enough."""
    rows = "".join(
        f'<article><h3><a href="/news/council-approves-plan-for-district-{word}">'
        f"Council approves plan for the {word} district</a></h3>"
        "<p>The decision follows a public hearing.</p></article>"
        for word in ("north", "south", "east", "west", "harbour", "market", "river")
    )
    found = discover(
        snapshot(f"<html><head><title>News</title></head><body>{MENU}<main>{rows}</main>{FOOTER}</body></html>"), SOURCE
    )
    assert found.kind == "listing"
    assert [link.title for link in found.links][:2] == [
        "Council approves plan for the north district",
        "Council approves plan for the south district",
    ]
    assert len(found.links) == 7


def test_every_kind_has_one_reader_in_the_list() -> None:
    """The visible list is what `discover` goes by: a kind added to it is a kind that works."""
    assert [discoverer.kind for discoverer in DISCOVERERS] == ["sitemap", "feed", "listing", "page", "json"]
    for discoverer in DISCOVERERS:
        assert discover(snapshot(listing()), replace(SOURCE, kind=discoverer.kind)).kind == discoverer.kind


@pytest.mark.parametrize("links", [None, ".main ul li a"])
def test_a_query_in_han_is_sent_in_the_charset_of_its_page(links: str | None) -> None:
    """As browsers do; the path is UTF-8 everywhere. What is escaped already stays as it is."""
    rows = "".join(
        f'<li><a href="/新闻/show.asp?col=政策&q=%D5%FE&id=77{n}">{headline(n)}</a><span>{day(n)}</span></li>'
        for n in range(8)
    )
    page = html(f"<ul>{rows}</ul><a href='list.asp?col=政策&page=2'>下一页</a>").replace(
        'charset="utf-8"', 'charset="gb2312"'
    )
    found = discover(
        snapshot(page.encode("gb18030"), content_type="text/html"), replace(SOURCE, kind="listing", links=links)
    )
    path = "/%E6%96%B0%E9%97%BB/show.asp"
    assert [link.url for link in found.links] == [f"{SITE}{path}?col=%D5%FE%B2%DF&q=%D5%FE&id=77{n}" for n in range(8)]
    assert found.next == (f"{SITE}/xwfb/list.asp?col=%D5%FE%B2%DF&page=2",)
    utf8 = discover(snapshot(html(f"<ul>{rows}</ul>")), replace(SOURCE, links=links))
    assert utf8.links[0].url == f"{SITE}{path}?col=%E6%94%BF%E7%AD%96&q=%D5%FE&id=770"
