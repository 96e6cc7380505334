"""Notifications wait until they are delivered, retried or given up, and are never lost on the way."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from crawler.errors import ConfigurationError
from crawler.model import Page
from store import Cursor, Fate, OutboxItem, OutboxState, Store, Telling
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
    store.outbox.note(ids[:1], NOW, lambda item: Fate(targets={"a": Telling(taken=True)}, delivered=True))
    assert [item.id for item in store.outbox.pending(NOW + HOUR)] == ids[1:]
    assert (store.outbox.waiting(), store.outbox.dead()) == (1, ())


def test_a_failed_one_waits_for_its_next_attempt(store: Store, open_it: OpenIt, ids: list[int]) -> None:
    """With how each target stands to it, and what went wrong for somebody to read."""
    tellings = {
        "a": Telling(taken=True, attempts=1, error="refused once"),
        "b": Telling(attempts=2, again=NOW + 9 * HOUR, error="time-out"),
        "c": Telling(attempts=1, error="no such address"),
    }
    store.outbox.note(ids[:1], NOW, lambda item: Fate(targets=tellings, next_attempt=NOW + 9 * HOUR))
    assert [item.id for item in store.outbox.pending(NOW + HOUR)] == ids[1:]
    item = open_it().outbox.pending(NOW + 9 * HOUR)[0]
    assert (item.id, item.attempts, item.last_error) == (ids[0], 2, "time-out; no such address")
    assert item.targets == tellings


def test_what_is_noted_is_decided_by_how_it_stands_now(store: Store, ids: list[int]) -> None:
    """Two processes that tell of the same item do not undo each other's notes; what is done with is not noted."""
    store.outbox.note(ids[:1], NOW, lambda item: Fate(targets={"a": Telling(taken=True)}, next_attempt=NOW))
    seen = []

    def decide(item: OutboxItem) -> Fate:
        seen.append(dict(item.targets))
        return Fate(targets={**item.targets, "b": Telling(taken=True)}, delivered=True)

    assert set(store.outbox.note(ids[:1], NOW, decide)) == set(ids[:1])
    assert store.outbox.note(ids[:1], NOW, decide) == {}
    assert seen == [{"a": Telling(taken=True)}]


def test_one_that_was_put_off_or_taken_out_is_not_pending(store: Store, ids: list[int]) -> None:
    store.outbox.postpone(ids[:1], NOW + 5 * HOUR)
    store.outbox.drop(ids[1:])
    assert store.outbox.pending(NOW + 4 * HOUR) == ()
    assert [item.id for item in store.outbox.pending(NOW + 5 * HOUR)] == ids[:1]
    assert [item.id for item in store.outbox.items(ids)] == ids[:1]


def test_one_given_up_is_visible_and_can_be_sent_again(store: Store, ids: list[int]) -> None:
    """A dead letter is not a lost one; who has taken it is not told again, and the others as if never tried."""
    tellings = {"a": Telling(taken=True), "b": Telling(attempts=12, error="no such address")}
    store.outbox.note(ids[:1], NOW, lambda item: Fate(targets=tellings))
    assert [item.id for item in store.outbox.dead()] == ids[:1]
    assert store.outbox.waiting() == 1
    store.outbox.resend(ids[:1], NOW)
    (item,) = store.outbox.pending(NOW)
    assert (item.id, item.attempts, item.last_error, item.targets) == (ids[0], 0, "", {"a": Telling(taken=True)})
    assert (store.outbox.waiting(), store.outbox.dead()) == (2, ())


def test_they_are_read_some_at_a_time(store: Store, ids: list[int]) -> None:
    (first,) = store.outbox.pending(NOW + HOUR, 1)
    (second,) = store.outbox.pending(NOW + HOUR, 1, after=first.id)
    assert [first.id, second.id] == ids
    assert store.outbox.pending(NOW + HOUR, 1, after=second.id) == ()


@pytest.mark.parametrize("newest_first", [True, False])
def test_what_is_not_delivered_is_listed_a_part_at_a_time(store: Store, page: Page, newest_first: bool) -> None:
    """Those that wait, those that were given up, or both; in either order, and nothing that was delivered."""
    for number in range(9):
        told = CREATED if number == 0 else change(number, number + 1)
        store.archive.record(page, saying(page, NOW + number * HOUR, str(number), told))
    ids = [item.id for item in store.outbox.pending(None)]
    assert len(ids) == 9
    store.outbox.note(ids[1::3], NOW, lambda item: Fate(targets={}))
    store.outbox.note(ids[2::3], NOW, lambda item: Fate(targets={}, delivered=True))
    for state, expected in (
        (OutboxState.WAITING, ids[::3]),
        (OutboxState.DEAD, ids[1::3]),
        (None, [one for one in ids if one not in ids[2::3]]),
    ):
        for limit in (1, 2, 3, None):
            seen, after = [], None
            while after is not None or not seen:
                part = store.history.notifications(state, after=after, limit=limit, newest_first=newest_first)
                seen += [item.id for item in part.rows]
                after = None if part.next is None else Cursor.read(str(part.next))
            assert seen == sorted(expected, reverse=newest_first)
    with pytest.raises(ConfigurationError, match="another list"):
        store.history.notifications(after=Cursor(id=1, at=NOW))


def test_what_was_delivered_is_not_looked_through(store: Store, ids: list[int]) -> None:
    """It stays in its table; the list goes by the index of what is not."""
    engine = store.archive._engine
    sqlite = engine.dialect.name == "sqlite"
    asked = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, given: object, *_: object) -> None:
        asked.append((statement, given))

    store.outbox.part(OutboxState.DEAD, after=Cursor(id=9), limit=5)
    statement, given = next(one for one in asked if "LIMIT" in one[0])
    with engine.connect() as connection:
        if not sqlite:
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        rows = connection.exec_driver_sql(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + statement, given).all()
    plan = "\n".join(str(row[-1]) for row in rows)
    assert "ix_outbox_undelivered" in plan, plan
