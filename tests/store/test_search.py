"""Full-text search over all Versions, in Chinese too, on both databases."""

from __future__ import annotations

import pytest

from crawler.errors import ConfigurationError
from crawler.model import Article, NewVersion, Page
from store import FoundVersions, Store
from store import search as searching
from tests.store.conftest import OpenIt
from tests.store.verdicts import CREATED, HOUR, NOW, RULES, SOURCE, admit, change, saying, verdict

CANTEEN = "关于规范学校食堂食材采购管理工作的通知，自２０２４年３月起施行。"
BUDGET = "市财政局公布 2024 年部门预算 Budget Report"


def found(store: Store, query: str, **how: object) -> list[tuple[str, int]]:
    while store.archive.index():
        pass
    return [(one.page, one.version) for one in store.history.search(query, **how).versions]  # type: ignore[arg-type]


@pytest.fixture
def two(store: Store, page: Page) -> Page:
    """A page that said one thing and says another now."""
    store.archive.record(page, saying(page, NOW, CANTEEN, CREATED))
    store.archive.record(page, saying(page, NOW + HOUR, BUDGET, change(1, 2)))
    return page


@pytest.mark.parametrize(
    ("query", "versions"),
    [
        ("食堂", [1]),
        ("堂食", [1]),
        ("学校食堂食材采购", [1]),
        ("采购 食堂", [1]),
        ("食堂采购", []),
        ("食堂 预算", []),
        ("２０２４", [2, 1]),
        ("2024年3月", [1]),
        ("budget", [2]),
        ("ＢＵＤＧＥＴ report", [2]),
        ("udget", []),
        ("202", []),
        ("的通", [1]),
    ],
)
def test_words_are_found_inside_of_chinese_and_whole_elsewhere(
    store: Store, two: Page, query: str, versions: list[int]
) -> None:
    assert found(store, query) == [(two.url, number) for number in versions]


def test_the_place_is_shown_as_it_is_written(store: Store, two: Page) -> None:
    store.archive.index()
    (one,) = store.history.search("2024年3月").versions
    assert "自２０２４年３月起" in one.snippet
    assert (one.source, one.title, one.seen_at) == (SOURCE.name, CANTEEN, NOW)
    assert one.as_json()["version"] == 1


@pytest.mark.parametrize("query", ["", "  ", "食", "，。", "*"])
def test_what_cannot_be_looked_up_is_refused(store: Store, two: Page, query: str) -> None:
    with pytest.raises(ConfigurationError):
        store.history.search(query)


@pytest.mark.parametrize("query", ['"食堂"', "食堂'", "食堂*", "NOT 食堂", "食堂) OR (x"])
def test_no_sign_of_a_query_is_an_order(store: Store, two: Page, query: str) -> None:
    """Each is looked for as it stands, and is not there."""
    assert found(store, query) == []


def listed(store: Store, query: str, newest_first: bool, limit: int) -> list[FoundVersions]:
    """The pages of an answer, each begun where the one before it ended."""
    pages = [store.history.search(query, limit=limit, newest_first=newest_first)]
    while (place := pages[-1].next) is not None:
        where = {"before": place} if newest_first else {"after": place}
        assert where == {"before": pages[-1].before} or where == {"after": pages[-1].after}
        pages.append(store.history.search(query, limit=limit, newest_first=newest_first, **where))
    return pages


@pytest.mark.parametrize("newest_first", [True, False])
def test_from_either_end_page_by_page(
    store: Store, page: Page, monkeypatch: pytest.MonkeyPatch, newest_first: bool
) -> None:
    """Over the border of an era, on PostgreSQL."""
    monkeypatch.setattr(searching, "ERA", 4)
    monkeypatch.setattr(searching, "_READ", 3)
    count = 20
    for number in range(1, count + 1):
        told = CREATED if number == 1 else change(number - 1, number)
        text = f"第{number}版 学校食堂" if number % 4 != 3 else f"第{number}版"
        store.archive.record(page, saying(page, NOW + number * HOUR, text, told))
    expected = sorted((number for number in range(1, count + 1) if number % 4 != 3), reverse=newest_first)
    assert [number for _, number in found(store, "学校食堂", limit=100, newest_first=newest_first)] == expected
    for limit in (1, 4, 15):
        pages = listed(store, "学校食堂", newest_first, limit)
        assert [one.version for some in pages for one in some.versions] == expected


@pytest.mark.parametrize("newest_first", [True, False])
def test_what_many_seem_to_say_is_looked_for_page_by_page(
    store: Store, page: Page, monkeypatch: pytest.MonkeyPatch, newest_first: bool
) -> None:
    """Each pair of the words is in all of them, and one says the words."""
    monkeypatch.setattr(searching, "_READ", 3)
    monkeypatch.setattr(searching, "_MOST_READ", 6)
    for number in range(1, 21):
        text = f"第{number}版 食堂采购" if number == 10 else f"第{number}版 食堂 堂采 采购"
        told = CREATED if number == 1 else change(number - 1, number)
        store.archive.record(page, saying(page, NOW + number * HOUR, text, told))
    store.archive.index()
    pages = listed(store, "食堂采购", newest_first, 3)
    assert len(pages) > 2
    assert [one.version for some in pages for one in some.versions] == [10]


def test_a_mark_that_makes_one_word_of_another_skips_nothing(
    store: Store, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one mark for all eras every look-up finds those of all of them, and each still is told once, in order."""
    monkeypatch.setattr(searching, "ERA", 4)
    monkeypatch.setattr(searching, "_mark", lambda era: 0)
    for number in range(1, 21):
        told = CREATED if number == 1 else change(number - 1, number)
        store.archive.record(page, saying(page, NOW + number * HOUR, f"第{number}版 学校食堂", told))
    for newest_first in (True, False):
        whole = [number for _, number in found(store, "学校食堂", limit=100, newest_first=newest_first)]
        assert whole == sorted(range(1, 21), reverse=newest_first)


def test_one_source_alone(store: Store, two: Page) -> None:
    assert found(store, "食堂", source=SOURCE.name) == [(two.url, 1)]
    assert found(store, "食堂", source="another") == []


def test_a_version_read_again_is_found_by_what_it_says_now(store: Store, page: Page) -> None:
    store.archive.record(page, saying(page, NOW, CANTEEN, CREATED))
    assert found(store, "食堂") == [(page.url, 1)]
    anew = NewVersion(article=Article(title="读", paragraphs=(BUDGET,)), rules=RULES)
    store.archive.record(page, verdict(NOW + HOUR, reread=anew))
    assert found(store, "预算") == [(page.url, 1)]
    assert found(store, "食堂") == []


def test_what_waits_is_indexed_once_by_whoever_comes(store: Store, open_it: OpenIt, two: Page) -> None:
    assert store.history.unindexed() == 2
    assert store.history.search("食堂").versions == ()
    assert open_it().archive.index() == 2
    assert (store.archive.index(), store.history.unindexed()) == (0, 0)


def test_any_code_points_are_indexed(store: Store) -> None:
    page = admit(store, "https://www.example.gov.cn/odd.html")
    odd = NewVersion(article=Article(paragraphs=("\ud800食堂\0𠮷野家",)), rules=RULES)
    store.archive.record(page, saying(page, NOW, "", CREATED, version=odd))
    assert found(store, "𠮷野") == [(page.url, 1)]
