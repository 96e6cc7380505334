"""Where a listing goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.discover import discover
from tests.crawler.discover.entries import ENTRY, SITE, SOURCE, listing, snapshot


def onward(after: str, url: str = ENTRY, next: str | None = None) -> tuple[str, ...]:
    return discover(snapshot(listing(after=after), url), replace(SOURCE, kind="listing", next=next)).next


@pytest.mark.parametrize(
    "link",
    [
        '<a href="index_2.html">下一页</a>',
        '<a href="index_2.html">下一页 &gt;</a>',
        '<a href="index_2.html"> [下页] </a>',
        '<a href="index_2.html">Next »</a>',
        '<a href="index_2.html" title="下一页"><i class="icon"></i></a>',
        '<a href="index_3.html">3</a><a href="index_2.html" rel="next">more</a>',
        '<a href="index_1.html">1</a><a href="index_2.html">2</a><a href="index_2.html">&gt;</a>',
        '<a href="#">1</a><a href="index_3.html">3</a><a href="index_2.html">2</a>',
    ],
)
def test_next_link_is_found_by_what_it_says(link: str) -> None:
    assert onward(f'<div class="page">{link}</div>', f"{SITE}/xwfb/index_1.html") == (f"{SITE}/xwfb/index_2.html",)


def test_numbered_queries_go_on_one_by_one() -> None:
    """From page 2 of ?page= the next is 3, not 1 and not the last."""
    pager = "".join(f'<a href="?col=7&page={n}">{n}</a>' for n in (1, 2, 3, 4, 90))
    assert onward(pager, f"{SITE}/list.jsp?col=7&page=2") == (f"{SITE}/list.jsp?col=7&page=3",)
    assert onward(pager, f"{SITE}/list.jsp?col=7") == (f"{SITE}/list.jsp?col=7&page=1",)


def test_create_page_html_declares_every_page() -> None:
    """TRS draws its pager by script: the count is declared, so every further page is named, from here on."""
    script = '<script>createPageHTML(4, 0, "index", "html");</script>'
    assert onward(script) == tuple(f"{SITE}/xwfb/index_{n}.html" for n in (1, 2, 3))
    script = '<script>createPageHTML(4, 2, "index", "html");</script>'
    assert onward(script, f"{SITE}/xwfb/index_2.html") == (f"{SITE}/xwfb/index_3.html",)
    script = '<script>createPageHTML(4, 3, "index", "html");</script>'
    assert onward(script, f"{SITE}/xwfb/index_3.html") == ()


def test_create_page_html_of_the_other_kind_counts_from_one() -> None:
    """The same name in another CMS: the element to draw it in comes first, and the second page is number 2."""
    script = "<script>createPageHTML('page_div', 4, 1, 'list', 'shtml', 73);</script>"
    assert onward(script, f"{SITE}/xwfb/list.shtml") == tuple(f"{SITE}/xwfb/list_{n}.shtml" for n in (2, 3, 4))
    script = "<script>createPageHTML('page_div', 4, 3, 'list', 'shtml', 73);</script>"
    assert onward(script, f"{SITE}/xwfb/list_3.shtml") == (f"{SITE}/xwfb/list_4.shtml",)
    script = "<script>createPageHTML('page_div', 1, 1, 'list', 'shtml', 7);</script>"
    assert onward(script, f"{SITE}/xwfb/list.shtml") == ()


def test_declared_count_is_capped() -> None:
    """A page that claims a million pages gets a thousand."""
    assert len(onward('<script>createPageHTML(999999, 0, "index", "html")</script>')) <= 1000
    assert len(onward("<script>createPageHTML('d', 999999, 1, 'index', 'html')</script>")) <= 1000


def test_last_page_goes_nowhere() -> None:
    """The pager's dead link points at the page itself."""
    assert (
        onward('<a href="index_1.html">上一页</a><a href="index_2.html">下一页</a>', f"{SITE}/xwfb/index_2.html") == ()
    )


@pytest.mark.parametrize(
    "link",
    [
        '<a href="https://elsewhere.example.org/index_2.html">下一页</a>',
        '<a href="javascript:goto(2)">下一页</a>',
        '<a href="mailto:x@y.cn">下一页</a>',
        '<a href="/xwfb/2026/next.html">下一篇</a>',
    ],
)
def test_other_sites_scripts_and_the_next_article_are_not_the_next_page(link: str) -> None:
    assert onward(link) == ()


def test_configured_selector_beats_what_the_page_suggests() -> None:
    pager = '<a class="n" href="page/5.html">older</a><a href="index_2.html">下一页</a>'
    assert onward(pager, next="a.n") == (f"{SITE}/xwfb/page/5.html",)
    assert onward(pager, next="a.missing") == ()


def test_configured_template_counts_on_from_the_current_page() -> None:
    """`index_{n}.html` yields just the page after this one."""
    assert onward("", next="index_{n}.html") == (f"{SITE}/xwfb/index_1.html",)
    assert onward("", f"{SITE}/xwfb/index_9.html", next="index_{n}.html") == (f"{SITE}/xwfb/index_10.html",)
    assert onward("", f"{SITE}/list?page=3", next="?page={n}") == (f"{SITE}/list?page=4",)
    assert onward("", f"{SITE}/list", next="?page={n}") == (f"{SITE}/list?page=2",)
