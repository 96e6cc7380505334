"""Every kind of finding that a detector gives has its page in docs/findings, with what a reader of an alarm needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.detect import KINDS
from crawler.model import FindingKind

PAGES = Path(__file__).parents[2] / "docs" / "findings"
SECTIONS = ("## What it means", "## What proves it", "## How it can be wrong", "## What to do")


# Given by the judge from a page's history, not by a detector from what it says.
NOTES = {FindingKind.FLIP_FLOP, FindingKind.LYING_VALIDATORS}


@pytest.mark.parametrize("kind", sorted({*KINDS, *NOTES}))
def test_every_kind_has_its_page(kind: FindingKind) -> None:
    text = (PAGES / f"{kind}.md").read_text("utf-8")
    assert text.startswith(f"# {kind}\n")
    assert [section for section in SECTIONS if section not in text] == []


def test_no_page_is_about_a_kind_that_nothing_gives() -> None:
    """A promise of a detector that does not exist."""
    assert {page.stem for page in PAGES.glob("*.md")} - {"README"} == {str(kind) for kind in {*KINDS, *NOTES}}
