"""What two sequences have in common is common to both, in order, also where windows and anchors find it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import alignment, diff, indel, words
from crawler.alignment import common, common_tokens
from crawler.model import Article

ITEMS = st.lists(st.sampled_from("abcdefghij"), max_size=60)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is too much to be aligned exactly, and a window is a few items wide."""
    monkeypatch.setattr(alignment, "_MAX_CELLS", 20)
    monkeypatch.setattr(alignment, "_WINDOW", 8)
    monkeypatch.setattr(words, "_LONG", 20)
    monkeypatch.setattr(words, "_SHORT", 0)


@pytest.mark.usefixtures("narrow")
class TestNarrow:
    @pytest.mark.parametrize("runs_of", [common, common_tokens])
    @given(before=ITEMS, after=ITEMS)
    def test_runs_are_in_both_and_in_order(self, runs_of, before, after):
        at = to = 0
        for one, other, size in runs_of(before, after):
            assert size > 0
            assert one >= at
            assert other >= to
            assert before[one : one + size] == after[other : other + size]
            at, to = one + size, other + size
        assert at <= len(before)
        assert to <= len(after)

    @given(before=st.text("市政府，。发布 ab12.", max_size=200), after=st.text("市政府，。发布 ab12.", max_size=200))
    def test_spans_hold_both_texts(self, before, after):
        spans = words.words(before, after)
        assert "".join(span.text for span in spans if span.op != "insert") == before
        assert "".join(span.text for span in spans if span.op != "delete") == after
        assert all(span.text for span in spans)

    @given(
        before=st.lists(st.text("市政府，", max_size=5), max_size=30),
        after=st.lists(st.text("市政府，", max_size=5), max_size=30),
    )
    def test_a_diff_holds_both_articles(self, before, after):
        diff._hunks_of.cache_clear()
        found = diff.diff(Article(paragraphs=tuple(before)), Article(paragraphs=tuple(after)))
        for place, gone, texts in (("before", "insert", before), ("after", "delete", after)):
            kept = {
                getattr(hunk, place): "".join(span.text for span in hunk.spans if span.op != gone)
                for hunk in found.hunks
                if hunk.op != gone and (hunk.op != "move" or hunk.spans[0].op != gone)
            }
            assert "\n".join(kept[number] for number in sorted(kept)) == "\n".join(texts)


def long_text(seed: int, length: int = 20_000) -> str:
    chance = random.Random(seed)
    letters = [chr(0x4E00 + number) for number in range(400)] + ["，", "。"] * 15
    return "".join(chance.choices(letters, k=length))


def test_edits_of_a_very_long_paragraph_are_marked_and_nothing_else():
    """Too long for the exact answer: it was shown as replaced whole."""
    text = long_text(1, 50_000)
    places = range(500, 50_000, 500)
    edited = "".join(text[place - 500 : place] + "新增内容" for place in [*places, 50_000])
    spans = words.words(text, edited)
    assert sum(len(span.text) for span in spans if span.op == "insert") == 400
    assert not [span for span in spans if span.op == "delete"]


def test_what_moved_its_neighbours_far_away_loses_no_other_line():
    """What stands once in both holds the rest in place, beyond what a window reaches."""
    lines = [f"第{number}行" for number in range(6000)]
    more = [f"新{number}行" for number in range(3000)]
    assert common(lines, [*lines[:3000], *more, *lines[3000:]]) == [(0, 0, 3000), (3000, 6000, 3000)]


def test_one_long_text_in_the_place_of_another_is_no_mosaic():
    """A few letters in the same order say nothing."""
    spans = words.words(long_text(2), long_text(3))
    assert [span.op for span in spans] == ["delete", "insert"]


def test_the_work_grows_with_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in comparisons of one token with another: four times the text is about four times the work."""
    cells: list[int] = []
    measured, alike = indel.matching, indel.similarity

    def counted(one, other):
        cells.append(len(one) * len(other))
        return measured(one, other)

    def also_counted(one, other, *, floor=0.0):
        cells.append(len(one) * len(other))
        return alike(one, other, floor=floor)

    monkeypatch.setattr(indel, "matching", counted)
    monkeypatch.setattr(indel, "similarity", also_counted)
    spent = []
    for length in (25_000, 100_000):
        cells.clear()
        for count in (1, 5, 50, 500):
            each = length // count
            before, after = (
                tuple(text[place : place + each] for place in range(0, length, each))
                for text in (long_text(4, length), long_text(5, length))
            )
            diff._hunks_of.cache_clear()
            diff.diff(Article(paragraphs=before), Article(paragraphs=after))
        spent.append(sum(cells))
    assert spent[1] < 6 * spent[0]
    assert max(cells) <= 30_000_000
