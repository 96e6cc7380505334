"""The interval follows what a page does, within the limits its owner set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import schedule
from crawler.model import ORDINARY, Article, RateEstimate, Rhythm, Source, Version

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCE = Source(name="s", url="https://e.example/")


def after(visits: int, *, changed: bool, apart: timedelta = DAY) -> RateEstimate:
    estimate = schedule.learn(RateEstimate(), changed=False, now=NOW)
    for number in range(1, visits + 1):
        estimate = schedule.learn(estimate, changed=changed, now=NOW + apart * number)
    return estimate


def test_the_first_guess_is_what_the_owner_wrote() -> None:
    assert schedule.interval(SOURCE, RateEstimate()) == SOURCE.every


def test_the_first_guess_holds_however_long_it_is() -> None:
    patient = replace(SOURCE, every=SOURCE.max_every)
    assert schedule.interval(patient, RateEstimate()) == SOURCE.max_every


def test_a_quiet_page_is_visited_ever_more_rarely_up_to_the_limit() -> None:
    intervals = [schedule.interval(SOURCE, after(days, changed=False)) for days in (0, 1, 10, 50, 150, 300)]
    assert intervals == sorted(set(intervals))
    assert intervals[1] < DAY / 2, "soon and often while it is new"
    assert intervals[-1] > 0.8 * SOURCE.max_every
    assert schedule.interval(SOURCE, after(4000, changed=False)) == pytest.approx(SOURCE.max_every, rel=0.01)


def test_a_busy_page_is_visited_more_often_down_to_the_limit() -> None:
    quiet, busy = after(30, changed=False), after(30, changed=True)
    assert schedule.interval(SOURCE, busy) < schedule.interval(SOURCE, quiet) / 4
    hasty = replace(SOURCE, max_every=DAY)
    assert schedule.interval(SOURCE, after(2000, changed=True, apart=HOUR)) < 2 * HOUR
    assert schedule.interval(hasty, after(2000, changed=True, apart=HOUR)) == SOURCE.min_every


def test_the_interval_goes_with_the_root_of_the_rate() -> None:
    """Sixteen times the changes, a quarter of the time between visits."""
    slow, fast = RateEstimate(changes=1.5, days=90, as_of=NOW), RateEstimate(changes=31.5, days=90, as_of=NOW)
    assert schedule.rate(fast) == 16 * schedule.rate(slow)
    assert schedule.interval(SOURCE, slow) / schedule.interval(SOURCE, fast) == pytest.approx(4)


RHYTHMS = st.builds(
    Rhythm,
    changes=st.floats(1e-6, 5),
    days=st.floats(0.1, 10),
    weekdays=st.tuples(*[st.floats(0.001, 1)] * 7),
    hours=st.tuples(*[st.floats(0.001, 1)] * 24),
    pages=st.integers(0, 10**7),
)


@given(
    changes=st.floats(0, 1e6),
    days=st.floats(0, 400),
    minutes=st.integers(15, 20_000),
    most=st.integers(20_000, 100_000),
    key=st.text(max_size=20),
    start=st.integers(0, 4_000_000_000),
    zone=st.sampled_from(("Asia/Shanghai", "Europe/London", "America/New_York")),
    rhythm=RHYTHMS,
    age=st.timedeltas(timedelta(0), timedelta(days=20_000)),
)
def test_the_next_visit_keeps_within_the_limits(
    changes: float,
    days: float,
    minutes: int,
    most: int,
    key: str,
    start: int,
    zone: str,
    rhythm: Rhythm,
    age: timedelta,
) -> None:
    now = datetime.fromtimestamp(start, UTC)
    source = replace(SOURCE, every=timedelta(minutes=minutes), max_every=timedelta(minutes=most), timezone=zone)
    estimate = RateEstimate(changes=changes, days=days, as_of=now)
    at = schedule.next_check(source, estimate, now, key=key, rhythm=rhythm, age=age)
    assert source.min_every <= at - now <= source.max_every
    assert at == schedule.next_check(source, estimate, now, key=key, rhythm=rhythm, age=age)
    entry = schedule.next_entry(source, now, rhythm=replace(rhythm, arrivals=estimate))
    assert source.min_every <= entry - now <= source.max_every


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0, 400), RHYTHMS)
def test_what_changes_more_often_never_waits_longer(one: float, other: float, days: float, rhythm: Rhythm) -> None:
    fewer, more = (RateEstimate(changes=changes, days=days, as_of=NOW) for changes in sorted((one, other)))
    old = timedelta(days=1000)
    assert schedule.interval(SOURCE, more, rhythm, age=old) <= schedule.interval(SOURCE, fewer, rhythm, age=old)


def test_a_new_article_is_visited_often_and_an_old_one_that_was_found_now_is_not() -> None:
    """Ever more rarely with its age: by the day that it tells, or else as long as it was watched."""
    known = [
        schedule.age(SOURCE, published, None, NOW) for published in ("2025-12-31T20:00", "2025-12-26", "2019-05-01")
    ]
    waits = [schedule.interval(SOURCE, RateEstimate(as_of=NOW), age=age) for age in (timedelta(0), *known)]
    assert waits[0] == SOURCE.every
    assert waits == sorted(set(waits))
    assert waits[-1] > 1.2 * DAY


def test_an_article_is_as_old_as_the_first_that_tells_of_it() -> None:
    version = Version(number=1, seen_at=NOW - 9 * DAY, article=Article(), snapshot_digest="", rules="1")
    assert schedule.age(SOURCE, None, None, NOW) == timedelta(0)
    assert schedule.age(SOURCE, "2027-01-01", None, NOW) == timedelta(0)
    assert schedule.age(SOURCE, "once", version, NOW) == 9 * DAY
    assert schedule.age(SOURCE, "2025-12-01T08:00", version, NOW) == 31 * DAY
    assert schedule.age(SOURCE, "2025-12-31", version, NOW) == 9 * DAY


def test_a_visit_that_may_wait_for_a_day_comes_when_the_office_has_closed() -> None:
    """In Shanghai, from six to nine on the evening of a working day; the pages spread over these hours."""
    estimate, monday_evening = after(60, changed=False), datetime(2026, 1, 5, 12, tzinfo=UTC)
    times = [
        schedule.next_check(SOURCE, estimate, monday_evening + DAY * days, key=f"https://e.example/{days}/{key}")
        for days in range(5)
        for key in range(20)
    ]
    assert len(set(times)) == len(times)
    assert {(time + 8 * HOUR).hour for time in times} == {18, 19, 20}
    assert {(time + 8 * HOUR).weekday() for time in times} <= {0, 1, 2, 3, 4}


def test_a_visit_that_would_come_at_the_weekend_comes_when_the_week_has_ended() -> None:
    """On Saturday little has changed since, and what changed on Friday need not wait for Monday."""
    tuesday_evening = datetime(2026, 1, 6, 12, tzinfo=UTC)
    estimate = RateEstimate(days=100, as_of=tuesday_evening)
    assert 4 * DAY < schedule.interval(SOURCE, estimate, age=400 * DAY) < 5 * DAY
    at = schedule.next_check(SOURCE, estimate, tuesday_evening, key="a", age=400 * DAY) + 8 * HOUR
    assert at.weekday() == 4


def test_visits_of_many_pages_spread_over_the_time_that_they_take() -> None:
    """Else the last of them would be overdue every week."""
    slow = replace(SOURCE, host_delay=timedelta(seconds=2))
    many = replace(ORDINARY, pages=10_000)
    friday_evening = datetime(2026, 1, 2, 12, tzinfo=UTC)
    times = [
        schedule.next_check(slow, after(300, changed=False), friday_evening, key=f"https://e.example/{n}", rhythm=many)
        for n in range(200)
    ]
    assert max(times) - min(times) > 10 * HOUR


def test_the_estimate_approaches_the_true_rate() -> None:
    """Twice a day, seen every hour: 1 visit in 12 finds a change; the estimator must come near 2 a day."""
    estimate = schedule.learn(RateEstimate(), changed=False, now=NOW)
    for number in range(1, 24 * 60):
        estimate = schedule.learn(estimate, changed=number % 12 == 0, now=NOW + HOUR * number)
    assert schedule.rate(estimate) == pytest.approx(2.0, rel=0.15)


def test_a_clock_that_went_back_teaches_nothing() -> None:
    estimate = after(3, changed=True)
    assert schedule.learn(estimate, changed=True, now=NOW) == estimate


def test_pages_admitted_together_drift_apart_and_stay_within_the_limits() -> None:
    times = {schedule.next_check(SOURCE, RateEstimate(), NOW, key=f"https://e.example/{n}") for n in range(50)}
    assert len(times) == 50
    assert all(NOW + SOURCE.every * 0.89 < time <= NOW + SOURCE.every for time in times)


def test_failures_back_off_and_obey_the_server() -> None:
    waits = [schedule.after_failure(SOURCE, failures, NOW) - NOW for failures in (1, 2, 3, 60)]
    assert waits == [SOURCE.min_every, SOURCE.min_every * 2, SOURCE.min_every * 4, SOURCE.max_every]
    assert schedule.after_failure(SOURCE, 1, NOW, retry_after=DAY) == NOW + DAY
    assert schedule.after_failure(SOURCE, 1, NOW, retry_after=DAY * 400) == NOW + SOURCE.max_every


@given(
    failures=st.lists(st.integers(1, 10**6), min_size=2, max_size=2),
    asked=st.timedeltas(timedelta(0), 400 * DAY),
    most=st.timedeltas(DAY, 90 * DAY),
)
def test_what_fails_waits_as_long_as_it_was_asked_to_and_ever_longer(
    failures: list[int], asked: timedelta, most: timedelta
) -> None:
    source = replace(SOURCE, max_every=most)
    fewer, more = (schedule.after_failure(source, count, NOW, retry_after=asked) - NOW for count in sorted(failures))
    assert source.min_every <= fewer <= more <= most
    assert fewer >= min(asked, most)
