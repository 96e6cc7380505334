"""What is exported as lines and read back makes an equal store; into another it goes without harm to what is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.errors import ConfigurationError
from crawler.model import Link
from jobs.exchange.lines import FORMAT
from jobs.exchange.selection import Selection
from jobs.settling import settle
from store import Store, open_store
from tests.jobs.histories import DAY, HISTORIES, START, URL, A, B, C, Told
from tests.jobs.shelf import LATER, PAST, PRESS, exported, fill, taken
from tests.postgres import fresh_database

Fresh = Callable[[], Store]


@pytest.fixture(params=["sqlite", "postgresql", "folder"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Opens an empty store, another at every call: of either database, and with bodies in a folder beside it."""
    opened: list[Store] = []

    def open_another() -> Store:
        url = fresh_database() if request.param == "postgresql" else None
        blobs = "folder" if request.param == "folder" else None
        opened.append(open_store(tmp_path / str(len(opened)), url, blobs=blobs))
        return opened[-1]

    yield open_another
    for store in opened:
        store.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    """An empty store on SQLite."""
    with open_store(tmp_path / "empty") as store:
        yield store


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with something of everything, not to be changed."""
    with open_store(tmp_path_factory.mktemp("shelf")) as store:
        fill(store)
        yield store


def told(store: Store, url: str) -> list[Any]:
    """All that is shown of one page."""
    history = store.history
    versions = [history.version(url, view.number) for view in history.versions(url)]
    bodies = [history.snapshot(url, view.number) for view in history.versions(url)]
    return [history.log(url), versions, bodies, history.files(url)]


def shown(store: Store) -> list[Any]:
    """All that the listings show."""
    history = store.history
    pages = history.pages()
    return [
        history.sources(),
        history.events(),
        history.noise(),
        pages,
        history.changes(),
        history.findings(),
        [told(store, page.url) for page in pages],
    ]


def test_an_empty_store_becomes_an_equal_one(fresh: Fresh) -> None:
    store, other = fresh(), fresh()
    fill(store)
    lines = exported(store)
    result = taken(other, lines)
    assert result.problems == []
    assert exported(other)[1:] == lines[1:]
    assert shown(other) == shown(store)
    heads = [line for line in map(json.loads, lines) if line.get("line") == "page"]
    assert any(line.get("marks") for line in heads)
    assert any(line.get("former_links") for line in heads)
    assert other.check_integrity().problems == ()
    assert other.outbox.waiting() == 0


def test_what_is_read_back_goes_on_like_any_store(fresh: Fresh) -> None:
    """Rows that come after get numbers that nobody has."""
    store = fresh()
    fill(store)
    other = fresh()
    taken(other, exported(store))
    for each in (store, other):
        (page,) = each.archive.admit(PAST.name, [Link(url=URL)], LATER)
        for capture in HISTORIES["injected twice"].captures():
            each.rereading.keep(page, capture)
        settle(each, PAST, page)
    assert exported(other)[1:] == exported(store)[1:]


def test_read_again_nothing_is_repeated(shelf: Store, empty: Store) -> None:
    lines = exported(shelf)
    taken(empty, lines)
    again = taken(empty, lines)
    assert (again.pages, again.versions, again.checks, again.captures, again.problems) == (0, 0, 0, 0, [])
    assert exported(empty)[1:] == lines[1:]


def test_cut_off_anywhere_it_goes_on_where_it_was(shelf: Store, empty: Store) -> None:
    """What a killed process had not yet committed is as if it was never read: a Page is there whole or not at all."""
    lines = exported(shelf)

    def dying(at: int) -> Iterator[str]:
        yield from lines[:at]
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jobs.exchange.taking._TOGETHER", 5)
        for at in range(1, len(lines), 9):
            with pytest.raises(KeyboardInterrupt):
                taken(empty, dying(at))
            assert not any(page.versions > 0 and not empty.history.log(page.url) for page in empty.history.pages())
    result = taken(empty, lines)
    assert result.problems == []
    assert 0 < result.pages < 5
    assert exported(empty)[1:] == lines[1:]


def test_a_dry_run_says_what_would_come_of_it(shelf: Store, empty: Store) -> None:
    lines = exported(shelf)
    dry = taken(empty, lines, dry_run=True)
    assert empty.history.pages() == ()
    assert empty.history.sources() == ()
    assert next(iter(empty.blobs.digests()), None) is None
    real = taken(empty, lines)
    assert (dry.pages, dry.versions, dry.checks) == (real.pages, real.versions, real.checks)


# ---- into a store that has some of it ----------------------------------------------------------------------------


def brought(store: Store, *days: int) -> None:
    """Keeps what a page answered on some of the days of its history."""
    store.archive.declare([PAST], START)
    store.archive.admit(PAST.name, [Link(url=URL)], START)
    page = store.archive.page(URL)
    assert page is not None
    captures = Told(DAY, (A, A, B, C, A, B)).captures()
    for day in days:
        store.rereading.keep(page, captures[day])
    settle(store, PAST, page)


@pytest.mark.parametrize(("here", "there"), [((0, 2), (1, 3, 4, 5)), ((5,), (0, 1, 2)), ((0, 1, 2, 3), (2, 3, 4, 5))])
def test_two_halves_of_a_history_become_the_whole_of_it(
    fresh: Fresh, here: tuple[int, ...], there: tuple[int, ...]
) -> None:
    store, other, whole = fresh(), fresh(), fresh()
    brought(store, *here)
    brought(other, *there)
    brought(whole, *sorted({*here, *there}))
    result = taken(store, exported(other), sources=[PAST])
    assert result.problems == []
    assert result.captures == len(set(there) - set(here))
    assert (told(store, URL), store.history.findings()) == (told(whole, URL), whole.history.findings())
    assert [(one.address, one.kind, one.at) for one in store.history.changes()] == [
        (one.address, one.kind, one.at) for one in whole.history.changes()
    ]


def test_another_answer_of_exactly_the_same_time_changes_nothing(fresh: Fresh) -> None:
    store, other = fresh(), fresh()
    brought(store, 0, 2)
    brought(other, 0)
    page = other.archive.page(URL)
    assert page is not None
    other.rereading.keep(page, C(START + 2 * DAY))
    settle(other, PAST, page)
    before = exported(store)
    result = taken(store, exported(other))
    assert ["exactly this time" in problem for problem in result.problems] == [True]
    assert exported(store)[1:] == before[1:]


def test_a_part_of_a_history_goes_in_as_captures(shelf: Store, empty: Store) -> None:
    """An export of some weeks has no Version 1: what it has is judged like any captures of the past."""
    part = exported(shelf, Selection(sources=(PRESS.name,), since=LATER + timedelta(hours=5)))
    result = taken(empty, part, sources=[PRESS])
    assert result.problems == []
    assert (result.captures, result.pages) == (2, 1)
    (page,) = empty.history.pages()
    assert [check.at - LATER for check in empty.history.log(page.url)] == [timedelta(hours=7), timedelta(hours=10)]


# ---- lines that are wrong ----------------------------------------------------------------------------------------


def place_of(lines: list[str], kind: str, where: int = 1) -> int:
    """The place of a line of this kind, the second one."""
    return [place for place, line in enumerate(lines) if json.loads(line).get("line") == kind][where]


def altered(line: str, /, **changes: Any) -> str:
    """A line that says something else; `a__b` is b inside of a."""
    said = json.loads(line)
    for name, value in changes.items():
        *way, last = name.split("__")
        inner = said
        for step in way:
            inner = inner[step]
        inner[last] = value
    return json.dumps(said)


WRONG: dict[str, tuple[str, Callable[[str], str], str]] = {
    "cut off": ("version", lambda line: line[: len(line) // 2], "no JSON"),
    "no JSON": ("check", lambda line: "{nothing", "no JSON"),
    "a list": ("check", lambda line: "[1]", "no object"),
    "too deep": ("check", lambda line: "[" * 100_000, "nested"),
    "not a number": ("version", lambda line: altered(line, changes=[]).replace("[]", "NaN", 1), "NaN"),
    "another kind of line": ("check", lambda line: altered(line, line="tape"), "'tape'"),
    "no page": ("check", lambda line: altered(line, page="javascript:alert(1)"), "no http"),
    "another body": ("version", lambda line: altered(line, snapshot__body="AAAA"), "another digest"),
    "a body that is none": ("version", lambda line: altered(line, snapshot__body="%%%"), "base64"),
    "no body": ("version", lambda line: altered(line, snapshot__body=None), "not exported"),
    "another article": ("version", lambda line: altered(line, article__paragraphs=["別"]), "another digest"),
    "an article of numbers": ("version", lambda line: altered(line, article__paragraphs=[1]), "no text"),
    "a number that does not follow": ("version", lambda line: altered(line, version=7), "does not follow"),
    "a huge number": ("version", lambda line: altered(line, version=10**30), "no whole number"),
    "a time that is none": ("check", lambda line: altered(line, at="gestern"), "gestern"),
    "a time before all": ("check", lambda line: altered(line, at="0001-01-01T00:00:00+14:00"), "no time"),
    "a time of nowhere": ("check", lambda line: altered(line, at="2024-01-01T00:00:00"), "no time zone"),
    "an outcome there is none of": ("check", lambda line: altered(line, check__outcome="splendid"), "splendid"),
    "headers that are none": ("version", lambda line: altered(line, snapshot__headers=[["a"]]), "unpack"),
    "a state there is none of": ("page", lambda line: altered(line, state="asleep"), "asleep"),
    "a page without a time": ("page", lambda line: altered(line, admitted_at=None), "admitted_at"),
    "files that are none": ("page", lambda line: altered(line, files=1.5), "no list"),
    "a file that is none": ("page", lambda line: altered(line, files=[1]), "no object"),
    "a row that is too far": ("version", lambda line: altered(line, changes=[{"id": 2**60}]), "too large"),
    "a source of another kind": ("source", lambda line: altered(line, kind="rumour"), "rumour"),
    "a source's noise": ("source", lambda line: altered(line, noise=[7]), "noise"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_line_that_is_wrong_is_named_and_the_rest_goes_in(
    wrong: tuple[str, Callable[[str], str], str], shelf: Store, empty: Store
) -> None:
    kind, break_it, said = wrong
    lines = exported(shelf)
    place = place_of(lines, kind)
    page = json.loads(lines[place]).get("page")
    lines[place] = break_it(lines[place])
    result = taken(empty, lines)
    first = result.problems[0]
    assert first.startswith(f"store.jsonl:{place + 1}: ")
    assert said in first
    assert {one.url for one in empty.history.pages()} >= {one.url for one in shelf.history.pages()} - {page}
    for one in shelf.history.pages():
        if one.url != page and one.source == PAST.name:
            assert told(empty, one.url) == told(shelf, one.url)
    # What is told of a page with a hole in it goes together: every Change leads to a Version that is there.
    for change in empty.history.changes():
        assert change.change.after <= empty.history.page(change.page).versions
    assert empty.check_integrity().problems == ()


def test_a_hole_in_a_history_is_closed_by_judging_the_rest(fresh: Fresh) -> None:
    """A, B and C with B's line lost: A and C, and the Change between them, as if B had never been seen."""
    store, other, whole = fresh(), fresh(), fresh()
    brought(other, 0, 2, 3)
    brought(whole, 0, 3)
    lines = exported(other)
    lost = lines.pop(place_of(lines, "version"))
    result = taken(store, lines, sources=[PAST])
    assert len(result.problems) == 1
    assert "version 3 does not follow version 1" in result.problems[0]
    assert told(store, URL)[1:] == told(whole, URL)[1:]
    assert [one.change for one in store.history.changes()] == [one.change for one in whole.history.changes()]
    again = taken(store, [lines[0], lost], sources=[PAST])
    assert (again.captures, again.problems) == (1, [])
    assert told(store, URL)[1:] == told(other, URL)[1:]


def test_a_file_that_ends_too_early_gives_what_it_has(fresh: Fresh) -> None:
    store, other, half = fresh(), fresh(), fresh()
    brought(other, 0, 2, 3)
    brought(half, 0, 2)
    result = taken(store, exported(other)[:-1], sources=[PAST])
    assert ["lines of it are missing" in problem for problem in result.problems] == [True]
    assert told(store, URL)[1:] == told(half, URL)[1:]
    assert store.rereading.waiting([PAST.name]) == ()


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("", "first line"),
        ("{}", "first line"),
        ("<html>", "first line"),
        (json.dumps({"palimpsest": "one"}), "no number"),
        (json.dumps({"palimpsest": FORMAT + 1}), "newer Palimpsest"),
    ],
)
def test_what_is_no_export_or_a_newer_one_is_refused_whole(first: str, said: str, shelf: Store, empty: Store) -> None:
    with pytest.raises(ConfigurationError, match=said):
        taken(empty, [first, *exported(shelf)[1:]])
    assert empty.history.pages() == ()


def test_numbers_of_rows_that_are_taken_are_not_taken_twice(shelf: Store, empty: Store) -> None:
    """A hostile file that numbers all alike."""
    lines = [
        altered(line, changes=[{**one, "id": 1} for one in json.loads(line)["changes"]])
        if "changes" in json.loads(line)
        else line
        for line in exported(shelf)
    ]
    assert taken(empty, lines).problems == []
    assert len(empty.history.changes()) == len(shelf.history.changes())
