"""Sitemaps and their indexes, also hostile ones."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

from crawler.discover import discover
from crawler.model import Link
from tests.crawler.discover.entries import SITE, SOURCE, snapshot

SITEMAP_URL = f"{SITE}/sitemap.xml"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(count: int) -> str:
    rows = "".join(f"<url><loc>{SITE}/a/{n}.html</loc><lastmod>2026-03-11</lastmod></url>" for n in range(count))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {NAMESPACE}>{rows}</urlset>'


def test_urls_and_their_lastmod_become_links() -> None:
    found = discover(snapshot(urlset(3), SITEMAP_URL, "text/html"), SOURCE)
    assert found.kind == "sitemap"
    assert found.links == tuple(Link(url=f"{SITE}/a/{n}.html", date_text="2026-03-11") for n in range(3))


def test_news_extension_gives_the_title() -> None:
    body = (
        f'<urlset {NAMESPACE} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>{SITE}/a/1</loc>'
        "<news:news><news:publication><news:name>n</news:name></news:publication><news:title>标题</news:title></news:news>"
        f"</url><url><loc>{SITE}/a/2</loc></url></urlset>"
    )
    assert discover(snapshot(body, SITEMAP_URL), SOURCE).links == (
        Link(url=f"{SITE}/a/1", title="标题"),
        Link(url=f"{SITE}/a/2"),
    )


def test_index_names_its_children_but_never_itself() -> None:
    """The children are the way on; whoever walks them remembers where it has been."""
    rows = "".join(
        f"<sitemap><loc>{url}</loc></sitemap>" for url in (f"{SITE}/s1.xml.gz", SITEMAP_URL, f"{SITE}/s2.xml")
    )
    found = discover(snapshot(f"<sitemapindex {NAMESPACE}>{rows}</sitemapindex>", SITEMAP_URL), SOURCE)
    assert (found.kind, found.links, found.next) == ("sitemap", (), (f"{SITE}/s1.xml.gz", f"{SITE}/s2.xml"))


def test_gzipped_sitemap_is_inflated() -> None:
    found = discover(snapshot(gzip.compress(urlset(3).encode()), f"{SITEMAP_URL}.gz", "application/gzip"), SOURCE)
    assert (found.kind, len(found.links)) == ("sitemap", 3)


def test_sitemap_in_utf_16_is_read() -> None:
    body = urlset(2).replace("UTF-8", "UTF-16").encode("utf-16")
    assert len(discover(snapshot(body, SITEMAP_URL), SOURCE).links) == 2


def test_truncated_and_damaged_sitemaps_give_what_came_before() -> None:
    for body in (urlset(5)[:-60].encode(), gzip.compress(urlset(5_000).encode())[:-2_000]):
        found = discover(snapshot(body, SITEMAP_URL), SOURCE)
        assert found.kind == "sitemap"
        assert len(found.links) >= 4
        assert "the rest was not read" in found.why


def test_no_more_than_fifty_thousand_urls_are_taken() -> None:
    found = discover(snapshot(urlset(50_010), SITEMAP_URL), SOURCE)
    assert len(found.links) == 50_000
    assert "more than 50,000" in found.why


def test_entities_are_refused() -> None:
    """Billion laughs and entities that name files: nothing is expanded, nothing is opened."""
    for entity in ('<!ENTITY a "ha"><!ENTITY b "&a;&a;">', '<!ENTITY b SYSTEM "file:///etc/hostname">'):
        body = f"<!DOCTYPE urlset [{entity}]><urlset {NAMESPACE}><url><loc>{SITE}/&b;</loc></url></urlset>"
        found = discover(snapshot(body, SITEMAP_URL), SOURCE)
        assert (found.kind, found.links) == ("sitemap", ())
        assert "entities" in found.why


def test_gzip_bomb_stays_within_bounds() -> None:
    """A lot of nothing behind a sitemap's beginning is neither held in memory nor read to its end."""
    packer = zlib.compressobj(wbits=31)
    body = packer.compress(urlset(2).removesuffix("</urlset>").encode())
    blank = b" " * (1 << 20)
    body += b"".join(packer.compress(blank) for _ in range(160)) + packer.flush()
    tracemalloc.start()
    try:
        found = discover(snapshot(body, SITEMAP_URL), SOURCE)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found.links) == 2
    assert "50 MB" in found.why
    assert peak < 16 << 20
