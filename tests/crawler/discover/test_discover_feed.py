"""RSS, Atom and JSON Feed, recognised by what they are and not by what the server calls them."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from crawler.discover import discover
from crawler.model import Link
from tests.crawler.discover.entries import ENTRY, SITE, SOURCE, snapshot

RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>新闻发布</title><link>{SITE}/</link>
<item><title>第一条</title><link>{SITE}/a/1.html</link><pubDate>Wed, 11 Mar 2026 08:00:00 +0800</pubDate></item>
<item><title>没有链接</title><guid>{SITE}/a/2.html</guid></item>
<item><title>guid 不是地址</title><guid isPermaLink="false">urn:uuid:12</guid></item>
<item><title>第一条又一次</title><link>{SITE}/a/1.html</link></item>
</channel></rss>"""


def test_rss_items_become_links_and_a_guid_stands_in_for_a_missing_link() -> None:
    found = discover(snapshot(RSS, content_type="text/html"), SOURCE)
    assert found.kind == "feed"
    assert found.title == "新闻发布"
    assert found.links == (
        Link(url=f"{SITE}/a/1.html", title="第一条", date_text="Wed, 11 Mar 2026 08:00:00 +0800"),
        Link(url=f"{SITE}/a/2.html", title="没有链接"),
    )


def test_feed_in_gb18030_is_read_in_its_own_charset() -> None:
    """The declaration inside the XML decides where the header is silent."""
    body = RSS.replace("utf-8", "gb2312").replace("第一条", "朱镕基").encode("gb18030")
    assert discover(snapshot(body, content_type="application/xml"), SOURCE).links[0].title == "朱镕基"


def test_atom_takes_updated_where_nothing_was_published_and_goes_on_by_rel_next() -> None:
    atom = f"""<?xml version="1.0"?><!-- made --><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>
    <link rel="self" href="{ENTRY}"/><link rel="next" href="?page=2"/>
    <entry><title>One</title><link rel="alternate" href="/a/1"/>
    <updated>2026-03-11T00:00:00Z</updated></entry></feed>"""
    found = discover(snapshot(atom, content_type="application/atom+xml"), SOURCE)
    assert found.links == (Link(url=f"{SITE}/a/1", title="One", date_text="2026-03-11T00:00:00Z"),)
    assert found.next == (f"{ENTRY}?page=2",)


def test_json_feed_is_a_feed_and_other_json_is_not() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "News",
        "items": [
            {"id": "1", "url": f"{SITE}/a/1", "title": "One", "date_published": "2026-03-11"},
            {"id": f"{SITE}/a/2"},
            {"id": "3"},
            "nonsense",
        ],
    }
    found = discover(snapshot(json.dumps(feed), content_type="application/json"), SOURCE)
    assert (found.kind, found.title) == ("feed", "News")
    assert found.links == (Link(url=f"{SITE}/a/1", title="One", date_text="2026-03-11"), Link(url=f"{SITE}/a/2"))
    assert discover(snapshot('{"version": "1", "items": []}', content_type="application/json"), SOURCE).kind == "page"


def test_broken_feed_gives_what_can_be_read_and_says_so() -> None:
    found = discover(snapshot(RSS[: RSS.index("<item><title>guid")]), SOURCE)
    assert found.kind == "feed"
    assert len(found.links) == 2
    assert "not well-formed" in found.why


def test_billion_laughs_in_a_feed_expands_to_nothing() -> None:
    """Entities that multiply are not expanded: the title stays short."""
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = RSS.replace("<rss", f"<!DOCTYPE rss [{entities}]><rss", 1).replace("第一条<", "&a9;<")
    found = discover(snapshot(bomb), SOURCE)
    assert all(len(link.title or "") < 1000 for link in found.links)


def test_body_that_is_the_name_of_a_file_is_not_opened() -> None:
    """Bytes are content; a feed library that tries them as a path would read this machine's files."""
    assert discover(snapshot(__file__, content_type="application/rss+xml"), replace(SOURCE, kind="feed")).links == ()


def test_include_applies_to_feeds() -> None:
    assert discover(snapshot(RSS), replace(SOURCE, include=("/a/2",))).links[0].url == f"{SITE}/a/2.html"


def test_page_about_feeds_is_no_feed() -> None:
    page = "<!DOCTYPE html><html><body><p>How to write RSS: &lt;rss&gt; and <code>&lt;feed&gt;</code></p></body></html>"
    assert discover(snapshot(page, content_type="application/rss+xml"), SOURCE).kind == "page"


MEGABYTE = 1 << 20
UNEARNEST = {
    "deep": "<rss><channel>" + "<a>" * MEGABYTE,
    "deep and broken": "<rss><channel><b></c>" + "<a>" * MEGABYTE,
    "attributes": "<rss " + " ".join(f'a{n}="1"' for n in range(MEGABYTE // 4)) + "></rss>",
    "many attributes": "<rss>" + ("<a " + " ".join(f'a{n}="1"' for n in range(5_000)) + "/>") * 40 + "</rss>",
    "empty items": "<rss><channel>" + "<item/>" * MEGABYTE + "</channel></rss>",
    "declarations": "<!DOCTYPE rss [" + '<!ENTITY a "b">' * (MEGABYTE // 4) + "]><rss></rss>",
    "one long text": "<rss><channel><item><title>" + "x" * (20 * MEGABYTE) + "</title></item></channel></rss>",
}


@pytest.mark.parametrize("kind", UNEARNEST)
def test_feeds_that_nobody_wrote_in_earnest_are_given_up_in_time(kind: str) -> None:
    """A feed library takes half an hour for some of these, and the whole pass would wait for it."""
    began = time.process_time()
    found = discover(snapshot(UNEARNEST[kind]), replace(SOURCE, kind="feed"))
    assert time.process_time() - began < 30
    assert found.links == ()


def test_a_feed_without_end_gives_its_first_items() -> None:
    item = f"<item><title>一条</title><link>{SITE}/a/%d.html</link></item>"
    body = '<rss version="2.0"><channel>' + "".join(item % n for n in range(60_000))
    began = time.process_time()
    found = discover(snapshot(body), SOURCE)
    assert time.process_time() - began < 30
    assert len(found.links) > 30_000
    assert "longer than any feed" in found.why


def test_a_json_feed_too_large_to_be_one_is_not_parsed() -> None:
    body = '{"version": "https://jsonfeed.org/version/1.1", "items": [' + "[]," * MEGABYTE + "[]]}"
    found = discover(snapshot(body, content_type="application/json"), replace(SOURCE, kind="feed"))
    assert found.links == ()
    assert "500,000" in found.why
