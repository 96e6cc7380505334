"""How slowly an archive is asked, and what is done where it wants less or fails: by a clock that the test owns."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from jobs.backfill import asking as room
from jobs.backfill.asking import asking
from jobs.backfill.wanted import Imported, Plan
from jobs.backfill.wayback import wayback
from store import Store
from tests.jobs.archives import PAGE, Kept, WebArchive, article
from tests.jobs.site import PARAGRAPHS
from tests.outside import Answer, Asked, Outside
from tests.store.verdicts import NOW, SOURCE

pytestmark = pytest.mark.anyio


class Clock:
    """Time that passes only where somebody waits; `waits` are those of more than a moment."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.waits.append(seconds)

    @property
    def passed(self) -> float:
        return self.now - 1000.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def archive(outside: Outside) -> WebArchive:
    """Nine captures, each of another text."""
    made = WebArchive(outside)
    made.captures = [Kept(f"202106{day:02d}080000", article(*PARAGRAPHS, f"第{day}版")) for day in range(1, 10)]
    return made


async def brought(store: Store, archive: WebArchive, clock: Clock) -> Imported:
    wanted = Plan(source=SOURCE.name, origin=f"wayback:{archive.base}", page_url=PAGE)
    work = wayback(store, [SOURCE], wanted)
    # The lease lasts by the same clock as everything else.
    opened = partial(asking, sleep=clock.sleep, monotonic=clock, clock=lambda: NOW + timedelta(seconds=clock.passed))
    return await type(work)(
        store=store, sources=[SOURCE], source=SOURCE, base=work.base, wanted=wanted, open=opened
    ).run()


def after(times: int, answer: Answer, otherwise: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    """So often the one answer, and then as usual."""
    left = iter(range(times))
    return lambda asked: otherwise(asked) if next(left, None) is None else answer


async def test_an_archive_elsewhere_is_asked_once_a_second_and_its_index_less_often(
    store: Store, archive: WebArchive, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_here", lambda host: False)
    archive.page = 3
    times: list[tuple[str, float]] = []
    index, replay = archive.index, archive.replay

    def noted(answer: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
        def note(asked: Asked) -> Answer:
            times.append((asked.path[:5], clock.now))
            return answer(asked)

        return note

    archive.outside.answer("/cdx/search/cdx", noted(index))
    archive.outside.otherwise(noted(replay))
    result = await brought(store, archive, clock)
    assert (result.recorded, result.problems) == (9, [])
    assert all(b - a >= 1.0 for (_, a), (_, b) in itertools.pairwise(times))
    questions = [at for path, at in times if path == "/cdx/"]
    assert len(questions) == 3
    assert all(b - a >= 2.5 for a, b in itertools.pairwise(questions))


async def test_told_to_stop_and_not_for_how_long_it_waits_longer_each_time(
    store: Store, archive: WebArchive, clock: Clock
) -> None:
    """The Internet Archive lets nobody in for an hour who goes on within a minute."""
    archive.outside.answer("/cdx/search/cdx", after(2, Answer(b"", 429), archive.index))
    result = await brought(store, archive, clock)
    assert (result.recorded, result.problems) == (9, [])
    assert clock.passed >= 60 + 120


async def test_told_to_stop_again_and_again_it_stops(store: Store, archive: WebArchive, clock: Clock) -> None:
    archive.outside.answer("/cdx/search/cdx", lambda asked: Answer(b"", 429))
    result = await brought(store, archive, clock)
    assert (result.recorded, result.failed, len(archive.questions)) == (0, 1, room.ATTEMPTS)
    assert "asked too much" in result.problems[0]


async def test_its_lease_lasts_while_it_waits(store: Store, archive: WebArchive, clock: Clock) -> None:
    """A wait of twenty minutes: nobody else is let at the archive meanwhile."""
    archive.outside.answer("/cdx/search/cdx", after(1, Answer(b"", 429, (("Retry-After", "1200"),)), archive.index))
    host, taken = archive.base.removeprefix("http://"), []
    sleep = clock.sleep

    async def intruding(seconds: float) -> None:
        await sleep(seconds)
        now = NOW + timedelta(seconds=clock.passed)
        taken.append(store.archive.take_hosts([host], now, "elsewhere:1:1", lease=timedelta(minutes=5)))

    clock.sleep = intruding  # type: ignore[method-assign]
    result = await brought(store, archive, clock)
    assert (result.recorded, result.problems) == (9, [])
    assert clock.passed >= 1200
    assert len(taken) >= 20
    assert not any(taken)


async def test_a_capture_that_the_archive_fails_at_is_named_and_the_others_come(
    store: Store, archive: WebArchive, clock: Clock
) -> None:
    replay = archive.replay
    archive.outside.otherwise(
        lambda asked: Answer(b"bad gateway", 502) if "20210605080000" in asked.path else replay(asked)
    )
    result = await brought(store, archive, clock)
    assert (result.recorded, result.failed) == (8, 1)
    assert "20210605080000" in result.problems[0]
    assert "answered 502" in result.problems[0]
    assert archive.replays.count("20210605080000") == room.CAPTURE_ATTEMPTS


async def test_an_archive_that_fails_at_everything_is_not_asked_for_all_of_it(
    store: Store, archive: WebArchive, clock: Clock
) -> None:
    archive.captures = [
        Kept(f"2021{month:02d}{day:02d}080000", b"x" * month + b"y" * day)
        for month in (1, 2, 3)
        for day in range(1, 25)
    ]
    archive.outside.otherwise(lambda asked: Answer(b"no", 404))
    result = await brought(store, archive, clock)
    assert len(archive.replays) == 20
    assert "captures running could not be had" in result.problems[-1]
    # Nothing of it is taken for dealt with.
    archive.outside.otherwise(archive.replay)
    again = await brought(store, archive, clock)
    assert again.recorded == 72


async def test_an_index_that_struggles_is_asked_again(store: Store, archive: WebArchive, clock: Clock) -> None:
    archive.page = 4
    archive.outside.answer("/cdx/search/cdx", after(3, Answer(b"", 504), archive.index))
    result = await brought(store, archive, clock)
    assert (result.recorded, result.problems) == (9, [])


async def test_an_index_that_is_out_of_order_is_left_where_it_was(
    store: Store, archive: WebArchive, clock: Clock
) -> None:
    archive.page = 4
    index = archive.index
    archive.outside.answer(
        "/cdx/search/cdx", lambda asked: Answer(b"", 503) if "resumeKey=8" in asked.path else index(asked)
    )
    result = await brought(store, archive, clock)
    assert (result.recorded, result.failed) == (8, 1)
    assert "start again later" in result.problems[0]
    archive.outside.answer("/cdx/search/cdx", index)
    before = len(archive.replays)
    again = await brought(store, archive, clock)
    assert (again.recorded, again.known, again.problems) == (1, 8, [])
    assert len(archive.replays) == before + 1


async def test_an_archive_that_keeps_one_page_back_is_asked_for_the_others(
    store: Store, archive: WebArchive, clock: Clock
) -> None:
    replay = archive.replay
    kept_back = Answer(b"", 403, (("X-Archive-Wayback-Runtime-Error", "AdministrativeAccessControlException"),))
    archive.outside.otherwise(lambda asked: kept_back if "20210605080000" in asked.path else replay(asked))
    result = await brought(store, archive, clock)
    assert (result.recorded, result.failed) == (8, 1)
