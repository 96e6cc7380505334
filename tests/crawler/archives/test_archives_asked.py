"""Where an archive answers, what it is asked, and how a question goes on until all is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from crawler.archives import Collapsing, Cursor, Endpoint, Index, Query, Row, after, ask, asking, endpoints, queries

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SITE = "https://www.example.gov.cn"


@pytest.mark.parametrize(
    ("base", "first"),
    [
        ("https://web.archive.org", ("https://web.archive.org/cdx/search/cdx", "https://web.archive.org/web/")),
        ("https://web.archive.org/", ("https://web.archive.org/cdx/search/cdx", "https://web.archive.org/web/")),
        ("https://web.archive.org/web/", ("https://web.archive.org/cdx/search/cdx", "https://web.archive.org/web/")),
        ("http://localhost:8080/town", ("http://localhost:8080/town/cdx", "http://localhost:8080/town/")),
        ("http://localhost:8080/town/cdx", ("http://localhost:8080/town/cdx", "http://localhost:8080/town/")),
        ("https://a.example/cdx/search/cdx", ("https://a.example/cdx/search/cdx", "https://a.example/web/")),
    ],
)
def test_where_an_archive_answers(base: str, first: tuple[str, str]) -> None:
    found = endpoints(base)[0]
    assert (found.index, found.replay) == first


@pytest.mark.parametrize("base", ["", "ftp://a.example", "http://", "nothing"])
def test_what_is_no_archive(base: str) -> None:
    assert endpoints(base) == ()


def test_a_few_pages_are_asked_for_by_themselves() -> None:
    pages = [f"{SITE}/b.html", f"{SITE}/a.html"]
    assert queries(pages, f"{SITE}/") == (Query(url=f"{SITE}/a.html"), Query(url=f"{SITE}/b.html"))


def test_many_pages_are_asked_for_by_what_they_have_in_common_on_each_host() -> None:
    pages = [f"{SITE}/zwgk/2021/t{number}.html" for number in range(60)]
    pages += [f"{SITE}/zwgk/2022/a/t{number}.html" for number in range(9)]
    assert queries(pages, f"{SITE}/list.html") == (Query(url="http://example.gov.cn/zwgk/", match="prefix"),)
    other = [*pages, "http://old.example.gov.cn:8080/t.html"]
    assert queries(other, f"{SITE}/list.html") == (
        Query(url="http://example.gov.cn/zwgk/", match="prefix"),
        Query(url="http://old.example.gov.cn:8080/", match="host"),
    )


def test_folders_that_only_begin_alike_have_nothing_in_common() -> None:
    pages = [f"{SITE}/zwgk/t{number}.html" for number in range(60)] + [f"{SITE}/zwgk2/a.html"]
    assert queries(pages, SITE) == (Query(url="http://example.gov.cn/", match="host"),)


def test_without_pages_the_folder_of_the_entry_is_asked_for() -> None:
    assert queries([], f"{SITE}/xwfb/list.shtml") == (Query(url="http://example.gov.cn/xwfb/", match="prefix"),)


def test_a_question_says_all_that_is_asked() -> None:
    endpoint = Endpoint(index="http://a.example/cdx", replay="http://a.example/")
    query = Query(url=f"{SITE}/a.html?x=1&y=%D6%D0")
    asked = ask(endpoint, query, Cursor(spans=(("2020", "20211231235959"),), resume="cn%2Cgov+1%21"))
    words = dict(parse_qsl(urlsplit(asked).query))
    assert words["url"] == f"{SITE}/a.html?x=1&y=%D6%D0"
    assert (words["from"], words["to"], words["matchType"]) == ("2020", "20211231235959", "exact")
    assert asked.endswith("&resumeKey=cn%2Cgov+1%21")


def row(stamp: str, url: str = f"{SITE}/a.html", *, digest: str = "A" * 32, status: int | None = 200) -> Row:
    key = "cn,gov,example)" + urlsplit(url).path
    at = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return Row(key=key, at=at, url=url, status=status, mimetype="text/html", digest=digest)


def index(rows: list[Row], resume: str = "") -> Index:
    return Index(rows=tuple(rows), resume=resume, lines=len(rows))


def all_told(query: Query, captures: list[Row]) -> list[Row]:
    """What is told by an archive that keeps to spans of time and to a limit, and gives no key."""
    cursor: Cursor | None = Cursor()
    told: list[Row] = []
    asked = 0
    while cursor is not None:
        asked += 1
        assert asked < 1000
        begin, end = cursor.spans[0]
        fits = [one for one in captures if (begin or "0") <= one.stamp <= (end or "9")]
        answer = index(sorted(fits, key=lambda one: (one.key, one.stamp))[: asking.MOST])
        step = after(query, cursor, answer, NOW)
        assert not step.problem
        told += answer.rows if step.counts else ()
        cursor = step.next
    return told


def test_many_pages_without_a_key_are_told_in_halves_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST", 10)
    captures = [
        row((NOW - timedelta(hours=7 * number + page)).strftime("%Y%m%d%H%M%S"), f"{SITE}/{page}.html")
        for number in range(40)
        for page in range(5)
    ]
    told = all_told(Query(url=SITE, match="host"), captures)
    assert sorted(one.stamp + one.key for one in told) == sorted(one.stamp + one.key for one in captures)


def test_one_page_without_a_key_is_told_on_from_the_last_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST", 10)
    captures = [row((NOW - timedelta(hours=number)).strftime("%Y%m%d%H%M%S")) for number in range(95)]
    told = all_told(Query(url=f"{SITE}/a.html"), captures)
    assert {one.stamp for one in told} == {one.stamp for one in captures}
    assert len(told) < 95 + 12


@pytest.mark.parametrize("match", ["exact", "prefix", "host"])
def test_more_captures_in_one_second_than_an_answer_holds_are_no_endless_question(
    monkeypatch: pytest.MonkeyPatch, match: str
) -> None:
    monkeypatch.setattr(asking, "MOST", 5)
    same = [row("20210615080000", f"{SITE}/{number}.html") for number in range(5)]
    cursor: Cursor | None = Cursor()
    problems, asked = [], 0
    while cursor is not None:
        asked += 1
        assert asked < 100
        begin, end = cursor.spans[0]
        fits = (begin or "0") <= "20210615080000" <= (end or "9")
        step = after(Query(url=SITE, match=match), cursor, index(same if fits else []), NOW)  # type: ignore[arg-type]
        problems += [step.problem] if step.problem else []
        cursor = step.next
    assert len(problems) == 1


def test_an_index_that_goes_on_for_ever_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other captures and another key each time."""
    monkeypatch.setattr(asking, "MOST_ANSWERS", 7)
    cursor: Cursor | None = Cursor()
    asked, problem = 0, ""
    while cursor is not None:
        step = after(Query(url=SITE), cursor, index([row(f"2021061508{asked:02d}00")], f"key-{asked}"), NOW)
        cursor, problem, asked = step.next, step.problem, asked + 1
    assert asked == 7
    assert "goes on" in problem


def test_a_key_cannot_add_to_a_question() -> None:
    step = after(Query(url=SITE), Cursor(), index([row("20210615080000")], "k&url=http://evil#x y"), NOW)
    assert step.next is not None
    asked = ask(Endpoint(index="http://a.example/cdx", replay=""), Query(url=SITE), step.next)
    assert [value for name, value in parse_qsl(urlsplit(asked).query) if name == "url"] == [SITE]


# ---- captures worth having -------------------------------------------------------------------------------------------


def worth(rows: list[Row], *, at_once: int = 100) -> list[tuple[str, bool]]:
    """What is taken, and whether it needs a request; the rows come in answers of so many."""
    collapsing = Collapsing()
    taken = [seen for begin in range(0, len(rows), at_once) for seen in collapsing.feed(rows[begin : begin + at_once])]
    taken += collapsing.finish()
    return [(seen.row.stamp[6:8], seen.like is None) for seen in taken]


@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
def test_of_a_run_the_first_is_asked_for_and_the_last_is_known(at_once: int) -> None:
    rows = [row(f"202106{day:02d}080000", digest=digest * 32) for day, digest in enumerate("AAAABACC", start=1)]
    assert worth(rows, at_once=at_once) == [
        ("01", True),
        ("04", False),
        ("05", True),
        ("06", True),
        ("07", True),
        ("08", False),
    ]


def test_the_same_bytes_with_another_status_are_no_run() -> None:
    first, second = row("20210601080000"), row("20210602080000", status=404)
    assert worth([first, second]) == [("01", True), ("02", True)]
    assert worth([first, replace(second, status=None)]) == [("01", True), ("02", False)]


def test_the_same_bytes_of_another_page_are_no_run() -> None:
    assert worth([row("20210601080000"), row("20210602080000", f"{SITE}/b.html")]) == [("01", True), ("02", True)]


def test_a_capture_listed_twice_is_one() -> None:
    assert worth([row("20210601080000"), row("20210601080000")]) == [("01", True)]


def test_a_redirect_to_the_page_itself_breaks_no_run() -> None:
    plain = "http://example.gov.cn/a.html"
    rows = [
        one
        for day in ("01", "02", "03")
        for one in (row(f"202106{day}080000", plain, status=301, digest="E" * 32), row(f"202106{day}080003"))
    ]
    assert worth(rows) == [("01", True), ("03", False)]


def test_a_redirect_on_its_own_is_worth_asking_for() -> None:
    turned = row("20210602080000", status=302, digest="E" * 32)
    assert worth([row("20210601080000"), turned, row("20210603080000")]) == [("01", True), ("02", True), ("03", True)]
    assert worth([turned]) == [("02", True)]
