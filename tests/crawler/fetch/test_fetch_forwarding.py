"""Pages that only send their reader on are followed like redirects; everything else is read as it is."""

from __future__ import annotations

import pytest

from crawler.fetch.guard import MAX_REDIRECTS
from crawler.model import FailureReason, FetchFailed, Snapshot

ARTICLE = "<html><body><h1>通知</h1><p>" + "各有关单位要按照职责分工，密切配合。" * 12 + "</p></body></html>"
STUBS = {
    "meta": '<html><head><META HTTP-EQUIV="Refresh" CONTENT="0; URL=/new.html"></head><body></body></html>',
    "meta, quoted inside": "<meta http-equiv=refresh content=\"1;url='/new.html'\">",
    "meta, relative and said": '<meta http-equiv="refresh" content="3;url=new.html?a=1&amp;b=2"><p>正在跳转</p>',
    "href": '<script type="text/javascript">window.location.href="/new.html";</script>',
    "replace": "<html><script>location.replace('/new.html')</script></html>",
    "later": '<script>setTimeout(function(){ top.location = "/new.html"; }, 500);</script>',
    "shielded": '<script language="javascript"><!--\nself.location.assign("/new.html");\n//--></script>',
}
NO_STUBS = {
    "a page of its own": ARTICLE + '<script>location.href="/new.html";</script>',
    "renews itself": '<meta http-equiv="refresh" content="0;url=/old.html"><p>等待</p>',
    "renews after a while": '<meta http-equiv="refresh" content="300;url=/new.html"><p>大屏</p>',
    "leads to another site": '<meta http-equiv="refresh" content="0;url=https://bet.example.top/">',
    "in a comment": '<!-- <meta http-equiv="refresh" content="0;url=/new.html"> --><p>空</p>',
    "without scripts only": '<noscript><meta http-equiv="refresh" content="0;url=/new.html"></noscript><p>空</p>',
    "a challenge": '<script>document.cookie="k="+navigator.userAgent;location.href="/new.html";</script>',
    "told apart": '<script>if(/baidu/.test(document.referrer)){location.href="/new.html";}</script>',
    "no page": '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
    "a file": '<meta http-equiv="refresh" content="0;url=file:///etc/passwd">',
}


@pytest.mark.parametrize("kind", STUBS)
async def test_a_stub_is_followed(site, get, kind):
    """The page that is kept is the one a reader ends at, and how it was come to is kept with it."""
    site.page("/old.html", STUBS[kind])
    site.page("/new.html", ARTICLE)
    got = await get("/old.html")
    assert isinstance(got, Snapshot)
    assert got.body.decode() == ARTICLE
    assert got.redirects == (site.url("/old.html"),)
    assert got.final_url.startswith(site.url("/new.html"))


@pytest.mark.parametrize("kind", NO_STUBS)
async def test_anything_else_is_read_as_it_is(site, get, kind):
    site.page("/old.html", NO_STUBS[kind])
    site.page("/new.html", ARTICLE)
    got = await get("/old.html")
    assert isinstance(got, Snapshot)
    assert got.body.decode() == NO_STUBS[kind]
    assert got.redirects == ()


async def test_stubs_that_lead_in_circles_are_given_up(site, get):
    for one, other in (("/a.html", "/b.html"), ("/b.html", "/a.html")):
        site.page(one, f'<meta http-equiv="refresh" content="0;url={other}">')
    got = await get("/a.html")
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.TOO_MANY_REDIRECTS
    assert len(site.requests) == MAX_REDIRECTS + 2  # robots.txt was asked for first


async def test_robots_txt_is_not_read_from_where_a_page_leads(site, get):
    """A host that answers everything with a stub has no rules."""
    site.page("/robots.txt", '<meta http-equiv="refresh" content="0;url=/rules.txt">')
    site.page("/rules.txt", "User-agent: *\nDisallow: /")
    site.page("/old.html", ARTICLE)
    assert isinstance(await get("/old.html"), Snapshot)
