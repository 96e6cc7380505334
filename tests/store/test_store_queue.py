"""The queue of several machines: one is elected, nothing is deferred twice, and the jobs of the dead are given up."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from crawler.errors import StoreBusy, StoreError
from crawler.model import Link, Source
from store import Store, open_store, owner_of
from store.queue import AFTER_FAILURE, KEPT, SILENCE, Queue
from tests.postgres import fresh_database
from tests.store.conftest import SHORT
from tests.store.verdicts import HOUR, SOURCE, verdict

NOW = datetime.now(UTC)
LEASE = timedelta(minutes=5)
ENTRY = "www.example.gov.cn"


@pytest.fixture
def database() -> str:
    return fresh_database()


@pytest.fixture
def store(database: str, tmp_path: Path) -> Iterator[Store]:
    """A store with the pages of two hosts; the entry of their source is on a third."""
    with open_store(tmp_path / "data", database, busy_timeout=SHORT) as opened:
        opened.archive.declare([SOURCE], NOW)
        links = [Link(url=f"https://{host}.gov.cn/{number}") for host in "ab" for number in range(3)]
        opened.archive.admit(SOURCE.name, links, NOW)
        yield opened


@pytest.fixture
def queue(store: Store) -> Queue:
    assert store.queue is not None
    return store.queue


@contextmanager
def doing(database: str, host: str, *, last_heard: timedelta = timedelta(0)) -> Iterator[int]:
    """The job of a host taken by a worker that was last heard of so long ago; its number."""
    with psycopg.connect(database, autocommit=True) as connection:
        row = connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s) RETURNING id", (last_heard,)
        ).fetchone()
        assert row is not None
        job = connection.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE lock = %s RETURNING id", (*row, host)
        ).fetchone()
        assert job is not None
        yield job[0]


def test_sqlite_has_no_queue(tmp_path: Path) -> None:
    with open_store(tmp_path / "data") as alone:
        assert alone.queue is None


def test_one_is_elected_at_a_time_and_the_next_as_soon_as_it_ends(queue: Queue) -> None:
    assert not queue.is_led()
    with queue.election() as first:
        assert first is not None
        assert queue.is_led()
        with queue.election() as second:
            assert second is None
    assert not queue.is_led()
    with queue.election() as third:
        assert third is not None


def test_an_election_ends_with_its_connection(queue: Queue, database: str) -> None:
    with suppress(StoreError), queue.election() as elected:
        assert elected is not None
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with queue.election() as other:
            assert other is not None
            assert other.defer_due(NOW).jobs == 3
        with pytest.raises(StoreBusy):
            elected.defer_due(NOW)


def test_a_host_with_something_due_has_one_job_however_often_it_is_looked_at(queue: Queue, database: str) -> None:
    with queue.election() as elected:
        assert elected is not None
        assert elected.defer_due(NOW).jobs == 3
        assert elected.defer_due(NOW).jobs == 0
        with doing(database, "a.gov.cn") as job:
            queue_and_lease(queue, database, job)
            assert elected.defer_due(NOW).jobs == 0
    assert {(job.host, job.state) for job in queue.jobs()} == {
        (ENTRY, "todo"),
        ("a.gov.cn", "doing"),
        ("b.gov.cn", "todo"),
    }


def queue_and_lease(queue: Queue, database: str, job: int) -> None:
    """What a worker does first: it leases the host under the name of the job."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO host_leases (host, owner, expires_at)"
            " SELECT lock, %s, now() + interval '5 minutes' FROM procrastinate_jobs WHERE id = %s",
            (owner_of(job), job),
        )


def test_what_is_not_due_has_no_job(queue: Queue, store: Store) -> None:
    for page in store.archive.pages_of():
        store.archive.record(page, verdict(NOW))
    state = store.archive.source_state(SOURCE.name)
    assert state.next_check == NOW
    with queue.election() as elected:
        assert elected is not None
        assert elected.defer_due(NOW - HOUR).jobs == 0
        assert elected.defer_due(NOW).jobs == 1
        store.archive.declare([Source(name="other", url="https://other.gov.cn/")], NOW)
        assert [job.host for job in queue.jobs()] == [ENTRY]
        assert elected.defer_due(NOW + 2 * HOUR).jobs == 1, "a source that is no longer configured is not visited"
    assert [job.host for job in queue.jobs()] == [ENTRY, "other.gov.cn"]


def test_the_job_of_a_dead_worker_is_given_up_with_its_lease_and_deferred_anew_in_one_turn(
    queue: Queue, store: Store, database: str
) -> None:
    with queue.election() as elected:
        assert elected is not None
        elected.defer_due(NOW)
        with doing(database, "a.gov.cn", last_heard=SILENCE + timedelta(seconds=5)) as job:
            queue_and_lease(queue, database, job)
            assert store.archive.take_hosts({"a.gov.cn"}, NOW, "other", lease=LEASE) == frozenset()
            turn = elected.defer_due(NOW)
    assert turn.abandoned == ("a.gov.cn",)
    assert turn.jobs == 1
    assert {(job.id == job, job.state) for job in queue.jobs() if job.host == "a.gov.cn"} == {
        (False, "aborted"),
        (False, "todo"),
    }
    assert store.archive.take_hosts({"a.gov.cn"}, NOW, "other", lease=LEASE) == {"a.gov.cn"}


def test_a_worker_that_is_heard_of_keeps_its_job(queue: Queue, database: str) -> None:
    with queue.election() as elected:
        assert elected is not None
        elected.defer_due(NOW)
        with doing(database, "a.gov.cn", last_heard=SILENCE - timedelta(seconds=10)) as job:
            queue_and_lease(queue, database, job)
            for minutes in range(5):
                assert elected.defer_due(NOW + timedelta(minutes=minutes)).abandoned == ()


def test_a_job_whose_end_its_living_worker_could_not_say_does_not_keep_its_host_for_ever(
    queue: Queue, database: str
) -> None:
    """It has given its lease back. For a moment every job is like that, so it is looked at twice."""
    with queue.election() as elected:
        assert elected is not None
        elected.defer_due(NOW)
        with doing(database, "a.gov.cn"):
            assert elected.defer_due(NOW).abandoned == ()
            assert elected.defer_due(NOW + SILENCE / 2).abandoned == ()
            assert elected.defer_due(NOW + SILENCE * 1.1).abandoned == ("a.gov.cn",)


def test_a_job_that_could_not_say_that_it_ended_is_ended_afterwards_and_its_host_is_free_at_once(
    queue: Queue, store: Store, database: str
) -> None:
    """But not where it ended well: then its host is to be left alone for as long as it asked for."""
    with queue.election() as elected:
        assert elected is not None
        elected.defer_due(NOW)
        with doing(database, "a.gov.cn") as interrupted, doing(database, "b.gov.cn") as well:
            for job in (interrupted, well):
                queue_and_lease(queue, database, job)
            queue.end({interrupted: False, well: True})
            queue.end({interrupted: False, 4711: False})
        assert {job.host: job.state for job in queue.jobs()} == {
            ENTRY: "todo",
            "a.gov.cn": "aborted",
            "b.gov.cn": "aborted",
        }
        assert elected.defer_due(NOW).jobs == 1
    assert store.archive.take_hosts({"a.gov.cn", "b.gov.cn"}, NOW, "other", lease=LEASE) == {"a.gov.cn"}


def test_a_host_whose_job_failed_is_left_alone_for_a_while_and_the_job_can_be_seen(queue: Queue, database: str) -> None:
    with queue.election() as elected, psycopg.connect(database, autocommit=True) as connection:
        assert elected is not None
        elected.defer_due(NOW)
        with doing(database, "a.gov.cn") as job:
            connection.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", (job,))
        assert elected.defer_due(NOW).jobs == 0
        _later(connection, AFTER_FAILURE)
        assert elected.defer_due(NOW).jobs == 1
        assert queue.counts() == {"todo": 3, "failed": 1}
        assert [job.state for job in queue.trouble(1)] == ["failed"]
        _later(connection, KEPT)
        elected.defer_due(NOW)
        assert queue.counts() == {"todo": 3}


def _later(connection: psycopg.Connection, time: timedelta) -> None:
    """So much time passes for the jobs that there are."""
    connection.execute("UPDATE procrastinate_events SET at = at - %s", (time,))


def test_a_job_that_a_worker_defers_at_the_same_moment_does_not_stop_the_turn(queue: Queue, database: str) -> None:
    """It does so for what is left of a host, and perhaps between two statements of a turn."""
    with queue.election() as elected, psycopg.connect(database) as connection, ThreadPoolExecutor(1) as other:
        assert elected is not None
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock)"
            " VALUES ('visits', 'visit_host', 'b.gov.cn', 'b.gov.cn')"
        )
        with pytest.raises(StoreBusy):
            elected.defer_due(NOW)
        turn = other.submit(elected.defer_due, NOW)
        _wait_for_one_that_waits(database)
        connection.commit()
        assert turn.result().jobs == 0
        assert elected.defer_due(NOW).jobs == 2


def _wait_for_one_that_waits(database: str) -> None:
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with psycopg.connect(database, autocommit=True) as connection:
        while connection.execute(query).fetchone() == (0,):
            pass


def test_who_extends_a_lease_hears_what_is_no_longer_its_own(store: Store) -> None:
    store.archive.take_hosts({"a.gov.cn", "b.gov.cn"}, NOW, "one", lease=LEASE)
    store.archive.release("one", {"a.gov.cn"})
    assert store.archive.take_hosts({"a.gov.cn"}, NOW, "two", lease=LEASE) == {"a.gov.cn"}
    assert store.archive.extend_leases("one", NOW + HOUR) == {"b.gov.cn"}


def test_workers_reach_the_database_as_the_store_does(tmp_path: Path) -> None:
    database = fresh_database()
    with open_store(tmp_path / "data", f"{database}&application_name=bench") as opened:
        assert opened.queue is not None
        with psycopg.connect(opened.queue.conninfo()) as connection:
            said = connection.execute("SELECT current_database(), current_setting('application_name')").fetchone()
    assert said == (database.partition("@/")[2].partition("?")[0], "bench")
