"""The page as it was received, drawn without any power over whoever looks at it."""

from __future__ import annotations

import pytest

from crawler.model import Article, Link, Outcome, Snapshot, Source
from store import open_store
from tests.web.shelf import HOSTILE, NOW, QUIET, SCRIPT, START, asker, verdict
from tests.web.test_reading import pair
from web import create_app
from web.safe import PAGE_POLICY


def directives(policy):
    """The directives of a policy, each with what it allows."""
    return {part.split()[0]: part.split()[1:] for part in policy.split(";")}


def test_the_frame_has_no_power(ask):
    """In two ways that do not need each other: by the element, and by the policy of what is in it."""
    page = ask("/raw/view", url=HOSTILE, n=2)
    assert '<iframe class="raw" sandbox title="' in page.text
    assert page.headers["content-security-policy"] == f"{PAGE_POLICY}; frame-src 'self'"
    allowed = directives(ask("/raw/html", url=HOSTILE, n=2).headers["content-security-policy"])
    assert allowed["sandbox"] == []
    assert allowed["default-src"] == ["'none'"]
    assert allowed["frame-ancestors"] == ["'self'"]
    assert "script-src" not in allowed
    assert allowed["img-src"] == ["data:"]


def test_what_is_framed_is_the_page(ask):
    """As a browser reads it, in the charset that the answer names."""
    answer = ask("/raw/html", url=HOSTILE, n=2)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == SCRIPT


@pytest.mark.parametrize("dest", ["document", "embed", "object"])
def test_the_frame_is_nothing_by_itself(ask, dest):
    """Whoever is led to its address sees it in its frame."""
    answer = ask("/raw/html", headers={"Sec-Fetch-Dest": dest}, url=QUIET, n=1)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/raw/view?url=https%3A%2F%2Fwww.example.gov.cn%2Fxwfb%2F1.html&n=1"
    assert ask("/raw/html", headers={"Sec-Fetch-Dest": "iframe"}, url=QUIET, n=1).status_code == 200


def test_no_link_makes_the_browser_look_up_a_host(tmp_path):
    """No policy keeps it from that: the element is another one, the text beside it stays."""
    said = "<LINK rel=preconnect href=//evil.example><link/rel=dns-prefetch href=//evil.example><p>linked <linkage>"
    with open_store(tmp_path) as store:
        ask = pair(store, said)
        drawn = ask("/raw/html", url=QUIET, n=1).text
        assert "<link " not in drawn.lower()
        assert "<link/" not in drawn.lower()
        assert drawn.endswith("<p>linked <linkage>")
        assert ask("/raw", url=QUIET, n=1).text == said
        assert ask("/raw", url=QUIET, n=1, download=1).content == said.encode()


def test_what_is_no_page_is_not_drawn(tmp_path):
    """A feed drawn as a page would show nothing that it says."""
    with open_store(tmp_path) as store:
        store.archive.declare([Source(name="press", url="https://www.example.gov.cn/")], START)
        (page,) = store.archive.admit("press", [Link(url=QUIET)], START)
        feed = Snapshot(
            url=QUIET,
            final_url=QUIET,
            status=200,
            headers=(("Content-Type", "application/rss+xml"),),
            body=b"<rss/>",
            fetched_at=START,
        )
        store.archive.record(page, verdict(START, Outcome.NEW, article=Article(title="x"), snap=feed))
        ask = asker(create_app(store.history, clock=lambda: NOW))
        answer = ask("/raw/view", url=QUIET, n=1)
        assert "<iframe" not in answer.text
        assert "is no web page" in answer.text
