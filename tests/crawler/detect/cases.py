"""Pages to examine: a clean government article, what gets injected into it, and the Case that a visit makes of it."""

from __future__ import annotations

from itertools import product

from crawler.decode import decode_text
from crawler.detect import Case
from crawler.extract import extract, visible_text
from crawler.model import Finding, Region
from jobs.demo.site.seeds import seed_text

URL = "http://www.example.gov.cn/art/2021/6/15/art_1_1.html"
HEADLINE = "在湖州看见美丽中国"

# Items of the trades that inject; made up for these tests.
ADULT = (
    "久久精品国产亚洲av无码",
    "欧美成人免费观看视频",
    "国产一区二区三区在线播放",
    "日韩人妻中文字幕在线",
    "麻豆传媒视频在线观看",
    "国产精品久久久久久",
    "亚洲欧美日韩综合在线",
    "少妇高潮在线观看",
    "午夜福利视频免费看",
    "婷婷五月天激情综合网",
)
GAMBLING = (
    "澳门新葡京娱乐场官网",
    "真人百家乐开户送彩金",
    "北京赛车pk10投注平台",
    "重庆时时彩走势图",
    "皇冠体育投注网",
    "永利皇宫娱乐城注册",
    "六合彩特码资料大全",
    "老虎机游戏注册送彩金",
    "太阳城集团娱乐平台",
    "亚博体育app下载官网",
)
SEPARATORS = ("|", "| ", "_", "-", ",", "，", " ", "\n", "")

HIDING = (
    '<div style="display:none">{}</div>',
    '<div style="visibility:hidden">{}</div>',
    '<div style="position:absolute;left:-9999px">{}</div>',
    '<div style="width:0;height:0;overflow:hidden">{}</div>',
    '<div style="color:#fff;background:#fff">{}</div>',
    '<div style="height:1px;overflow:hidden">{}</div>',
    '<marquee width="1" height="1">{}</marquee>',
    "<noscript>{}</noscript>",
    '<script>document.write("{}");</script>',
)


def block(items: tuple[str, ...], count: int, separator: str) -> str:
    """`count` items, taken round and round."""
    return separator.join(items[number % len(items)] for number in range(count))


def page(*, inside: str = "", after: str = "", head: str = "", title: str = HEADLINE) -> str:
    """A clean article page in a content system's markup, with something put into it."""
    paragraphs = "".join(f"<p>{line}</p>" for line in seed_text("huzhou-article").splitlines())
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        '<div class="nav"><a href="/">首页</a><a href="/zwgk/">政务公开</a><a href="/hd/">互动交流</a></div>'
        f'<h1>{HEADLINE}</h1><div class="TRS_Editor">{paragraphs}{inside}</div>'
        f'<div class="footer">版权所有 主办单位 技术支持 网站地图</div>{after}</body></html>'
    )


def case_of(source: str, *, markup: bool = True, url: str = URL) -> Case:
    """What a first visit to a page makes of it."""
    document = decode_text(source, url=url, markup=markup)
    return Case(document=document, article=extract(document), page_text=visible_text(document))


def text_of(case: Case, region: Region) -> str:
    """The text that a region's offsets count in."""
    return {
        Region.ARTICLE: case.article.text,
        Region.PAGE: case.page_text,
        Region.MARKUP: case.document.text,
        Region.TITLE: case.article.title or "",
    }[region]


def of_kind(findings: tuple[Finding, ...], kind: str) -> list[Finding]:
    """The findings of one kind."""
    return [finding for finding in findings if finding.kind == kind]


BLOCKS = tuple(product((ADULT, GAMBLING), (4, 10, 40), SEPARATORS))
