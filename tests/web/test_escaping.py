"""Everything scraped is hostile: what a page put into titles, links, summaries and URLs stays text."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import feedparser
import pytest

from tests.web.shelf import HOSTILE, LURE, SCRIPT
from web.safe import safe_href

PAGES = [
    ("/", {}),
    ("/changes", {}),
    ("/findings", {}),
    ("/pages", {}),
    ("/sources", {}),
    ("/", {"since": "365d", "source": SCRIPT}),
    ("/source", {"name": "press"}),
    ("/source", {"name": SCRIPT}),
    ("/search", {"q": SCRIPT}),
    ("/search", {"q": "script"}),
    ("/search", {"q": "学校食堂"}),
    ("/health", {}),
    ("/notifications", {}),
    ("/notifications", {"state": SCRIPT}),
    ("/events", {}),
    ("/events", {"source": SCRIPT}),
    ("/page", {"url": HOSTILE, "oldest": "1"}),
    ("/page", {"url": HOSTILE}),
    ("/version", {"url": HOSTILE, "n": 2}),
    ("/diff", {"url": HOSTILE, "a": 1, "b": 2}),
    ("/diff", {"url": HOSTILE, "a": 1, "b": 2, "view": "sides"}),
    ("/raw/view", {"url": HOSTILE, "n": 2}),
    ("/finding", {"id": 1}),
    ("/page", {"url": HOSTILE, "after": SCRIPT}),
    ("/diff", {"url": HOSTILE, "a": 1, "b": 2, "view": SCRIPT}),
    ("/finding", {"id": SCRIPT}),
    ("/page", {"url": SCRIPT}),
    ("/findings", {"kind": SCRIPT}),
    ("/pages", {"source": SCRIPT}),
    ("/version", {"url": HOSTILE, "n": SCRIPT}),
]
ELEMENTS = """html head meta title link body header div nav main footer a span h1 h2 h3 p bdi dl dt dd ul ol li form
label select option button input table thead tbody tr th td time article mark ins del details summary code script
iframe strong fieldset legend textarea caption section svg path rect text title"""


# What shows the hostile page, and is asked for it as it should be.
SHOWN = [one for one in PAGES if HOSTILE in one[1].values() and SCRIPT not in one[1].values()] + [
    ("/finding", {"id": 1})
]


class Reader(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self):
        super().__init__()
        self.elements, self.attributes, self.links, self.text = set(), set(), [], []
        self.scripts = []

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        if tag == "script":
            self.scripts.append(dict(attrs))
        self.attributes |= {name for name, _ in attrs}
        given = dict(attrs)
        self.links += [(given[name], given.get("rel", "")) for name in ("href", "src", "action") if name in given]

    def handle_data(self, data):
        self.text.append(data)


def read(answer):
    reader = Reader()
    reader.feed(answer.text)
    reader.close()
    return reader


@pytest.mark.parametrize(("path", "query"), PAGES)
def test_no_payload_becomes_markup(ask, path, query):
    """Only elements of our own templates, no event handler, and no link to anything but http and ourselves."""
    seen = read(ask(path, **query))
    assert seen.elements <= set(ELEMENTS.split())
    assert seen.scripts == [{"src": "/static/reader.js", "defer": None}]
    assert not {name for name in seen.attributes if name.startswith("on") or name == "style"}
    for link, rel in seen.links:
        assert link.startswith(("/", "?", "#", "https://www.example.gov.cn/"))
        assert not link.startswith("//")
        if link.startswith("http"):
            assert rel == "noreferrer noopener nofollow"


@pytest.mark.parametrize(("path", "query"), [PAGES[0], PAGES[3], *SHOWN])
def test_the_payload_is_shown_as_it_was(ask, path, query):
    """Escaped is not the same as hidden: the reader sees exactly what the page carried."""
    assert "<script>alert(1)</script>" in "".join(read(ask(path, **query)).text)


def test_attachments_link_only_where_they_may(ask):
    """A lure is named, so that a reader can judge it, but cannot be followed."""
    seen = read(ask("/version", url=HOSTILE, n=2))
    targets = [link for link, _ in seen.links if link.endswith(".pdf")]
    assert targets == ["https://www.example.gov.cn/a.pdf"]
    assert LURE in "".join(seen.text)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " https://x.example/",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example/",
        "/page",
        "https:///nohost",
        "https:\\\\evil.example",
        "http://[broken",
        "file:///etc/passwd",
        "",
        None,
    ],
)
def test_unsafe_addresses_are_no_links(url):
    """Anything a browser might read in another way than we do is refused."""
    assert safe_href(url) is None


def test_safe_addresses_are():
    """Han in a path is as good as ASCII."""
    for url in ("https://www.example.gov.cn/新闻/1.html?a=b#c", "http://[::1]:8000/"):
        assert safe_href(url) == url


def test_the_raw_page_is_text_in_a_sandbox(ask):
    """The bytes of an attacker are never handed to the browser as HTML."""
    answer = ask("/raw", url=HOSTILE, n=2)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.text == SCRIPT


def test_the_raw_page_downloads_byte_for_byte(ask):
    """With the digest that the version names, so that it can be checked."""
    answer = ask("/raw", url=HOSTILE, n=2, download=1)
    assert answer.content == SCRIPT.encode()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["repr-digest"].startswith("sha-256=:")


def test_json_is_json_whatever_it_holds(ask):
    """And is never sniffed as HTML."""
    answer = ask("/api/v1/version", url=HOSTILE, n=2)
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.content)["title"] == SCRIPT


def test_feeds_stay_well_formed(ask):
    """Control characters that XML cannot hold, and markup in titles, do not break a reader."""
    for path in ("/feeds/changes.atom", "/feeds/findings.atom"):
        parsed = feedparser.parse(ask(path).content)
        assert not parsed.bozo
        assert parsed.entries
        for entry in parsed.entries:
            assert entry.link.startswith("http://localhost:8000/")
            assert entry.title_detail.type == "text/plain"
