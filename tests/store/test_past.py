"""What is kept of a Source that its rhythm is learned from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from crawler.model import Between, NewVersion, Outcome, PageState, Past, RateEstimate, Source
from store import Store
from tests.store.verdicts import CREATED, HOUR, NOW, RULES, SOURCE, admit, article, change, response, saying, verdict

URL = "https://www.example.gov.cn/1.html"
PRESS = replace(SOURCE, timezone="Asia/Shanghai")


def test_a_source_that_nothing_is_known_of_has_no_past(store: Store) -> None:
    assert store.archive.past(Source(name="other", url="https://other.example/")) == Past()


def test_a_change_was_made_between_two_visits_that_read_the_page(store: Store) -> None:
    """A visit that failed saw nothing; what was created says nothing of when."""
    page = admit(store, URL)
    estimate = RateEstimate(changes=1.0, days=0.5, as_of=NOW + 3 * HOUR)
    store.archive.record(page, saying(page, NOW, "one", CREATED))
    store.archive.record(page, verdict(NOW + HOUR))
    failed = verdict(NOW + 2 * HOUR, outcome=Outcome.FAILED, state=PageState.FAILING)
    store.archive.record(page, failed)
    store.archive.record(page, saying(page, NOW + 3 * HOUR, "two", change(1, 2), rate=estimate))
    past = store.archive.past(PRESS)
    assert past.made == (Between(after=NOW + HOUR, seen=NOW + 3 * HOUR),)
    assert (past.pages, past.rates, past.admissions) == (1, ((1.0, 0.5),), (NOW,))


def test_an_article_that_tells_its_hour_tells_it_where_the_source_is(store: Store) -> None:
    """Midnight is what those write who know the day alone."""
    for number, published in enumerate(
        ("2024-02-01T06:30", "2024-02-01T00:00", "2024-02-01", "soon", "2099-01-01T06:30")
    ):
        page = admit(store, f"{URL}?{number}")
        new = saying(page, NOW, str(number), CREATED)
        told = replace(article(str(number)), published=published)
        store.archive.record(page, replace(new, version=NewVersion(article=told, rules=RULES)))
    told_at = NOW.replace(month=1, day=31, hour=22, minute=30)
    assert store.archive.past(PRESS).made == (Between(after=told_at, seen=told_at),)


def test_a_response_tells_when_its_page_was_modified(store: Store) -> None:
    """Unless it says so of every visit, or of a time at which the page was as before."""
    page = admit(store, URL)
    store.archive.record(page, saying(page, NOW, "0", CREATED))
    said = {}
    for day, hours in enumerate((23.5, 24.0, 10.0), 1):
        at, modified = NOW + timedelta(days=day), NOW + timedelta(days=day) - HOUR * hours if hours < 24 else None
        said[at] = modified
        answer = response(page, at, str(day).encode())
        if modified is not None:
            header = ("Last-Modified", modified.strftime("%a, %d %b %Y %H:%M:%S GMT"))
            answer = replace(answer, headers=(*answer.headers, header))
        store.archive.record(page, replace(saying(page, at, str(day), change(day, day + 1)), snapshot=answer))
    spans = [(one.after, one.seen) for one in store.archive.past(PRESS).made]
    assert spans == [(modified or at - timedelta(days=1), modified or at) for at, modified in reversed(said.items())]
