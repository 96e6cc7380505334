"""One process's right to visit a host, for as long as it is at it: taken, extended in time, and given back."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.errors import StoreBusy
from crawler.model import Page
from crawler.urls import host_of
from jobs.check import Clock
from store import Archive

# Longer than any one visit may take; what a process killed on another machine held is free again after this.
LENGTH = timedelta(minutes=5)
# A process that stood still for longer than this asks before its next visit whether the hosts are still its own.
RENEWAL = timedelta(seconds=10)
# Pages taken at once; few enough that a second worker finds something left.
BATCH = 500
_numbers = itertools.count(1)
# The passes of this process that are under way. A lease of this process that none of them holds could not be given
# back when its pass ended, because the store refused just then.
_under_way: set[str] = set()


@dataclass(slots=True)
class Lease:
    """Hosts held by one pass, and the due Pages that were taken with them.

    Once `stop` is set the pass ends after the visits under way.
    """

    archive: Archive
    clock: Clock
    owner: str
    until: datetime
    hosts: frozenset[str]
    pages: tuple[Page, ...] = ()
    stop: asyncio.Event | None = None
    kept: bool = False

    def extend_in_time(self) -> None:
        """Extend the lease before it may be another's. Raises StoreBusy where it is: nothing is visited any more."""
        now = self.clock()
        if self.hosts and self.until - now < LENGTH - RENEWAL:
            until = now + LENGTH
            lost = self.hosts - self.archive.extend_leases(self.owner, until)
            if lost:
                raise StoreBusy(f"{', '.join(sorted(lost))}: given to another process, as this one seemed dead")
            self.until = until

    def keep(self, pause: timedelta) -> None:
        """Not to be given back, but to run out by itself after a pause in which nobody is to visit its hosts."""
        self.until = self.clock() + pause
        self.archive.extend_leases(self.owner, self.until)
        self.kept = True

    @property
    def ends(self) -> bool:
        """Whether no further visit is to begin."""
        return self.stop is not None and self.stop.is_set()


@asynccontextmanager
async def held(
    archive: Archive,
    clock: Clock,
    hosts: Collection[str],
    *,
    owner: str | None = None,
    stop: asyncio.Event | None = None,
) -> AsyncIterator[Lease]:
    """Those of the hosts that nobody else is at, held while the context lasts; under `owner`, where that is given."""
    # A job of the queue is deferred only where nobody holds its host.
    now = clock() if owner else _free_the_dead(archive, clock)
    owner = owner or _owner()
    taken = archive.take_hosts(hosts, now, owner, lease=LENGTH)
    async with _given_back(Lease(archive, clock, owner, now + LENGTH, taken, stop=stop)) as lease:
        yield lease


@asynccontextmanager
async def claimed(archive: Archive, clock: Clock, names: Collection[str] | None) -> AsyncIterator[Lease]:
    """Due Pages of the named Sources (None: of all) with their hosts, held while the context lasts."""
    now = _free_the_dead(archive, clock)
    owner = _owner()
    pages = archive.claim(now, owner, limit=BATCH, lease=LENGTH, sources=names)
    hosts = frozenset(host_of(page.url) for page in pages)
    async with _given_back(Lease(archive, clock, owner, now + LENGTH, hosts, pages)) as lease:
        yield lease


@asynccontextmanager
async def _given_back(lease: Lease) -> AsyncIterator[Lease]:
    _under_way.add(lease.owner)
    try:
        yield lease
    finally:
        _under_way.discard(lease.owner)
        if lease.hosts and not lease.kept:
            lease.archive.release(lease.owner)


def _owner() -> str:
    """A name for one pass: its machine, its process, its number."""
    return f"{socket.gethostname()}:{os.getpid()}:{next(_numbers)}"


def _free_the_dead(archive: Archive, clock: Clock) -> datetime:
    """Give back what ended passes of this machine still hold, so that the next one need not wait; the time now."""
    now = clock()
    for owner in archive.lease_owners(now):
        machine, _, rest = owner.partition(":")
        process = rest.partition(":")[0]
        if machine == socket.gethostname() and process.isdecimal() and not _lives(owner, int(process)):
            archive.release(owner)
    return now


def _lives(owner: str, process: int) -> bool:
    if process == os.getpid():
        return owner in _under_way
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
