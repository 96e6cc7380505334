"""Several machines on one PostgreSQL: nothing is visited twice or by two, and the work of the dead is taken up."""

from __future__ import annotations

import itertools
from pathlib import Path

import psycopg

from store import Store, open_store
from tests.jobs.several import ANSWERING, Host, Machine, hosts, machines, until
from tests.postgres import fresh_database

HOSTS, PAGES, DELAY = 6, 60, 0.03


def checks(store: Store) -> list[int]:
    """How many Checks each Page has."""
    return [view.checks for view in store.history.pages()]


def visited(servers: list[Host]) -> int:
    return sum(server.asked().total() for server in servers)


def elected(running: list[Machine]) -> Machine:
    (one,) = [one for one in running if one.heard("elected:") and one.process.poll() is None]
    return one


def test_a_worker_and_the_elected_are_killed_and_every_page_is_checked_once_for_every_time_it_is_due(
    tmp_path: Path,
) -> None:
    database = fresh_database()
    roles = ["daemon", "daemon", "worker", "worker", "worker"]
    with hosts(HOSTS, PAGES) as servers, open_store(tmp_path / "data", database) as store:
        config = tmp_path / "sources.toml"
        config.write_text("".join(server.source(f"{DELAY}s") for server in servers), encoding="utf-8")
        with machines(config, database, tmp_path / "data", *roles) as running:
            until(lambda: visited(servers) > HOSTS * PAGES / 4)
            _, _, killed, *_ = running
            killed.kill()
            in_flight = 2
            until(lambda: visited(servers) > HOSTS * PAGES / 2)
            first = elected(running)
            first.kill()
            until(lambda: len(checks(store)) == HOSTS * PAGES and min(checks(store)) == 1)
            second = elected(running)
            assert second is not first
            asked = visited(servers)
            with psycopg.connect(database) as connection:
                connection.execute("UPDATE pages SET next_check = now()")
            until(lambda: min(checks(store)) == 2)
            until(lambda: store.queue is not None and not {"todo", "doing"} & store.queue.counts().keys())
            assert checks(store) == [2] * HOSTS * PAGES
            assert HOSTS * PAGES <= asked <= HOSTS * PAGES + in_flight
            assert visited(servers) - asked == HOSTS * PAGES
            assert all(one.process.poll() is None for one in running if one not in (killed, first))
        assert any(machine.heard("its worker was not heard of") for machine in running)
        assert not any(machine.heard("failed") for machine in running), [machine.said for machine in running]
        assert max(server.together for server in servers) == 1, "two were at one host at once"
        for server in servers:
            times = [at for at, _ in server.log]
            assert min(after - before for before, after in itertools.pairwise(times)) > DELAY + ANSWERING
