"""Targets are told side by side: one that is down holds up no other, and a flood leaves in few messages."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import pytest

from jobs.notify import Delivery, Message, NotifyFailed, deliver, send
from store import Store
from tests.jobs.told import A_MINUTE, Targets, flood, happen, happen_elsewhere, watched
from tests.outside import Answer, Asked, Outside, Wire
from tests.store.verdicts import NOW

pytestmark = pytest.mark.anyio


async def heard(outside: Outside, path: str, times: int) -> None:
    """Waits until so many requests came to a path."""
    async with asyncio.timeout(10):
        while outside.paths.count(path) < times:  # noqa: ASYNC110 - it is another thread that hears
            await asyncio.sleep(0.005)


async def test_one_that_hangs_holds_up_no_other_in_this_pass_or_the_next(store: Store) -> None:
    """What comes while it hangs is told to the others, and it is not told a second thing at the same time."""
    over = threading.Event()

    def slow(asked: Asked) -> Answer:
        over.wait(20)
        return Answer()

    with Outside() as outside:
        outside.answer("/slow", slow)
        outside.page("/well", b"")
        sources = watched(*(f"webhook+{outside.url(path)}" for path in ("/slow", "/well")))
        delivery = Delivery(store.outbox)
        happen(store, 1)
        first = asyncio.create_task(delivery.run(sources, NOW))
        await heard(outside, "/well", 1)
        await heard(outside, "/slow", 1)
        happen(store, 1, NOW + A_MINUTE)
        await delivery.run(sources, NOW + A_MINUTE)
        assert not first.done(), "it still hangs"
        assert sorted(outside.paths) == ["/slow", "/well", "/well"]
        assert len(store.outbox.pending(NOW + A_MINUTE)) == 4
        over.set()
        assert (await first).sent == 2
        assert (await delivery.run(sources, NOW + A_MINUTE)).sent == 2
        assert (outside.paths.count("/slow"), outside.paths.count("/well")) == (2, 2)


async def test_hanging_mail_servers_leave_room_for_others(store: Store) -> None:
    """However many there are: each has a thread of its own."""
    with Outside() as outside:
        outside.raw("/hangs", Wire.hang)
        outside.page("/well", b"")
        place = f"json://127.0.0.1:{outside.port}"
        slow = [f"{place}/hangs?rto=2&n={number}" for number in range(40)]
        sources = watched(*slow, f"{place}/well")
        happen(store, 1)
        running = asyncio.create_task(deliver(store.outbox, sources, NOW, send=partial(send, deadline=5)))
        await heard(outside, "/well", 1)
        assert not running.done()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_a_target_that_refuses_is_left_alone_for_the_rest_of_the_pass(store: Store) -> None:
    """Two refusals are enough to know; what was not tried counts as tried, and waits like the rest."""
    flood(store, 2_300)
    targets = Targets(broken={"mailto://a": True})
    came_to = await deliver(store.outbox, watched("mailto://a", "mailto://b"), NOW, send=targets)
    assert [target for target, _ in targets.got].count("mailto://a") == 2
    assert [target for target, _ in targets.got].count("mailto://b") == 5
    assert (came_to.failed, came_to.errors) == (2_300, ("mailto://a refused",))
    assert store.outbox.pending(NOW + A_MINUTE / 2) == ()
    targets = Targets()
    assert (
        await deliver(store.outbox, watched("mailto://a", "mailto://b"), NOW + A_MINUTE, send=targets)
    ).sent == 2_300
    assert [target for target, _ in targets.got] == ["mailto://a"] * 5


async def test_one_refused_message_does_not_stop_the_next(store: Store) -> None:
    """What is wrong with it may be in it alone."""
    flood(store, 1_400)
    sizes: list[int] = []

    async def picky(target: str, message: Message) -> None:
        sizes.append(len(message.payload))
        if len(sizes) == 1:
            raise NotifyFailed("it does not like that one", retryable=False)

    came_to = await deliver(store.outbox, watched("mailto://a"), NOW, send=picky)
    assert (sizes, came_to.sent, came_to.dead) == ([500, 500, 400], 900, 500)


async def test_a_surprise_at_one_target_leaves_what_the_others_took_noted(store: Store) -> None:
    """It is told again; nobody else is."""
    happen(store, 1)
    happen_elsewhere(store)
    sources = watched("mailto://a", other=("mailto://b",))
    targets = Targets()

    async def forgetful(target: str, message: Message) -> None:
        await targets(target, message)
        if target == "mailto://a":
            raise OSError("a surprise")

    with pytest.raises(OSError, match="a surprise"):
        await deliver(store.outbox, sources, NOW, send=forgetful)
    targets.got.clear()
    await deliver(store.outbox, sources, NOW, send=targets)
    assert [target for target, _ in targets.got] == ["mailto://a"]
