"""Invented government pages in the markup that Chinese content systems write."""

from __future__ import annotations

PARAGRAPHS = (
    "6月15日，云溪市召开防汛工作会议，部署今年汛期各项任务，市防汛指挥部成员单位参加会议。",
    "会议指出，今年降水较常年偏多两成，各县区要在6月底前完成堤防巡查，责任落实到人。",
    "一、抓紧排查隐患",
    "全市共有水库47座，其中12座须在汛前完成除险加固。",
)


def nav(links: int = 40) -> str:
    """A navigation of so many links."""
    return "<ul class='nav'>" + "".join(f"<li><a href='/c{i}/'>栏目{i}导航</a></li>" for i in range(links)) + "</ul>"


def article_page(
    *,
    body: str | None = None,
    date: str = "2021-06-15 09:30",
    source: str = "云溪市水利局",
    meta_date: str = "2021-06-15 09:30",
    views: int = 128,
    after: str = "",
    end: str = "",
) -> str:
    """A page with TRS_Editor and #zoom markup, a view counter, share and font widgets, links before and after."""
    if body is None:
        body = "".join(f"<p>　　{text}</p>" for text in PARAGRAPHS)
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8">
<meta name="ArticleTitle" content="云溪市部署今年防汛工作"><meta name="PubDate" content="{meta_date}">
<meta name="ContentSource" content="云溪市政府网">
<title>云溪市部署今年防汛工作_工作动态_云溪市人民政府</title></head><body>
<div class="header"><a href="/">云溪市人民政府</a></div>{nav()}
<div class="crumbs">当前位置：<a href="/">首页</a> &gt; <a href="/zw/">政务公开</a> &gt; 工作动态</div>
<div class="main"><h1 class="title">云溪市部署今年防汛工作</h1>
<div class="info"><span>发布时间：{date}</span> <span>来源：{source}</span>
<span>浏览次数：<i id="hits">{views}</i></span> <span>字体：【<a href="#">大</a>
<a href="#">中</a> <a href="#">小</a>】</span></div>
<div id="zoom" class="TRS_Editor">{body}</div>{after}
<div class="bdsharebuttonbox">分享到：<a href="#">微信</a><a href="#">微博</a></div>
<p>责任编辑：张某</p>
<div>上一篇：<a href="/1.html">云溪市召开春耕会议</a></div><div>下一篇：<a href="/3.html">云溪河水位通报</a></div>
<div class="ewm">扫一扫在手机打开当前页</div></div>
<div class="footer">版权所有：云溪市人民政府 <a href="#">网站地图</a> 某ICP备00000000号</div>{end}</body></html>"""
