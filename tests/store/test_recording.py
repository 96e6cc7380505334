"""One check, recorded whole: what goes in comes out again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from crawler.errors import NotKnown, StoreBusy
from crawler.model import (
    Article,
    Attachment,
    ChangeKind,
    FindingKind,
    NewVersion,
    Outcome,
    Page,
    PageKind,
    PageState,
    RateEstimate,
    Region,
    Severity,
    Validators,
)
from store import Store
from tests.store.verdicts import (
    CREATED,
    HOUR,
    NOW,
    RULES,
    admit,
    article,
    change,
    finding,
    response,
    saying,
    story,
    told,
    verdict,
)

FULL = Article(
    kind=PageKind.ARTICLE,
    title="关于……的通知",
    published="2024-03-01T08:00",
    issuer="办公室",
    author="某某",
    document_number="〔2024〕1号",
    paragraphs=("第一段", "", "第二段"),
    attachments=(Attachment(url="https://www.example.gov.cn/1.pdf", name="附件"),),
    kicker="眉题",
    subtitle="副题",
    captions=("图一",),
    evidence={"title": {"meta": "别的", "tried": [1, 2.5, None, True]}},
)


def test_an_article_and_its_response_come_back_as_they_were(store: Store, page: Page) -> None:
    """Nothing of an article or a response may be lost: it is what a proof is made of."""
    snapshot = response(page, NOW, b"\x00\xff<html>")
    store.archive.record(
        page, saying(page, NOW, "", CREATED, snapshot=snapshot, version=NewVersion(article=FULL, rules=RULES))
    )
    version = store.history.version(page.url, 1)
    assert version.article == FULL
    assert version.article.digest == FULL.digest
    assert (version.number, version.seen_at, version.rules) == (1, NOW, RULES)
    assert version.snapshot_digest == snapshot.digest
    assert store.history.snapshot(page.url, 1) == snapshot


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800 alone", "\ufdd0 noncharacter", "\ufdd0\0", "𠮷😀\x85\u2028"])
def test_text_that_databases_refuse_survives(store: Store, page: Page, text: str) -> None:
    """A hostile page decides what its text holds; neither database may choke on it or change it."""
    seen = finding(text, evidence={text: [text]}, repair=text)
    told_of = change(0, 1, ChangeKind.CREATED, summary=text, fields=(text,))
    new = NewVersion(article=Article(title=text, paragraphs=(text,), evidence={text: text}), rules=RULES)
    store.archive.record(page, saying(page, NOW, "", told_of, version=new, findings=(seen,), detail=text))
    assert store.history.version(page.url).article == new.article
    assert store.history.changes()[0].change == told_of
    assert store.history.findings()[0].finding == seen
    assert store.history.log(page.url)[0].detail == text
    assert store.history.page(page.url).title == text
    assert [item.payload.get("summary", text) for item in store.outbox.pending(NOW)] == [text, text]


def test_the_page_stands_as_the_verdict_says(store: Store, page: Page) -> None:
    """All that the next judge and the schedule need is there at the next check."""
    rate = RateEstimate(changes=1.5, days=9.25, as_of=NOW)
    store.archive.record(
        page,
        verdict(
            NOW,
            outcome=Outcome.GONE,
            state=PageState.GONE,
            validators=Validators(etag='"1"', last_modified="Fri, 01 Mar 2024 08:00:00 GMT"),
            failures=2,
            missing_count=3,
            missing_since=NOW - HOUR,
            rate=rate,
        ),
    )
    known = store.archive.latest(page, rules=RULES)
    assert known.state is PageState.GONE
    assert known.validators == Validators(etag='"1"', last_modified="Fri, 01 Mar 2024 08:00:00 GMT")
    assert (known.failures, known.missing_count, known.missing_since) == (2, 3, NOW - HOUR)
    assert (known.last_checked, known.rate, known.latest) == (NOW, rate, None)
    assert store.archive.due(NOW + HOUR - HOUR / 60) == ()
    assert store.archive.due(NOW + HOUR) == (page,)


def test_every_check_is_in_the_log(store: Store, page: Page) -> None:
    """A failed visit is a visit; the log says what came of each and which version it brought."""
    store.archive.record(page, saying(page, NOW, "one", CREATED, outcome=Outcome.NEW, status=200))
    store.archive.record(
        page, verdict(NOW + HOUR, outcome=Outcome.FAILED, state=PageState.FAILING, detail="dns: no such host")
    )
    store.archive.record(page, verdict(NOW + 2 * HOUR, status=304))
    log = store.history.log(page.url)
    assert [(check.outcome.value, check.status, check.detail, check.version) for check in log] == [
        ("new", 200, "", 1),
        ("failed", None, "dns: no such host", None),
        ("unchanged", 304, "", None),
    ]
    assert [check.digest is not None for check in log] == [True, False, False]
    assert [check.at for check in store.history.log(page.url, newest_first=True, limit=1)] == [NOW + 2 * HOUR]
    assert store.history.page(page.url).checks == 3


def test_versions_number_themselves_and_changes_point_at_them(store: Store, page: Page) -> None:
    """Addresses like 1..2 are what a reader cites."""
    recorded = store.archive.record(page, saying(page, NOW, "one", CREATED))
    assert (recorded.version, recorded.changes) == (1, (CREATED,))
    store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
    store.archive.record(page, verdict(NOW + 2 * HOUR, changes=(change(2, 2, ChangeKind.REMOVED),)))
    assert story(store, page) == [(1, "one", NOW), (2, "two", NOW + HOUR)]
    assert told(store, page) == [
        ("0..1", "created", NOW),
        ("1..2", "edited", NOW + HOUR),
        ("2..2", "removed", NOW + 2 * HOUR),
    ]
    view = store.history.page(page.url)
    assert (view.versions, view.title, view.last_changed) == (2, "two", NOW + 2 * HOUR)


def test_a_page_that_was_only_created_has_not_changed(store: Store, page: Page) -> None:
    """`last_changed` of a page that says what it always said is null."""
    store.archive.record(page, saying(page, NOW, "one", CREATED))
    assert store.history.page(page.url).last_changed is None


def test_the_same_body_is_stored_once(store: Store, page: Page) -> None:
    """Each response has its row; a body that came before costs nothing more."""
    for hours in range(3):
        at = NOW + hours * HOUR
        store.archive.record(page, verdict(at, snapshot=response(page, at, b"same")))
    assert store.history.counts().snapshots == 3
    assert len(list(store.blobs.digests())) == 1


def test_a_rereading_replaces_the_article_and_nothing_else(store: Store, page: Page) -> None:
    """Better rules of ours are no change of theirs."""
    store.archive.record(page, saying(page, NOW, "one with menu", CREATED))
    assert store.archive.latest(page, rules=RULES).latest_snapshot is None
    known = store.archive.latest(page, rules="2")
    assert known.latest_snapshot == response(page, NOW, b"one with menu")
    store.archive.record(page, verdict(NOW + HOUR, reread=NewVersion(article=article("one"), rules="2")))
    version = store.history.version(page.url)
    assert (version.number, version.seen_at, version.rules) == (1, NOW, "2")
    assert version.article == article("one")
    assert store.history.page(page.url).title == "one"
    assert told(store, page) == [("0..1", "created", NOW)]
    assert store.archive.latest(page, rules="2").latest_snapshot is None


def test_a_rereading_and_a_new_version_in_one_verdict(store: Store, page: Page) -> None:
    """An upgrade of ours and an edit of theirs may meet in one check: the old one is re-read, the new one added."""
    store.archive.record(page, saying(page, NOW, "one with menu", CREATED))
    new = saying(
        page,
        NOW + HOUR,
        "two",
        change(1, 2),
        version=NewVersion(article=article("two"), rules="2"),
        reread=NewVersion(article=article("one"), rules="2"),
    )
    store.archive.record(page, new)
    assert [store.history.version(page.url, n).article for n in (1, 2)] == [article("one"), article("two")]


def test_a_page_moved_away_says_where_to(store: Store, page: Page) -> None:
    """The address is kept while the page stands as moved, and forgotten when it is back."""
    elsewhere = "https://www.example.gov.cn/new/1.html"
    store.archive.record(page, verdict(NOW, state=PageState.MOVED, moved_to=elsewhere))
    store.archive.record(page, verdict(NOW + HOUR, state=PageState.MOVED))
    assert store.history.page(page.url).moved_to == elsewhere
    store.archive.record(page, verdict(NOW + 2 * HOUR))
    assert store.history.page(page.url).moved_to is None


class TestFindings:
    """Findings open, persist and resolve."""

    def test_what_is_seen_again_persists_and_what_is_not_resolves(self, store: Store, page: Page) -> None:
        """One finding is one row for as long as it is there, wherever it moves on the page."""
        first = saying(page, NOW, "one", CREATED, findings=(finding("junk"), finding("more")))
        recorded = store.archive.record(page, first)
        assert recorded.opened == (finding("junk"), finding("more"))
        moved = finding("junk", start=40, end=44, evidence={"links": 3})
        recorded = store.archive.record(page, verdict(NOW + HOUR, findings=(moved,)))
        assert (recorded.opened, recorded.resolved) == ((), (finding("more"),))
        (held,) = store.history.findings(open_only=True)
        assert (held.finding, held.opened_at, held.version) == (moved, NOW, 1)
        resolved = [view for view in store.history.findings() if not view.is_open]
        assert [(view.finding.quote, view.resolved_at) for view in resolved] == [("more", NOW + HOUR)]

    def test_a_failed_visit_leaves_them_as_they_are(self, store: Store, page: Page) -> None:
        """What could not be read cannot have been cleaned."""
        store.archive.record(page, saying(page, NOW, "one", CREATED, findings=(finding("junk"),)))
        store.archive.record(page, verdict(NOW + HOUR, outcome=Outcome.FAILED, findings=None))
        assert [view.is_open for view in store.history.findings()] == [True]

    def test_a_finding_whose_quote_changes_is_the_same_one(self, store: Store, page: Page) -> None:
        """Spam that grows by a word is not a second injection; the open one shows what is there now."""
        store.archive.record(page, saying(page, NOW, "one", CREATED, findings=(finding("junk"),)))
        grown = finding("junk and more")
        recorded = store.archive.record(page, verdict(NOW + HOUR, findings=(grown,)))
        assert (recorded.opened, recorded.resolved) == ((), ())
        (held,) = store.history.findings()
        assert (held.finding, held.opened_at) == (grown, NOW)

    def test_an_exact_match_goes_before_one_by_kind(self, store: Store, page: Page) -> None:
        """When one of two goes, the other keeps its history, whichever comes first on the page."""
        store.archive.record(page, saying(page, NOW, "one", CREATED, findings=(finding("first"),)))
        store.archive.record(page, verdict(NOW + HOUR, findings=(finding("new"), finding("first"))))
        opened = {view.finding.quote: view.opened_at for view in store.history.findings()}
        assert opened == {"first": NOW, "new": NOW + HOUR}

    def test_other_kinds_and_regions_are_other_findings(self, store: Store, page: Page) -> None:
        """A hidden link does not turn into a spam block."""
        store.archive.record(page, saying(page, NOW, "one", CREATED, findings=(finding("junk"),)))
        others = (finding("a", FindingKind.HIDDEN_LINK), finding("b", region=Region.MARKUP))
        recorded = store.archive.record(page, verdict(NOW + HOUR, findings=others))
        assert (recorded.opened, recorded.resolved) == (others, (finding("junk"),))

    def test_one_that_comes_back_opens_anew(self, store: Store, page: Page) -> None:
        """Cleaned and injected again is two events."""
        store.archive.record(page, saying(page, NOW, "one", CREATED, findings=(finding("junk"),)))
        store.archive.record(page, verdict(NOW + HOUR, findings=()))
        store.archive.record(page, verdict(NOW + 2 * HOUR, findings=(finding("junk"),)))
        views = store.history.findings(newest_first=False)
        assert [(view.opened_at, view.resolved_at) for view in views] == [
            (NOW, NOW + HOUR),
            (NOW + 2 * HOUR, None),
        ]

    def test_the_same_text_twice_on_a_page_is_two_findings(self, store: Store, page: Page) -> None:
        """Head and tail may carry the same block; clearing one leaves one."""
        twice = (finding("junk"), finding("junk", start=90, end=94))
        store.archive.record(page, saying(page, NOW, "one", CREATED, findings=twice))
        recorded = store.archive.record(page, verdict(NOW + HOUR, findings=twice))
        assert (recorded.opened, recorded.resolved) == ((), ())
        store.archive.record(page, verdict(NOW + 2 * HOUR, findings=twice[:1]))
        assert len(store.history.findings(open_only=True)) == 1

    def test_the_judge_is_shown_the_open_ones(self, store: Store, page: Page) -> None:
        """Whether a change injected or cleaned depends on what was open before."""
        store.archive.record(page, verdict(NOW, findings=(finding("no version yet"),)))
        (held,) = store.archive.latest(page, rules=RULES).open_findings
        assert (held.finding, held.version, held.opened_at) == (finding("no version yet"), 0, NOW)


class TestStale:
    """Two processes that judged the same page on the same past: the second must not be believed."""

    def test_a_second_first_version_is_refused_whole(self, store: Store, page: Page) -> None:
        """Else every page would get its first version twice when two passes overlap."""
        store.archive.record(page, saying(page, NOW, "one", CREATED))
        with pytest.raises(StoreBusy) as refused:
            store.archive.record(page, saying(page, NOW + HOUR, "one", CREATED, findings=(finding("x"),)))
        assert refused.value.retry_helps
        counts = store.history.counts()
        assert (counts.versions, counts.checks, counts.snapshots, counts.findings) == (1, 1, 1, 0)

    def test_a_second_edit_is_refused_whole(self, store: Store, page: Page) -> None:
        """The same holds for any later version."""
        store.archive.record(page, saying(page, NOW, "one", CREATED))
        store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
        with pytest.raises(StoreBusy):
            store.archive.record(page, saying(page, NOW + HOUR, "two", change(1, 2)))
        assert story(store, page) == [(1, "one", NOW), (2, "two", NOW + HOUR)]


def test_a_page_that_was_never_admitted_is_not_known(store: Store) -> None:
    """A wrong URL is said to be one; nothing is invented for it."""
    stranger = Page(url="https://elsewhere.example/", source="press")
    with pytest.raises(NotKnown, match="elsewhere"):
        store.archive.record(stranger, verdict(NOW))
    with pytest.raises(NotKnown):
        store.archive.latest(stranger, rules=RULES)
    with pytest.raises(NotKnown):
        store.history.log(stranger.url)


def test_a_very_long_url_is_a_page_like_others(store: Store) -> None:
    """An index of whole URLs would refuse this one on PostgreSQL."""
    numbers = "".join(f"{number:x}" for number in range(5000))
    page = admit(store, f"https://www.example.gov.cn/{numbers}")
    assert store.archive.page(page.url) == page


class TestNotifications:
    """The outbox is written with what it tells of."""

    def test_changes_and_findings_are_queued(self, store: Store, page: Page) -> None:
        """Of any severity, with what the listings say: who wants to hear of which is decided when they are told."""
        grave, slight = finding("junk"), finding("x", FindingKind.MOJIBAKE, severity=Severity.MEDIUM)
        store.archive.record(page, saying(page, NOW, "one", CREATED, findings=(grave, slight)))
        items = store.outbox.pending(NOW)
        assert [(item.what, item.kind, item.severity) for item in items] == [
            ("change", "created", None),
            ("finding", "spam_block", Severity.HIGH),
            ("finding", "mojibake", Severity.MEDIUM),
        ]
        assert {(item.source, item.page, item.title, item.at) for item in items} == {("press", page.url, "one", NOW)}
        assert items[0].payload == store.history.changes()[0].as_json()
        listed = {view.finding.quote: view.as_json() for view in store.history.findings()}
        assert items[1].payload == listed["junk"]

    def test_persisting_findings_are_not_queued_again(self, store: Store, page: Page) -> None:
        """One injection, one message."""
        store.archive.record(page, saying(page, NOW, "one", CREATED, findings=(finding("junk"),)))
        before = store.outbox.waiting()
        store.archive.record(page, verdict(NOW + HOUR, findings=(finding("junk"),)))
        assert store.outbox.waiting() == before == 2

    def test_nothing_is_queued_when_asked_not_to(self, store: Store, page: Page) -> None:
        """A first pass over years of pages wakes nobody."""
        store.archive.record(page, saying(page, NOW, "one", CREATED, findings=(finding("junk"),)), notify=False)
        assert store.outbox.pending(NOW) == ()


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of databases inside, by its first word."""
    asked: list[str] = []

    def hear(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement.split()[0])

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def test_a_visit_that_brings_nothing_costs_three_statements(store: Store, page: Page) -> None:
    """Most visits of all do: one question for all that is known, and two to say that the visit was made."""
    store.archive.record(page, saying(page, NOW, "one", CREATED, validators=Validators(etag='"1"')))
    with statements() as asked:
        known = store.archive.latest(page, rules=RULES)
        quiet = verdict(NOW + HOUR, status=304, validators=known.validators)
        store.archive.record(page, quiet)
    assert [word for word in asked if word not in ("BEGIN", "PRAGMA", "SET")] == ["SELECT", "UPDATE", "INSERT"]
