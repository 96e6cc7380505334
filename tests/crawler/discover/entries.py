"""Entry pages made for these tests, in the markup that government content management systems write."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.model import Snapshot, Source

SITE = "https://www.example.gov.cn"
ENTRY = f"{SITE}/xwfb/index.html"
TOPICS = (
    "春季造林",
    "河道整治",
    "医疗保障",
    "交通安全",
    "农田水利",
    "城市更新",
    "社区养老",
    "科技创新",
    "校园食品",
    "防汛值守",
)

MENU = """
<div class="header"><div class="nav"><ul>
  <li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/zwfw/">政务服务</a></li>
  <li><a href="/hdjl/">互动交流</a></li><li><a href="/zjsl/">走进双流</a></li><li><a href="/sjfb/">数据发布</a></li>
</ul></div></div>
<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/xwfb/">新闻发布</a></div>
"""
FOOTER = """
<div class="friendlink"><ul>
  <li><a href="http://www.one.gov.cn/">某某市人民政府门户网站</a></li>
  <li><a href="http://www.two.gov.cn/">某某区人民政府门户网站</a></li>
  <li><a href="http://www.three.gov.cn/">某某县人民政府门户网站</a></li>
  <li><a href="http://www.four.gov.cn/">省政府门户网站首页</a></li>
</ul></div>
<div class="footer"><p>主办单位：某某市人民政府办公室 承办单位：某某市大数据中心</p>
<a href="/sitemap.html">网站地图</a></div>
"""
PROSE = "".join(
    f"<p>第{number}段。会议强调，要坚持因地制宜、分类施策，把各项任务落到实处，"
    "加强部门协同，形成工作合力，确保取得实效，切实增强群众的获得感。</p>"
    for number in range(1, 9)
)


def headline(number: int) -> str:
    """A headline like others of its kind, different for every number."""
    return f"全市召开第{number}次{TOPICS[number % len(TOPICS)]}工作推进会议"


def article_url(number: int) -> str:
    """Where the article with this number lives."""
    return f"/xwfb/202603/t202603{1 + number % 28:02}_{770000 + number}.html"


def day(number: int) -> str:
    """The date the listing shows for this article."""
    return f"2026-03-{1 + number % 28:02}"


def items(count: int, first: int = 0) -> str:
    """`count` list items in the commonest form."""
    return "".join(
        f'<li><a href="{article_url(n)}" title="{headline(n)}">{headline(n)}</a><span>{day(n)}</span></li>'
        for n in range(first, first + count)
    )


def html(main: str, title: str = "新闻发布_某某市人民政府", head: str = "") -> str:
    """A whole page around `main`, with menu, friend links and footer."""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{MENU}'
        f'<div class="main">{main}</div>{FOOTER}</body></html>'
    )


def listing(count: int = 12, after: str = "") -> str:
    """A listing of `count` items."""
    return html(f'<div class="list"><ul>{items(count)}</ul>{after}</div>')


def snapshot(body: str | bytes, url: str = ENTRY, content_type: str = "text/html; charset=utf-8") -> Snapshot:
    """A response with this body."""
    return Snapshot(
        url=url,
        final_url=url,
        status=200,
        headers=(("Content-Type", content_type),),
        body=body.encode() if isinstance(body, str) else body,
        fetched_at=datetime(2026, 3, 12, tzinfo=UTC),
    )


SOURCE = Source(name="example", url=ENTRY)
