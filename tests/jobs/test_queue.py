"""Several machines on one PostgreSQL: nothing is visited twice or by two, and the work of the dead is taken up."""

from __future__ import annotations

import asyncio
import itertools
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from crawler.errors import StoreBusy
from crawler.model import Link
from crawler.sources import parse_sources
from crawler.urls import host_of
from jobs.daemon import run_daemon
from jobs.leases import LENGTH
from jobs.sweep import Pass
from jobs.told import Told
from jobs.wiring import sweeper, utc_now
from store import Store, open_store
from tests.jobs.conftest import Desk
from tests.jobs.machine import SHORT
from tests.jobs.several import ANSWERING, Host, Machine, hosts, machines, until
from tests.jobs.site import Town, configuration
from tests.outside import Answer, Asked, Outside
from tests.postgres import fresh_database

pytestmark = pytest.mark.alone

HOSTS, PAGES, DELAY = 6, 60, 0.03


def checks(store: Store) -> list[int]:
    """How many Checks each Page has."""
    return [view.checks for view in store.history.pages()]


def visited(servers: list[Host]) -> int:
    return sum(server.asked().total() for server in servers)


def elected(running: list[Machine]) -> Machine:
    (one,) = [one for one in running if one.heard("elected:") and one.lives]
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
            assert all(one.lives for one in running if one not in (killed, first))
        assert any(machine.heard("its worker was not heard of") for machine in running)
        assert not any(machine.heard("failed") for machine in running), [machine.said for machine in running]
        assert max(server.together for server in servers) == 1, "two were at one host at once"
        for server in servers:
            times = [at for at, _ in server.log]
            assert min(after - before for before, after in itertools.pairwise(times)) > DELAY + ANSWERING


def freeze(machine: Machine, database: str) -> None:
    """Stop it where it is in no transaction: whoever stands still holds its locks as long as the server lets it."""
    open_ones = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state ~ 'in transaction'"
    with psycopg.connect(database, autocommit=True) as connection:
        while True:
            machine.process.send_signal(signal.SIGSTOP)
            # What others are at passes by meanwhile.
            for _ in range(20):
                time.sleep(0.01)
                (count,) = connection.execute(open_ones).fetchone() or (0,)
                if not count:
                    return
            machine.process.send_signal(signal.SIGCONT)
            time.sleep(0.01)


def test_a_worker_that_stood_still_and_comes_back_does_not_go_on(tmp_path: Path) -> None:
    """Another has its host by then. What it was at just then it may still record."""
    database = fresh_database()
    with hosts(1, PAGES) as servers, open_store(tmp_path / "data", database) as store:
        (server,) = servers
        config = tmp_path / "sources.toml"
        config.write_text(server.source(f"{DELAY}s"), encoding="utf-8")
        with machines(config, database, tmp_path / "data", "daemon", "worker") as (_, frozen):
            until(lambda: visited(servers) > PAGES / 5)
            freeze(frozen, database)
            with machines(config, database, tmp_path / "data", "worker"):
                until(lambda: visited(servers) > PAGES / 3)
                frozen.process.send_signal(signal.SIGCONT)
                until(lambda: min(checks(store), default=0) == 1)
                until(lambda: frozen.heard("given to another process"))
        assert sum(checks(store)) <= PAGES + 1
        assert visited(servers) <= PAGES + 1


# ---- one job -----------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "shared", fresh_database(), busy_timeout=timedelta(milliseconds=300)) as opened:
        yield opened


numbers = itertools.count(1)


def one_job(store: Store, town: Town, most: int = 50, *, stop: bool = False, config: str = "") -> Pass:
    """What a worker does for the job of the town's host."""

    async def work() -> Pass:
        event = asyncio.Event()
        if stop:
            event.set()
        async with sweeper(store, parse_sources(config or configuration(town))) as sweep:
            return await sweep.run_host(host_of(town.url(1)), most=most, owner=f"job:{next(numbers)}", stop=event)

    return asyncio.run(work())


def test_a_job_visits_the_entry_and_then_so_many_pages_and_says_whether_more_is_due(store: Store, town: Town) -> None:
    first = one_job(store, town, most=2)
    assert (first.entries, first.checked, first.more) == (1, 2, True)
    second = one_job(store, town, most=2)
    assert (second.entries, second.checked, second.more) == (0, 1, False)
    assert one_job(store, town, most=2).checked == 0


def test_a_job_leaves_a_host_alone_that_another_process_is_at(store: Store, town: Town) -> None:
    host = host_of(town.url(1))
    store.archive.take_hosts({host}, utc_now(), "check by hand", lease=LENGTH)
    assert one_job(store, town).busy == {host}
    assert town.outside.requests == []


def test_a_job_that_is_to_stop_begins_no_visit_and_leaves_the_rest(store: Store, town: Town) -> None:
    stopped = one_job(store, town, stop=True)
    assert (stopped.entries, stopped.checked, stopped.more) == (0, 0, True)
    assert one_job(store, town).checked == 3


def test_a_host_that_asks_to_be_left_alone_is_left_alone_by_every_machine(store: Store, town: Town) -> None:
    """It told one of them."""
    assert store.queue is not None
    one_job(store, town, most=1)
    hour = timedelta(hours=1)
    for number in (1, 2, 3):
        busy = Answer(b"", 503, headers=(("Retry-After", f"{hour.total_seconds():.0f}"),))
        town.outside.answer(town.path(number), lambda asked, busy=busy: busy)
    asked = one_job(store, town, most=1)
    assert (asked.checked, asked.more) == (1, False)
    host = host_of(town.url(1))
    assert store.archive.due(utc_now(), host=host) != ()
    assert one_job(store, town).busy == {host}
    with store.queue.election() as elected:
        assert elected is not None
        assert elected.defer_due(utc_now() + hour / 2).jobs == 0
        assert elected.defer_due(utc_now() + hour).jobs == 1


def test_pages_of_a_source_that_a_worker_does_not_know_are_said_and_do_not_come_again_at_once(
    store: Store, town: Town
) -> None:
    """Its configuration is yesterday's."""
    one_job(store, town)
    sources = parse_sources(configuration(town) + configuration(town, name="new"))
    store.archive.declare(sources, utc_now())
    store.archive.admit("new", [Link(url=town.publish(9))], utc_now())

    async def work() -> Pass:
        async with sweeper(store, sources[:1], declare=False) as sweep:
            return await sweep.run_host(host_of(town.url(1)), most=50, owner="job:1", stop=asyncio.Event())

    result = asyncio.run(work())
    assert (result.checked, result.more) == (0, False)
    assert ["not configured here" in problem for problem in result.problems] == [True]


# ---- a daemon by itself ------------------------------------------------------------------------------------------


def by_itself(
    store: Store, town: Town, story: Callable[[list[str]], Coroutine[Any, Any, None]], more: str = ""
) -> list[str]:
    """Run a daemon that takes jobs too, while the story lasts; what it said."""
    said: list[str] = []

    async def both() -> None:
        often = 'every = "1s"\nmin_every = "1s"\nmax_every = "2s"\n'
        sources = parse_sources(configuration(town, more=often + more))
        daemon = run_daemon(store, sources, say=said.append, tick=timedelta(milliseconds=200), times=SHORT)
        daemon = asyncio.create_task(daemon)
        try:
            async with asyncio.timeout(40):
                await story(said)
        finally:
            daemon.cancel()
            _, late = await asyncio.wait([daemon], timeout=40)
            assert not late, "it does not end"

    asyncio.run(both())
    return said


async def eventually(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - what is waited for is in the store, which rings no bell
        await asyncio.sleep(0.05)


def test_without_any_worker_the_daemon_does_the_work_itself_and_comes_back(store: Store, town: Town) -> None:
    async def story(said: list[str]) -> None:
        await eventually(lambda: all(len(town.asked_for(number)) >= 2 for number in (1, 2, 3)))
        town.publish(8)
        await eventually(lambda: len(store.history.changes()) == 4)

    said = by_itself(store, town, story)
    assert any(line.startswith("elected") for line in said)
    assert said[-1].startswith("stopped")
    assert all(isinstance(line, Told) for line in said)
    passes = [line.parts for line in said if isinstance(line, Told) and line.event == "pass"]
    assert {parts["host"] for parts in passes} == {host_of(town.url(1))}
    assert sum(int(str(parts["checked"])) for parts in passes) >= 6
    assert store.queue is not None
    assert not store.queue.is_led()


def test_the_last_that_a_daemon_says_is_that_it_stopped(store: Store, town: Town) -> None:
    """What the visits under way came to comes before it."""
    asked = threading.Event()

    def slowly(_: Asked) -> Answer:
        asked.set()
        time.sleep(0.5)
        return Answer(b"not here", 404)

    town.outside.answer(town.path(2), slowly)

    async def story(said: list[str]) -> None:
        await eventually(asked.is_set)

    said = by_itself(store, town, story)
    assert any("visited" in line for line in said)
    assert said[-1].startswith("stopped")


def test_only_the_elected_tells_of_what_is_new(store: Store, town: Town) -> None:
    """Two daemons would tell it twice."""
    assert store.queue is not None
    with Outside() as hook, ExitStack() as stack:
        hook.page("/hook", "taken")
        other = stack.enter_context(store.queue.election())
        assert other is not None

        async def story(said: list[str]) -> None:
            await eventually(lambda: other.defer_due(utc_now()).jobs == 1)
            await eventually(lambda: len(store.outbox.pending(utc_now())) == 3)
            await asyncio.sleep(1)
            assert hook.requests == []
            stack.close()
            await eventually(lambda: hook.requests != [])

        target = hook.url("/hook")
        by_itself(store, town, story, more=f'notify = ["webhook+{target}"]\n')
    assert store.outbox.pending(utc_now()) == ()


def test_it_survives_that_the_server_hangs_up_on_everybody(store: Store, town: Town) -> None:
    assert store.queue is not None
    conninfo = store.queue.conninfo()

    async def story(said: list[str]) -> None:
        await eventually(lambda: all(len(town.asked_for(number)) >= 1 for number in (1, 2, 3)))
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await eventually(lambda: any("elected" in line and "no longer" in line for line in said))
        town.publish(8)
        await eventually(lambda: sum(line.startswith("elected") for line in said) == 2)
        await eventually(lambda: town.asked_for(8) != [])
        await eventually(lambda: len(store.history.changes()) == 4)

    by_itself(store, town, story)
    assert store.check_integrity().ok


def test_a_host_whose_job_was_interrupted_by_the_store_is_visited_as_soon_as_that_is_back(
    store: Store, town: Town
) -> None:
    """Though the job could not even give its host back."""
    refused: list[str] = []

    def refuse_once(name: str) -> None:
        method = getattr(store.archive, name)

        def refusing(*given: object, **named: object) -> object:
            if name in refused:
                return method(*given, **named)
            refused.append(name)
            raise StoreBusy("the server is away")

        setattr(store.archive, name, refusing)

    for name in ("due", "release"):
        refuse_once(name)

    async def story(said: list[str]) -> None:
        await eventually(lambda: len(store.history.changes()) == 3)

    said = by_itself(store, town, story)
    assert sorted(refused) == ["due", "release"]
    assert any("the server is away" in line for line in said)


def test_it_ends_when_it_is_told_to_while_the_server_is_away(store: Store, town: Town) -> None:
    assert store.queue is not None
    words = conninfo_to_dict(store.queue.conninfo())
    name = words["dbname"]

    async def story(said: list[str]) -> None:
        await eventually(lambda: all(len(town.asked_for(number)) >= 1 for number in (1, 2, 3)))
        with psycopg.connect(**words | {"dbname": "postgres"}, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        await eventually(lambda: any("no longer elected" in line for line in said))

    assert by_itself(store, town, story)[-1].startswith("stopped")


# ---- the commands ------------------------------------------------------------------------------------------------


def test_the_queue_can_be_looked_at(desk: Desk, town: Town) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    database = fresh_database()
    with open_store(desk.data, database) as store:
        assert store.queue is not None
        store.archive.declare(parse_sources(configuration(town)), utc_now())
        with store.queue.election() as elected:
            assert elected is not None
            elected.defer_due(utc_now())
            (job,) = desk("--database", database, "queue", "--json").lines
            assert set(job) == {"id", "host", "state", "worker", "since"}
            assert (job["host"], job["state"]) == (host_of(town.url(1)), "todo")
            assert "elected" not in desk("--database", database, "queue").err
        answered = desk("--database", database, "queue")
        assert answered.out.split("\t")[-1].strip() == host_of(town.url(1))
        assert "no daemon is elected" in answered.err


@pytest.mark.parametrize("words", [["queue"], ["run", "--no-visits"]])
def test_what_needs_a_server_says_so(desk: Desk, town: Town, words: list[str]) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    answered = desk(*words)
    assert answered.status == 2
    assert "postgresql://" in answered.err


def test_a_listing_of_many_pages_takes_longer_than_a_lease_and_its_host_is_still_nobody_elses(
    tmp_path: Path, outside: Outside
) -> None:
    """Every look at the clock is half a minute later, and every page of the listing takes some."""
    town = Town(outside)
    now = utc_now()
    clock = (now + looks * timedelta(seconds=30) for looks in itertools.count())
    others: list[frozenset[str]] = []
    with open_store(tmp_path / "data") as store:

        def page(number: int) -> Answer:
            others.append(
                store.archive.take_hosts({f"{outside.host}:{outside.port}"}, next(clock), "other", lease=LENGTH)
            )
            items = "".join(
                f"<li><a href='{town.path(10 * number + k)}'>{town.title(10 * number + k)}</a></li>" for k in range(5)
            )
            more = f"<a class='next' href='/zwgk/index_{number + 1}.html'>下一页</a>"
            return Answer(
                f"<html><body><ul class='list'>{items}</ul>{more}</body></html>".encode(),
                headers=(("Content-Type", "text/html; charset=utf-8"),),
            )

        outside.answer("/zwgk/index.html", lambda asked: page(1))
        for number in range(2, 12):
            outside.answer(f"/zwgk/index_{number}.html", lambda asked, number=number: page(number))
        sources = parse_sources(configuration(town, more='next = "a.next"\n'))

        async def work() -> Pass:
            async with sweeper(store, sources, clock=lambda: next(clock)) as sweep:
                return await sweep.run_host(host_of(town.url(1)), most=1, owner="job:1", stop=asyncio.Event())

        assert asyncio.run(work()).entries == 1
    assert others == [frozenset()] * 11
