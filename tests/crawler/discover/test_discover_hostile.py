"""Input that nobody wrote by accident: discovery answers, within bounds, and never raises."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover import discover
from crawler.model import JsonList, Source
from tests.crawler.discover.entries import ENTRY, SOURCE, headline, html, snapshot

KINDS: tuple[Source, ...] = (
    SOURCE,
    *(Source(name="x", url=ENTRY, kind=kind) for kind in ("listing", "feed", "sitemap", "page")),
    Source(name="x", url=ENTRY, kind="json", json=JsonList(link="url")),
)


@pytest.mark.parametrize("source", KINDS, ids=lambda source: source.kind or "unknown")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" * 5_000,
        b"\x1f\x8b",
        b"\x1f\x8b\x08\x00rubbish",
        b"<",
        b"<?xml",
        b"<!DOCTYPE x [",
        b"<rss",
        b"<urlset><url><loc>",
        b"{" * 100_000,
        b'{"version": "https://jsonfeed.org/version/1"' + b"[" * 100_000,
        "﻿".encode("utf-16"),
        b"\xff\xfe<\x00",
        b"%PDF-1.4\n%\xe2\xe3",
        random.Random(7).randbytes(20_000),
    ],
    ids=range(15),
)
def test_rubbish_of_any_kind_yields_an_answer(body: bytes, source: Source) -> None:
    found = discover(snapshot(body), source)
    assert found.why
    assert all(link.url.startswith("https://") for link in found.links)


@given(st.binary(max_size=400), st.sampled_from(KINDS))
def test_no_bytes_raise(body: bytes, source: Source) -> None:
    discover(snapshot(body), source)


FRAGMENTS = st.sampled_from(
    [
        *("<ul>", "</ul>", "<li>", "<a href='/a/20260311.html'>", "</a>", "2026-03-11", headline(3), "<table><tr><td>"),
        *(
            "下一页",
            "<a href='http://[::1'>",
            "<a href='//'>",
            "<a href='?page=2'>2",
            "<base href='http://['>",
            "<title>",
        ),
        *("<![CDATA[", "]]>", "<datastore><nextgroup>", "createPageHTML(3,0,'index','html')", "<div class='nav'>"),
        *("</div>", "\x00", "&#0;", "<script>"),
    ]
)


@given(st.lists(FRAGMENTS, max_size=40))
def test_no_markup_raises_and_links_are_canonical_and_unique(parts: list[str]) -> None:
    found = discover(snapshot("".join(parts)), Source(name="x", url=ENTRY, kind="listing"))
    urls = [link.url for link in found.links]
    assert len(urls) == len(set(urls))
    assert ENTRY not in urls
    assert ENTRY not in found.next


def test_endless_links_are_cut() -> None:
    """More links than any listing has: the first twenty thousand are taken."""
    rows = "".join(f'<li><a href="/x/t20260311_{n}.html">{headline(n)}</a></li>' for n in range(20_500))
    found = discover(snapshot(html(f"<ul>{rows}</ul>")), SOURCE)
    assert 0 < len(found.links) <= 20_000


def test_deep_nesting_is_survived() -> None:
    """A link under a hundred thousand elements, and a list of links each deeper than the one before."""
    deep = "<div>" * 100_000 + f'<a href="/x/t20260311_1.html">{headline(1)}</a>'
    stairs = "".join(f'<div><a href="/x/t20260311_{n}.html">{headline(n)}</a>' for n in range(5_000))
    for body in (deep, stairs):
        discover(snapshot(body), SOURCE)


def test_very_long_attributes_and_texts_are_bounded() -> None:
    rows = "".join(
        f'<li><a href="/x/t20260311_{n}.html" title="{"长" * 100_000}">{"长" * 100_000}</a>{"1" * 100_000}</li>'
        for n in range(5)
    )
    found = discover(
        snapshot(html(f'<ul class="{"c " * 100_000}">{rows}<li><a href="/{"y" * 100_000}">{headline(1)}</a></ul>')),
        SOURCE,
    )
    assert all(len(link.url) < 5_000 and len(link.title or "") <= 500 for link in found.links)
