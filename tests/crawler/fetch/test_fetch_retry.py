"""A second try where it can help, and only there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.model import FailureReason, FetchFailed, Snapshot


def flaky(first: bytes):
    """A handler that answers badly once and well from then on."""
    seen: list[int] = []

    def handler(wire) -> None:
        seen.append(1)
        if len(seen) == 1:
            wire.send(first)
        else:
            wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine")

    return handler


@pytest.mark.parametrize(
    "first", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbroke", b"SSH-2.0-OpenSSH\r\n\r\n"]
)
async def test_what_went_wrong_once_is_tried_again(site, get, clock, first):
    site.raw("/flaky", flaky(first))
    got = await get("/flaky")
    assert isinstance(got, Snapshot)
    assert got.body == b"fine"
    assert clock.slept == [pytest.approx(0.5, abs=0.01)]


async def test_the_second_try_is_the_last(site, get):
    site.raw("/broken", lambda wire: wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbroke"))
    got = await get("/broken")
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.TRUNCATED
    assert site.paths.count("/broken") == 2


async def test_a_retry_is_as_patient_as_the_hosts_delay(site, get, clock):
    """A host that may be asked every three seconds is not asked again after half of one."""
    site.raw("/flaky", flaky(b""))
    await get("/flaky", host_delay=timedelta(seconds=3))
    assert clock.slept[-1] == pytest.approx(3, abs=0.1)


async def test_there_is_no_second_try_beyond_the_deadline(site, get, clock):
    site.raw("/flaky", flaky(b""))
    got = await get("/flaky", deadline=timedelta(seconds=0.4))
    assert isinstance(got, FetchFailed)
    assert site.paths.count("/flaky") == 1
    assert clock.slept == []


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_a_status_is_an_answer_and_not_repeated(site, get, status):
    site.page("/s", "no", status=status)
    await get("/s")
    assert site.paths.count("/s") == 1


async def test_a_timeout_is_not_repeated(site, get):
    site.page("/robots.txt", "")
    site.raw("/slow", lambda wire: wire.hang())
    await get("/robots.txt")
    got = await get("/slow", deadline=timedelta(seconds=0.2))
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.TIMEOUT
    assert site.paths.count("/slow") == 1
