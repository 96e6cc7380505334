"""`prune` says first what it would do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.model import Outcome, PageState, Verdict
from jobs.wiring import utc_now
from store import open_store
from tests.jobs.conftest import Desk
from tests.jobs.site import Town

DAYS = 60


@pytest.fixture
def old(watched: Desk, town: Town) -> str:
    """A page with quiet visits of two months, two years ago."""
    with open_store(watched.data) as store:
        page = store.archive.page(town.url(1))
        assert page is not None
        for day in range(DAYS):
            at = utc_now() - timedelta(days=730 + day)
            store.archive.record(
                page, Verdict(outcome=Outcome.UNCHANGED, at=at, state=PageState.LIVE, next_check=at, status=304)
            )
    return page.url


def test_it_says_first_and_does_it_when_told_to(watched: Desk, old: str) -> None:
    before = watched.json("log", old)
    (told,) = watched.json("prune", "--checks-older-than", "400d")
    assert told["folded"] > DAYS - 5
    assert told["dry_run"]
    assert watched.json("log", old) == before
    assert watched("prune", "--checks-older-than", "400d", "--yes").status == 0
    after = watched.json("log", old)
    assert len(after) == len(before) - told["folded"]
    assert sum(one["times"] for one in after) == len(before)
    (page,) = [one for one in watched.json("pages") if one["url"] == old]
    assert page["checks"] == len(before)
    assert "×" in watched("log", old).out
    assert all(one["ok"] for one in watched.json("doctor"))


@pytest.mark.parametrize("age", ["soon", "1h", "0d"])
def test_an_age_that_is_none_is_wrong_use(watched: Desk, age: str) -> None:
    answered = watched("prune", "--checks-older-than", age)
    assert answered.status == 2
    assert age in answered.err
