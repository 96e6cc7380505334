"""Any bytes at all: never an exception, never more than linear time, never silently empty."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.decode import decode_bytes, decode_text
from crawler.extract import extract, hidden_blocks, visible_text
from crawler.extract.dates import find_dates
from crawler.model import PageKind
from tests.crawler.extract.gov_pages import article_page

PIECES = """
<div>\n</div>\n<p style='display:none'>\n<a "\n<a href='\n="\n>\n<table><td>\n<!--\n-->\n<script>\n</script>\n\0
&#xD800;\n<svg><p>\n来源：\n2021-06-15\n，\n<br>\n<select><a href=x>\n<noscript>\n<marquee>\n文\n<h1>\n<title>
<template>\n<plaintext>\n<pre>\n<div hidden>\n<textarea>\n<i style="font-size:0">\n</i>\n<b <a>
""".splitlines()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map("".join),
    st.booleans(),
)
def test_no_text_whatever_raises(html: str, markup: bool) -> None:
    document = decode_text(html, url="http://[", markup=markup)
    article = extract(document)
    assert article.kind is not PageKind.EMPTY or article.evidence["empty"]
    assert "\n" not in "".join(article.paragraphs)
    hidden_blocks(document)
    visible_text(document)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_whatever_raise(body: bytes) -> None:
    assert extract(decode_bytes(body, url="")).digest


@pytest.mark.parametrize(
    "html",
    [
        "<b>" * 2_000 + "深处的一句话，在很多标签里。",
        "<span>" * 30_000 + "深处的一句话，在很多标签里。",
        "<p>" + "长，" * 500_000 + "</p>",
        "<div role=tabpanel hidden>一句，话。" * 10_000,
        "<a href=/x>链</a>" * 50_000,
        '<a "">' * 20_000,
        '<a " b="x>y">z' * 5_000,
        "<p>一</p>" * 30_000,
        "<li><a href=/1>甲乙丙丁戊己</a>2021-01-01</li>" * 5_000,
        "<p>" + "\0" * 100_000 + "字",
        "2021-" * 100_000,
        "<p style='" + "left:-" * 50_000 + "'>x",
    ],
    ids=lambda html: html[:12],
)
def test_size_and_depth_are_only_size_and_depth(html: str) -> None:
    """Each of these took minutes, or the stack, in some extractor; here a second pass over the page would show."""
    document = decode_text(html, url="https://www.yunxi.example/")
    assert extract(document).kind in PageKind
    assert visible_text(document) is not None


def test_lone_surrogates_from_references_do_not_break_the_digest() -> None:
    html = article_page(body="<p>正文一句，&#xD83D;坏引用。</p>")
    assert len(extract(decode_text(html, url="https://www.yunxi.example/")).digest) == 64


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("发布时间：2021年6月5日", "2021-06-05"),
        ("2021-12-13 20:13", "2021-12-13T20:13"),
        ("2023-08-19 10∶08", "2023-08-19T10:08"),
        ("2025年06月03日 13时44分", "2025-06-03T13:44"),
        ("2019-09-11T14:33:04+0800", "2019-09-11T14:33:04+08:00"),
        ("民國110年6月15日", "2021-06-15"),
        ("June 5, 2021", "2021-06-05"),
        ("5 Jun 2021", "2021-06-05"),
        ("2021/06/31", None),
        ("13800-2021-06", None),
    ],
)
def test_dates_are_read_as_shown(text: str, iso: str | None) -> None:
    assert [date.iso for date in find_dates(text)] == ([iso] if iso else [])


@pytest.mark.parametrize(
    "line",
    [
        '<hr style="height:1px; overflow:hidden">',
        '<br style="display:none">',
        '<img src="x.gif" style="display:none">',
        '<input type="hidden" style="width:0px; height:0px;">',
    ],
)
def test_a_hidden_tag_that_holds_nothing_hides_nothing_behind_it(line: str) -> None:
    """Such a tag has no end tag: waiting for one would lose the rest of the page."""
    document = decode_text(f"<p>前面的一句话。</p>{line}<p>后面的一句话。</p>", url="")
    assert visible_text(document) == "前面的一句话。\n后面的一句话。"
    assert hidden_blocks(document) == ()


def test_a_hidden_link_without_an_address_does_not_take_the_one_before_it() -> None:
    """Finding a hidden link where there is none would accuse a page that only hides a button."""
    document = decode_text('<a href="/x">前</a><a style="display:none">后</a>', url="")
    assert [(block.text, block.links) for block in hidden_blocks(document)] == [("后", ())]


def test_comments_that_speak_of_hiding_hide_nothing() -> None:
    """Old stylesheets are often kept in comments."""
    document = decode_text(
        '<p>一</p><!-- <p style="display:none"> --><p>二</p><!--[if IE]> style="" <![endif]-->三', url=""
    )
    assert visible_text(document) == "一\n二\n三"


def test_pages_read_before_do_not_change_how_a_page_reads() -> None:
    """What tags mean is kept between pages and thrown away when a hostile page fills it with tags seen once."""
    before = extract(decode_text(article_page(), url="https://a.example/1"))
    flood = "".join(f'<div class="c{n}"></div><p style="margin-left:{n}px"> </p>' for n in range(20_000))
    assert visible_text(decode_text(flood, url="")) == ""
    assert extract(decode_text(article_page() + " ", url="https://a.example/1")) == before


TAGS = """
div p span a table tr td ul li br hr h1 b script style noscript pre marquee select svg form
""".split()  # noqa: SIM905 - words read better than a list of them
STYLES = ["", ' style="display:none"', " hidden", ' class="nav"', ' class="article-content"', ' href="/a.pdf"']
NODES = st.deferred(
    lambda: (
        st.text("文字，。 \n<&2021-05", max_size=6)
        | st.tuples(st.sampled_from(TAGS), st.sampled_from(STYLES), st.lists(NODES, max_size=4)).map(
            lambda node: f"<{node[0]}{node[1]}>{''.join(node[2])}</{node[0]}>"
        )
    )
)


@settings(max_examples=150, deadline=None)
@given(NODES, st.data())
def test_no_mutation_of_markup_raises_or_adds_text(html: str, data: st.DataObject) -> None:
    """Cut and doubled anywhere, a page never raises and shows no more than was written in it."""
    at = data.draw(st.integers(0, len(html)))
    end = data.draw(st.integers(at, len(html)))
    mutated = html[:end] + html[at:]
    document = decode_text(mutated, url="https://a.example/")
    article = extract(document)
    shown = visible_text(document) + "".join(block.text for block in hidden_blocks(document))
    assert len(shown) <= 2 * len(mutated)
    assert set(article.paragraphs) <= set(visible_text(document).split("\n"))
