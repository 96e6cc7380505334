"""Emptying the outbox: who is to be told what, and when to try again.

Delivery is at least once. An item is delivered when every target of its source has taken it. A target that has taken
it is not asked again when another fails: the item's note of the failure names, by fingerprint, who is done with it.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from crawler.model import Source
from jobs.notify.digest import digest
from jobs.notify.message import Message, NotifyFailed
from jobs.notify.notifiers import send as send_to_notifier
from store import OutboxItem

Send = Callable[[str, Message], Awaitable[None]]

# How long to wait after the first, second … failure; the last value holds from there on.
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
MAX_ATTEMPTS = 12
_BATCH = 500
_DONE = re.compile(r" \[done with: ([0-9a-f ]{0,2000})\]$")


class Waiting(Protocol):
    """The store's outbox, as far as delivery needs it."""

    def pending(self, now: datetime, limit: int = 100) -> tuple[OutboxItem, ...]:
        """Items whose next attempt is due."""
        ...

    def delivered(self, ids: Collection[int], at: datetime) -> None:
        """Marks items as delivered, or as needing no delivery."""
        ...

    def failed(self, item_id: int, error: str, next_attempt: datetime | None) -> None:
        """Notes a failed attempt; None gives the item up, visibly."""
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
class _Fate:
    """What this pass has done for one item: who is done with it for ever, and what went wrong."""

    done: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    retryable: bool = False


async def deliver(
    outbox: Waiting, sources: Mapping[str, Source], now: datetime, *, send: Send = send_to_notifier
) -> Delivered:
    """Send what is due, one digest per source and target, and note what came of it. Up to 500 items a call.

    Items of sources that notify nobody, and minor changes, are marked as delivered. A failure that a retry may cure
    waits as BACKOFF says, up to MAX_ATTEMPTS; any other gives the item up, and it stays in the outbox as a dead
    letter. Raises StoreError.
    """
    by_source: dict[str, list[OutboxItem]] = defaultdict(list)
    for item in outbox.pending(now, _BATCH):
        by_source[item.source].append(item)
    total = Delivered()
    for name, items in by_source.items():
        source = sources.get(name)
        targets = tuple(dict.fromkeys(source.notify)) if source else ()
        # Changes of white space and the like are listed; nobody is written to about them.
        quiet = [item.id for item in items if item.minor or not targets]
        if quiet:
            outbox.delivered(quiet, now)
        items = [item for item in items if item.id not in quiet]
        if not items:
            continue
        fates = await _tell(name, items, targets, send)
        total = _add(total, _note(outbox, items, fates, now))
    return total


async def _tell(source: str, items: list[OutboxItem], targets: tuple[str, ...], send: Send) -> dict[int, _Fate]:
    fates = {item.id: _Fate(done=_done(item)) for item in items}
    for target in targets:
        mark = _fingerprint(target)
        wanting = [item for item in items if mark not in fates[item.id].done]
        if not wanting:
            continue
        try:
            await send(target, digest(source, wanting))
        except NotifyFailed as failure:
            for item in wanting:
                fate = fates[item.id]
                fate.errors.append(failure.reason)
                fate.retryable |= failure.retryable
        else:
            for item in wanting:
                fates[item.id].done.add(mark)
    return fates


def _note(outbox: Waiting, items: list[OutboxItem], fates: dict[int, _Fate], now: datetime) -> Delivered:
    """Write down what became of the items of one source."""
    taken = [item.id for item in items if not fates[item.id].errors]
    if taken:
        outbox.delivered(taken, now)
    failed = dead = 0
    errors: list[str] = []
    for item in items:
        fate = fates[item.id]
        if not fate.errors:
            continue
        again = fate.retryable and item.attempts + 1 < MAX_ATTEMPTS
        wait = BACKOFF[min(item.attempts, len(BACKOFF) - 1)]
        outbox.failed(item.id, _told(fate), now + wait if again else None)
        failed += again
        dead += not again
        errors.extend(fate.errors)
    return Delivered(sent=len(taken), failed=failed, dead=dead, errors=tuple(dict.fromkeys(errors)))


def _told(fate: _Fate) -> str:
    """The note of a failure: what went wrong, and who need not be told again."""
    reasons = "; ".join(dict.fromkeys(fate.errors))[:1_000]
    return f"{reasons} [done with: {' '.join(sorted(fate.done))}]" if fate.done else reasons


def _done(item: OutboxItem) -> set[str]:
    match = _DONE.search(item.last_error or "")
    return set(match[1].split()) if match else set()


def _fingerprint(target: str) -> str:
    return hashlib.sha256(target.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _add(one: Delivered, other: Delivered) -> Delivered:
    return Delivered(
        sent=one.sent + other.sent,
        failed=one.failed + other.failed,
        dead=one.dead + other.dead,
        errors=tuple(dict.fromkeys((*one.errors, *other.errors))),
    )
