"""Lists in parts: each row once, whatever happens between two parts, and none read that is passed over."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from crawler.errors import ConfigurationError
from crawler.model import ChangeKind, FindingKind, Link, Page, PageState, Severity
from store import Cursor, Mark, MarkState, PageOrder, Part, Store
from tests.store.verdicts import CREATED, HOUR, NOW, change, finding, saying, verdict

URL = "https://www.example.gov.cn/xwfb/{}.html"


@pytest.fixture
def pages(store: Store) -> list[Page]:
    """Seven pages, each recorded three times; all are created at the same moment."""
    admitted = store.archive.admit("press", [Link(url=URL.format(number)) for number in range(7)], NOW)
    for number, page in enumerate(admitted):
        store.archive.record(page, saying(page, NOW, f"one {number}", CREATED, findings=(finding(f"junk {number}"),)))
        later = NOW + HOUR * (1 + number // 2)
        edit = change(1, 2, minor=bool(number % 2))
        store.archive.record(page, saying(page, later, f"two {number}", edit, findings=None))
        store.archive.record(page, verdict(later + HOUR))
    return list(admitted)


def walked(ask: Callable[..., Part[Any]], **question: Any) -> list[Any]:
    """All rows of a list, part by part, each begun with a cursor as it was written down."""
    rows: list[Any] = []
    part = ask(**question)
    rows += part.rows
    while part.next is not None:
        part = ask(**question, after=Cursor.read(str(part.next)))
        assert part.rows, "a part was promised that is empty"
        rows += part.rows
    return rows


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_parts_add_up_to_the_whole(store: Store, pages: list[Page], newest_first: bool, limit: int) -> None:
    """Also where many rows are of one time, and where the last part is full."""
    parts, url = store.history.parts, pages[3].url
    lists: list[tuple[Callable[..., Part[Any]], dict[str, Any]]] = [
        (parts.changes, {}),
        (parts.changes, {"kind": ChangeKind.CREATED}),
        (parts.changes, {"page": url}),
        (parts.findings, {"source": "press", "severity": Severity.HIGH}),
        (lambda **how: parts.log(url, **how), {}),
        (lambda **how: parts.versions(url, **how), {}),
    ]
    for ask, question in lists:
        whole = list(ask(**question, limit=None, newest_first=newest_first).rows)
        assert len(whole) > 1
        assert walked(ask, **question, limit=limit, newest_first=newest_first) == whole
        assert list(ask(**question, limit=None, newest_first=not newest_first).rows) == whole[::-1]
    assert [view.url for view in walked(parts.pages, limit=limit)] == [page.url for page in pages]


def test_each_filter_narrows(store: Store, pages: list[Page]) -> None:
    """Since includes its time, until does not."""
    parts = store.history.parts
    assert len(parts.changes(since=NOW + HOUR, until=NOW + 2 * HOUR).rows) == 2
    assert len(parts.changes(minor=True).rows) == 3
    assert parts.findings(until=NOW).rows == parts.findings(kind=FindingKind.MOJIBAKE).rows == ()
    assert len(parts.findings(open_only=True, page=pages[0].url).rows) == 1
    assert len(parts.log(pages[0].url, since=NOW + HOUR).rows) == 2
    assert [view.number for view in parts.versions(pages[0].url, until=NOW + HOUR).rows] == [1]
    assert parts.pages(state=PageState.GONE).rows == parts.pages(source="nobody").rows == ()
    assert parts.events(since=NOW).rows == ()
    assert len(parts.changes(page=pages[1].url, source="press", kind=ChangeKind.EDITED, minor=True).rows) == 1
    assert parts.changes(page=pages[1].url, source="other", kind=ChangeKind.EDITED).rows == ()
    assert len(parts.findings(source="press", kind=FindingKind.SPAM_BLOCK, severity=Severity.HIGH).rows) == 7
    assert parts.findings(open_only=True, severity=Severity.LOW).rows == ()


def test_findings_by_what_holds_of_them(store: Store, pages: list[Page]) -> None:
    """Found from the marks, of which the last one holds."""
    ask = store.history.parts.findings
    first, second, *others = ask().rows
    decided = {first.id: [MarkState.SILENCED, MarkState.ACKNOWLEDGED], second.id: [MarkState.SILENCED]}
    for number, states in decided.items():
        for state in states:
            store.marks.add(number, Mark(state=state, who="alice", why="", at=NOW))
    assert [view.id for view in ask(state=MarkState.ACKNOWLEDGED).rows] == [first.id]
    assert [view.id for view in ask(state=MarkState.SILENCED, limit=1).rows] == [second.id]
    assert [view.id for view in ask(state=MarkState.OPEN).rows] == [view.id for view in others]


def test_what_is_recorded_meanwhile_shifts_nothing(store: Store, pages: list[Page]) -> None:
    """Counting rows from the newest on would tell one of them twice."""
    parts = store.history.parts
    first = parts.changes(limit=5)
    store.archive.record(pages[0], saying(pages[0], NOW + 99 * HOUR, "three", change(2, 3), findings=None))
    rest = parts.changes(after=first.next, limit=None)
    assert len({view.id for view in (*first.rows, *rest.rows)}) == len(first.rows) + len(rest.rows) == 14


def test_one_change_and_one_finding_by_their_numbers(store: Store, pages: list[Page]) -> None:
    """Those that lists give."""
    changed, found = store.history.changes()[2], store.history.findings()[2]
    assert store.history.change(changed.id) == changed
    assert store.history.finding(found.id) == found


@pytest.mark.parametrize(
    "text", ["", "x", "1_", "_1", "1_2_3", "١", "-1", "9" * 19, "9" * 18 + "_1", "1 ", "1\n", "1.5", "1;2"]
)
def test_a_place_that_no_list_gave_is_refused(text: str) -> None:
    """It came through a URL, so it may be anything."""
    with pytest.raises(ConfigurationError, match="no place in a list"):
        Cursor.read(text)


def test_a_place_of_another_list_is_refused(store: Store, pages: list[Page]) -> None:
    """One without a time says nothing of where to go on by time, nor the other way round."""
    with pytest.raises(ConfigurationError, match="another list"):
        store.history.parts.changes(after=Cursor(id=3))
    for ask in (store.history.parts.pages, lambda after: store.history.parts.versions(pages[0].url, after=after)):
        with pytest.raises(ConfigurationError, match="another list"):
            ask(after=Cursor(id=3, at=NOW))


def test_cursors_keep_the_exact_moment() -> None:
    """Half a microsecond of rounding would tell a row twice, or never."""
    for at in (NOW, NOW + timedelta(microseconds=1), NOW.replace(year=1970), NOW.replace(year=5138)):
        assert Cursor.read(str(Cursor(id=7, at=at))) == Cursor(id=7, at=at)


# The list, what narrows it, and the index that must serve it.
PLANS = [
    ("changes", {}, "ix_changes_at"),
    ("changes", {"source": "press"}, "ix_changes_source_at"),
    ("changes", {"page": URL.format(0)}, "ix_changes_page_id_at"),
    ("changes", {"since": NOW, "until": NOW + HOUR}, "ix_changes_at"),
    ("changes", {"kind": ChangeKind.MOVED}, "ix_changes_kind_at"),
    ("changes", {"kind": ChangeKind.MOVED, "minor": False}, "ix_changes_kind_at"),
    ("changes", {"kind": ChangeKind.MOVED, "source": "press"}, "ix_changes_kind_source_at"),
    # Where something narrower is asked as well, what is rare elsewhere is not thought of.
    ("changes", {"kind": ChangeKind.EDITED, "source": "press", "page": URL.format(0)}, "ix_changes_page_id_at"),
    ("changes", {"minor": True}, "ix_changes_minor"),
    ("changes", {"minor": True, "kind": ChangeKind.EDITED}, "ix_changes_minor"),
    ("findings", {}, "ix_findings_opened_at"),
    ("findings", {"source": "press"}, "ix_findings_source_opened_at"),
    ("findings", {"open_only": True}, "ix_findings_open"),
    ("findings", {"open_only": True, "kind": FindingKind.DEFACED}, "ix_findings_open"),
    ("findings", {"kind": FindingKind.DEFACED}, "ix_findings_kind_opened_at"),
    ("findings", {"kind": FindingKind.DEFACED, "severity": Severity.LOW}, "ix_findings_kind_opened_at"),
    ("findings", {"severity": Severity.CRITICAL, "since": NOW}, "ix_findings_severity_opened_at"),
    ("findings", {"severity": Severity.CRITICAL, "source": "press"}, "ix_findings_source_opened_at"),
    ("pages", {}, "pk_pages|INTEGER PRIMARY KEY"),
    ("pages", {"state": PageState.GONE}, "ix_pages_not_live"),
    ("pages", {"order": PageOrder.CHANGED}, "ix_pages_last_changed"),
    ("pages", {"order": PageOrder.CHANGED, "state": PageState.LIVE}, "ix_pages_last_changed"),
    ("pages", {"order": PageOrder.CHANGED, "source": "press"}, "ix_pages_source_last_changed"),
    ("pages", {"order": PageOrder.CHECKED}, "ix_pages_last_checked"),
    ("pages", {"order": PageOrder.DUE, "source": "press"}, "ix_pages_source_next_check"),
    ("log", {"url": URL.format(0)}, "ix_checks_page_id_at"),
    ("versions", {"url": URL.format(0)}, "versions_page_id|sqlite_autoindex_versions"),
    ("events", {"source": "press"}, "ix_source_events_source_at"),
]


@pytest.mark.parametrize(("name", "question", "index"), PLANS)
@pytest.mark.parametrize("newest_first", [True, False])
def test_parts_come_through_an_index(
    store: Store, pages: list[Page], name: str, question: dict[str, Any], index: str, newest_first: bool
) -> None:
    """No part may read a table, or sort a whole list to tell its beginning."""
    engine, asked = store.archive._engine, []
    sqlite = engine.dialect.name == "sqlite"

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, given: object, *_: object) -> None:
        asked.append((statement, given))

    by_number = name == "versions" or (name == "pages" and "order" not in question)
    after = Cursor(id=4) if by_number else Cursor(id=4, at=NOW + HOUR)
    how = {} if name == "pages" else {"newest_first": newest_first}
    getattr(store.history.parts, name)(**question, **how, after=after, limit=50)
    statement, given = next(one for one in asked if "LIMIT" in one[0])
    assert "OFFSET" not in re.sub(r"LIMIT \? OFFSET \?", "", statement)
    with engine.connect() as connection:
        if not sqlite:
            # A few rows are read whole and sorted, whatever there is to read them by.
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        rows = connection.exec_driver_sql(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + statement, given).all()
    plan = "\n".join(str(row[-1]) for row in rows)
    assert re.search(index, plan), plan
    # On PostgreSQL rows of one time are sorted among themselves, which is an incremental sort.
    assert not re.search(r"TEMP B-TREE FOR ORDER BY|(?<!Incremental )Sort  |Seq Scan", plan), plan


@pytest.mark.parametrize("source", [None, "press"])
def test_the_latest_have_their_shares(store: Store, pages: list[Page], source: str | None) -> None:
    """So many of old pages and so many new ones of the newest that are looked through, in the order of all changes."""
    parts = store.history.parts
    everything = parts.changes(source=source, limit=None).rows
    for changed, created, among in ((2, 3, 100), (100, 100, 100), (3, 3, 9), (0, 1, 100)):
        seen = everything[:among]
        old = [view.id for view in seen if view.kind is not ChangeKind.CREATED][:changed]
        new = [view.id for view in seen if view.kind is ChangeKind.CREATED][:created]
        found = parts.latest(source=source, changed=changed, created=created, among=among)
        assert [view.id for view in found] == [view.id for view in everything if view.id in {*old, *new}]
        assert {view.id: view for view in everything}.items() >= {view.id: view for view in found}.items()
    assert not [view for view in parts.latest(minor=False, changed=9, created=9, among=9) if view.change.minor]
    assert parts.latest(source="nobody", changed=9, created=9, among=9) == ()
