"""One exchange: what is sent, what is kept of the answer, and what each way of failing is called."""

from __future__ import annotations

import asyncio
import gzip
import threading
import time
import zlib
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import brotli
import pytest
import zstandard

from crawler.errors import ConfigurationError
from crawler.fetch import build_fetcher, wire
from crawler.fetch.pace import UNPACED
from crawler.model import FailureReason, FetchFailed, FetchRequest, NotModified, Snapshot, Validators
from tests.outside import Answer, Asked, Outside

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
PAGE = ("<html><title>公告</title>" + "<p>正文内容。" * 2000).encode()


async def test_a_response_is_kept_exactly_as_it_came(site, get):
    site.page("/a.html", PAGE, headers=[("X-Odd", "caf\xe9"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    got = await get("/a.html")
    assert isinstance(got, Snapshot)
    assert (got.status, got.body, got.url, got.final_url) == (200, PAGE, site.url("/a.html"), site.url("/a.html"))
    assert got.fetched_at == NOW
    assert [value for name, value in got.headers if name == "Set-Cookie"] == ["a=1", "b=2"]
    assert got.header("x-odd") == "caf\xe9"


@pytest.mark.parametrize("status", [200, 204, 401, 403, 404, 410, 418, 429, 500, 503])
async def test_any_status_is_an_answer_with_its_body(site, get, status):
    """A 404 may be evidence; the judge decides what it means."""
    site.page("/s.html", b"" if status == 204 else b"because", status=status)
    got = await get("/s.html")
    assert isinstance(got, Snapshot)
    assert got.status == status
    assert got.body == (b"" if status == 204 else b"because")


@pytest.mark.parametrize(
    ("coding", "code"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("gzip", lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:])),
        ("gzip", lambda body: gzip.compress(body) + b"trailing rubbish"),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
        ("zstd", lambda body: zstandard.compress(body[:9]) + zstandard.compress(body[9:])),
        ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
        ("GZIP", gzip.compress),
        ("identity", bytes),
        ("utf-8", bytes),
        ("none", bytes),
    ],
)
async def test_content_codings_are_undone_as_browsers_do(site, get, coding, code):
    site.page("/c.html", code(PAGE), headers=[("Content-Encoding", coding)])
    got = await get("/c.html")
    assert isinstance(got, Snapshot), got
    assert got.body == PAGE


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
async def test_an_empty_body_may_claim_any_coding(site, get, coding):
    site.page("/empty", b"", headers=[("Content-Encoding", coding)])
    got = await get("/empty")
    assert isinstance(got, Snapshot)
    assert got.body == b""


@pytest.mark.parametrize(
    ("coding", "coded"),
    [
        ("gzip", gzip.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)[:1]),
        ("br", brotli.compress(PAGE)),
        ("zstd", zstandard.compress(PAGE)),
    ],
)
async def test_a_compressed_body_cut_short_is_truncated_not_content(site, get, coding, coded):
    cut = coded[:-5] if len(coded) > 5 else coded
    site.page("/cut", cut, headers=[("Content-Encoding", coding)])
    got = await get("/cut")
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.TRUNCATED


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
async def test_a_body_that_belies_its_coding_is_not_content(site, get, coding):
    site.page("/lie", b"\xff\xfe<p>not compressed at all", headers=[("Content-Encoding", coding)])
    got = await get("/lie")
    assert isinstance(got, FetchFailed)
    assert got.reason in {FailureReason.PROTOCOL, FailureReason.TRUNCATED}


async def test_validators_go_out_as_they_came_in_and_a_304_is_believed(site, get):
    modified = datetime(2026, 2, 1, tzinfo=UTC)
    site.page("/v.html", PAGE, etag='W/"x-1"', last_modified=modified)
    first = await get("/v.html")
    assert isinstance(first, Snapshot)
    assert first.validators == Validators(etag='W/"x-1"', last_modified="Sun, 01 Feb 2026 00:00:00 GMT")
    second = await get("/v.html", validators=first.validators)
    assert isinstance(second, NotModified)
    assert site.requests[-1].headers["if-none-match"] == 'W/"x-1"'
    assert site.requests[-1].headers["if-modified-since"] == "Sun, 01 Feb 2026 00:00:00 GMT"


async def test_last_modified_alone_is_enough(site, get):
    site.page("/m.html", PAGE, last_modified=datetime(2026, 2, 1, tzinfo=UTC))
    first = await get("/m.html")
    assert isinstance(first, Snapshot)
    assert isinstance(await get("/m.html", validators=first.validators), NotModified)


async def test_a_304_that_nobody_asked_for_is_no_answer(site, get):
    site.page("/304", b"", status=304)
    got = await get("/304")
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.PROTOCOL


async def test_validators_that_are_no_header_values_are_left_out(site, get):
    site.page("/v.html", PAGE)
    got = await get("/v.html", validators=Validators(etag='"a\r\nX-Smuggled: 1"', last_modified="昨天"))
    assert isinstance(got, Snapshot)
    assert not {"x-smuggled", "if-none-match", "if-modified-since"} & set(site.requests[-1].headers)


async def test_cookies_are_never_sent_back(site, get):
    """Every visit reads the page as a stranger does."""
    site.page("/c.html", "a", headers=[("Set-Cookie", f"k{n}={n}; Path=/") for n in range(50)])
    await get("/c.html")
    await get("/c.html")
    assert all("cookie" not in asked.headers for asked in site.requests)


async def test_connections_are_kept_and_used_again(site, get):
    site.page("/a.html", "a")
    site.page("/v.html", "v", etag='"1"')
    site.redirect("/old", "/a.html")
    for _ in range(3):
        await get("/a.html")
        await get("/old")
        assert isinstance(await get("/v.html", validators=Validators(etag='"1"')), NotModified)
    assert site.connections == 1


async def test_a_crowd_shares_the_connections_that_one_host_is_asked_over(site, get):
    """Whoever must wait is given a connection that another has done with."""

    def slowly(asked: Asked) -> Answer:
        time.sleep(0.02)
        return Answer(asked.path.encode())

    site.otherwise(slowly)
    for _ in range(2):
        paths = [f"/{number}.html" for number in range(40)]
        got = await asyncio.gather(*(get(path, host_delay=timedelta(0)) for path in paths))
        assert [one.body.decode() for one in got] == paths
        assert 1 < site.connections <= UNPACED


async def test_a_connection_whose_answer_was_given_up_is_not_used_again(site, get):
    """What is still to come on it belongs to nobody's next answer."""
    site.page("/a.html", "a")
    site.page("/long.html", PAGE)
    assert (await get("/a.html")).body == b"a"
    assert (await get("/long.html", max_bytes=100)).reason is FailureReason.TOO_LARGE
    assert (await get("/a.html")).body == b"a"
    assert site.connections == 2


async def test_a_connection_kept_for_too_long_is_not_used_again(site, get, monkeypatch):
    monkeypatch.setattr(wire, "KEEP_ALIVE_SECONDS", 0.05)
    site.page("/a.html", "a")
    await get("/a.html")
    assert site.connections == 1
    await asyncio.sleep(0.1)
    assert (await get("/a.html")).body == b"a"
    assert site.connections == 2


async def test_a_kept_connection_that_the_server_dropped_is_replaced(site, get):
    site.raw("/bye", lambda wire: wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    site.page("/a.html", "a")
    assert isinstance(await get("/bye"), Snapshot)
    assert isinstance(await get("/a.html"), Snapshot)


async def test_idle_clients_beyond_the_bound_are_closed_and_come_back(site):
    """Thousands of hosts must not mean thousands of idle connections."""
    fetcher = build_fetcher(max_clients=1)
    site.page("/a.html", "a")
    names = ["127.0.0.1", "localhost", "127.0.0.1", "localhost"]
    for name in names:
        url = site.url("/a.html").replace("127.0.0.1", name)
        got = await fetcher.fetch(FetchRequest(url=url, may_be_private=frozenset({name})), NOW)
        assert isinstance(got, Snapshot)
    # robots.txt once a name; each change of name needs a new connection.
    assert site.connections == len(names)
    await fetcher.aclose()


async def test_so_many_exchanges_are_under_way_at_once_and_no_more_on_however_many_hosts(site):
    """Waiting for a place is not a time-out."""
    under_way, most, lock = 0, 0, threading.Lock()

    def slowly(asked) -> Answer:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.1)
        with lock:
            under_way -= 1
        return Answer(b"a", headers=(("Content-Type", "text/html"),))

    with ExitStack() as stack:
        hosts = [stack.enter_context(Outside()) for _ in range(14)]
        for host in hosts:
            host.answer("/a.html", slowly)
        fetcher = build_fetcher(max_clients=2, robots=False)
        deadline = timedelta(seconds=0.5)
        requests = [FetchRequest(url=h.url("/a.html"), may_be_private=h.private, deadline=deadline) for h in hosts]
        got = await asyncio.gather(*(fetcher.fetch(request, NOW) for request in requests))
        await fetcher.aclose()
    assert all(isinstance(one, Snapshot) for one in got)
    assert most == 2


async def test_the_agent_says_who_it_is(site, get):
    site.page("/a.html", "a")
    await get("/a.html")
    assert site.requests[-1].headers["user-agent"].startswith("palimpsest/")
    assert "robots.txt" in site.requests[-1].headers["user-agent"]


async def test_a_cancelled_fetch_is_cancelled_and_nothing_else_is_harmed(site, get):
    """Shutting down must not be taken for a failure of the site."""

    def drip(wire) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        wire.hang()

    site.raw("/drip", drip)
    site.page("/a.html", "a")
    await get("/a.html")
    task = asyncio.create_task(get("/drip"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(await get("/a.html"), Snapshot)


@pytest.mark.parametrize("agent", ["", "宫殿/1", "a\r\nX: 1", "/1"])
def test_an_agent_that_cannot_be_sent_is_refused_at_once(agent):
    with pytest.raises(ConfigurationError, match="user agent"):
        build_fetcher(user_agent=agent)


async def test_proxies_from_the_environment_are_not_used(site, get, monkeypatch):
    """A proxy would take the choice of the address out of the guard's hands."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    site.page("/a.html", "a")
    assert isinstance(await get("/a.html"), Snapshot)


async def test_nobody_listening_is_a_failure_to_connect(site, get):
    port = site.port
    site.__exit__(None, None, None)
    got = await get("/a.html", url=f"http://127.0.0.1:{port}/", deadline=timedelta(seconds=2))
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.CONNECT


async def test_a_path_in_another_encoding_goes_out_as_it_is_written(site, get):
    """Percent-encoded GBK is not UTF-8, and no business of ours."""
    site.page("/%B9%AB%B8%E6.html", "gbk")
    got = await get("/%B9%AB%B8%E6.html")
    assert isinstance(got, Snapshot)
    assert got.body == b"gbk"
    assert site.paths[-1] == "/%B9%AB%B8%E6.html"
