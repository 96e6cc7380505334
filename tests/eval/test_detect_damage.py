"""The catalogue of what is wrong in the five source documents, row by row, and forged and genuine histories."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.decode import decode_bytes, decode_text
from crawler.detect import Case, detect
from crawler.detect import forged_insertion as forged
from crawler.detect import topic_swap as swap
from crawler.extract import extract, visible_text
from crawler.model import Article, Finding, Severity

DATA = Path(__file__).parents[3] / "shared" / "data"
SEEDS = DATA / "seeds"
HISTORIES = DATA / "histories"
URL = "http://www.example.gov.cn/art/1.html"

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


def findings_in(stem: str) -> tuple[str, tuple[Finding, ...]]:
    """A source document's text and what is found in it."""
    document = decode_text((SEEDS / f"{stem}.txt").read_text("utf-8"), url=URL, markup=False)
    case = Case(document=document, article=extract(document), page_text=visible_text(document))
    return case.page_text, detect(case)


@pytest.fixture(scope="module")
def found() -> dict[str, tuple[str, tuple[Finding, ...]]]:
    """By source document."""
    return {stem: findings_in(stem) for stem in sorted({str(row["seed"]) for row in catalogue()})}


@pytest.mark.parametrize("row", catalogue(), ids=lambda row: f"{row['seed']}: {row['type']}"[:60])
def test_each_row_of_the_catalogue(row: dict[str, object], found: dict[str, tuple[str, tuple[Finding, ...]]]) -> None:
    """Damage at every one of its places; what is not damage at none."""
    kinds, (text, findings) = fitting(row), found[str(row["seed"])]
    offsets = row.get("offsets", [])
    quotes = row.get("quote", "")
    assert isinstance(offsets, list)
    if kinds is None:
        assert [one for at in offsets for one in findings if one.start < at + len(str(quotes)) and one.end > at] == []
        return
    missed = []
    for number, at in enumerate(offsets):
        quote = quotes[number] if isinstance(quotes, list) and number < len(quotes) else quotes
        size = len(quote) if isinstance(quote, str) and quote else 40
        if not any(one.kind in kinds and one.start < at + size and one.end > at for one in findings):
            missed.append((at, text[at : at + 20]))
    # The row of swapped 得 counts five genuine ones among its places.
    assert len(missed) == (len(offsets) - int(str(row["count"])) if "->得" in str(row["type"]) else 0), missed


def test_the_clean_source_document_has_nothing_above_low() -> None:
    assert all(one.severity == Severity.LOW for one in findings_in("huzhou-article")[1])


def steps(folder: Path) -> Iterator[Case]:
    """Each version of a page that differs from the one before it, with that one."""
    before: Article | None = None
    for path in sorted(folder.glob("*.html")):
        document = decode_bytes(path.read_bytes(), url=URL)
        article = extract(document)
        if before is not None and before.digest != article.digest:
            yield Case(document=document, article=article, page_text=visible_text(document), previous=before)
        before = article


def test_every_altered_step_of_a_forged_page_is_flagged() -> None:
    missed = [
        (folder.name, case.article.title)
        for folder in sorted(HISTORIES.glob("cn_forged_*"))
        for case in steps(folder)
        if not [*forged.detect(case), *swap.detect(case)]
    ]
    assert missed == []


def test_genuine_edits_are_seldom_taken_for_forgery() -> None:
    """One in fifty at most; of the severity that is shown to a person, one in a hundred."""
    document = decode_text("<p></p>", url=URL)
    flagged: list[Severity] = []
    edits = 0
    for line in (HISTORIES / "tw_tainan_news_json" / "genuine_edits.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if "old_content" not in row or "new_content" not in row:
            continue
        edits += 1
        before, after = (Article(title="t", paragraphs=tuple(str(row[key]).split("\n"))) for key in CONTENTS)
        case = Case(document=document, article=after, page_text=after.text, previous=before)
        flagged += [one.severity for one in list(forged.detect(case))[:1]]
    assert edits > 500
    assert len(flagged) <= edits / 50
    assert sum(severity != Severity.LOW for severity in flagged) <= edits / 100


CONTENTS = ("old_content", "new_content")
