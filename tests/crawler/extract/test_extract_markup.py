"""Markup is read as it stands, without a tree; what comes of it is what the parser's tree says."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.decode import decode_text
from crawler.extract import hidden_blocks, visible_text
from crawler.extract.flatten import Reader, outline_of_html
from crawler.extract.nesting import Unusual
from crawler.extract.outline import Outline


def read(html: str) -> Outline | None:
    """The page read without the parser; None where it is too unusual for that."""
    try:
        return Reader(html, True).read()
    except Unusual:
        return None


def parsed(html: str) -> Outline:
    """The same by way of the parser."""
    return outline_of_html(decode_text(html, url="").tree.html or "")


def boxes(page: Outline) -> list[list[tuple[str, ...]]]:
    """For each line the text, and the names of the boxes it stands in. The parser adds bodies and table sections."""
    found = []
    for text, owner in zip(page.texts, page.owner, strict=True):
        path, box = [], owner
        while box > 0:
            if page.boxes[box].name not in ("tbody", "body"):
                path.append(page.boxes[box].name)
            box = page.parent[box]
        found.append([(text,), tuple(reversed(path))])
    return found


TAGS = "div p ul li dl dt dd h1 h2 h3 section blockquote pre center".split()  # noqa: SIM905
MARKUP = st.lists(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS] + ["<br>"])
    | st.sampled_from(["文", "字。", "<i>斜</i>", " ", "&amp;", "<!-- <p> -->"]),
    max_size=14,
).map("".join)


@settings(max_examples=600, deadline=None)
@given(MARKUP)
@example("<li><div>文<li>字")
@example("<h2>文<p>字</h3>")
@example("<h1><p><h1>文")
@example("<li><ul></li>文")
@example("<div><p>文</div>字</p>")
def test_boxes_end_where_the_parser_ends_them(html: str) -> None:
    """Stray, missing and crossed tags of everything that breaks a line, but for tables."""
    html = "<!doctype html><body>" + html
    page = read(html)
    assert page is not None
    assert boxes(page) == boxes(parsed(html))


CELLS = st.recursive(
    st.sampled_from(["文", "字", "<p>段", "<p>段</p>", "<div>块</div>", "<b>粗</b>"]),
    lambda inner: (
        st.lists(
            st.tuples(st.sampled_from(["<td>", "<th>"]), inner, st.sampled_from(["</td>", ""])).map("".join), max_size=3
        )
        .map("".join)
        .map(lambda row: f"<table><tr>{row}</tr><tr>{row}</table>")
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(CELLS)
def test_tables_with_and_without_end_tags(html: str) -> None:
    html = "<!doctype html><body>" + html
    page = read(html)
    assert page is None or boxes(page) == boxes(parsed(html))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<P CLASS=x>一<BR>二</P><DIV ALIGN="center">三</DIV>', "一\n二\n三"),
        ('<p title="a > b">一</p>', "一"),
        ("<p onclick='go(\"<br>\")'>一</p>", "一"),
        ('<img alt="大<小>中" src="x">一', "一"),
        ('<a href="/x"">一</a>', "一"),
        ('<div id="a"class="b"style="display:none">一</div>二', "二"),
        ("<div style='display:none'>一</div>二", "二"),
        ("<div style=display:none>一</div>二", "二"),
        ('<div style="display&#58;none">一</div>二', "二"),
        ('<a href="/x" STYLE="Display:None">一</a>二', "二"),
        ("<script>if (a < b) document.write('<p>一</p>')</script>二", "二"),
        ("<SCRIPT><!--\nx\n//--></SCRIPT >二", "二"),
        ("<script><!-- <script>a</script> b --></script>二", "二"),
        ("<style>p > a {}</style>二<!--[if IE]><p>一</p><![endif]-->", "二"),
        ("a < b 与 c > d", "a < b 与 c > d"),
        ("<随机词/>一", "<随机词/>一"),
        ("<p>一\0二</p>", "一二"),
        ("&ldquo;一&rdquo;&nbsp;&mdash;&#20108;&#x4e09; &lt;p&gt;", "“一” —二三 <p>"),
        ("<table>一<tr><td>二</table>", "一\n二"),
        ("<svg><title>图</title><text>一</text></svg>二", "二"),
        ("<select><option>一<option>二</select>三", "三"),
        ("<textarea><p>一</textarea>二", "二"),
        ("<pre>一\n二</pre>", "一\n二"),
        ("<noscript><p>一</p></noscript>二", "二"),
        ("<h2>题<p>一</p><p>二</p>", "题\n一\n二"),
        ("<head><title>题</title><meta charset=gbk></head>一", "一"),
    ],
)
def test_markup_as_people_write_it(html: str, text: str) -> None:
    """Capitals, any quotes or none, tags inside of quotes, comments and scripts."""
    assert visible_text(decode_text(html, url="")) == text


@pytest.mark.parametrize(
    "html",
    [
        "<div style='display:none'><p>藏</div>见",
        "<div style='display:none'><ul><li>藏<li>藏</ul></div>见",
        "<table><tr><td><div style='display:none'>藏</td></tr></table>见",
        "<p style='display:none'>藏<div>见</div>",
        "<span style='display:none'>藏<b>藏</span>见",
        "<div><div hidden>藏</div></div>见",
        '<div hidden><p title="</div>">藏</p></div>见',
        "<div style='display:none'><p>藏</p></p></div>见",
    ],
)
def test_what_is_hidden_ends_where_its_element_does(html: str) -> None:
    """Too late, and the page is lost; too early, and an injection shows."""
    document = decode_text(html, url="")
    assert visible_text(document) == "见"
    assert "".join(block.text for block in hidden_blocks(document)).replace(" ", "").strip("藏") == ""
    assert "藏" in hidden_blocks(document)[0].text


def test_a_tag_mended_once_says_nothing_of_tags_that_begin_like_it() -> None:
    """What a piece means is kept between pages: one that a quote cut short must not be."""
    mended = '<div class="title" title="<a href=\'/x\'>甲</a>">乙</div>'
    for _ in range(2):
        assert visible_text(decode_text(mended, url="")) == "乙"


@pytest.mark.parametrize(
    "html", ["<div <div " * 5_000, '<a title="' * 5_000, "<p>字" + "</x></p>" * 20_000, "<" * 50_000]
)
def test_broken_markup_takes_no_longer_than_whole(html: str) -> None:
    assert visible_text(decode_text(html, url="")) is not None


def test_a_tag_cut_short_in_what_is_hidden_says_nothing_of_one_that_shows() -> None:
    """What tags mean is kept between pages, and hidden elements are read without looking at quotes."""
    hidden_blocks(decode_text('<div hidden><p title="甲>乙">丙</p></div>', url=""))
    assert visible_text(decode_text('<p title="甲>乙">丁</p>', url="")) == "丁"
