"""The interval follows what a page does, within the limits its owner set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import schedule
from crawler.model import RateEstimate, Source

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


@given(
    changes=st.floats(0, 1e6),
    days=st.floats(0, 400),
    minutes=st.integers(1, 20_000),
    key=st.text(max_size=20),
    start=st.integers(0, 4_000_000_000),
)
def test_the_next_visit_keeps_within_the_limits(
    changes: float, days: float, minutes: int, key: str, start: int
) -> None:
    now = datetime.fromtimestamp(start, UTC)
    source = replace(SOURCE, every=timedelta(minutes=minutes))
    estimate = RateEstimate(changes=changes, days=days, as_of=now)
    at = schedule.next_check(source, estimate, now, key=key)
    assert source.min_every <= at - now <= source.max_every
    assert at == schedule.next_check(source, estimate, now, key=key)


def test_a_visit_that_may_wait_for_a_day_comes_when_the_office_has_closed() -> None:
    """In Shanghai, from six to nine in the evening; the pages spread over these hours."""
    estimate = after(60, changed=False)
    times = {
        schedule.next_check(SOURCE, estimate, NOW + HOUR * hour, key=f"https://e.example/{hour}") for hour in range(48)
    }
    assert len(times) == 48
    assert {(time + 8 * HOUR).hour for time in times} == {18, 19, 20}


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
