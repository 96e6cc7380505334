"""Politeness: one at a time, a pause between, longer when the host asks or struggles; and nobody else waits."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from crawler.fetch import build_fetcher
from crawler.fetch.pace import host_key, retry_after
from crawler.model import FetchFailed, FetchRequest, Snapshot
from tests.outside import Outside

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TWO = timedelta(seconds=2)


class Crowd:
    """Counts how many requests are being answered at once."""

    def __init__(self) -> None:
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.02)

    def __exit__(self, *error) -> None:
        with self._lock:
            self._now -= 1

    def __call__(self, wire) -> None:
        with self:
            pass
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


async def test_a_host_is_asked_one_thing_at_a_time(site, get):
    crowd = Crowd()
    site.raw("/x", crowd)
    await asyncio.gather(*(get("/x", host_delay=timedelta(milliseconds=1)) for _ in range(8)))
    assert crowd.most == 1


async def test_without_a_delay_a_few_may_go_at_once_but_not_all(site, get):
    crowd = Crowd()
    site.raw("/x", crowd)
    results = await asyncio.gather(*(get("/x") for _ in range(30)))
    assert all(isinstance(got, Snapshot) for got in results)
    assert 1 < crowd.most <= 8


async def test_the_delay_lies_between_requests_and_is_everybodys(site, get, clock):
    """The second source on the host names no delay, and waits all the same."""
    site.page("/a.html", "a")
    await get("/a.html", host_delay=TWO)
    await get("/a.html")
    # robots.txt, then the page, then the page again: two pauses.
    assert clock.slept == [pytest.approx(2, abs=0.2), pytest.approx(2, abs=0.2)]


async def test_jitter_only_ever_lengthens():
    slept: list[float] = []
    skipped = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal skipped
        slept.append(seconds)
        skipped += seconds

    with Outside() as site:
        site.page("/a.html", "a")
        fetcher = build_fetcher(monotonic=lambda: time.monotonic() + skipped, sleep=sleep, chance=lambda: 1.0)
        await fetcher.fetch(FetchRequest(url=site.url("/a.html"), host_delay=TWO, may_be_private=site.private), NOW)
        await fetcher.aclose()
    assert slept == [pytest.approx(2.4, abs=0.1)]


async def test_a_host_in_trouble_is_slowed_down_and_recovers(site, get, clock):
    site.page("/bad", "", status=500)
    site.page("/good", "a")
    await get("/good", host_delay=TWO)
    clock.slept.clear()
    for path in ("/bad", "/bad", "/bad", "/good", "/good", "/good"):
        await get(path, host_delay=TWO, deadline=timedelta(seconds=60))
    assert clock.slept == [pytest.approx(wanted, abs=0.5) for wanted in (2, 4, 8, 16, 4, 2)]


async def test_a_host_in_long_trouble_is_not_waited_for(site, get, clock):
    """A dead host with a thousand pages must not hold up the pass: the rest is told when to come back."""
    site.page("/bad", "", status=502)
    results = [await get("/bad", host_delay=TWO, deadline=timedelta(seconds=20)) for _ in range(50)]
    assert site.paths.count("/bad") < 8
    last = results[-1]
    assert isinstance(last, FetchFailed)
    assert last.retry_after is not None
    assert timedelta(0) < last.retry_after <= timedelta(minutes=5)


async def test_a_host_that_never_answers_is_given_up_even_where_no_delay_is_asked_for(site, get, clock):
    """Without a pause to be doubled, each of a thousand pages would hang for its whole deadline."""
    site.page("/robots.txt", "")
    site.raw("/silent", lambda wire: wire.hang())
    site.page("/a.html", "a")
    await get("/a.html")
    results = await asyncio.gather(*(get("/silent", deadline=timedelta(seconds=0.2)) for _ in range(200)))
    assert site.paths.count("/silent") < 60
    assert isinstance(results[-1], FetchFailed)
    assert results[-1].retry_after is not None
    clock.skip(400)
    assert isinstance(await get("/a.html"), Snapshot)


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_makes_the_host_wait(site, get, clock, status):
    site.page("/busy", "", status=status, headers=[("Retry-After", "4")])
    site.page("/a.html", "a")
    got = await get("/busy")
    assert isinstance(got, Snapshot)
    assert got.status == status
    await get("/a.html")
    assert clock.slept == [pytest.approx(4, abs=0.5)]


async def test_a_long_retry_after_is_passed_on_instead_of_waited_for(site, get, clock):
    site.page("/busy", "", status=503, headers=[("Retry-After", "3600")])
    site.page("/a.html", "a")
    await get("/busy")
    got = await get("/a.html")
    assert isinstance(got, FetchFailed)
    assert got.reason.retryable
    assert got.retry_after == pytest.approx(timedelta(hours=1), abs=timedelta(seconds=5))
    assert "/a.html" not in site.paths
    clock.skip(3600)
    assert isinstance(await get("/a.html"), Snapshot)


async def test_other_hosts_do_not_wait(site, get, clock):
    site.page("/busy", "", status=503, headers=[("Retry-After", "3600")])
    await get("/busy")
    with Outside() as other:
        other.page("/a.html", "a")
        assert isinstance(await get("", url=other.url("/a.html")), Snapshot)
    assert clock.slept == []


async def test_the_queue_does_not_eat_the_deadline(site, get, clock):
    """Sixty pages at two seconds each wait longer than any one page's deadline, and all are fetched."""
    site.page("/a.html", "a")
    results = await asyncio.gather(*(get("/a.html", host_delay=TWO, deadline=timedelta(seconds=5)) for _ in range(60)))
    assert all(isinstance(got, Snapshot) for got in results)
    assert sum(clock.slept) > 100


async def test_a_cancelled_wait_leaves_the_host_free_for_others(site, get):
    site.raw("/hang", lambda wire: wire.hang())
    site.page("/a.html", "a")
    delay = timedelta(milliseconds=1)
    await get("/a.html", host_delay=delay)
    stuck = asyncio.create_task(get("/hang", host_delay=delay))
    await asyncio.sleep(0.05)
    waiting = asyncio.create_task(get("/a.html", host_delay=delay))
    await asyncio.sleep(0)
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck
    assert isinstance(await waiting, Snapshot)


def answer(value: str, status: int = 503, **headers: str) -> Snapshot:
    pairs = (("Retry-After", value), *headers.items())
    return Snapshot(url="http://a/", final_url="http://a/", status=status, headers=pairs, body=b"", fetched_at=NOW)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 7 ", timedelta(seconds=7)),
        ("0", timedelta(0)),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), timedelta(minutes=5)),
        (format_datetime(NOW - timedelta(minutes=5), usegmt=True), None),
        ("999999999999999999", timedelta(days=1)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=1)),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after_in_seconds_and_dates(value, wait):
    assert retry_after(answer(value), NOW) == wait


def test_a_retry_after_date_is_read_by_the_servers_own_clock():
    """A server whose clock is an hour ahead still means five minutes."""
    ahead = NOW + timedelta(hours=1)
    got = retry_after(
        answer(format_datetime(ahead + timedelta(minutes=5), usegmt=True), Date=format_datetime(ahead, usegmt=True)),
        NOW,
    )
    assert got == timedelta(minutes=5)


def test_retry_after_on_an_ordinary_page_means_nothing():
    assert retry_after(answer("120", status=200), NOW) is None


def test_a_hosts_schemes_share_its_pace_and_its_ports_do_not():
    assert host_key("http://WWW.example.org/a") == host_key("https://www.example.org:443/b") == "www.example.org"
    assert host_key("http://www.example.org:8080/") == "www.example.org:8080"


async def test_it_can_be_asked_how_long_a_host_is_still_to_be_left_alone(site, get, fetcher, clock):
    """Who visits the host next, from another machine, knows nothing of what it said to this one."""
    site.page("/busy", "", status=503, headers=[("Retry-After", "3600")])
    site.page("/a.html", "a")
    assert fetcher.pause(site.url("/a.html")) == 0
    await get("/a.html", host_delay=TWO)
    assert 1.5 < fetcher.pause(site.url("/elsewhere")) <= 2
    assert fetcher.pause("https://elsewhere.example/") == 0
    clock.skip(2)
    assert fetcher.pause(site.url("/")) == 0
    await get("/busy", host_delay=TWO)
    assert 3500 < fetcher.pause(site.url("/")) <= 3600
