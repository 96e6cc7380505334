"""Pages where a lost article may have come up: live, under its title, first read around then and after it was."""

from __future__ import annotations

from datetime import datetime, timedelta

from crawler.model import Outcome, Page, PageState
from store import Store
from tests.store.verdicts import CREATED, NOW, admit, article, saying, verdict

DAY = timedelta(days=1)
TITLE = "关于调整午餐补助标准的通知"


def read(store: Store, name: str, at: datetime, title: str = TITLE) -> Page:
    page = admit(store, f"https://www.example.gov.cn/{name}.html", at)
    store.archive.record(page, saying(page, at, title, CREATED, outcome=Outcome.NEW))
    return page


def test_the_newest_first_with_what_they_say_now(store: Store, page: Page) -> None:
    store.archive.record(page, saying(page, NOW, TITLE, CREATED))
    first, second = read(store, "first", NOW + DAY), read(store, "second", NOW + 2 * DAY)
    found = store.archive.came_up(page, TITLE, NOW, NOW + 9 * DAY)
    assert found == ((second, article(TITLE)), (first, article(TITLE)))


def test_nothing_that_was_there_before_is_lost_itself_or_says_something_else(store: Store, page: Page) -> None:
    old = read(store, "old", NOW - DAY)
    store.archive.record(page, saying(page, NOW, TITLE, CREATED))
    lost, late = read(store, "lost", NOW + DAY), read(store, "late", NOW + 5 * DAY)
    read(store, "other", NOW + DAY, title="另一件事")
    store.archive.record(lost, verdict(NOW + 2 * DAY, outcome=Outcome.GONE, state=PageState.FAILING))
    assert store.archive.came_up(page, TITLE, NOW - 2 * DAY, NOW + 4 * DAY) == ()
    assert [one for one, _ in store.archive.came_up(page, TITLE, NOW - 2 * DAY, NOW + 6 * DAY)] == [late]
    assert [one for one, _ in store.archive.came_up(old, TITLE, NOW - 2 * DAY, NOW + 4 * DAY)] == [page]
