"""Emptying the outbox: each target is told what waits for it, in few messages, and what came of each is noted.

Delivery is at least once. What a target has taken is noted with each item before it is sent the next message: whoever
is killed in between tells each target that one message a second time. Targets are told side by side, so that one that
is down holds up no other.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from crawler.model import Source
from jobs.notify.choosing import fate_of, first_times, open_times, told
from jobs.notify.digest import digest
from jobs.notify.message import Message, NotifyFailed
from jobs.notify.notifiers import send as send_to_notifier
from store import Fate, OutboxItem

Send = Callable[[str, Message], Awaitable[None]]
Sources = Mapping[str, Source]

# Items of one message, and what is held in memory of a target at a time.
_ONE_MESSAGE = 500
# What waits of a Source that is not configured here is left for so long to whoever may know it, and looked at so often.
_UNKNOWN_FOR, _UNKNOWN_EVERY = timedelta(days=7), timedelta(hours=1)
# After so many refusals running a target is left alone until its next time, for everything that waits for it.
_PATIENCE = 2


class Waiting(Protocol):
    """The store's outbox, as far as delivery needs it."""

    def pending(self, now: datetime | None, limit: int = 500, after: int = 0) -> tuple[OutboxItem, ...]:
        """Items whose next attempt is due (None: all that wait), in the order of their numbers, from `after` on."""
        ...

    def items(self, ids: Collection[int]) -> tuple[OutboxItem, ...]:
        """Those of these that still wait, as they stand now."""
        ...

    def note(self, ids: Collection[int], at: datetime, decide: Callable[[OutboxItem], Fate]) -> dict[int, Fate]:
        """Writes what `decide` makes of each of these that still waits."""
        ...

    def postpone(self, ids: Collection[int], until: datetime) -> None:
        """Makes items due at another time."""
        ...

    def drop(self, ids: Collection[int]) -> None:
        """Takes out what nobody wants to be told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one pass came to, in items: `sent` to all their targets, `failed` to be tried again, `dead` given up.

    `errors` says why, one sentence per target that refused.
    """

    sent: int = 0
    failed: int = 0
    dead: int = 0
    errors: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tally:
    """The last that a pass noted of each item."""

    sent: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    dead: set[int] = field(default_factory=set)
    errors: dict[str, None] = field(default_factory=dict)

    def add(self, fates: Mapping[int, Fate], failure: NotifyFailed | None) -> None:
        """Count what was noted after one message."""
        if failure is not None:
            self.errors[failure.reason] = None
        for item, fate in fates.items():
            if fate.delivered:
                self.sent.add(item)
            elif fate.next_attempt is None:
                self.dead.add(item)
            elif failure is not None:
                self.failed.add(item)

    def delivered(self) -> Delivered:
        """The same as numbers."""
        failed = len(self.failed - self.sent - self.dead)
        return Delivered(sent=len(self.sent), failed=failed, dead=len(self.dead), errors=tuple(self.errors))


class Delivery:
    """Empties one outbox. Passes may overlap: each leaves alone the targets that another is still telling."""

    def __init__(self, outbox: Waiting, *, send: Send = send_to_notifier) -> None:
        self._outbox = outbox
        self._send = send
        self._busy: set[str] = set()
        self._planned = False

    async def run(self, sources: Sources, now: datetime) -> Delivered:
        """Send what is due, to each target in messages of up to 500 items, and note what came of each.

        What nobody wants to hear of is taken out. A failure that a retry may cure waits as BACKOFF says, up to
        MAX_ATTEMPTS; after any other the target is not told of these items any more, and they stay as dead letters
        when every other target has been told. Raises StoreError.
        """
        tally = _Tally()
        queues = self._plan(sources, now, tally)
        telling = [self._tell(to, ids, sources, now, tally) for to, ids in queues.items() if to not in self._busy]
        # All come to their end, though the store refused the note of one.
        for outcome in await asyncio.gather(*telling, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
        return tally.delivered()

    def _plan(self, sources: Sources, now: datetime, tally: _Tally) -> Mapping[str, list[int]]:
        """Who is to be told of which items now, by address. Of the items themselves only some are held at a time."""
        queues: dict[str, list[int]] = defaultdict(list)
        # The first pass looks at all that waits: it was put off under a configuration that may be another since.
        due, after = now if self._planned else None, 0
        while items := self._outbox.pending(due, _ONE_MESSAGE, after):
            after = items[-1].id
            unwanted, over, later = [], [], defaultdict(list)
            for item in items:
                first = first_times(item, sources.get(item.source))
                times = open_times(item.targets, first)
                for to, at in times.items():
                    if at <= now:
                        queues[to].append(item.id)
                if item.source not in sources and now < item.at + _UNKNOWN_FOR:
                    later[now + _UNKNOWN_EVERY].append(item.id)
                elif not first:
                    unwanted.append(item.id)
                elif not times:
                    over.append(item.id)
                elif now < (soonest := min(times.values())) != item.next_attempt:
                    later[soonest].append(item.id)
            if unwanted:
                self._outbox.drop(unwanted)
            if over:
                # Whom it waited for is no longer configured.
                tally.add(self._outbox.note(over, now, partial(_settled, sources)), None)
            for until, ids in later.items():
                self._outbox.postpone(ids, until)
        self._planned = True
        return queues

    async def _tell(self, to: str, ids: Sequence[int], sources: Sources, now: datetime, tally: _Tally) -> None:
        """Tell one address of these items, message by message."""
        self._busy.add(to)
        try:
            refusals, failure = 0, None
            for some in _slices(ids):
                items = [item for item in self._outbox.items(some) if _is_due(item, to, sources, now)]
                if not items:
                    continue
                if refusals < _PATIENCE:
                    failure = await self._sent(to, items)
                    refusals = refusals + 1 if failure else 0
                decide = partial(_after, to, failure, sources, now)
                tally.add(self._outbox.note([item.id for item in items], now, decide), failure)
        finally:
            self._busy.discard(to)

    async def _sent(self, to: str, items: Sequence[OutboxItem]) -> NotifyFailed | None:
        try:
            await self._send(to, digest(items))
        except NotifyFailed as failure:
            return failure
        return None


async def deliver(outbox: Waiting, sources: Sources, now: datetime, *, send: Send = send_to_notifier) -> Delivered:
    """One pass of a Delivery, to its end. Raises StoreError."""
    return await Delivery(outbox, send=send).run(sources, now)


def _is_due(item: OutboxItem, to: str, sources: Sources, now: datetime) -> bool:
    """Asked again just before it is sent: another process may have told it meanwhile."""
    at = open_times(item.targets, first_times(item, sources.get(item.source))).get(to)
    return at is not None and at <= now


def _after(to: str, failure: NotifyFailed | None, sources: Sources, now: datetime, item: OutboxItem) -> Fate:
    return told(item, to, failure, first_times(item, sources.get(item.source)), now)


def _settled(sources: Sources, item: OutboxItem) -> Fate:
    return fate_of(item.targets, first_times(item, sources.get(item.source)))


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _ONE_MESSAGE):
        yield ids[start : start + _ONE_MESSAGE]
