"""A store with something of everything in it: visits and captures, findings and files, what was gone and came back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from crawler.model import (
    AttachedFile,
    Change,
    ChangeKind,
    FileVerdict,
    Link,
    NewVersion,
    Outcome,
    Page,
    PageState,
    Snapshot,
    Source,
    SourceEvent,
    Validators,
)
from jobs.exchange.counting import Counted
from jobs.exchange.lines import lines
from jobs.exchange.selection import Selection
from jobs.exchange.taking import Taken, take_lines
from jobs.settling import settle
from store import Store
from store.marks import Mark, MarkState
from tests.jobs.histories import HISTORIES, START
from tests.store.verdicts import CREATED, article, change, finding, response, saying, verdict

PRESS = Source(name="press", url="https://www.example.gov.cn/xwfb/")
PAST = Source(name="公告", url="https://www.example.gov.cn/gg/")
LATER = START + timedelta(days=400)
HOUR = timedelta(hours=1)
# Text that a file format may stumble over: of no encoding, of other line ends, of a spreadsheet's formulas.
ODD = "=SUM(A1)\u2028\u0085\0\ud800,\"'\n食堂\U0001f355"


def fill(store: Store) -> None:
    """Puts it all in."""
    store.archive.declare([PRESS, PAST], START)
    for number, told in enumerate(HISTORIES.values()):
        url = f"https://www.example.gov.cn/gg/{number}.html"
        (page,) = store.archive.admit(PAST.name, [Link(url=url)], START)
        first, *rest = told.captures()
        # The first comes last: what was told without it has former links.
        for capture in (*rest, first):
            if capture is first and rest:
                settle(store, PAST, page)
            store.rereading.keep(page, replace(capture, url=url, final_url=capture.final_url.replace(capture.url, url)))
        settle(store, PAST, page)
    _visited(store)
    for state in (MarkState.SILENCED, MarkState.ACKNOWLEDGED):
        seen = Mark(state=state, who="王编辑", why=ODD, at=LATER)
        store.marks.add(store.history.findings(source=PRESS.name)[0].id, seen)
    _never_an_article(store)
    # Fold what only says that nothing changed.
    list(store.retention.fold(LATER + timedelta(days=60)))


def _visited(store: Store) -> None:
    (page,) = store.archive.admit(PRESS.name, [Link(url="https://www.example.gov.cn/xwfb/1.html?a=通知")], LATER)
    keep = store.archive.record
    spam = finding("时时彩 " + ODD)
    first = {
        "findings": (spam, finding("澳门")),
        "outcome": Outcome.NEW,
        "snapshot": response(page, LATER, b"\xd2\xbb"),
    }
    keep(page, saying(page, LATER, "一", CREATED, **first | {"version": NewVersion(article=article(ODD), rules="1")}))
    for hours in range(1, 6):
        keep(page, verdict(LATER + hours * HOUR, status=304))
    keep(page, verdict(LATER + 6 * HOUR, outcome=Outcome.FAILED, state=PageState.FAILING, failures=1, detail="timeout"))
    edited = change(1, 2, significance=0.5, fields=("body", "title"), evidence={"figures": ["30"]}, signature="ab" * 16)
    event = SourceEvent(signature="ab" * 16, summary="页脚", since=LATER)
    keep(page, saying(page, LATER + 7 * HOUR, "二", edited, findings=(spam,), event=event))
    cleaned = change(2, 2, ChangeKind.CLEANED)
    keep(page, verdict(LATER + 8 * HOUR, changes=(cleaned,), findings=(), validators=Validators(etag='"2"')))
    gone = change(2, 2, ChangeKind.REMOVED)
    keep(page, verdict(LATER + 9 * HOUR, outcome=Outcome.GONE, state=PageState.GONE, changes=(gone,), status=404))
    back = (change(2, 2, ChangeKind.RESTORED), change(2, 3))
    keep(page, saying(page, LATER + 10 * HOUR, "三", *back))
    _file(store, page)


def _file(store: Store, page: Page) -> None:
    url = page.url + "/附件.pdf"
    state = AttachedFile(url=url, name="附件", digest="0" * 64, size=3, media_type="application/pdf", since=LATER)
    at = LATER + 11 * HOUR
    kept = Snapshot(url=url, final_url=url, status=200, headers=(), body=b"%PDF", fetched_at=at)
    told = Change(before=3, after=3, kind=ChangeKind.ATTACHMENTS, summary="附件 replaced")
    store.archive.record_file(page, FileVerdict(state=state, at=at, snapshot=kept, change=told))


def _never_an_article(store: Store) -> None:
    found = [Link(url="https://www.example.gov.cn/xwfb/2.html", title="未发布"), Link(url="http://例子.测试/3.html")]
    page, _ = store.archive.admit(PRESS.name, found, LATER)
    blocked = finding("<script>")
    store.archive.record(page, verdict(LATER, outcome=Outcome.BLOCKED, state=PageState.BLOCKED, findings=(blocked,)))


def exported(store: Store, selection: Selection | None = None) -> list[str]:
    """The lines of an export."""
    counted = Counted()
    found = list(lines(store, selection or Selection(), counted, LATER))
    assert counted.problems == []
    return found


def taken(store: Store, given: Iterable[str], **how: object) -> Taken:
    """What came of taking lines in."""
    return take_lines(store, given, name="store.jsonl", **how)  # type: ignore[arg-type]


def written(path: Path, given: Iterable[str]) -> Path:
    """Lines as a file."""
    path.write_text("".join(f"{line}\n" for line in given), encoding="utf-8")
    return path
