"""Forged histories are flagged, genuine ones seldom: what is told of each step from a version to the next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.decode import decode_bytes, decode_text
from crawler.detect import Case
from crawler.detect import forged_insertion as forged
from crawler.extract import extract, visible_text
from crawler.model import Article, Severity

DATA = Path(__file__).parents[3] / "shared" / "data"
HISTORIES = DATA / "histories"
URL = "http://www.example.gov.cn/art/1.html"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="measuring data is not beside this checkout")


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
    """As what it is, and loud enough to be shown, from the pair of versions alone."""
    altered = [(folder.name, case) for folder in sorted(HISTORIES.glob("cn_forged_*")) for case in steps(folder)]
    loud = (Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
    missed = [
        (name, case.article.title) for name, case in altered if not any(f.severity in loud for f in forged.detect(case))
    ]
    assert altered
    assert missed == []


def test_genuine_edits_are_seldom_taken_for_forgery() -> None:
    """One in a hundred and fifty at most; of the severity that is shown to a person, one in three hundred."""
    document = decode_text("<p></p>", url=URL)
    flagged: list[Severity | None] = []
    edits = 0
    for line in (HISTORIES / "tw_tainan_news_json" / "genuine_edits.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if "old_content" not in row or "new_content" not in row:
            continue
        edits += 1
        before, after = (Article(title="t", paragraphs=tuple(str(row[key]).split("\n"))) for key in CONTENTS)
        case = Case(document=document, article=after, page_text=after.text, previous=before)
        flagged += [max((one.severity for one in forged.detect(case)), key=lambda one: one.rank, default=None)]
    assert edits > 500
    told = [severity for severity in flagged if severity is not None]
    assert len(told) <= edits / 150
    assert sum(severity != Severity.LOW for severity in told) <= edits / 300


def test_steps_of_other_pages_are_not_taken_for_forgery() -> None:
    """Captures of pages that nobody forged, in other languages mostly."""
    flagged = [
        (folder.name, one.quote)
        for folder in sorted(HISTORIES.iterdir())
        if folder.is_dir() and not folder.name.startswith("cn_forged_")
        for case in steps(folder)
        for one in forged.detect(case)
    ]
    assert flagged == []


CONTENTS = ("old_content", "new_content")
