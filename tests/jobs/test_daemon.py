"""The daemon comes back by itself: what is due again is visited again, and a refusing store is survived."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.model import Alarm, Link, Outcome, PageState, Verdict
from crawler.sources import parse_sources
from jobs.daemon import HEARTBEAT, run_daemon
from jobs.told import Told
from jobs.wiring import utc_now
from store import Store, open_store
from tests.jobs.histories import HISTORIES, START, URL
from tests.jobs.machine import SHORT
from tests.jobs.site import PARAGRAPHS, Town, configuration

pytestmark = pytest.mark.alone
OFTEN = 'every = "1s"\nmin_every = "1s"\nmax_every = "2s"\n'
PATIENCE = 30.0


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what is waited for is in the store, which rings no bell
            await asyncio.sleep(0.05)


def watch(
    store: Store, town: Town, story: Callable[[list[str]], asyncio.Future[None]], *, fold_after: timedelta | None = None
) -> list[str]:
    """Run the daemon while the story lasts; what it said."""
    said: list[str] = []

    async def both() -> None:
        sources = parse_sources(configuration(town, more=OFTEN))
        tick = timedelta(milliseconds=200)
        daemon = asyncio.create_task(
            run_daemon(store, sources, say=said.append, tick=tick, fold_after=fold_after, times=SHORT)
        )
        try:
            await story(said)
        finally:
            daemon.cancel()
            await asyncio.gather(daemon, return_exceptions=True)

    asyncio.run(both())
    return said


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "data", busy_timeout=timedelta(milliseconds=200))


def test_captures_that_a_killed_backfill_kept_are_part_of_the_history_before_it_watches(
    store: Store, town: Town
) -> None:
    sources = parse_sources(configuration(town, more=OFTEN))
    store.archive.declare(sources, START)
    (page,) = store.archive.admit(sources[0].name, [Link(url=URL)], START)
    for capture in HISTORIES["edits"].captures():
        store.rereading.keep(page, capture)

    async def story(said: list[str]) -> None:
        await until(lambda: bool(said))
        assert len(store.history.versions(URL)) == 4

    watch(store, town, story)  # type: ignore[arg-type]
    store.close()


def test_it_comes_back_and_sees_an_edit_and_a_new_article(store: Store, town: Town) -> None:
    async def story(_: list[str]) -> None:
        await until(lambda: all(len(town.asked_for(number)) >= 2 for number in (1, 2, 3)))
        town.publish(2, (PARAGRAPHS[0], PARAGRAPHS[1].replace("30", "35"), PARAGRAPHS[2]))
        town.publish(8)
        kinds = lambda: sorted(view.kind.value for view in store.history.changes())  # noqa: E731 - asked repeatedly
        await until(lambda: kinds() == ["created"] * 4 + ["edited"])

    said = watch(store, town, story)  # type: ignore[arg-type]
    store.close()
    assert said[0].startswith("watching 1 source")
    visits = [line.parts for line in said if isinstance(line, Told) and line.event == "check"]
    assert {str(parts["outcome"]) for parts in visits} >= {"new", "changed", "unchanged"}
    assert all(isinstance(line, Told) for line in said)
    assert said[-1].startswith("stopped")


def test_it_survives_a_database_that_is_busy_for_a_while(store: Store, town: Town, tmp_path: Path) -> None:
    async def story(said: list[str]) -> None:
        await until(lambda: bool(store.history.changes()))
        other = sqlite3.connect(tmp_path / "data" / "palimpsest.sqlite3", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        await until(lambda: any("trying again" in line for line in said))
        other.execute("ROLLBACK")
        other.close()
        asked = len(town.asked_for(1))
        await until(lambda: len(town.asked_for(1)) > asked)

    watch(store, town, story)  # type: ignore[arg-type]
    assert store.check_integrity().ok
    store.close()


def test_by_the_way_it_indexes_what_was_recorded_and_folds_what_is_old(store: Store, town: Town) -> None:
    (source,) = parse_sources(configuration(town, more=OFTEN))
    store.archive.declare([source], START)
    (page,) = store.archive.admit(source.name, [Link(url=town.url(1))], START)
    for hour in range(5):
        at = START + timedelta(hours=hour)
        quiet = Verdict(outcome=Outcome.UNCHANGED, at=at, state=PageState.LIVE, next_check=at, status=304)
        store.archive.record(page, quiet)

    async def story(said: list[str]) -> None:
        await until(lambda: store.history.log(page.url)[0].times == 5)
        await until(lambda: len(store.history.search("食材采购").versions) == 3)
        await until(lambda: any("old checks" in line for line in said))

    watch(store, town, story, fold_after=timedelta(days=1))  # type: ignore[arg-type]
    store.close()


def test_a_daemon_that_has_nothing_to_do_gives_a_sign_of_life_every_hour(store: Store, town: Town) -> None:
    ahead, looks = timedelta(0), 0
    look = store.archive.note_alarms

    def looked(*given: Any, **named: Any) -> tuple[Alarm, ...]:
        nonlocal looks
        looks += 1
        return look(*given, **named)

    store.archive.note_alarms = looked  # type: ignore[method-assign]

    async def story() -> list[str]:
        nonlocal ahead
        said: list[str] = []
        # Nothing is due again for days, however long the test takes.
        sources = parse_sources(configuration(town, more='every = "7d"\nmin_every = "7d"\nmax_every = "7d"\n'))
        daemon = run_daemon(
            store, sources, say=said.append, clock=lambda: utc_now() + ahead, tick=timedelta(milliseconds=50)
        )
        task = asyncio.create_task(daemon)
        try:
            await until(lambda: bool(said_of(said, "pass")))
            last, before = utc_now(), looks
            ahead = HEARTBEAT - timedelta(minutes=2)
            await until(lambda: looks >= before + 3)
            assert not said_of(said, "heartbeat") or utc_now() + ahead - last >= HEARTBEAT
            ahead = HEARTBEAT
            await until(lambda: bool(said_of(said, "heartbeat")))
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return said

    (line,) = said_of(asyncio.run(story()), "heartbeat")
    assert line.startswith("nothing was due; the next is at 20")
    store.close()


def said_of(said: list[str], event: str) -> list[str]:
    return [line for line in said if isinstance(line, Told) and line.event == event]
