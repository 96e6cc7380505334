"""Whatever bytes arrive, an outcome comes of them and never an exception."""

from __future__ import annotations

import gzip
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.fetch.guard import redirect_target, refusal
from crawler.fetch.inflate import BodyCorrupt, BodyReader, BodyTooLarge, BodyTruncated
from crawler.fetch.pace import retry_after
from crawler.fetch.rules import parse_rules
from crawler.model import FetchFailed, NotModified, Snapshot

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

header_text = st.binary(max_size=60).map(lambda raw: raw.decode("latin-1"))
robots_text = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            b"User-agent: *|User-agent: palimpsest|User-agent|Disallow: /|Disallow: /%zz%|Disallow /x y|Allow: /*a$|"
            b"Allow: \xff\xfe*|Crawl-delay: 1e999|Crawl-delay: nan|Crawl-delay: -1|:|#".split(b"|")
        ),
    ),
    max_size=20,
)


def answer(**headers: str) -> Snapshot:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Snapshot(url="http://a/", final_url="http://a/", status=503, headers=pairs, body=b"", fetched_at=NOW)


@given(robots_text, header_text)
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_robots_txt(lines, path):
    rules = parse_rules(b"\n".join(lines), "palimpsest")
    assert rules.allow(f"http://www.example.gov.cn/{path}") in {True, False}
    assert rules.crawl_delay is None or timedelta(0) < rules.crawl_delay <= timedelta(days=1)


@given(header_text, header_text)
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_retry_after(value, date):
    wait = retry_after(answer(Retry_After=value, Date=date), NOW)
    assert wait is None or timedelta(0) <= wait <= timedelta(days=1)


@given(header_text)
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_location(value):
    moved = Snapshot(
        url="http://a/b", final_url="http://a/b", status=302, headers=(("Location", value),), body=b"", fetched_at=NOW
    )
    target = redirect_target(moved)
    assert target is None or isinstance(refusal(target, "http://a/b", NOW), FetchFailed | None)


@given(st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, zstd", "", "odd"]), st.lists(st.binary(), max_size=5))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_body_or_a_reason(coding, pieces):
    body = BodyReader(coding, 10_000)
    whole: bytes | None = None
    with suppress(BodyCorrupt, BodyTooLarge, BodyTruncated):
        for piece in pieces:
            body.feed(piece)
        whole = body.finish()
    assert whole is None or len(whole) <= 10_000
    assert coding not in ("", "odd") or whole == b"".join(pieces)


@given(st.binary(max_size=3000), st.sampled_from(["gzip", "zstd"]), st.integers(1, 50))
@settings(max_examples=100, deadline=None)
def test_a_body_does_not_depend_on_how_it_was_cut_up(body, coding, size):
    """The wire cuts where it likes: between members, inside headers, byte by byte."""
    compress = gzip.compress if coding == "gzip" else zstandard.compress
    coded = compress(body[:100]) + compress(body[100:])
    reader = BodyReader(coding, 10_000)
    for start in range(0, len(coded), size):
        reader.feed(coded[start : start + size])
    assert reader.finish() == body


async def test_random_servers_end_in_outcomes(site, get):
    """Mutated responses, a few hundred of them, over a real socket."""
    rng = random.Random(7)
    sound = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"
        b'ETag: "1"\r\nLocation: /x\r\nRetry-After: 1\r\n\r\n5\r\nhello\r\n0\r\n\r\n'
    )

    def mutated(wire) -> None:
        data = bytearray(sound)
        for _ in range(rng.randint(1, 6)):
            place = rng.randrange(len(data))
            if rng.random() < 0.3:
                del data[place : place + rng.randint(1, 20)]
            else:
                data[place] = rng.randrange(256)
        wire.send(bytes(data))

    site.raw("/x", mutated)
    for _ in range(150):
        got = await get("/x", deadline=timedelta(seconds=1))
        assert isinstance(got, Snapshot | NotModified | FetchFailed)
