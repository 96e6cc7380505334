"""The digest chain as it is kept: every way in which a Version comes to be or is read anew."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from crawler.errors import StoreBusy
from crawler.extract import RULES
from crawler.judge import judge
from crawler.model import NewVersion, Page, Snapshot
from crawler.model.chain import NOTHING, Chained
from crawler.replay import replay
from jobs.proof.verifying import verify
from jobs.settling import settle
from store import Linked, Store, proof
from tests.jobs.histories import page as html
from tests.jobs.site import PARAGRAPHS
from tests.store.conftest import OpenIt
from tests.store.verdicts import CREATED, HOUR, NOW, SOURCE, admit, article, change, response, saying, verdict

DAY = timedelta(days=1)


def links(store: Store, page: Page) -> list[str]:
    return [view.link for view in store.history.versions(page.url)]


def assert_holds(store: Store, page: Page, versions: int) -> None:
    """Each link follows from what is kept and from the one before, beginning with nothing."""
    chain = list(store.proof.chain(page.url))
    before = NOTHING
    for one in chain:
        assert isinstance(one, Linked)
        assert (one.chained.before, one.chained.link) == (before, one.link)
        before = one.link
    assert len(chain) == versions


def capture(page: Page, at: datetime, *paragraphs: str) -> Snapshot:
    return Snapshot(
        url=page.url,
        final_url=page.url,
        status=200,
        headers=(("Content-Type", "text/html"),),
        body=html(*paragraphs),
        fetched_at=at,
    )


def visit(store: Store, page: Page, snapshot: Snapshot) -> None:
    known = store.archive.latest(page, rules=RULES)
    store.archive.record(page, judge(SOURCE, known, snapshot, snapshot.fetched_at))


def test_a_link_is_the_digest_of_the_documented_lines(store: Store, page: Page) -> None:
    """Made here of nothing but hashlib, json and what docs/proof.md says."""
    store.archive.record(page, saying(page, NOW, "one", CREATED))
    store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
    first, second = links(store, page)
    told = {
        "fetched_at": "2024-03-01T09:00:00Z",
        "final_url": page.url + "?from=redirect",
        "headers": [["Content-Type", "text/html"], ["ETag", '"1"']],
        "redirects": [page.url],
        "status": 200,
        "url": page.url,
    }
    read = {"kind": "article", "paragraphs": ["two"], "title": "two"}
    what_counts = ["two", "two", "", "", []]
    lines = [
        "palimpsest-chain 1",
        f"page {page.url}",
        "version 2",
        "seen 2024-03-01T09:00:00Z",
        "rules 1",
        f"snapshot {hashlib.sha256(b'two').hexdigest()}",
        f"response {hashlib.sha256(json.dumps(told, separators=(',', ':')).encode()).hexdigest()}",
        f"article {hashlib.sha256(json.dumps(what_counts).encode()).hexdigest()}",
        f"reading {hashlib.sha256(json.dumps(read, separators=(',', ':')).encode()).hexdigest()}",
        f"before {first}",
    ]
    assert second == hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    assert store.history.version(page.url).link == second


def test_what_could_break_a_line_cannot_make_another_text() -> None:
    """Two different Versions never have the same lines."""
    one = Chained(
        page="https://e/\nversion 9",
        version=1,
        seen_at=NOW,
        rules="\ud800\\",
        snapshot="a",
        response="b",
        article="c",
        reading="d",
        before=NOTHING,
    )
    assert one.text.splitlines()[1] == "page https://e/\\u000aversion 9"
    assert one.text.splitlines()[4] == "rules \\ud800\\u005c"
    assert one.text.count("\n") == 10


def test_text_that_no_encoding_has_holds_when_it_is_read_back(store: Store, page: Page) -> None:
    odd = replace(article("a\0b\ud800c"), evidence={"z": {"b": 1.5, "a": [None, True]}, "a": "\u2028"})
    new = NewVersion(article=odd, rules="1")
    answer = replace(response(page, NOW, b"odd"), headers=(("X", "\udcff\n"), ("X", "é")))
    store.archive.record(page, replace(saying(page, NOW, "", CREATED), snapshot=answer, version=new))
    store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
    assert_holds(store, page, 2)


def test_checks_that_are_recorded_together_are_linked_too(store: Store) -> None:
    """Their rows are numbered beforehand and written at the end."""
    pages = [admit(store, f"https://www.example.gov.cn/xwfb/{number}.html") for number in range(4)]
    for at, words, told in ((NOW, "one", CREATED), (NOW + HOUR, "two", change(1, 2))):
        verdicts = [saying(page, at, f"{words} {page.url}", told) for page in pages]
        with store.archive.together(verdicts) as archive:
            for page, decided in zip(pages, verdicts, strict=True):
                archive.record(page, decided)
    for page in pages:
        assert_holds(store, page, 2)
    assert len({link for page in pages for link in links(store, page)}) == 8


def test_one_page_twice_in_one_transaction_is_linked_in_order(store: Store, page: Page) -> None:
    other = admit(store, "https://www.example.gov.cn/xwfb/2.html")
    decided = [(page, saying(page, NOW, "one", CREATED)), (other, saying(other, NOW, "o", CREATED))]
    decided += [(page, saying(page, NOW + HOUR, "two", change(1, 2)))]
    with store.archive.together([one for _, one in decided]) as archive:
        for whose, one in decided:
            archive.record(whose, one)
    assert_holds(store, page, 2)


def test_a_link_costs_a_visit_no_statement(store: Store, page: Page) -> None:
    """The one before comes with what is asked anyway."""
    store.archive.record(page, saying(page, NOW, "one", CREATED))
    asked: list[str] = []
    engine = store.archive._engine
    listen = (engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
    event.listen(*listen)
    store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
    event.remove(*listen)
    assert sum("versions.number" in one for one in asked) == 1


def test_what_is_read_anew_is_linked_anew_and_its_former_link_kept(store: Store, page: Page) -> None:
    store.archive.record(page, saying(page, NOW, "one", CREATED))
    store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
    first, second = links(store, page)
    again = NewVersion(article=article("two, read better"), rules="2")
    later = NOW + 2 * HOUR
    store.archive.record(page, saying(page, later, "three", change(2, 3), reread=again))
    assert links(store, page)[0] == first
    assert second not in links(store, page)
    assert_holds(store, page, 3)
    (former,) = store.proof.former(page.url)
    assert (former.version, former.link, former.at, former.why) == (2, second, later, "reread")


def test_what_is_read_anew_and_says_nothing_new_is_linked_anew(store: Store, page: Page) -> None:
    store.archive.record(page, saying(page, NOW, "one", CREATED))
    (was,) = links(store, page)
    again = NewVersion(article=article("one"), rules="2")
    store.archive.record(page, verdict(NOW + HOUR, reread=again))
    assert_holds(store, page, 1)
    assert links(store, page) != [was]
    assert [one.link for one in store.proof.former(page.url)] == [was]


def test_a_capture_in_between_leaves_the_links_before_it_and_makes_the_rest_anew(store: Store, page: Page) -> None:
    visit(store, page, capture(page, NOW, *PARAGRAPHS))
    visit(store, page, capture(page, NOW + 2 * DAY, *PARAGRAPHS[:1]))
    visit(store, page, capture(page, NOW + 3 * DAY, *PARAGRAPHS[1:]))
    first, second, third = links(store, page)
    store.rereading.keep(page, capture(page, NOW + DAY, *PARAGRAPHS[:2]))
    assert links(store, page) == [first, second, third], "until its history is told, nothing of it is another"
    settle(store, SOURCE, page, dry_run=True)
    assert (links(store, page), store.proof.former(page.url)) == ([first, second, third], ())
    settle(store, SOURCE, page)
    assert links(store, page)[0] == first
    assert_holds(store, page, 4)
    former = store.proof.former(page.url)
    assert [(one.version, one.link, one.why) for one in former] == [(2, second, "retold"), (3, third, "retold")]
    assert store.proof.former(page.url, third) == former[1:]


def test_a_history_told_anew_that_is_the_same_keeps_its_links(store: Store, page: Page) -> None:
    visit(store, page, capture(page, NOW, *PARAGRAPHS))
    visit(store, page, capture(page, NOW + DAY, *PARAGRAPHS[:1]))
    was = links(store, page)
    settle(store, SOURCE, page)
    assert (links(store, page), store.proof.former(page.url)) == (was, ())


def test_any_order_of_arrival_comes_to_the_same_links(store: Store) -> None:
    """What a page's own visits and what a backfill brought are linked alike."""
    visited = admit(store, "https://www.example.gov.cn/xwfb/1.html")
    for day, paragraphs in enumerate((PARAGRAPHS, PARAGRAPHS[:2], PARAGRAPHS[:1])):
        visit(store, visited, capture(visited, NOW + day * DAY, *paragraphs))
    was = links(store, visited)
    checks, noise, visits = store.rereading.visits(visited)
    retold = replay(SOURCE, visited, noise, visits)
    store.rereading.retell(visited, checks, retold, rules=RULES, now=NOW)
    assert links(store, visited) == was


def test_a_page_of_many_versions_is_read_some_at_a_time(store: Store, page: Page) -> None:
    """More than are read at once, and each has the link of the one before."""
    for number in range(120):
        told = CREATED if number == 0 else change(number, number + 1)
        store.archive.record(page, saying(page, NOW + number * HOUR, f"text {number}", told))
    assert_holds(store, page, 120)


def test_pages_without_a_version_are_not_part_of_any_proof(store: Store, page: Page) -> None:
    other = admit(store, "https://www.example.gov.cn/xwfb/2.html")
    store.archive.record(other, saying(other, NOW, "one", CREATED))
    assert list(store.proof.pages()) == [other]
    assert (store.proof.count(), store.proof.count("nobody")) == (1, 0)
    assert list(store.proof.pages("nobody")) == []


def test_a_page_that_is_rewritten_while_it_is_verified_is_not_accused(
    store: Store, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backfill ends between two of its Versions: what was read before and after do not go together."""
    for day, paragraphs in ((0, PARAGRAPHS), (2, PARAGRAPHS[:1]), (3, PARAGRAPHS[1:])):
        visit(store, page, capture(page, NOW + day * DAY, *paragraphs))
    store.rereading.keep(page, capture(page, NOW + DAY, *PARAGRAPHS[:2]))
    monkeypatch.setattr(proof, "_SLICE", 1)
    read_body, rewritten = store.proof.body, []

    def body(linked: Linked) -> bytes:
        if not rewritten:
            rewritten.append(settle(store, SOURCE, page))
        return read_body(linked)

    monkeypatch.setattr(store.proof, "body", body)
    found = verify(store, {SOURCE.name: SOURCE}, page)
    assert rewritten
    assert (found.problems, found.versions) == ([], 4)


def test_of_two_who_record_one_page_at_once_the_second_is_told_and_the_chain_holds(
    store: Store, open_it: OpenIt, page: Page
) -> None:
    other = open_it()
    store.archive.record(page, saying(page, NOW, "one", CREATED))
    other.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
    with pytest.raises(StoreBusy):
        store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
    assert_holds(store, page, 2)


def test_many_who_record_different_pages_at_once_leave_each_chain_whole(store: Store, open_it: OpenIt) -> None:
    pages = [admit(store, f"https://www.example.gov.cn/xwfb/{number}.html") for number in range(3)]

    def record(page: Page) -> None:
        mine = open_it()
        for number in range(6):
            told = change(number, number + 1) if number else CREATED
            for _ in range(50):
                try:
                    mine.archive.record(page, saying(page, NOW + number * HOUR, f"text {number}", told))
                except StoreBusy:
                    continue
                break

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(record, pages))
    for page in pages:
        assert_holds(store, page, 6)
