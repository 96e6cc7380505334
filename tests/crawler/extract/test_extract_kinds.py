"""What a page is, and pages without markup."""

from __future__ import annotations

import pytest

from crawler.decode import decode_text
from crawler.extract import extract, hidden_blocks, visible_text
from crawler.model import Article, PageKind
from tests.crawler.extract.gov_pages import PARAGRAPHS, article_page, nav


def read(html: str, markup: bool = True) -> Article:
    return extract(decode_text(html, url="https://www.yunxi.example/a.html", markup=markup))


@pytest.mark.parametrize(
    "html",
    [
        f"<title>提示</title>{nav()}<div><p>您访问的页面不存在或已被删除。</p></div>",
        "<title>404 Not Found</title><h1>Not Found</h1><p>The requested URL was not found on this server.</p>",
        "<title>云溪市政府</title><div>对不起，该文章已被删除！</div>",
    ],
)
def test_a_page_that_says_it_is_not_there_is_gone(html: str) -> None:
    assert read(html).kind is PageKind.GONE


def test_an_article_about_missing_pages_is_an_article() -> None:
    body = "<p>近日，不少市民反映政务网站“页面不存在”，市大数据局回应，旧链接已被删除，将尽快恢复。</p>" * 3
    assert read(article_page(body=body)).kind is PageKind.ARTICLE


@pytest.mark.parametrize(
    "html",
    [
        "<title>Just a moment...</title><p>Checking your browser before accessing.</p>",
        "<html><head><script>$_ts=window['$_ts'];</script></head><body></body></html>",
        "<body><div id=app></div><script src=/app.js></script></body>",
        "<title>安全验证</title><p>请完成下方验证后继续访问</p>",
        "<p>请先登录后查看该内容</p>",
    ],
)
def test_challenges_shells_and_login_walls_are_blocked(html: str) -> None:
    article = read(html)
    assert article.kind is PageKind.BLOCKED
    assert article.evidence["notice"]


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("", "no content at all"),
        ("<html><body></body></html>", "no visible text"),
        ("<meta http-equiv=refresh content='0;url=/new.html'>", "refreshes to /new.html"),
        ("<script>window.location.href='/x'</script>", "a script that goes elsewhere and nothing else"),
    ],
)
def test_an_empty_page_says_why(html: str, why: str) -> None:
    article = read(html)
    assert article.kind is PageKind.EMPTY
    assert article.evidence["empty"] == why


def test_dated_links_make_a_listing_and_its_text_is_kept() -> None:
    items = "".join(
        f"<li><a href='/{i}.html'>云溪市第{i}号公告发布情况说明</a><span>2021-06-{i + 10}</span></li>" for i in range(9)
    )
    article = read(f"<title>公告</title>{nav()}<div><h2>公告</h2><ul>{items}</ul></div>")
    assert article.kind is PageKind.LISTING
    assert "云溪市第3号公告发布情况说明" in article.text
    assert "栏目3导航" not in article.text


def test_a_table_of_numbers_is_never_silently_empty() -> None:
    rows = "".join(f"<tr><td>指标{i}</td><td>{i * 37}</td></tr>" for i in range(12))
    article = read(f"<title>数据</title>{nav(5)}<h1>数据面板</h1><table>{rows}</table>")
    assert "指标7" in article.paragraphs
    assert "259" in article.paragraphs


def test_a_service_page_keeps_its_numbers_beside_its_prose() -> None:
    """Figures between paragraphs and lists of links are what such pages change; none may fall out of the Version."""
    links = "".join(f"<li><a href='/d{i}'>办事指南第{i}项材料清单</a></li>" for i in range(12))
    cells = "".join(f"<tr><td>{name}</td><td>{n}</td></tr>" for name, n in (("东县", 77), ("西县", 210)))
    html = f"""<title>防汛专题</title>{nav(8)}<div><h1>防汛专题</h1><p>市防汛指挥部每日两次更新水情，请市民留意。</p>
    <table>{cells}</table><h2>资料</h2><ul>{links}</ul><p>如有疑问，请拨打值班电话，全天有人接听。</p></div>"""
    paragraphs = read(html).paragraphs
    assert {"77", "210", "如有疑问，请拨打值班电话，全天有人接听。"} <= set(paragraphs)


def test_plain_text_keeps_every_line_and_reads_what_it_plainly_says() -> None:
    text = (
        "請輸入關鍵字\n\n  雲溪市召開新聞發布會\n\n 發布日期: 2021-06-15 來源:訪問量:【字體:\n　　各位記者，大家好！\n"
    )
    article = read(text, markup=False)
    assert article.title == "雲溪市召開新聞發布會"
    assert article.published == "2021-06-15"
    assert article.issuer is None
    assert article.paragraphs[0] == "請輸入關鍵字"
    assert article.paragraphs[-1] == "各位記者，大家好！"
    assert len(article.paragraphs) == 4


def test_plain_text_is_its_own_visible_text() -> None:
    document = decode_text(" <b>不是标签\n\n二\n", url="file:///a.txt", markup=False)
    assert visible_text(document) == " <b>不是标签\n\n二\n"
    assert hidden_blocks(document) == ()
    assert extract(document).paragraphs == ("<b>不是标签", "二")


def test_plain_text_without_a_head_has_no_title() -> None:
    article = read("\n".join(PARAGRAPHS), markup=False)
    assert (article.title, article.published) == (None, None)
    assert article.paragraphs == PARAGRAPHS
