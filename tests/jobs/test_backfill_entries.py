"""What sitemaps and feeds name is admitted and visited, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.backfill.entries import sitemaps_in, time_shown
from tests.jobs.conftest import Desk
from tests.jobs.site import Town, configuration
from tests.outside import Answer, Asked

XML = (("Content-Type", "application/xml"),)
FITS = 'include = ["/zwgk/"]\n'


def serve(town: Town, path: str, text: str) -> None:
    town.outside.answer(path, lambda _: Answer(text.encode(), headers=XML))


def urlset(town: Town, *numbers: int, more: str = "") -> str:
    days = (f"<url><loc>{town.url(one)}</loc><lastmod>2021-06-{one:02d}</lastmod></url>" for one in numbers)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(days)}{more}</urlset>'


@pytest.fixture
def site(desk: Desk, town: Town) -> Town:
    """Its listing names one article, its sitemaps all of them."""
    town.unlisted = {2, 3}
    town.list_them()
    desk.config.write_text(configuration(town, more=FITS), encoding="utf-8")
    return town


def test_the_sitemaps_that_robots_txt_names_are_read_and_what_fits_is_visited(desk: Desk, site: Town) -> None:
    index = f"<sitemapindex><sitemap><loc>{site.outside.url('/map-1.xml')}</loc></sitemap></sitemapindex>"
    away = "<url><loc>https://elsewhere.example/zwgk/1.html</loc></url>"
    serve(site, "/maps.xml", index)
    serve(
        site, "/map-1.xml", urlset(site, 1, 2, more=f"<url><loc>{site.outside.url('/other/9.html')}</loc></url>{away}")
    )
    serve(site, "/sitemap.xml", urlset(site, 3))
    site.outside.page("/robots.txt", f"User-agent: *\nAllow: /\nSitemap: {site.outside.url('/maps.xml')}\n")
    (dry,) = desk.json("backfill", "town", "--from", "sitemap", "--dry-run")
    assert (dry["planned"], dry["elsewhere"], desk.json("pages")) == (3, 1, [])
    (result,) = desk.json("backfill", "town", "--from", "sitemap")
    assert (result["admitted"], result["recorded"], result["versions"], result["failed"]) == (3, 3, 3, [])
    assert {one["url"] for one in desk.json("pages")} == {site.url(number) for number in (1, 2, 3)}
    (again,) = desk.json("backfill", "town", "--from", "sitemap")
    assert (again["admitted"], again["recorded"], again["known"]) == (0, 0, 3)


def test_only_what_is_of_the_times_asked_for_and_no_more_than_that(desk: Desk, site: Town) -> None:
    serve(site, "/sitemap.xml", urlset(site, 1, 2, 3))
    (some,) = desk.json("backfill", "town", "--from", "sitemap", "--since", "2021-06-02", "--limit", "1")
    assert (some["admitted"], some["recorded"]) == (1, 1)
    assert [one["url"] for one in desk.json("pages")] == [site.url(2)]
    (rest,) = desk.json("backfill", "town", "--from", "sitemap", "--since", "2021-06-02")
    assert (rest["admitted"], rest["known"]) == (1, 1)


def test_a_site_without_a_sitemap_is_named(desk: Desk, site: Town) -> None:
    answered = desk("backfill", "town", "--from", "sitemap")
    assert answered.status == 1
    assert "/sitemap.xml: the server answered 404" in answered.err


def test_a_feed_that_the_entry_names_is_read(desk: Desk, site: Town) -> None:
    items = "".join(
        f"<item><title>{site.title(one)}</title><link>{site.url(one)}</link>"
        f"<pubDate>0{one} Jun 2021 08:00:00 +0800</pubDate></item>"
        for one in (1, 2, 3)
    )
    serve(site, "/feed.xml", f'<rss version="2.0"><channel><title>f</title>{items}</channel></rss>')
    link = "<link rel='alternate' type='application/rss+xml' href='/feed.xml'>"

    def entry(_: Asked) -> Answer:
        listed = f"<li><a href='{site.path(1)}'>{site.title(1)}</a> 2021-06-01</li>"
        return Answer(f"<html><head><meta charset='utf-8'>{link}</head><body><ul>{listed}</ul></body></html>".encode())

    site.outside.answer("/zwgk/index.html", entry)
    (result,) = desk.json("backfill", "town", "--from", "feed", "--until", "2021-06-02T12:00:00")
    assert (result["admitted"], result["recorded"]) == (2, 2)
    assert {one["url"] for one in desk.json("pages")} == {site.url(1), site.url(2)}


def test_an_entry_that_names_no_feed_is_named(desk: Desk, site: Town) -> None:
    answered = desk("backfill", "town", "--from", "feed")
    assert answered.status == 1
    assert "names no feed" in answered.err


def test_an_own_feed_or_sitemap_is_the_entry(desk: Desk, site: Town, tmp_path: Path) -> None:
    serve(site, "/all.xml", urlset(site, 1, 2))
    text = configuration(site).replace("/zwgk/index.html", "/all.xml")
    desk.config.write_text(text, encoding="utf-8")
    assert desk("check").status == 0
    (result,) = desk.json("backfill", "town", "--from", "sitemap")
    assert (result["recorded"], result["known"], result["failed"]) == (0, 2, [])


def test_sitemap_lines_are_those_of_the_site() -> None:
    robots = b"Sitemap: https://a.example/1.xml\nSITEMAP : /2.xml # two\nsitemap: https://b.example/3.xml\nSitemap:\n"
    assert sitemaps_in(robots, "https://a.example/") == ["https://a.example/1.xml", "https://a.example/2.xml"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2021-06-15", "2021-06-15T00:00:00+08:00"),
        ("2021-06-15T08:00:00Z", "2021-06-15T08:00:00+00:00"),
        ("Tue, 15 Jun 2021 08:00:00 +0200", "2021-06-15T08:00:00+02:00"),
        ("soon", None),
        (None, None),
    ],
)
def test_times_as_sitemaps_and_feeds_write_them(text: str | None, said: str | None) -> None:
    at = time_shown(text, "Asia/Shanghai")
    assert (at and at.isoformat()) == said
