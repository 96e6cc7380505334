"""robots.txt: what counts as one, what it allows, how long it is believed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from crawler.fetch.rules import parse_rules
from crawler.model import FailureReason, FetchFailed, Snapshot
from tests.outside import Answer

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
DENY = "User-agent: *\nDisallow: /\n"


def reason(got):
    return got.reason if isinstance(got, FetchFailed) else None


async def test_a_disallowed_page_is_never_asked_for(site, get):
    site.page("/robots.txt", "User-agent: *\nDisallow: /inside/\n", content_type="text/plain")
    site.page("/inside/a.html", "a")
    site.page("/outside.html", "b")
    assert reason(await get("/inside/a.html")) is FailureReason.ROBOTS
    assert isinstance(await get("/outside.html"), Snapshot)
    assert site.paths == ["/robots.txt", "/outside.html"]


async def test_our_own_name_is_looked_for_first(site, get):
    site.page("/robots.txt", f"User-agent: Palimpsest\nAllow: /\n\n{DENY}")
    site.page("/a.html", "a")
    assert isinstance(await get("/a.html"), Snapshot)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
async def test_a_site_without_robots_txt_allows_everything(site, get, status):
    site.page("/robots.txt", DENY, status=status)
    site.page("/a.html", "a")
    assert isinstance(await get("/a.html"), Snapshot)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_site_that_cannot_say_is_left_alone(site, get, status):
    site.page("/robots.txt", "", status=status)
    site.page("/a.html", "a")
    assert reason(await get("/a.html")) is FailureReason.ROBOTS_UNREACHABLE
    assert "/a.html" not in site.paths


async def test_trouble_is_remembered_for_minutes_not_for_a_day(site, get):
    site.page("/robots.txt", "", status=500)
    site.page("/a.html", "a")
    await get("/a.html")
    await get("/a.html", now=NOW + timedelta(minutes=1))
    assert site.paths == ["/robots.txt"]
    site.page("/robots.txt", "")
    assert isinstance(await get("/a.html", now=NOW + timedelta(minutes=10)), Snapshot)


async def test_rules_are_believed_for_a_day(site, get):
    site.page("/robots.txt", "User-agent: *\nDisallow:\n")
    site.page("/a.html", "a")
    await get("/a.html")
    site.page("/robots.txt", DENY)
    assert isinstance(await get("/a.html", now=NOW + timedelta(hours=23)), Snapshot)
    assert reason(await get("/a.html", now=NOW + timedelta(hours=25))) is FailureReason.ROBOTS


async def test_known_rules_outlive_a_bad_hour(site, get):
    """A robots.txt that fails for once does not shut out a site whose rules are known."""
    site.page("/robots.txt", "User-agent: *\nDisallow: /inside/\n")
    site.page("/a.html", "a")
    await get("/a.html")
    site.page("/robots.txt", "", status=500)
    later = NOW + timedelta(hours=25)
    assert isinstance(await get("/a.html", now=later), Snapshot)
    assert reason(await get("/inside/x", now=later)) is FailureReason.ROBOTS
    assert reason(await get("/a.html", now=NOW + timedelta(hours=40))) is FailureReason.ROBOTS_UNREACHABLE


async def test_robots_txt_may_be_redirected_five_times(site, get):
    site.redirect("/robots.txt", "/r1")
    for n in range(1, 5):
        site.redirect(f"/r{n}", f"/r{n + 1}")
    site.page("/r5", DENY)
    site.page("/a.html", "a")
    assert reason(await get("/a.html")) is FailureReason.ROBOTS


async def test_more_redirects_than_five_mean_that_there_is_none(site, get):
    site.redirect("/robots.txt", "/robots.txt")
    site.page("/a.html", "a")
    assert isinstance(await get("/a.html"), Snapshot)


async def test_html_served_as_robots_txt_holds_no_rules(site, get):
    """The site's own error page, with status 200, is no wish of anybody's."""
    site.page("/robots.txt", f"\n<!DOCTYPE html><html><body><pre>\n{DENY}</pre></body></html>")
    site.page("/a.html", "a")
    assert isinstance(await get("/a.html"), Snapshot)


async def test_only_the_first_500_kib_count(site, get):
    site.page("/robots.txt", DENY + "# padding\n" * 60_000 + "User-agent: palimpsest\nAllow: /\n")
    site.page("/a.html", "a")
    assert reason(await get("/a.html")) is FailureReason.ROBOTS


async def test_the_other_host_of_a_redirect_is_asked_too(site, get):
    """Its robots.txt is obeyed as if the page had been asked for directly."""
    other = site.url("/page.html").replace("127.0.0.1", "localhost")
    site.redirect("/away", other)
    site.page("/page.html", "a")
    site.answer(
        "/robots.txt",
        lambda asked: Answer(DENY.encode() if asked.headers["host"].startswith("localhost") else b""),
    )
    got = await get("/away", may_be_private=frozenset({"127.0.0.1", "localhost"}))
    assert reason(got) is FailureReason.ROBOTS
    assert "/page.html" not in site.paths


async def test_everybody_waits_for_one_answer(site, get):
    """Thirty pages at once ask for robots.txt once; and whoever is cancelled takes nobody with them."""

    def slow(wire) -> None:
        wire.pause(0.1)
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    site.raw("/robots.txt", slow)
    site.page("/a.html", "a")
    tasks = [asyncio.create_task(get("/a.html")) for _ in range(30)]
    await asyncio.sleep(0.02)
    tasks[0].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert all(isinstance(got, Snapshot) for got in results[1:])
    assert site.paths.count("/robots.txt") == 1


async def test_crawl_delay_is_the_hosts_delay_within_reason(site, get, clock):
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 7\n")
    site.page("/a.html", "a")
    await get("/a.html", host_delay=timedelta(seconds=1))
    await get("/a.html", host_delay=timedelta(seconds=1))
    assert clock.slept[-1] == pytest.approx(7, abs=0.5)


async def test_an_absurd_crawl_delay_is_capped(site, get, clock):
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 86400\n")
    site.page("/a.html", "a")
    for _ in range(3):
        await get("/a.html", deadline=timedelta(seconds=90))
    assert clock.slept[-1] == pytest.approx(60, abs=1)


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /a", "/a", False),
        (b"User-agent: *\rDisallow: /a\r", "/a", False),
        ("User-agent: *\nDisallow: /公告/".encode(), "/%E5%85%AC%E5%91%8A/1.html", False),
        ("User-agent: *\nDisallow: /公告/".encode("gb18030"), "/%B9%AB%B8%E6/1.html", False),
        (b"User-agent: *\nDisallow: /%e5%85%ac", "/%E5%85%AC", False),
        (b"User-agent: *\nDisallow: /*.doc$", "/x.doc", False),
        (b"User-agent: *\nDisallow: /*.doc$", "/x.docx", True),
        (b"User-agent: *\nDisallow: /a%20b", "/a%20b", False),
        (b"Disallow: /", "/a", True),
        (b"\x00\xff\xfe\x80" * 100, "/a", True),
        (b"User-agent: palimpsest-images\nDisallow: /", "/a", True),
        (b"User-agent: other\nDisallow: /\n\nUser-agent: palimpsest\nDisallow: /x", "/a", True),
        (b"User-agent: palimpsest/0.1\nDisallow: /a", "/a", False),
        (b"User-agent: palimpsest\nDisallow: /a\n\nUser-agent: PALIMPSEST\nDisallow: /b", "/b", False),
        (b"User-agent: *\nDisallow: " + b"/*a" * 20_000, "/" + "a" * 5000, True),
    ],
)
def test_what_rules_say(robots, path, allowed):
    assert parse_rules(robots, "palimpsest").allow(f"http://www.example.gov.cn{path}") is allowed
