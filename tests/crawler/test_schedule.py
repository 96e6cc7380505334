"""The interval follows what a page does, within the limits its owner set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

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


def test_a_quiet_page_is_visited_ever_more_rarely_up_to_the_limit() -> None:
    intervals = [schedule.interval(SOURCE, after(days, changed=False)) for days in (0, 10, 50)]
    assert intervals == sorted(intervals)
    assert intervals[1] > SOURCE.every
    impatient = replace(SOURCE, max_every=3 * DAY)
    assert schedule.interval(impatient, after(300, changed=False)) == impatient.max_every


def test_a_busy_page_is_visited_more_often_down_to_the_limit() -> None:
    assert schedule.interval(SOURCE, after(5, changed=True)) < SOURCE.every
    assert schedule.interval(SOURCE, after(2000, changed=True, apart=HOUR)) == SOURCE.min_every


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
