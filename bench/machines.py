"""Two daemons and three workers on one PostgreSQL, killed at random: is anything visited twice, by two, or not at all?

Every page is due once a round. While a round lasts, processes are killed with -9 at random moments and others put in
their place; it ends when every page has been recorded. How often a page was asked for the servers count, on loopback. A
page that was asked for and not recorded when its worker was killed is asked for again, and can be no more than one of
each host that the worker was at.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path

import psycopg

from store import Store, open_store
from tests.jobs.machine import HOSTS as HOSTS_OF_A_WORKER
from tests.jobs.several import ANSWERING, Host, Machine, hosts, start
from tests.postgres import fresh_database

ROLES = ("daemon", "daemon", "worker", "worker", "worker")
HOSTS, PAGES, DELAY = 6, 60, 0.03
ROUNDS, QUICK_ROUNDS = 25, 2
# Kills come so many seconds apart, about.
APART = 2.0
PATIENCE = 180.0

Say = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Told:
    """What the rounds came to. `repeated` requests were lost with the worker that made them."""

    rounds: int = 0
    kills: dict[str, int] = field(default_factory=lambda: {"daemon": 0, "worker": 0})
    pages: int = HOSTS * PAGES
    checks: int = 0
    repeated: int = 0
    twice_recorded: int = 0
    missed: int = 0
    at_one_host: int = 0
    shortest_gap: float = 0.0
    longest_round: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether all of it is as asked."""
        lost = self.kills["worker"] * HOSTS_OF_A_WORKER
        nothing_wrong = not (self.twice_recorded or self.missed)
        return nothing_wrong and self.repeated <= lost and self.at_one_host == 1 and self.shortest_gap >= DELAY


@dataclass(slots=True)
class _Fleet:
    """The machines that run now."""

    config: Path
    database: str
    data: Path
    running: list[Machine] = field(default_factory=list)

    def start(self, role: str) -> None:
        self.running.append(start(role, self.config, self.database, self.data))

    def kill_one(self, chance: random.Random) -> str:
        """Kill a random one, start another in its place; the role."""
        gone = chance.choice(self.running)
        self.running.remove(gone)
        gone.kill()
        gone.end()
        self.start(gone.role)
        return gone.role


def benchmark(quick: bool, say: Say) -> Told:
    """All rounds, from the same random numbers at every run."""
    told, chance = Told(), random.Random(7)
    with (
        tempfile.TemporaryDirectory() as folder,
        hosts(HOSTS, PAGES) as servers,
        _fleet(folder, servers) as fleet,
        open_store(fleet.data, fleet.database) as store,
    ):
        for number in range(1, (QUICK_ROUNDS if quick else ROUNDS) + 1):
            begun = time.monotonic()
            if number > 1:
                _all_due(fleet.database)
            _round(number, store, fleet, chance, told)
            told.longest_round = max(told.longest_round, time.monotonic() - begun)
            say(f"round {number}: {time.monotonic() - begun:.1f} s, {sum(told.kills.values())} killed so far")
        checks = [view.checks for view in store.history.pages()]
    told.checks = sum(checks)
    told.twice_recorded = sum(max(0, count - told.rounds) for count in checks)
    told.missed = sum(max(0, told.rounds - count) for count in checks)
    told.repeated = sum(server.asked().total() for server in servers) - told.checks
    told.at_one_host = max(server.together for server in servers)
    told.shortest_gap = min(after - before for server in servers for (before, _), (after, _) in pairwise(server.log))
    told.shortest_gap -= ANSWERING
    return told


@contextmanager
def _fleet(folder: str, servers: list[Host]) -> Iterator[_Fleet]:
    config = Path(folder) / "sources.toml"
    config.write_text("".join(server.source(f"{DELAY}s") for server in servers), encoding="utf-8")
    fleet = _Fleet(config, fresh_database(), Path(folder) / "data")
    try:
        for role in ROLES:
            fleet.start(role)
        yield fleet
    finally:
        for machine in fleet.running:
            machine.end()


def _all_due(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE pages SET next_check = now()")


def _round(number: int, store: Store, fleet: _Fleet, chance: random.Random, told: Told) -> None:
    end = time.monotonic() + PATIENCE
    kill_at = time.monotonic() + chance.uniform(0, 2 * APART)
    while not _done(store, number):
        if time.monotonic() > end:
            raise SystemExit(f"round {number} never ended: {[machine.said[-3:] for machine in fleet.running]}")
        if time.monotonic() >= kill_at:
            told.kills[fleet.kill_one(chance)] += 1
            kill_at = time.monotonic() + chance.uniform(0, 2 * APART)
        time.sleep(0.05)
    told.rounds = number


def _done(store: Store, number: int) -> bool:
    counts = store.history.counts()
    return counts.pages == HOSTS * PAGES and min(view.checks for view in store.history.pages()) >= number


def report(told: Told, *, as_json: bool) -> str:
    """What was seen, and whether it is as asked."""
    if as_json:
        return json.dumps(asdict(told) | {"holds": told.holds})
    kills = ", ".join(f"{count} {role}s" for role, count in told.kills.items())
    return "\n".join(
        [
            f"{told.rounds} rounds over {told.pages} pages of {HOSTS} hosts; killed with -9: {kills}",
            f"checks recorded: {told.checks}, missed: {told.missed}, twice for one due time: {told.twice_recorded}",
            f"requests lost with their worker and made again: {told.repeated}",
            f"most requests at one host together: {told.at_one_host}; shortest pause at a host:"
            f" {told.shortest_gap * 1000:.0f} ms of {DELAY * 1000:.0f}",
            f"longest round: {told.longest_round:.1f} s",
            "",
            "asked: nothing missed, nothing twice, no two at one host: " + ("holds" if told.holds else "DOES NOT HOLD"),
        ]
    )
