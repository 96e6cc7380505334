"""Many captures of the past and how far their backfill came, in one transaction: all of it or nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.errors import StoreFull
from crawler.model import Outcome, Page, Snapshot
from store import Kept, KeptResponse, Store
from store.blobs import DatabaseBlobs
from tests.store.conftest import OpenIt
from tests.store.verdicts import NOW, SOURCE, admit

ASKED = {"limit": None}
ORIGIN = "warc:/a"
OTHER = "https://www.example.gov.cn/zwgk/new.html"


def capture(url: str, hours: int, body: bytes = b"<p>one") -> tuple[Page, Snapshot]:
    at = NOW + timedelta(hours=hours)
    snapshot = Snapshot(url=url, final_url=url, status=200, headers=(), body=body, fetched_at=at)
    return Page(url=url, source=SOURCE.name), snapshot


def test_pages_that_are_not_known_are_admitted_and_all_wait(store: Store) -> None:
    page = admit(store, "https://www.example.gov.cn/zwgk/known.html")
    captures = [capture(OTHER, 2), capture(page.url, 1), capture(OTHER, 0, b"<p>two")]
    assert store.rereading.keep_many(captures, NOW) == Kept(recorded=3, known=0, admitted=1)
    assert [one.url for one in store.rereading.waiting([SOURCE.name])] == [page.url, OTHER]
    assert [(one.checks, one.versions) for one in store.history.pages()] == [(1, 0), (2, 0)]
    log = store.history.log(OTHER)
    assert [(one.at, one.outcome) for one in log] == [(NOW + timedelta(hours=h), Outcome.FAILED) for h in (0, 2)]
    assert store.blobs.get(log[0].digest or "") == b"<p>two"


def test_what_is_kept_is_not_kept_again_not_even_twice_at_once(store: Store) -> None:
    store.rereading.keep_many([capture(OTHER, 0)], NOW)
    twice = [capture(OTHER, 0), capture(OTHER, 1), capture(OTHER, 1)]
    assert store.rereading.keep_many(twice, NOW) == Kept(recorded=1, known=2, admitted=0)
    assert store.rereading.is_kept(OTHER, NOW)
    assert not store.rereading.is_kept(OTHER, NOW + timedelta(seconds=1))
    assert not store.rereading.is_kept("https://nobody.example/", NOW)


def test_what_is_the_same_again_names_the_body_that_is_there(store: Store) -> None:
    store.rereading.keep_many([capture(OTHER, 0)], NOW)
    found = store.rereading.response(OTHER, NOW, NOW + timedelta(minutes=1))
    assert found is not None
    again = KeptResponse(
        url=OTHER,
        final_url=OTHER,
        status=203,
        headers=(("X", "1"),),
        fetched_at=NOW + timedelta(hours=5),
        digest=found.digest,
        size=found.size,
    )
    store.rereading.keep_many([(Page(url=OTHER, source=SOURCE.name), again)], NOW)
    assert [one.digest for one in store.history.log(OTHER)] == [found.digest] * 2
    assert store.check_integrity().ok


def test_a_backfill_goes_on_where_it_was_until_it_ended(store: Store, open_it: OpenIt) -> None:
    first = store.rereading.journal("press", ORIGIN, ASKED, NOW)
    assert first is not None
    assert (first.position, first.counts) == (None, {})
    store.rereading.keep_many([capture(OTHER, 0)], NOW, journal=first, position={"at": 7}, counts={"known": 2})
    another = open_it()
    same = another.rereading.journal("press", ORIGIN, ASKED, NOW)
    assert same is not None
    assert (same.id, same.position) == (first.id, {"at": 7})
    assert same.counts == {"recorded": 1, "known": 2, "admitted": 1}
    for other in (("", ORIGIN, ASKED), ("press", "warc:/b", ASKED), ("press", ORIGIN, {"limit": 1})):
        assert another.rereading.journal(*other, NOW, dry_run=True) is None
    another.rereading.keep_many([], NOW, journal=same, position={"at": 8}, counts=same.counts)
    passed = store.rereading.journal("press", ORIGIN, ASKED, NOW)
    assert passed is not None
    assert (passed.position, passed.counts) == ({"at": 8}, same.counts)
    another.rereading.end_journal(same, same.counts, NOW)
    fresh = another.rereading.journal("press", ORIGIN, ASKED, NOW)
    assert fresh is not None
    assert (fresh.id != first.id, fresh.position) == (True, None)


def test_a_transaction_that_is_refused_keeps_nothing_of_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full at the second body: no page, no capture, and the place where it was."""
    journal = store.rereading.journal("press", ORIGIN, ASKED, NOW)
    put, calls = DatabaseBlobs.put, []

    def full(self: DatabaseBlobs, body: bytes, **more: object) -> str:
        calls.append(body)
        if len(calls) == 2:
            raise StoreFull("no space left")
        return put(self, body, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(DatabaseBlobs, "put", full)
    two = [capture(OTHER, 0), capture(OTHER, 1, b"<p>two")]
    with pytest.raises(StoreFull):
        store.rereading.keep_many(two, NOW, journal=journal, position={"at": 9})
    monkeypatch.undo()
    assert store.history.pages() == ()
    again = store.rereading.journal("press", ORIGIN, ASKED, NOW)
    assert again is not None
    assert again.position is None
    assert store.rereading.keep_many(two, NOW, journal=again, position={"at": 9}).recorded == 2
