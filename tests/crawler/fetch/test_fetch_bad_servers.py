"""Servers at their worst: each visit ends, in time, with the right outcome, and memory stays flat."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import ssl
import subprocess
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import brotli
import pytest
import zstandard

from crawler.fetch import build_fetcher
from crawler.fetch.wire import tls_context
from crawler.model import FailureReason, FetchFailed, FetchRequest, Snapshot
from tests.outside import HungUp, Outside

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SOON = timedelta(seconds=0.4)


def head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


def reason(got):
    return got.reason if isinstance(got, FetchFailed) else None


@contextmanager
def costs_less_than(megabytes: int) -> Iterator[None]:
    """Fails where more memory than this is held at any moment inside."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * 1024 * 1024
    finally:
        tracemalloc.stop()


def deflated_zeros() -> bytes:
    """512 MB of zeros as a bare deflate stream: one megabyte, fully flushed, over and over."""
    compressor = zlib.compressobj(wbits=-15)
    megabyte = compressor.compress(b"\0" * 1024 * 1024) + compressor.flush(zlib.Z_FULL_FLUSH)
    return megabyte * 512 + compressor.flush()


GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\x03"
ZSTD_ZEROS = zstandard.compress(b"\0" * 8 * 1024 * 1024) * 64
BOMBS = {
    "gzip": lambda: GZIP_HEAD + deflated_zeros(),
    "deflate": lambda: b"\x78\x9c" + deflated_zeros(),
    "br": lambda: brotli.compress(b"\0" * 96 * 1024 * 1024, quality=0),
    "zstd": lambda: ZSTD_ZEROS,
    "gzip, gzip": lambda: gzip.compress(GZIP_HEAD + deflated_zeros(), 1),
    "zstd, br": lambda: brotli.compress(ZSTD_ZEROS, quality=1),
}


@pytest.mark.parametrize("coding", BOMBS)
async def test_a_compression_bomb_is_defused(site, get, coding):
    """Up to 512 MB of zeros, in half a megabyte or a few bytes; and the failure says what it was."""
    site.page("/bomb", BOMBS[coding](), headers=[("Content-Encoding", coding)])
    with costs_less_than(64):
        got = await get("/bomb")
    assert reason(got) is FailureReason.TOO_LARGE
    assert "bomb" in got.detail


async def test_bombs_stacked_ever_higher_are_not_even_begun(site, get):
    body = b"\0" * 1_000_000
    for _ in range(9):
        body = gzip.compress(body)
    site.page("/stack", body, headers=[("Content-Encoding", ", ".join(["gzip"] * 9))])
    assert reason(await get("/stack")) is FailureReason.PROTOCOL


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_beyond_the_cap_is_stopped_and_the_cap_named(site, get, declared):
    sent: list[int] = []

    def endless(wire) -> None:
        wire.send(head("Content-Length: 200000000") if declared else head())
        for _ in range(2000):
            wire.send(b"x" * 100_000)
            sent.append(100_000)

    site.raw("/large", endless)
    got = await get("/large", max_bytes=300_000)
    assert reason(got) is FailureReason.TOO_LARGE
    assert "300,000" in got.detail
    assert sum(sent) < 100_000_000


async def test_a_drip_ends_at_the_deadline(site, get):
    """One byte at a time outlives every read time-out; the deadline is for the whole exchange."""
    site.page("/robots.txt", "")

    def drip(wire) -> None:
        wire.send(head("Content-Length: 1000"))
        for _ in range(1000):
            wire.send(b"x")
            wire.pause(0.02)

    site.raw("/drip", drip)
    await get("/robots.txt")
    assert reason(await get("/drip", deadline=SOON)) is FailureReason.TIMEOUT


async def test_dripping_headers_end_at_the_deadline(site, get):
    def drip(wire) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\n")
        for n in range(1000):
            wire.send(b"X-%d: 1\r\n" % n)
            wire.pause(0.02)

    site.raw("/drip", drip)
    await get("/robots.txt")
    assert reason(await get("/drip", deadline=SOON)) is FailureReason.TIMEOUT


@pytest.mark.parametrize(
    "raw",
    [
        head("Content-Length: 100") + b"only this",
        head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n",
        head("Transfer-Encoding: chunked") + b"ff\r\nhello",
        head("Content-Length: 100"),
    ],
)
async def test_a_body_that_breaks_off_is_not_content(site, get, raw):
    site.raw("/cut", lambda wire: wire.send(raw))
    assert reason(await get("/cut")) is FailureReason.TRUNCATED


async def test_a_body_in_a_million_pieces_is_given_up_and_others_are_read_meanwhile(site, get):
    """Each piece of a byte costs as much as a page's worth of them; a few thousand are an old server's way."""

    def crumbs(count: int):
        def send(wire) -> None:
            wire.send(head("Transfer-Encoding: chunked"))
            for _ in range(count):
                wire.send(b"1\r\nx\r\n" * 1000)
            wire.send(b"0\r\n\r\n")

        return send

    site.raw("/crumbs", crumbs(1000))
    site.raw("/few", crumbs(5))
    site.page("/a.html", "a")
    slow = asyncio.create_task(get("/crumbs"))
    await asyncio.sleep(0.05)
    assert isinstance(await get("/a.html"), Snapshot)
    assert not slow.done()
    assert reason(await slow) is FailureReason.PROTOCOL
    few = await get("/few")
    assert isinstance(few, Snapshot)
    assert few.body == b"x" * 5000


async def test_a_reset_amid_the_body_is_not_content(site, get):
    def cut(wire) -> None:
        wire.send(head("Content-Length: 100") + b"some")
        wire.pause(0.05)
        wire.reset()

    site.raw("/cut", cut)
    assert reason(await get("/cut")) is FailureReason.TRUNCATED


@pytest.mark.parametrize("reset", [True, False])
async def test_a_server_that_hangs_up_without_a_word_was_not_reached(site, get, reset):
    site.raw("/mute", lambda wire: wire.reset() if reset else None)
    assert reason(await get("/mute")) is FailureReason.CONNECT


async def test_a_body_without_any_length_ends_with_the_connection(site, get):
    """HTTP/1.0 style: no length, no chunks, and all of it is there."""
    site.raw("/old", lambda wire: wire.send(b"HTTP/1.0 200 OK\r\n\r\nall of it"))
    got = await get("/old")
    assert isinstance(got, Snapshot)
    assert got.body == b"all of it"


async def test_bytes_beyond_the_declared_length_are_not_the_next_answer(site, get):
    """Wrong length: what is left over must not be read as the answer to the next request."""
    site.raw("/more", lambda wire: wire.send(head("Content-Length: 4") + b"four and more" + head("Content-Length: 0")))
    site.page("/next", "next")
    got = await get("/more")
    assert isinstance(got, Snapshot)
    assert got.body == b"four"
    following = await get("/next")
    assert isinstance(following, Snapshot)
    assert following.body == b"next"


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: minus one"],
        ["Content-Length: 4", "Content-Length: 5"],
        ["Transfer-Encoding: gzip, chunked"],
        ["no colon here"],
    ],
)
async def test_headers_that_contradict_themselves_are_refused(site, get, lines):
    site.raw("/odd", lambda wire: wire.send(head(*lines) + b"body"))
    assert reason(await get("/odd")) is FailureReason.PROTOCOL


async def test_bare_line_feeds_are_understood(site, get):
    site.raw("/lf", lambda wire: wire.send(b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 2\n\nok"))
    got = await get("/lf")
    assert isinstance(got, Snapshot)
    assert (got.body, got.header("content-type")) == (b"ok", "text/html")


async def test_a_flood_of_headers_is_stopped(site, get):
    sent: list[int] = []

    def flood(wire) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\n")
        for n in range(50_000):
            wire.send(b"X-Flood-%d: %s\r\n" % (n, b"x" * 1000))
            sent.append(1)

    site.raw("/flood", flood)
    assert reason(await get("/flood")) is FailureReason.PROTOCOL
    assert len(sent) < 50_000


async def test_one_endless_header_is_stopped(site, get):
    def flood(wire) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            wire.send(b"x" * 100_000)

    site.raw("/flood", flood)
    assert reason(await get("/flood")) is FailureReason.PROTOCOL


async def test_ten_thousand_cookies_are_a_flood_and_a_hundred_are_nothing(site, get):
    site.raw("/c", lambda wire: wire.send(head(*(f"Set-Cookie: k{n}={n}; Path=/" for n in range(10_000)))))
    site.page("/few", "ok", headers=[("Set-Cookie", f"k{n}={n}") for n in range(100)])
    assert reason(await get("/c")) is FailureReason.PROTOCOL
    assert isinstance(await get("/few"), Snapshot)


@pytest.mark.parametrize("code", [100, 103])
async def test_a_storm_of_interim_responses_ends(site, get, code):
    def storm(wire) -> None:
        while True:
            wire.send(b"HTTP/1.1 %d Wait\r\n\r\n" % code * 1000)

    site.raw("/storm", storm)
    assert reason(await get("/storm")) is FailureReason.PROTOCOL


async def test_a_few_interim_responses_are_passed_over(site, get):
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 3
    site.raw("/hints", lambda wire: wire.send(interim + head("Content-Length: 2") + b"ok"))
    got = await get("/hints")
    assert isinstance(got, Snapshot)
    assert (got.status, got.body) == (200, b"ok")


async def test_an_upgrade_nobody_asked_for_ends(site, get):
    site.raw("/up", lambda wire: wire.send(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhm"))
    assert reason(await get("/up", deadline=SOON)) in {FailureReason.PROTOCOL, FailureReason.TRUNCATED}


@pytest.mark.parametrize(
    "raw", [b"\x00\x01\x02\x03" * 100, b"220 ftp ready\r\n", b"<html>no headers</html>", b"\r\n\r\n"]
)
async def test_what_is_no_http_is_a_protocol_failure(site, get, raw):
    site.raw("/odd", lambda wire: wire.send(raw))
    assert reason(await get("/odd")) is FailureReason.PROTOCOL


async def test_a_redirect_loop_ends(site, get):
    site.redirect("/a", "/b")
    site.redirect("/b", "/a")
    assert reason(await get("/a")) is FailureReason.TOO_MANY_REDIRECTS
    assert len(site.requests) < 15


async def test_silence_ends_at_the_deadline(site, get):
    site.raw("/silent", lambda wire: wire.hang())
    await get("/robots.txt")
    assert reason(await get("/silent", deadline=SOON)) is FailureReason.TIMEOUT


async def test_a_robots_txt_that_never_answers_refuses_the_page(site, get):
    site.raw("/robots.txt", lambda wire: wire.hang())
    site.page("/a.html", "a")
    assert reason(await get("/a.html", deadline=SOON)) is FailureReason.ROBOTS_UNREACHABLE
    assert "/a.html" not in site.paths


async def test_a_name_that_does_not_exist_is_a_dns_failure(fetcher):
    got = await fetcher.fetch(FetchRequest(url="http://nowhere.invalid/a", deadline=timedelta(seconds=2)), NOW)
    # Where the resolver itself cannot be reached, the look-up may end at the deadline.
    assert reason(got) in {FailureReason.DNS, FailureReason.TIMEOUT, FailureReason.ROBOTS_UNREACHABLE}


async def test_plain_http_on_an_https_port_is_a_tls_failure(site, get):
    got = await get("", url=site.url("/a").replace("http:", "https:"))
    assert reason(got) is FailureReason.TLS


async def test_a_bad_server_leaves_the_next_page_unharmed(site, get):
    """After every kind of abuse the same fetcher, on the same host, still reads a page."""

    def rude(wire) -> None:
        wire.send(head("Content-Length: 100") + b"x")
        raise HungUp

    site.raw("/rude", rude)
    site.page("/a.html", "a")
    for _ in range(3):
        await get("/rude")
        assert isinstance(await get("/a.html"), Snapshot)


# ---- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A key and a self-signed certificate for localhost, made for this run."""
    if not shutil.which("openssl"):
        pytest.skip("TLS NOT CHECKED: there is no openssl command to make a certificate with")
    path = tmp_path_factory.mktemp("tls")
    cert, key = path / "cert.pem", path / "key.pem"
    subprocess.run(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
        f"-addext subjectAltName=DNS:localhost -keyout {key} -out {cert}".split(),
        check=True,
        capture_output=True,
    )
    return cert, key


def server_context(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


async def ask_tls(context: ssl.SSLContext, tls: str = "modern", host: str = "localhost"):
    fetcher = build_fetcher()
    with Outside(tls=context) as site:
        site.page("/a.html", "secure")
        url = site.url("/a.html").replace("127.0.0.1", host)
        request = FetchRequest(url=url, tls=tls, may_be_private=frozenset({host}), deadline=timedelta(seconds=5))
        got = await fetcher.fetch(request, NOW)
        await fetcher.aclose()
    return got


async def test_a_certificate_nobody_vouches_for_is_refused_with_its_reason(certificate):
    got = await ask_tls(server_context(certificate))
    assert reason(got) is FailureReason.TLS
    assert "certificate refused" in got.detail
    assert "self-signed" in got.detail or "self signed" in got.detail


@pytest.fixture
def trusted(certificate, monkeypatch):
    """The certificate counts as an authority for one test, by the way documented for operators."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    tls_context.cache_clear()
    yield
    tls_context.cache_clear()


@pytest.mark.parametrize("tls", ["modern", "legacy"])
async def test_a_certificate_for_another_host_is_refused_with_its_reason(certificate, trusted, tls):
    got = await ask_tls(server_context(certificate), tls, "127.0.0.1")
    assert reason(got) is FailureReason.TLS
    assert "certificate refused" in got.detail
    assert "mismatch" in got.detail


async def test_a_trusted_certificate_is_read_from(certificate, trusted):
    got = await ask_tls(server_context(certificate))
    assert isinstance(got, Snapshot)
    assert got.body == b"secure"


async def test_old_tls_is_spoken_only_where_the_source_says_so(certificate, trusted):
    """TLS 1.0 and 1.1 are for hosts that have nothing else, never by default."""

    def old() -> ssl.SSLContext:
        context = server_context(certificate)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            context.minimum_version = ssl.TLSVersion.TLSv1
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        return context

    assert reason(await ask_tls(old())) is FailureReason.TLS
    got = await ask_tls(old(), tls="legacy")
    assert isinstance(got, Snapshot), got
    assert got.body == b"secure"
