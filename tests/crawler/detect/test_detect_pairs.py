"""Pairs of characters are worth in their table what they are in a dict, and marks are no letters."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from crawler.detect.language.items import CONTACT, items_in
from crawler.detect.language.marks import BORDERS, PLAIN_MARKS
from crawler.detect.language.pairs import pairs_of, places_of

# Few enough that pairs of them come twice, and that one stands in the slot of another.
LETTERS = st.text(alphabet="一丁七万丈三上下不与国國\U00020000A1,", min_size=0, max_size=40)
HAN_PAIRS = st.text(alphabet="一丁七万丈三上下不与国國", min_size=2, max_size=2)


@given(rows=st.lists(st.tuples(st.sampled_from([-1.0, 2.0, 2.5, 4.0]), st.lists(HAN_PAIRS)), max_size=6), text=LETTERS)
def test_a_pair_is_worth_the_most_that_any_row_says(rows: list[tuple[float, list[str]]], text: str) -> None:
    known: dict[str, float] = {}
    for weight, pairs in rows:
        for pair in pairs:
            known[pair] = max(weight, known.get(pair, weight))
    table = pairs_of([(weight, "".join(pairs)) for weight, pairs in rows])
    there = [(at, known[text[at : at + 2]]) for at in range(len(text) - 1) if text[at : at + 2] in known]
    assert places_of(text, table, -9.0) == there
    assert places_of(text, table, 2.5) == [one for one in there if one[1] >= 2.5]
    assert all(table.get(pair, 0.0) == weight for pair, weight in known.items())
    assert table.get("乙乙", 7.0) == 7.0


def test_a_table_of_marks_finds_them_only_where_it_is_asked_to() -> None:
    table = pairs_of([(1.0, ",解AB")])
    assert places_of("a,解AB", table) == []
    assert places_of("a,解AB", table, floor=0) == [(1, 1.0), (3, 1.0)]


def test_no_mark_that_ends_an_item_for_certain_is_a_letter_or_begins_a_handle() -> None:
    for mark in PLAIN_MARKS:
        assert re.match(r"\w", mark) is None, mark
        assert CONTACT.match(f"加{mark}12345", 1) is None, mark


def test_items_end_at_each_border() -> None:
    for border in BORDERS:
        assert [(item.start, item.end) for item in items_in(f"彩票{border}娱乐", 0, 5)] == [(0, 2), (3, 5)], border


def test_items_are_cut_from_the_stretch_alone() -> None:
    text = "彩票，娱乐城 abc|微信12345"
    assert [text[item.start : item.end] for item in items_in(text, 3, len(text))] == ["娱乐城", "abc", "微信12345"]
    assert [text[item.start : item.end] for item in items_in(text, 0, 4)] == ["彩票", "娱"]
