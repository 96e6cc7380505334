"""What the pages of a source have in common is learned from all of them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import schedule
from crawler.model import ORDINARY, Between, Past, RateEstimate, Rhythm, Source

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCE = Source(name="s", url="https://e.example/", timezone="UTC")


def at_night(count: int) -> tuple[Between, ...]:
    """Changes from ten in the evening to five, on working days, seen at the next of four visits a day."""
    chance = random.Random(1)
    made = [
        MONDAY - DAY * 7 * chance.randrange(8) + DAY * chance.randrange(5) + HOUR * chance.uniform(22, 29)
        for _ in range(count)
    ]
    seen = [MONDAY - DAY * 100 + 6 * HOUR * -((MONDAY - DAY * 100 - at) // (6 * HOUR)) for at in made]
    return tuple(Between(after=at - 6 * HOUR, seen=at) for at in seen)


def test_of_a_source_without_a_past_nothing_is_learned() -> None:
    learned = schedule.learn_rhythm(SOURCE, Past(), MONDAY)
    assert learned.weeks == pytest.approx(ORDINARY.weeks)
    assert (learned.changes, learned.days) == pytest.approx((ORDINARY.changes, ORDINARY.days))


def test_a_source_that_changes_at_night_is_visited_after_it() -> None:
    """Once so many changes were seen; two or three are no rhythm."""
    estimate = RateEstimate(days=60, as_of=MONDAY)
    hours = []
    for count in (0, 3, 300):
        rhythm = schedule.learn_rhythm(SOURCE, Past(made=at_night(count)), MONDAY)
        at = schedule.next_check(SOURCE, estimate, MONDAY + 20 * HOUR, key="a", rhythm=rhythm, age=1000 * DAY)
        hours.append(at.hour)
    assert [hour in range(18, 21) for hour in hours] == [True, True, False]
    assert hours[2] in range(5, 9)


def test_hours_are_those_of_the_source() -> None:
    """What changes at eight in the evening in London is changed at four in the morning in Shanghai."""
    seen = [MONDAY + DAY * day + 20 * HOUR for day in range(-28, 0)] * 10
    past = Past(made=tuple(Between(after=at, seen=at) for at in seen))
    for zone, hour in (("UTC", 20), ("Asia/Shanghai", 4)):
        hours = schedule.learn_rhythm(replace(SOURCE, timezone=zone), past, MONDAY).hours
        assert hours[hour] == max(hours) > 0.8


def test_what_was_seen_long_ago_counts_for_little() -> None:
    long_ago = tuple(Between(after=one.after - 365 * 5 * DAY, seen=one.seen - 365 * 5 * DAY) for one in at_night(300))
    learned = schedule.learn_rhythm(SOURCE, Past(made=long_ago), MONDAY)
    assert learned.weeks == pytest.approx(ORDINARY.weeks, abs=0.02)


@given(st.lists(st.tuples(st.integers(0, 10**8), st.integers(-5, 200_000)), max_size=30))
def test_a_week_is_whole_whatever_was_seen(spans: list[tuple[int, int]]) -> None:
    seen = [
        Between(after=MONDAY + timedelta(seconds=start), seen=MONDAY + timedelta(seconds=start + length))
        for start, length in spans
    ]
    rhythm = schedule.learn_rhythm(SOURCE, Past(made=tuple(seen)), MONDAY + 100 * DAY)
    assert rhythm.weeks[0] == 0
    assert rhythm.weeks[-1] == pytest.approx(3)
    assert list(rhythm.weeks) == sorted(rhythm.weeks)
    assert rhythm == schedule.learn_rhythm(SOURCE, Past(made=tuple(seen)), MONDAY + 100 * DAY)


def test_an_article_from_before_all_clocks_is_of_no_hour() -> None:
    """A page that says so was made by mistake, and stops nobody's visits."""
    first = datetime(1, 1, 1, 6, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    past = Past(made=(Between(after=first, seen=first),))
    assert schedule.learn_rhythm(SOURCE, past, MONDAY).weeks == pytest.approx(ORDINARY.weeks)


def test_a_page_is_held_for_what_the_others_are_until_it_was_watched() -> None:
    """Where all change many times a day, a new one does; where none ever did, it will not either."""
    busy, quiet = (schedule.prior_of([(changes, 30.0)] * 200) for changes in (120.0, 0.0))
    rates = [schedule.rate(RateEstimate(), Rhythm(changes=a, days=b)) for a, b in (busy, quiet)]
    assert rates[0] == pytest.approx(4, rel=0.15)
    assert rates[1] < 0.01
    assert max(busy[1], quiet[1]) <= ORDINARY.days, "its own life soon says more"


def test_two_pages_say_little_of_a_third() -> None:
    changes, days = schedule.prior_of([(120.0, 30.0)] * 2)
    assert changes / days < 1


def test_an_entry_that_brings_something_often_is_visited_often() -> None:
    """At first after `every`; a visit that brings nothing makes the next a little later."""
    waits = []
    for apart in (12 * HOUR, 2 * DAY, 20 * DAY):
        admissions = tuple(MONDAY - apart * number for number in range(int(60 * DAY / apart)))
        rhythm = schedule.learn_rhythm(SOURCE, Past(admissions=admissions), MONDAY)
        waits.append(schedule.next_entry(SOURCE, MONDAY, rhythm=rhythm) - MONDAY)
    assert waits == sorted(set(waits))
    assert waits[0] < SOURCE.every < waits[-1]
    first = schedule.learn_rhythm(SOURCE, Past(admissions=(MONDAY,)), MONDAY)
    assert 0.9 * SOURCE.every <= schedule.next_entry(SOURCE, MONDAY, rhythm=first) - MONDAY <= SOURCE.every


def test_the_pages_that_one_visit_to_an_entry_brought_are_one_arrival() -> None:
    """They are admitted page by page, seconds apart."""
    visits = [MONDAY - DAY * number for number in range(30)]
    once = Past(admissions=tuple(visits))
    many = Past(admissions=tuple(at + timedelta(seconds=more) for at in visits for more in (40, 20, 0)))
    of_once, of_many = (schedule.learn_rhythm(SOURCE, past, MONDAY + HOUR).arrivals for past in (once, many))
    assert of_many.changes == pytest.approx(of_once.changes, rel=0.01)
