"""What is exported, replayed by a real pywb: the bytes, the times, and the revisits."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from crawler.model import Snapshot
from jobs.exchange.warc import WarcOut, uri_of
from tests.jobs.test_exchange_warc import AT, SNAPSHOTS, snapshot
from tests.pywb import collection


def at_its_own_address(name: str, kept: Snapshot) -> Snapshot:
    """The same at an address of its own, so that all may lie in one archive."""
    mark = f"#{name}".encode().hex()
    if kept.url != kept.final_url:
        return replace(kept, final_url=f"https://www.example.gov.cn/{mark}.html")
    url = kept.url.partition("?")[0] + f"?n={mark}"
    return replace(kept, url=url, final_url=url)


def replayed(base: str, kept: Snapshot) -> httpx.Response:
    stamp = kept.fetched_at.strftime("%Y%m%d%H%M%S")
    return httpx.get(f"{base}/{stamp}id_/{uri_of(kept.final_url)}", follow_redirects=False)


def archived(path: Path, *snapshots: Snapshot) -> Path:
    stream = io.BytesIO()
    out = WarcOut(stream)
    out.info({"software": "Palimpsest"}, at=AT)
    for one in snapshots:
        out.snapshot(one)
    path.write_bytes(stream.getvalue())
    return path


def test_every_kind_of_response_is_served_back_as_it_is_kept(tmp_path: Path) -> None:
    kept = {name: at_its_own_address(name, one) for name, one in SNAPSHOTS.items() if one.status < 600}
    base = collection(archived(tmp_path / "a.warc.gz", *kept.values()))
    for name, one in kept.items():
        answer = replayed(base, one)
        assert (name, answer.status_code) == (name, one.status)
        assert answer.content == one.body, name
        assert answer.headers["memento-datetime"] == "Fri, 01 Mar 2024 08:00:00 GMT"


def test_revisits_lead_to_the_bytes_that_they_refer_to(tmp_path: Path) -> None:
    first = snapshot()
    later = [replace(first, fetched_at=AT + timedelta(days=n)) for n in (1, 2)]
    edited = snapshot(first.body + b"!", fetched_at=AT + timedelta(days=3))
    stream = io.BytesIO()
    out = WarcOut(stream)
    for one in (first, *later, edited):
        out.snapshot(one)
    out.not_modified(first.url, AT + timedelta(days=4))
    path = tmp_path / "a.warc.gz"
    path.write_bytes(stream.getvalue())
    base = collection(path)
    for one in (first, *later, edited, replace(edited, fetched_at=AT + timedelta(days=4))):
        answer = replayed(base, one)
        assert (answer.status_code, answer.content) == (200, one.body), one.fetched_at


def test_where_a_page_was_sent_on_from_nothing_is_replayed(tmp_path: Path) -> None:
    """What that address said is not kept: the archive must not answer in its place."""
    base = collection(archived(tmp_path / "a.warc.gz", SNAPSHOTS["sent on"]))
    assert replayed(base, SNAPSHOTS["sent on"]).status_code == 200
    assert replayed(base, snapshot()).status_code == 404


@pytest.mark.parametrize("name", ["names outside ASCII", "escaped"])
def test_addresses_outside_ascii_are_listed_as_they_are_sent(name: str, tmp_path: Path) -> None:
    base = collection(archived(tmp_path / "a.warc.gz", SNAPSHOTS[name]))
    asked = {"url": uri_of(SNAPSHOTS[name].final_url), "output": "json"}
    assert httpx.get(f"{base}/cdx", params=asked).json()["url"] == asked["url"]
