"""Pages that are empty without their scripts, drawn in a real browser: what is kept of them, and what it asks for."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from crawler.decode import decode
from crawler.fetch import build_fetcher
from crawler.model import FailureReason, FetchFailed, FetchRequest, Snapshot, Validators
from tests.crawler.fetch.conftest import NOW
from tests.crawler.fetch.test_fetch_pace import Crowd
from tests.outside import Answer

TEXT = "朱镕基总理出席会议并讲话，强调各地要认真落实有关要求。"
FETCH = "fetch('/api').then(a => a.json()).then(a => { document.getElementById('main').textContent = a.text })"


def shell(script: str, head: str = "") -> str:
    """A page that says nothing before its script has run, and is no stub that only sends its reader on."""
    filler = "".join(f"<p>栏目{number}：政务公开、办事服务、互动交流、数据开放</p>" for number in range(12))
    return (
        f"<!DOCTYPE html><html><head><title>通知</title>{head}</head><body><div id='main'></div>{filler}"
        f"<script>{script}</script><p id='end'>页脚</p></body></html>"
    )


def serve_text(site, text: str = TEXT) -> None:
    site.page("/api", f'{{"text": "{text}"}}', content_type="application/json; charset=utf-8")


async def test_text_that_only_scripts_bring_is_there(site, draw):
    serve_text(site)
    site.page("/a.html", shell(FETCH), headers=[("X-Served", "yes")], etag='"1"')
    got = await draw("/a.html", validators=Validators(etag='"1"'))
    assert isinstance(got, Snapshot)
    assert TEXT in decode(got).text
    assert got.body.decode().startswith("<!DOCTYPE html><html>")
    assert (got.status, got.header("x-served"), got.header("content-type")) == (200, "yes", "text/html; charset=utf-8")
    assert got.rendered
    assert "Chromium/" in (got.header("palimpsest-rendered-by") or "")


async def test_a_rendered_page_is_never_asked_for_conditionally(site, draw):
    """What its scripts bring changes behind a page that does not."""
    serve_text(site)
    site.page("/a.html", shell(FETCH), etag='"1"')
    got = await draw("/a.html", validators=Validators(etag='"1"'))
    assert isinstance(got, Snapshot)
    assert not got.validators
    assert "if-none-match" not in site.requests[-2].headers


async def test_a_page_and_its_scripts_are_read_in_the_charset_they_are_in(site, draw):
    """The script names no charset and so takes the page's, which is not what the page's own header says."""
    page = shell("", head="<meta charset='gb2312'><script src='/words.js'></script>").replace("页脚", TEXT)
    site.page("/a.html", page.encode("gb18030"), content_type="text/html; charset=utf-8")
    words = f"addEventListener('load', () => {{ document.getElementById('main').textContent = '{TEXT[::-1]}' }})"
    site.page("/words.js", words.encode("gb18030"), content_type="text/javascript")
    got = await draw("/a.html")
    assert isinstance(got, Snapshot)
    document = decode(got)
    assert TEXT in document.text
    assert TEXT[::-1] in document.text
    assert (document.encoding, document.declared) == ("utf-8", ())


async def test_only_pages_that_were_answered_are_drawn(site, draw):
    """A refusal, a challenge, a feed or data is reported as it was served, and no script of theirs is run."""
    asks = "<script>fetch('/asked')</script>"
    site.page("/403.html", shell("fetch('/asked')"), status=403)
    site.page("/503.html", shell("fetch('/asked')"), status=503)
    site.page("/feed", f'<?xml version="1.0"?><rss version="2.0"><channel>{asks}</channel></rss>')
    site.page("/sitemap.xml", f"<urlset>{asks}</urlset>", content_type="application/xml")
    site.page("/data", f'{{"html": "{asks}"}}', content_type="application/json")
    for path in ("/403.html", "/503.html", "/feed", "/sitemap.xml", "/data"):
        got = await draw(path)
        assert isinstance(got, Snapshot)
        assert not got.rendered
        assert b"/asked" in got.body
    assert "/asked" not in site.paths


async def test_no_server_can_call_its_page_rendered(site, get):
    site.page("/a.html", TEXT.encode("gb18030"), content_type=None, headers=[("palimpsest-RENDERED-by", "me")])
    got = await get("/a.html")
    assert isinstance(got, Snapshot)
    assert not got.rendered
    assert decode(got).text == TEXT


async def test_without_a_browser_a_page_to_be_rendered_is_a_failure_and_not_read_without(site, fetcher):
    site.page("/a.html", shell(FETCH))
    request = FetchRequest(url=site.url("/a.html"), may_be_private=site.private, render=True)
    got = await fetcher.fetch(request, NOW)
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.RENDER
    assert site.paths == []


async def test_scripts_run_in_the_time_zone_of_the_source(site, draw):
    site.page("/a.html", shell("document.getElementById('main').textContent = 'hour ' + new Date(0).getHours()"))
    for zone, hour in (("Asia/Shanghai", "hour 8"), ("Asia/Urumqi", "hour 6")):
        got = await draw("/a.html", timezone=zone)
        assert isinstance(got, Snapshot)
        assert hour in decode(got).text


async def test_half_a_character_does_not_spoil_the_page(site, draw):
    site.page("/a.html", shell("document.getElementById('main').textContent = '\\ud83d|'"))
    got = await draw("/a.html")
    assert isinstance(got, Snapshot)
    assert "\ufffd|" in got.body.decode()


# ---- what it asks for ---------------------------------------------------------------------------------------------


async def test_parts_wait_for_their_turn_and_not_for_the_pause(site, draw, clock):
    """Forty scripts are one visit: asked for one at a time, without minutes of politeness between."""
    crowd = Crowd()

    def part(asked):
        with crowd:
            return Answer(b"", headers=(("Content-Type", "text/javascript"),))

    site.answer("/part", part)
    site.page("/a.html", shell("", head="".join(f"<script src='/part?{n}'></script>" for n in range(40))))
    got = await draw("/a.html", host_delay=timedelta(minutes=1))
    assert isinstance(got, Snapshot)
    assert len(site.paths) == 42
    assert crowd.most == 1
    assert sum(clock.slept) <= 60, "only the pause between robots.txt and the page"
    await draw("/a.html", host_delay=timedelta(minutes=1))
    assert 50 < clock.slept[-1] <= 60, "the next page waits after the last part"


async def test_parts_stay_away_from_a_host_that_asks_to_be_left_alone(site, draw):
    site.page("/a.html", shell("fetch('/busy').then(() => fetch('/more')).catch(() => fetch('/more'))"))
    site.page("/busy", "", status=503, headers=[("Retry-After", "3600")])
    assert isinstance(await draw("/a.html"), Snapshot)
    assert "/busy" in site.paths
    assert "/more" not in site.paths


async def test_robots_txt_decides_on_the_page_and_not_on_its_parts(site, draw):
    serve_text(site)
    site.page("/robots.txt", "User-agent: *\nDisallow: /api\nDisallow: /closed.html", content_type="text/plain")
    site.page("/a.html", shell(FETCH))
    site.page("/closed.html", shell(FETCH))
    got = await draw("/a.html")
    assert isinstance(got, Snapshot)
    assert TEXT in decode(got).text
    refused = await draw("/closed.html")
    assert isinstance(refused, FetchFailed)
    assert refused.reason is FailureReason.ROBOTS
    assert "/closed.html" not in site.paths


async def test_we_say_who_we_are_keep_no_cookie_and_name_the_page(site, draw):
    site.page("/a.html", shell("document.cookie = 'mine=1';" + FETCH), headers=[("Set-Cookie", "yours=1")])
    serve_text(site)
    assert isinstance(await draw("/a.html"), Snapshot)
    asked = site.requests[-1]
    assert asked.path == "/api"
    assert "cookie" not in asked.headers
    assert asked.headers["user-agent"].startswith("palimpsest/")
    assert asked.headers["referer"] == site.url("/a.html")


async def test_only_get_and_only_what_can_bring_text(site, draw):
    script = """
        fetch('/post', {method: 'POST', body: 'x'}); navigator.sendBeacon('/beacon', 'x'); new EventSource('/events');
        document.body.insertAdjacentHTML('beforeend', "<img src=/i.png><video src=/v.mp4></video>")
    """
    site.page("/a.html", shell(script, head="<link rel=stylesheet href=/s.css><link rel=prefetch href=/next.html>"))
    site.page("/s.css", "@font-face { font-family: a; src: url(/f.woff) } body { font-family: a }")
    assert isinstance(await draw("/a.html"), Snapshot)
    assert site.paths == ["/robots.txt", "/a.html", "/s.css"]


async def test_what_pages_share_is_asked_for_once_and_their_data_every_time(site, draw):
    serve_text(site)
    site.page("/app.js", FETCH, content_type="text/javascript")
    site.page("/a.html", shell("", head="<script src='/app.js' defer></script>"))
    site.page("/b.html", shell("", head="<script src='/app.js' defer></script>"))
    for path in ("/a.html", "/b.html"):
        got = await draw(path)
        assert isinstance(got, Snapshot)
        assert TEXT in decode(got).text
    await draw("/a.html", now=NOW + timedelta(hours=1))
    asked = [path for path in site.paths if path in ("/app.js", "/api")]
    assert asked == ["/app.js", "/api", "/api", "/app.js", "/api"]


async def test_pages_are_drawn_side_by_side_without_seeing_each_other(site, draw):
    site.page(
        "/a.html",
        shell(
            "document.getElementById('main').textContent = 'seen ' + localStorage.length;"
            "localStorage.setItem(Math.random(), 1)"
        ),
    )
    drawn = await asyncio.gather(*(draw("/a.html") for _ in range(4)))
    assert all(isinstance(got, Snapshot) and b"seen 0" in got.body for got in drawn)


async def test_a_fetcher_that_never_drew_closes(site):
    fetcher = build_fetcher(chromium="/no/such/browser")
    await fetcher.aclose()


async def test_a_browser_that_does_not_start_is_a_failure(site):
    site.page("/a.html", shell(FETCH))
    fetcher = build_fetcher(chromium="/bin/false")
    request = FetchRequest(url=site.url("/a.html"), may_be_private=site.private, render=True)
    got = await fetcher.fetch(request, NOW)
    await fetcher.aclose()
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.RENDER
    assert got.reason.retryable
