"""Forged histories are flagged, genuine ones seldom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.decode import decode_bytes, decode_text
from crawler.detect import Case
from crawler.detect import forged_insertion as forged
from crawler.detect import topic_swap as swap
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
