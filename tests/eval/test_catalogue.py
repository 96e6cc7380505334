"""The catalogue of what is wrong in the five source documents, row by row, as `palimpsest inspect` tells it."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"
SEEDS = DATA / "seeds"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="measuring data is not beside this checkout")

# The beginning of a catalogue row's type, and the kinds that say it. Rows named here as None are not damage.
FITTING: tuple[tuple[str, frozenset[str] | None], ...] = (
    ("char_substitution", frozenset({"char_spin"})),
    ("brand kept", None),
    ("corpus artefact", None),
    ("word_substitution", frozenset({"word_spin"})),
    ("word error", frozenset({"word_spin"})),
    ("deleted", frozenset({"word_deletion"})),
    ("mid-sentence", frozenset({"broken_paragraph"})),
    ("promotional tail", frozenset({"inline_noise"})),
    ("title with underscores", frozenset({"inline_noise"})),
    ("content-farm header", frozenset({"inline_noise"})),
    ("spam_block", frozenset({"spam_block"})),
    ("number loss", frozenset({"number_damage"})),
    ("range dash", frozenset({"number_damage"})),
    ("unit loss", frozenset({"number_damage"})),
    ("char loss", frozenset({"word_deletion"})),
    ("sentence end", frozenset({"glyph_loss"})),
    ("quotes", frozenset({"glyph_loss"})),
    ("opening bracket", frozenset({"glyph_loss"})),
    ("unclosed bracket", frozenset({"word_deletion"})),
    ("question label", frozenset({"word_deletion"})),
    ("mechanical s2t", frozenset({"mechanical_traditional"})),
    ("s2t/typing", frozenset({"char_spin"})),
    ("doubled word", frozenset({"duplicate_text"})),
    ("navigation residue", frozenset({"inline_noise"})),
    ("share widget", frozenset({"inline_noise"})),
    ("report button", frozenset({"inline_noise"})),
    ("UGC disclaimer", frozenset({"inline_noise"})),
    ("lost glyph", frozenset({"glyph_loss"})),
    ("headline missing", frozenset({"word_deletion"})),
    ("pinyin_gloss", frozenset({"pinyin_gloss"})),
    ("mojibake gbk_shift", frozenset({"gbk_shift"})),
    ("mojibake gloss", frozenset({"mojibake"})),
    ("glyph loss", frozenset({"glyph_loss"})),
    ("+ lost", frozenset({"glyph_loss"})),
    ("address removed", frozenset({"word_deletion"})),
    ("repeated sentence", frozenset({"duplicate_text"})),
    ("photo caption", frozenset({"duplicate_text"})),
    ("layout marks", frozenset({"inline_noise"})),
)


def catalogue() -> list[dict[str, object]]:
    """The rows, or none where the catalogue is not there."""
    path = SEEDS / "catalog.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []


def fitting(row: dict[str, object]) -> frozenset[str] | None:
    """The kinds that say what a row says."""
    return next(kinds for beginning, kinds in FITTING if str(row["type"]).startswith(beginning))


# Of so many rows of damage every place is where a finding starts, and of so many also where it ends.
STARTING, EXACT = 57, 20
# What a finding may begin with before the place that a row names: the rest of the clause that proves it.
CLAUSE = 10
# A row without a quote for one of its places names the place alone.
NEAR = 40
# Damage that the catalogue does not list; every one has been looked at.
UNLISTED = 7


@lru_cache
def inspected(stem: str) -> dict[str, Any]:
    """What the command says of a source document."""
    command = [Path(sys.executable).with_name("palimpsest"), "inspect", "--json", "--page-text", SEEDS / f"{stem}.txt"]
    answered = subprocess.run(command, capture_output=True, check=True)
    result: dict[str, Any] = json.loads(answered.stdout)
    return result


def places(row: dict[str, Any]) -> list[tuple[int, int]]:
    """Start and end of each place."""
    quotes, found = row.get("quote", ""), []
    for number, at in enumerate(row.get("offsets", [])):
        quote = quotes if isinstance(quotes, str) else quotes[number] if number < len(quotes) else ""
        found.append((at, at + (len(quote) or NEAR)))
    return found


def telling(row: dict[str, Any], start: int, end: int) -> list[dict[str, Any]]:
    """The findings of the row's kind at a place: from it on, inside of its quote, or with the clause before it."""
    kinds = fitting(row) or frozenset()
    return [
        one
        for one in inspected(row["seed"])["findings"]
        if one["kind"] in kinds
        and one["region"] == "page"
        and one["start"] < end
        and one["end"] > start
        and (one["start"] >= start - CLAUSE)
        and (one["end"] <= end or one["start"] <= start)
    ]


def damage() -> list[dict[str, Any]]:
    """The rows that are damage."""
    return [row for row in catalogue() if fitting(row) is not None]


@pytest.mark.parametrize("row", damage(), ids=lambda row: f"{row['seed']}: {row['type']}"[:60])
def test_each_row_of_the_catalogue_is_told_with_its_kind_at_its_places(row: dict[str, Any]) -> None:
    """At every place one finding of its own; as many as the row counts."""
    text = inspected(row["seed"])["page_text"]
    told = {start: telling(row, start, end) for start, end in places(row)}
    missed = [(start, text[start : start + 20]) for start, found in told.items() if not found]
    # The row of swapped 得 has five genuine ones among its places, the row of glosses only the first places.
    genuine = len(told) - row["count"] if "->得" in row["type"] else 0
    assert len(missed) == genuine, missed
    own = {(one["start"], one["end"]) for found in told.values() for one in found}
    assert len(own) >= len(told) - genuine
    for found in told.values():
        assert all(text[one["start"] : one["end"]] == one["quote"] for one in found)


def test_most_places_are_exactly_where_a_finding_starts() -> None:
    """Where the catalogue quotes a place with its surroundings, the finding lies inside of them."""
    starting = exact = 0
    for row in damage():
        there = [(start, end, telling(row, start, end)) for start, end in places(row)]
        there = [one for one in there if one[2] or "->得" not in row["type"]]
        starting += all(any(one["start"] == start for one in found) for start, _, found in there)
        exact += all(any((one["start"], one["end"]) == (start, end) for one in found) for start, end, found in there)
    assert starting >= STARTING
    assert exact >= EXACT, (starting, exact)


def test_runs_have_exactly_as_many_findings_as_the_catalogue_counts() -> None:
    """Glosses, swapped characters, ambiguous characters left: none too many, and none that overlap."""
    counts = {
        ("weihai-interview", "pinyin_gloss"): 638,
        ("suqian-press-conference", "mechanical_traditional"): 61,
        ("weihai-interview", "mechanical_traditional"): 20,
        ("zibo-interview", "char_spin"): 53 + 4 + 3,
        ("suqian-press-conference", "spam_block"): 1,
        ("weihai-interview", "gbk_shift"): 1,
        ("weihai-interview", "mojibake"): 1,
    }
    for (stem, kind), count in counts.items():
        found = sorted((one["start"], one["end"]) for one in inspected(stem)["findings"] if one["kind"] == kind)
        assert len(found) == count, (stem, kind)
        assert all(before[1] <= after[0] for before, after in pairwise(found))


def test_the_spam_block_is_quoted_whole() -> None:
    """From its label to its last separator, as the catalogue's note says."""
    (block,) = (one for one in inspected("suqian-press-conference")["findings"] if one["kind"] == "spam_block")
    assert (block["start"], block["severity"]) == (15675, "critical")
    assert abs(block["end"] - 16219) <= 1


def test_what_is_not_damage_is_never_told() -> None:
    """Brands, half-width punctuation of the whole corpus, notes."""
    for row in catalogue():
        if fitting(row) is None:
            for start, end in places(row):
                assert [
                    one for one in inspected(row["seed"])["findings"] if one["start"] < end and one["end"] > start
                ] == []
    listed = [(row["seed"], start, end) for row in damage() for start, end in places(row)]
    for stem in {row["seed"] for row in catalogue()}:
        for one in inspected(stem)["findings"]:
            if not one["quote"].strip(",.:;!?()% "):
                assert any(seed == stem and start <= one["start"] < end for seed, start, end in listed), one


def test_what_the_catalogue_does_not_list_is_little_and_low() -> None:
    unlisted = []
    for stem in sorted({row["seed"] for row in catalogue()}):
        rows = [(row, place) for row in damage() if row["seed"] == stem for place in places(row)]
        unlisted += [
            one
            for one in inspected(stem)["findings"]
            if one["kind"] != "pinyin_gloss"
            and not any(
                one["kind"] in (fitting(row) or ()) and one["start"] < end and one["end"] > start
                for row, (start, end) in rows
            )
        ]
    assert {one["severity"] for one in unlisted} <= {"low"}
    assert len(unlisted) <= UNLISTED, [(one["kind"], one["quote"]) for one in unlisted]


def test_the_clean_source_document_has_nothing_above_low() -> None:
    assert {one["severity"] for one in inspected("huzhou-article")["findings"]} <= {"low"}
