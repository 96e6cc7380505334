"""Kept responses as an archive tells of them, on either database."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crawler.errors import NotKnown
from crawler.model import Link, Page
from store import Store
from tests.store.verdicts import CREATED, HOUR, NOW, change, saying

SECOND = timedelta(seconds=1)


@pytest.fixture
def kept(store: Store, page: Page) -> list[datetime]:
    """A page with responses of three hours, two of them within one second."""
    times = [NOW, NOW + HOUR, NOW + HOUR + SECOND / 2, NOW + 2 * HOUR]
    for number, at in enumerate(times):
        store.archive.record(page, saying(page, at, str(number), change(number, number + 1) if number else CREATED))
    return times


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (None, 3),
        (NOW - HOUR, 0),
        (NOW, 0),
        (NOW + HOUR / 2, 0),
        (NOW + HOUR / 2 + SECOND, 1),
        (NOW + HOUR, 2),
        (NOW + 9 * HOUR, 3),
        (NOW.replace(year=1), 0),
        (datetime.max.replace(tzinfo=NOW.tzinfo), 3),
    ],
)
def test_the_nearest_is_found(
    store: Store, page: Page, kept: list[datetime], asked: datetime | None, found: int
) -> None:
    """Of two as near the earlier, of one second the last; and those beside it are of other seconds."""
    beside = store.history.mementos.near(page.url, asked)
    assert beside.chosen.at == kept[found]
    assert (beside.first.at, beside.last.at) == (kept[0], kept[3])
    assert beside.previous is None if found == 0 else beside.previous is not None
    assert beside.following is None if found == 3 else beside.following is not None
    assert store.history.mementos.response(beside.chosen).body == str(found).encode()


def test_a_list_of_them_goes_on_where_it_ended(store: Store, page: Page, kept: list[datetime]) -> None:
    """By time, within a span of it."""
    mementos = store.history.mementos
    first = mementos.of(page.url, limit=2)
    assert [one.at for one in first.rows] == kept[:2]
    rest = mementos.of(page.url, after=first.next)
    assert ([one.at for one in rest.rows], rest.next) == (kept[2:], None)
    assert [one.at for one in mementos.of(page.url, since=kept[1], until=kept[3]).rows] == kept[1:3]


def test_all_below_an_address(store: Store, page: Page, kept: list[datetime]) -> None:
    """An underscore and a percent sign are themselves, and no pattern."""
    for url in (
        "http://example.gov.cn/xwfb/a_%25.html",
        "https://www.example.gov.cn/other/",
        "https://example.gov.cn.x/",
    ):
        (other,) = store.archive.admit("press", [Link(url=url)], NOW)
        store.archive.record(other, saying(other, NOW, "x", CREATED))

    def below(url: str, **how: bool) -> set[str]:
        return {one.page for one in store.history.mementos.below(url, limit=100, **how)}

    assert below("http://www.example.gov.cn/xwfb/") == {page.url, "http://example.gov.cn/xwfb/a_%25.html"}
    assert below("http://www.example.gov.cn/xwfb/a_%") == {"http://example.gov.cn/xwfb/a_%25.html"}
    assert below("http://www.example.gov.cn/xw_b/") == below("http://www.example.gov.cn/%") == set()
    assert len(below("http://example.gov.cn/", whole_host=True)) == 3
    assert len(store.history.mementos.below("http://example.gov.cn/", limit=2)) == 2


def test_what_was_never_kept_is_not_known(store: Store, page: Page) -> None:
    """Neither a page without a response, nor one that is not tracked, nor a response that is no more."""
    with pytest.raises(NotKnown, match="nothing of"):
        store.history.mementos.near(page.url, NOW)
    with pytest.raises(NotKnown):
        store.history.mementos.of("https://nobody.example/")
