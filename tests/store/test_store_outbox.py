"""Notifications wait until they are delivered, retried or given up, and are never lost on the way."""

from __future__ import annotations

import pytest

from crawler.model import Page
from store import Store
from tests.store.conftest import OpenIt
from tests.store.verdicts import CREATED, HOUR, NOW, change, saying


@pytest.fixture
def ids(store: Store, page: Page) -> list[int]:
    """Two waiting notifications, of NOW and an hour later."""
    store.archive.record(page, saying(page, NOW, "one", CREATED))
    store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2, summary="one is two")))
    return [item.id for item in store.outbox.pending(NOW + HOUR)]


def test_they_come_in_order_and_outlive_the_process(store: Store, open_it: OpenIt, ids: list[int]) -> None:
    """A crash between recording and delivering loses nothing."""
    assert [item.id for item in store.outbox.pending(NOW)] == ids[:1]
    items = open_it().outbox.pending(NOW + HOUR)
    assert [(item.id, item.kind, item.summary) for item in items] == [
        (ids[0], "created", "created"),
        (ids[1], "edited", "one is two"),
    ]
    assert [item.id for item in store.outbox.pending(NOW + HOUR, limit=1)] == ids[:1]


def test_a_delivered_one_is_done(store: Store, ids: list[int]) -> None:
    """It is neither pending nor dead."""
    store.outbox.delivered(ids[:1], NOW)
    assert [item.id for item in store.outbox.pending(NOW + HOUR)] == ids[1:]
    assert (store.outbox.waiting(), store.outbox.dead()) == (1, ())


def test_a_failed_one_waits_for_its_next_attempt(store: Store, ids: list[int]) -> None:
    """With what went wrong, so that somebody can read it."""
    store.outbox.failed(ids[0], "connection refused", NOW + 5 * HOUR)
    store.outbox.failed(ids[0], "time-out", NOW + 9 * HOUR)
    assert [item.id for item in store.outbox.pending(NOW + HOUR)] == ids[1:]
    item = store.outbox.pending(NOW + 9 * HOUR)[0]
    assert (item.id, item.attempts, item.last_error) == (ids[0], 2, "time-out")


def test_one_given_up_is_visible_and_can_be_sent_again(store: Store, ids: list[int]) -> None:
    """A dead letter is not a lost one."""
    store.outbox.failed(ids[0], "no such address", None)
    assert [item.id for item in store.outbox.dead()] == ids[:1]
    assert store.outbox.waiting() == 1
    store.outbox.resend(ids, NOW)
    assert [item.id for item in store.outbox.pending(NOW)] == ids[:1]
    assert (store.outbox.waiting(), store.outbox.dead()) == (2, ())
