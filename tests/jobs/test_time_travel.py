"""What the reading room serves of the past is read by others' tools, and by another Palimpsest."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from crawler.model import Article, Change, ChangeKind, Outcome, Source
from jobs.serving import reading_room
from store import Store, open_store
from tests.jobs.archives import PAGE, Kept, WebArchive, article, zipped
from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS
from tests.outside import Outside
from tests.pywb import configured
from tests.web.shelf import START, Shelf, snapshot, verdict

EDITED = (PARAGRAPHS[0], PARAGRAPHS[1].replace("30", "35"), PARAGRAPHS[2])
# Its path is GBK, and its query is part of it.
ODD = "http://old.example.gov.cn/%B9%AB%B8%E6/a.asp?id=3&t=%D0%C2"
COLLECTION = """
collections:
  ours:
    index:
      type: memento
      timegate_url: {room}timegate/{{url}}
      timemap_url: {room}timemap/link/{{url}}
      replay_url: {room}memento/{{timestamp}}id_/{{url}}
"""


@contextmanager
def served(store: Store) -> Iterator[str]:
    """The address of a store's reading room on loopback, while the context lasts."""
    known, over = threading.Event(), threading.Event()
    found: list[str] = []

    async def serve() -> None:
        async with reading_room(store, "127.0.0.1:0", lambda _: None) as url:
            found.append(url)
            known.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert known.wait(30)
        yield found[0]
    finally:
        over.set()
        thread.join()


def desk_of(folder: Path, capsys: pytest.CaptureFixture[str], kind: str = "page") -> Desk:
    """A Palimpsest that watches one page, or the listing that it is in."""
    folder.mkdir()
    desk = Desk(folder, capsys)
    url = PAGE if kind == "page" else urljoin(PAGE, "index.html")
    desk.config.write_text(f'[[source]]\nname = "office"\nurl = "{url}"\nkind = "{kind}"\n', encoding="utf-8")
    return desk


def told(desk: Desk) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["change"], one["at"]) for one in desk.json("changes", PAGE)]


@pytest.mark.parametrize("kind", ["page", "listing"])
def test_another_palimpsest_takes_our_past_for_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], outside: Outside, kind: str
) -> None:
    """What one has kept, the other fetches from it as from any archive, and comes to the same history."""
    archive = WebArchive(outside)
    archive.captures = [
        Kept("20210615080000", article(*PARAGRAPHS), headers=(("Last-Modified", "Tue, 15 Jun 2021 07:00:00 GMT"),)),
        Kept("20210616080000", article(*PARAGRAPHS)),
        zipped("20210617080000", article(*EDITED)),
        Kept("20210701080000", b"<html>gone", status=404),
        Kept("20210702080000", b"<html>gone", status=404),
        Kept("20210801080000", article(*EDITED)),
    ]
    one, other = desk_of(tmp_path / "one", capsys), desk_of(tmp_path / "other", capsys, kind)
    one.json("backfill", "office", "--from", f"wayback:{archive.base}")
    with open_store(one.data) as store, served(store) as room:
        kept = [store.history.snapshot(PAGE, number) for number in (1, 2)]
        (result,) = other.json("backfill", "office", "--from", f"wayback:{room}memento")
    assert result["failed"] == []
    assert told(other) == told(one)
    assert [kind for kind, _, _ in told(other)] == ["restored", "removed", "edited", "created"]
    with open_store(other.data) as store:
        assert [store.history.snapshot(PAGE, number).body for number in (1, 2)] == [each.body for each in kept]
        headers = {name.lower(): value for name, value in store.history.snapshot(PAGE, 1).headers}
        assert headers["last-modified"] == "Tue, 15 Jun 2021 07:00:00 GMT"
        assert headers["content-type"] == "text/html"


def test_a_real_archive_reads_us_as_one_of_its_sources(tmp_path: Path) -> None:
    """pywb asks our TimeGate and our TimeMap, and replays from us."""
    with open_store(tmp_path / "data") as store:
        store.archive.declare([Source(name="press", url="http://old.example.gov.cn/", kind="listing")], START)
        page = Shelf(store).admit(ODD, "公告")
        for number, (hour, text) in enumerate([(0, "第一稿"), (1, "第二稿")]):
            at = START.replace(hour=hour)
            body = f'<html><meta charset="utf-8"><title>公告</title><p>{text}</p></html>'.encode()
            change = Change(before=number, after=number + 1, kind=ChangeKind.EDITED if number else ChangeKind.CREATED)
            said = Article(title="公告", paragraphs=(text,))
            store.archive.record(
                page, verdict(at, Outcome.CHANGED, article=said, snap=snapshot(ODD, at, body), changes=(change,))
            )
        with served(store) as room, configured(COLLECTION.format(room=room)) as pywb:
            for asked, text in (("20260302000000", "第一稿"), ("20260302010000", "第二稿"), ("2030", "第二稿")):
                replay = httpx.get(f"{pywb}/ours/{asked}id_/{ODD}", timeout=60, follow_redirects=True)
                assert replay.status_code == 200, replay.text
                assert text in replay.content.decode()
                assert replay.headers["memento-datetime"].startswith("Mon, 02 Mar 2026 0")
            listed = httpx.get(f"{pywb}/ours/timemap/link/{ODD}", timeout=60)
            assert listed.text.count('rel="memento"') == 2
