"""A replay taken back to what was captured, and what is no capture."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest

from crawler.archives import Endpoint, NoCapture, Replayed, Row, original
from crawler.model import Snapshot

AT = datetime(2021, 6, 15, 8, 0, tzinfo=UTC)
URL = "https://www.example.gov.cn/a/b.html"
THERE = Endpoint(index="https://web.archive.org/cdx/search/cdx", replay="https://web.archive.org/web/")
DATED = ("Memento-Datetime", "Tue, 15 Jun 2021 08:00:00 GMT")
# The sha-1 of b"one".
ROW = Row(key="cn,gov,example)/a/b.html", at=AT, url=URL, status=200, mimetype="text/html", digest="X")


def answer(*headers: tuple[str, str], status: int = 200, body: bytes = b"one") -> Snapshot:
    address = THERE.replayed(ROW.stamp, URL)
    return Snapshot(url=address, final_url=address, status=status, headers=headers, body=body, fetched_at=AT)


def captured(*headers: tuple[str, str], status: int = 200, body: bytes = b"one") -> Replayed:
    found = original(THERE, ROW, answer(DATED, *headers, status=status, body=body))
    assert isinstance(found, Replayed)
    return found


def test_headers_have_their_own_names_again_and_the_archives_are_gone() -> None:
    found = captured(
        ("Server", "nginx"),
        ("Content-Type", "text/html"),
        ("X-Archive-Orig-Content-Type", "text/html; charset=gb2312"),
        ("x-archive-orig-server", "Apache"),
        ("x-archive-orig-set-cookie", "a=b"),
        ("x-archive-orig-set-cookie", "c=d"),
        ("Set-Cookie", "archive=1"),
        ("x-ts", "200"),
    )
    assert found.snapshot.headers == (
        ("Content-Type", "text/html; charset=gb2312"),
        ("server", "Apache"),
        ("set-cookie", "a=b"),
        ("set-cookie", "c=d"),
    )
    assert (found.snapshot.url, found.snapshot.fetched_at) == (URL, AT)


def test_the_time_is_that_of_the_capture_and_not_of_the_question() -> None:
    found = original(THERE, ROW, answer(("Memento-Datetime", "Wed, 16 Jun 2021 08:00:00 GMT")))
    assert isinstance(found, Replayed)
    assert found.snapshot.fetched_at == datetime(2021, 6, 16, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "location",
    [
        "../c.html",
        "https://www.example.gov.cn/c.html",
        "/web/20210615080000id_/https://www.example.gov.cn/c.html",
        "https://web.archive.org/web/20210615080000/https://www.example.gov.cn/c.html",
    ],
)
@pytest.mark.parametrize("name", ["Location", "x-archive-orig-location"])
def test_where_a_captured_redirect_led(location: str, name: str) -> None:
    assert captured((name, location), status=302).leads_to == "https://www.example.gov.cn/c.html"


@pytest.mark.parametrize("location", ["202106/c.html", "/202106/c.html", "2021/"])
def test_a_folder_named_by_its_month_is_no_time_of_the_archives(location: str) -> None:
    assert captured(("Location", location), status=302).leads_to == urljoin(URL, location)


def test_a_redirect_of_the_archive_is_not_the_pages() -> None:
    found = original(THERE, ROW, answer(("Location", f"/web/20210616080000id_/{URL}"), status=302))
    assert found == NoCapture(why="has it at another time", elsewhere=f"{THERE.replay}20210616080000id_/{URL}")


@pytest.mark.parametrize(
    "location", ["https://evil.example/", "/web/20210616080000id_/https://evil.example/", "/login", "http://[::1"]
)
def test_the_archive_may_not_send_elsewhere(location: str) -> None:
    found = original(THERE, ROW, answer(("Location", location), status=302))
    assert isinstance(found, NoCapture)
    assert found.elsewhere == ""


@pytest.mark.parametrize("dated", ["yesterday", "", "Tue, 99 Jun 2021 08:00:00 GMT"])
def test_what_bears_no_time_is_no_capture(dated: str) -> None:
    assert isinstance(original(THERE, ROW, answer(("Memento-Datetime", dated), status=404)), NoCapture)


def test_which_bytes_can_be_told_from_those_of_the_index() -> None:
    """Only where nothing says that they were sent in a coding."""
    digest = "A" * 32
    row = Row(key=ROW.key, at=AT, url=URL, status=200, mimetype="text/html", digest=digest)

    def differs(*headers: tuple[str, str], body: bytes = b"one") -> bool:
        found = original(THERE, row, answer(DATED, *headers, body=body))
        assert isinstance(found, Replayed)
        return found.differs

    assert differs()
    assert not differs(("x-archive-orig-content-encoding", "gzip"))
    assert not differs(("x-archive-orig-transfer-encoding", "chunked"))
    assert not differs(("Content-Encoding", "gzip"))


def test_a_coding_that_the_archive_left_on_is_seen() -> None:
    """Said in its header of old, not in its own, and there in the bytes."""
    coded = captured(("x-archive-orig-content-encoding", "gzip"), body=gzip.compress(b"one"))
    assert (coded.coded, coded.coding) == (True, "gzip")
    assert not captured(("x-archive-orig-content-encoding", "gzip")).coded
    assert not captured(body=gzip.compress(b"one")).coded
