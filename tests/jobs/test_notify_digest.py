"""Who is told of what and when: filters, windows, sources of one address, and what a changed configuration does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.model import ChangeKind, Severity, Source, Target
from jobs.notify import BACKOFF, Delivered, deliver
from store import Store, open_store
from tests.jobs.told import A_MINUTE, Targets, happen, happen_elsewhere, watched
from tests.store.verdicts import CREATED, HOUR, NOW, SOURCE, admit, change, finding, saying

pytestmark = pytest.mark.anyio
# NOW is on the hour: the window of what happens then ends an hour later.
HOURLY = Target(to="mailto://a", digest=HOUR)
LATER = NOW + 100 * HOUR


async def run(store: Store, sources: dict[str, Source], now: datetime, targets: Targets) -> list[tuple[str, list[str]]]:
    """Who was told of which kinds by one pass."""
    await deliver(store.outbox, sources, now, send=targets)
    return targets.take()


# ---- filters -------------------------------------------------------------------------------------------------------


async def test_each_target_is_told_of_what_it_wants_and_nothing_waits_on(store: Store) -> None:
    page = admit(store, "https://www.example.gov.cn/xwfb/1.html")
    seen = (finding("junk"), finding("x", severity=Severity.LOW))
    store.archive.record(page, saying(page, NOW, "一", CREATED, findings=seen))
    store.archive.record(page, saying(page, NOW, "二", change(1, 2, ChangeKind.RETITLED, minor=True)))
    store.archive.note_alarms(lambda standing: "overdue" if standing.name == SOURCE.name else None, NOW)
    sources = watched(
        "to://usual",
        Target(to="to://changes", kinds=("created", "minor")),
        Target(to="to://low", kinds=("finding",), severity=Severity.LOW),
        Target(to="to://critical", severity=Severity.CRITICAL),
        Target(to="to://alarms", kinds=("alarm",)),
        Target(to="to://nothing", kinds=("removed",)),
    )
    told = await run(store, sources, NOW, Targets())
    assert dict(told) == {
        "to://usual": ["created", "overdue", "spam_block"],
        "to://changes": ["created", "retitled"],
        "to://low": ["spam_block", "spam_block"],
        "to://critical": ["created", "overdue"],
        "to://alarms": ["overdue"],
    }
    assert (store.outbox.undelivered(), store.outbox.dead()) == ((), ())


async def test_what_nobody_wanted_is_not_told_to_who_comes_later(store: Store) -> None:
    """Who asks today to be told of changes does not want those of last year."""
    happen(store)
    assert await run(store, watched(), NOW, Targets()) == []
    assert await run(store, watched("mailto://a"), LATER, Targets()) == []


async def test_a_changed_configuration_holds_for_what_waits_already(store: Store) -> None:
    """For a retry, and for the rest of a window; an address that is no longer there is not waited for."""
    happen(store, 1)
    down = Targets(broken={"mailto://a": True})
    await run(store, watched("mailto://a", "mailto://b"), NOW, down)
    narrower = watched(Target(to="mailto://a", kinds=("finding",)))
    assert await run(store, narrower, NOW + A_MINUTE, Targets()) == [("mailto://a", ["spam_block"])]
    assert (store.outbox.undelivered(), store.outbox.dead()) == ((), ())
    happen(store, 1, LATER)
    await run(store, watched("mailto://a", "mailto://b"), LATER, down)
    down.take()
    assert await run(store, watched("mailto://b"), LATER + A_MINUTE, down) == []
    assert (store.outbox.undelivered(), store.outbox.dead()) == ((), ())


async def test_one_address_by_two_entries_is_told_once_as_soon_as_either_says(store: Store) -> None:
    happen(store, 1)
    sources = watched(HOURLY, Target(to="mailto://a", kinds=("created",)))
    assert await run(store, sources, NOW, Targets()) == [("mailto://a", ["created", "spam_block"])]
    assert await run(store, sources, LATER, Targets()) == []


# ---- windows -------------------------------------------------------------------------------------------------------


async def test_what_comes_within_a_window_goes_as_one_message_at_its_end(store: Store) -> None:
    """What is urgent does not wait for it."""
    targets = Targets()
    happen(store, 2)
    assert await run(store, watched(HOURLY), NOW, targets) == [("mailto://a", ["spam_block"])]
    happen(store, 3, NOW + 59 * A_MINUTE)
    assert await run(store, watched(HOURLY), NOW + 59 * A_MINUTE, targets) == [("mailto://a", ["spam_block"])]
    store.archive.note_alarms(lambda standing: "overdue" if standing.name == SOURCE.name else None, NOW)
    assert await run(store, watched(HOURLY), NOW + 59 * A_MINUTE, targets) == [("mailto://a", ["overdue"])]
    assert await run(store, watched(HOURLY), NOW + HOUR, targets) == [("mailto://a", ["created"] * 5)]
    assert await run(store, watched(HOURLY), LATER, targets) == []


async def test_a_restart_within_a_window_loses_nothing_and_doubles_nothing(store: Store, tmp_path: Path) -> None:
    targets = Targets()
    happen(store, 2)
    await run(store, watched(HOURLY), NOW, targets)
    store.close()
    with open_store(tmp_path) as again:
        happen(again, 1, NOW + 30 * A_MINUTE)
        targets.take()
        assert await run(again, watched(HOURLY), NOW + 30 * A_MINUTE, targets) == [("mailto://a", ["spam_block"])]
    with open_store(tmp_path) as once_more:
        assert await run(once_more, watched(HOURLY), NOW + HOUR, targets) == [("mailto://a", ["created"] * 3)]
        assert await run(once_more, watched(HOURLY), LATER, targets) == []


async def test_one_that_waits_for_a_window_does_not_keep_others_waiting(store: Store) -> None:
    """Each target has its own time for the same item, and its own count of failures."""
    targets = Targets()
    happen(store, 1)
    sources = watched("mailto://b", HOURLY)
    assert await run(store, sources, NOW, targets) == [
        ("mailto://b", ["created", "spam_block"]),
        ("mailto://a", ["spam_block"]),
    ]
    assert await run(store, sources, NOW + HOUR, targets) == [("mailto://a", ["created"])]
    happen(store, 1, LATER)
    targets.broken = {"mailto://b": False}
    await run(store, sources, LATER, targets)
    assert [item.kind for item in store.outbox.dead()] == ["spam_block"]
    targets.take()
    assert await run(store, sources, LATER + HOUR, targets) == [("mailto://a", ["created"])]
    assert [(item.kind, item.last_error) for item in store.outbox.dead()] == [
        ("created", "mailto://b refused"),
        ("spam_block", "mailto://b refused"),
    ]


async def test_a_window_that_a_new_configuration_closes_is_not_waited_for(store: Store) -> None:
    happen(store, 1)
    targets = Targets()
    monthly = watched(Target(to="mailto://a", digest=timedelta(days=31)))
    await run(store, monthly, NOW, targets)
    targets.take()
    assert await run(store, monthly, NOW + A_MINUTE, targets) == []
    assert await run(store, watched("mailto://a"), NOW + A_MINUTE, targets) == [("mailto://a", ["created"])]


async def test_an_address_that_is_mended_is_told_at_once_what_the_wrong_one_refused(store: Store) -> None:
    """And not when the wrong one would have been asked again."""
    happen(store, 1)
    down = Targets(broken={"mailto://wrong": True})
    now = NOW
    for wait in BACKOFF:
        await run(store, watched("mailto://wrong"), now, down)
        now += wait
    await run(store, watched("mailto://wrong"), now, down)
    mended = watched("mailto://right")
    assert await run(store, mended, now + A_MINUTE, Targets()) == [("mailto://right", ["created", "spam_block"])]


@pytest.mark.parametrize(
    ("digest", "ends"),
    [
        (timedelta(minutes=15), datetime(2024, 3, 1, 8, 45, tzinfo=UTC)),
        (timedelta(hours=1), datetime(2024, 3, 1, 9, tzinfo=UTC)),
        (timedelta(days=1), datetime(2024, 3, 2, tzinfo=UTC)),
    ],
)
async def test_windows_follow_each_other_from_midnight(store: Store, digest: timedelta, ends: datetime) -> None:
    at = NOW + 31 * A_MINUTE
    happen_elsewhere(store, at)
    sources = watched(other=(Target(to="mailto://a", digest=digest),))
    targets = Targets()
    assert await run(store, sources, at, targets) == []
    assert store.outbox.pending(ends - timedelta(seconds=1)) == ()
    assert await run(store, sources, ends, targets) == [("mailto://a", ["created"])]


# ---- messages ------------------------------------------------------------------------------------------------------


async def test_sources_that_tell_the_same_address_are_one_message(store: Store) -> None:
    happen(store, 2)
    happen_elsewhere(store)
    targets = Targets()
    came_to = await deliver(store.outbox, watched("mailto://a", other=("mailto://a",)), NOW, send=targets)
    assert came_to == Delivered(sent=4)
    ((_, message),) = targets.got
    assert message.subject == "2 sources: 1 finding (critical), 3 changes"
    assert "other: 别处\ncreated" in message.body


async def test_many_items_are_one_short_message_with_counts_and_the_first_of_them(store: Store) -> None:
    happen(store, 120)
    targets = Targets()
    await deliver(store.outbox, watched("mailto://a"), NOW, send=targets)
    ((_, message),) = targets.got
    assert message.subject == "press: 1 finding (critical), 120 changes"
    first, *blocks, last = message.body.split("\n\n")
    assert (first, len(blocks), last) == ("120 created, 1 spam_block", 20, "and 101 more")
    assert "spam_block (critical)" in blocks[0]
    assert len(message.body) < 3_000
    assert len(message.payload) == 121
