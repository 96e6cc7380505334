"""What the templates are given to draw: folded diffs, marked articles, timelines, times."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.diff import diff
from crawler.model import (
    Article,
    Change,
    ChangeKind,
    FindingKind,
    Outcome,
    PageState,
    Region,
    Severity,
    Version,
)
from store import ChangeView, MarkState, PagePart, Stretch
from store.stretches import Stretches
from tests.web.shelf import NOW, QUIET, QUIET_EDITED, QUIET_TEXT, SCRIPT, START, spam
from web import diff_document
from web.folding import diff_blocks
from web.render import marked_paragraphs, relative
from web.sides import side_by_side
from web.timeline import timeline as timeline_of
from web.words import LABELS


def article(*paragraphs):
    return Article(paragraphs=paragraphs)


@given(st.lists(st.sampled_from("abcdef"), max_size=20), st.lists(st.sampled_from("abcdefxyz"), max_size=20))
def test_folding_loses_no_paragraph(before, after):
    """Whatever is folded away, opening everything gives the whole diff in order."""
    hunks = diff(article(*before), article(*after)).hunks
    blocks = diff_blocks(hunks)
    assert tuple(hunk for block in blocks for hunk in block.hunks) == hunks
    assert all(hunk.op == "equal" for block in blocks if block.folded for hunk in block.hunks)
    assert all(len(block.hunks) > 1 for block in blocks if block.folded)


def test_a_long_quiet_run_folds_and_its_neighbours_stay():
    """One paragraph of context on each side of a change, the rest behind a line."""
    paragraphs = [f"第{number}段，没有变化。" for number in range(20)]
    edited = [*paragraphs[:10], "完全不同的一段文字插在这里", *paragraphs[10:]]
    blocks = diff_blocks(diff(article(*paragraphs), article(*edited)).hunks)
    assert [(block.folded, len(block.hunks)) for block in blocks] == [(True, 9), (False, 3), (True, 9)]


def test_a_finding_is_marked_where_it_stands():
    """The marked run is the quote, also where it crosses from one paragraph into the next."""
    text = article("甲乙丙丁", "戊己庚辛", "壬癸")
    crossing = spam(text.text, quote="丁\n戊己", evidence={})
    marked = marked_paragraphs(text, [crossing])
    assert [[(run.text, run.finding is not None) for run in runs] for runs in marked] == [
        [("甲乙丙", False), ("丁", True)],
        [("戊己", True), ("庚辛", False)],
        [("壬癸", False)],
    ]


def test_a_finding_of_another_text_marks_nothing():
    """Offsets into an older version's text must not colour innocent words."""
    text = article("甲乙丙丁")
    other = spam("子丑寅卯", quote="丑寅", evidence={})
    assert marked_paragraphs(text, [other])[0][0].finding is None
    assert marked_paragraphs(text, [spam(text.text, quote="乙", evidence={})])[0][1].finding is not None


@given(st.lists(st.text("ab\n", max_size=6), max_size=5), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_marking_keeps_every_character(paragraphs, places):
    """Overlapping and nested findings never double or drop text."""
    text = article(*paragraphs)
    found = []
    for start, end in places:
        quote = text.text[start:end]
        if quote:
            one = spam(text.text, quote=quote, evidence={})
            assert one.region is Region.ARTICLE
            found.append(one)
    marked = marked_paragraphs(text, found)
    assert ["".join(run.text for run in runs) for runs in marked] == paragraphs


def stretch(hour, outcome, *, until=None, version=None, status=200, detail="", visits=1, past=False):
    return Stretch(
        at=START + timedelta(hours=hour if until is None else until),
        since=START + timedelta(hours=hour),
        outcome=outcome,
        status=status,
        detail=detail,
        version=version,
        past=past,
        visits=visits,
    )


def timeline(stretches, changes):
    """That of a page with this history, which has no other part."""
    return timeline_of(PagePart(page=None, stretches=Stretches(shown=tuple(stretches)), changes=tuple(changes)))


def change(hour, kind):
    made = Change(before=1, after=2, kind=kind)
    return ChangeView(id=1, page=QUIET, source="press", title=None, at=START + timedelta(hours=hour), change=made)


def test_an_outage_is_one_entry_with_its_length():
    """From the first failure to the first visit that worked again; what it met is told apart inside it."""
    stretches = [
        stretch(9, Outcome.UNCHANGED),
        stretch(6, Outcome.FAILED, status=None, detail="timeout"),
        stretch(4, Outcome.FAILED, until=5, status=503, visits=2),
        stretch(3, Outcome.CHANGED, version=2),
        stretch(1, Outcome.UNCHANGED, until=2, visits=2),
        stretch(0, Outcome.NEW, version=1),
    ]
    entries = timeline(stretches, [change(3, ChangeKind.EDITED), change(8, ChangeKind.MOVED)])
    assert [(entry.kind, entry.css) for entry in entries] == [
        ("quiet", ""),
        ("visit", "version"),
        ("outage", "trouble"),
        ("visit", "version"),
        ("quiet", ""),
        ("visit", "version"),
    ]
    outage = entries[2]
    assert (outage.visits, outage.lasted, len(outage.parts)) == (3, timedelta(hours=4), 2)
    assert [view.kind.value for view in entries[3].changes] == ["edited"]


def test_an_outage_that_goes_on_has_no_end():
    """It is known to have lasted until the last failure, and no longer."""
    (outage, _) = timeline([stretch(1, Outcome.BLOCKED, until=3, visits=3), stretch(0, Outcome.NEW, version=1)], [])
    assert (outage.ended, outage.lasted) == (None, timedelta(hours=2))


def test_a_time_without_visits_is_a_gap():
    """Not so where visits that were folded into one were made in it."""
    day = 24
    stretches = [
        stretch(200 * day, Outcome.UNCHANGED),
        stretch(100 * day, Outcome.CHANGED, version=2, past=True),
        stretch(60 * day, Outcome.UNCHANGED, visits=300),
        stretch(0, Outcome.NEW, version=1),
    ]
    entries = timeline(stretches, [])
    assert [entry.kind for entry in entries] == ["quiet", "gap", "visit", "gap", "quiet", "visit"]
    assert (entries[1].past, entries[1].lasted) == (True, timedelta(days=100))


@given(st.lists(st.sampled_from("abcdef"), max_size=20), st.lists(st.sampled_from("abcdefxyz"), max_size=20))
def test_two_columns_hold_both_texts(before, after):
    """Read down, the left one is the old text and the right one the new, paragraph by paragraph."""
    rows = side_by_side(diff_blocks(diff(article(*before), article(*after)).hunks))
    pairs = [pair for run in rows for pair in run.pairs]

    def column(side):
        texts = [getattr(pair, side) for pair in pairs]
        return ["".join(span.text for span in spans) for spans in texts if spans is not None]

    assert sorted(column("left")) == sorted(before)
    assert column("right") == after


def test_relative_times():
    """The largest unit, in the right direction."""
    assert relative(NOW - timedelta(hours=5), NOW) == "5 h ago"
    assert relative(NOW + timedelta(seconds=150), NOW) == "in 2 min"
    assert relative(NOW - timedelta(days=3, hours=2), NOW) == "3 d ago"


def test_the_diff_file_stands_alone():
    """One file to send to somebody: styles inside, nothing fetched, payloads still text."""
    before, after = (
        Version(
            number=number, seen_at=NOW, article=Article(title=SCRIPT, paragraphs=text), snapshot_digest="0", rules="1"
        )
        for number, text in ((1, QUIET_TEXT), (2, QUIET_EDITED))
    )
    html = diff_document(QUIET, before, after, timezone="Asia/Shanghai")
    assert "<del>212</del><ins>230</ins>" in html
    assert "<script" not in html
    assert "/static/" not in html
    assert "light-dark(" in html


@pytest.mark.parametrize(
    ("group", "values"),
    [
        ("change", ChangeKind),
        ("outcome", Outcome),
        ("finding", FindingKind),
        ("state", PageState),
        ("severity", Severity),
        ("region", Region),
        ("mark", MarkState),
        ("decision", MarkState),
    ],
)
def test_every_value_has_words(group, values):
    """A kind that is added gets its words at once."""
    assert set(LABELS[group]) == {value.value for value in values}
