"""Which texts belong together: the best of all pairings, found without asking of every pair how alike it is."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import indel, pairing
from crawler.pairing import pair_up

texts = st.lists(st.text("的一是不了", max_size=12), max_size=7)


def thorough(before: list[str], after: list[str], few: float) -> list[tuple[int, int]]:
    """The pairing with so many comparisons being few: all are made, or none that can be avoided."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairing, "_FEW", few)
        return pair_up(before, after)


@given(texts, texts)
def test_what_is_not_asked_does_not_matter(before: list[str], after: list[str]) -> None:
    """The same pairs, to the last tie."""
    assert thorough(before, after, -1) == thorough(before, after, float("inf"))


@given(texts, texts)
def test_pairs_are_in_order_and_alike(before: list[str], after: list[str]) -> None:
    pairs = thorough(before, after, -1)
    assert all(one[0] < two[0] and one[1] < two[1] for one, two in pairwise(pairs))
    assert all(indel.similarity(before[i], after[j]) >= pairing.SAME_TEXT for i, j in pairs)


def test_long_texts_are_asked_about_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty paragraphs, each edited a little: the letters say that no other pairing could be better."""
    chosen = random.Random(1)
    letters = [chr(0x4E00 + number) for number in range(2500)]
    before = ["".join(chosen.choices(letters, k=1000)) for _ in range(40)]
    after = [text[:300] + "改动" + text[320:] for text in before]
    asked = []
    measured = indel.similarity

    def counted(one: str, other: str, *, floor: float = 0.0) -> float:
        asked.append(one)
        return measured(one, other, floor=floor)

    monkeypatch.setattr(indel, "similarity", counted)
    assert pair_up(before, after) == [(place, place) for place in range(40)]
    assert len(asked) == 40
