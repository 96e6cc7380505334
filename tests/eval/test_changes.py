"""What real page histories come to: no change where only markup moved, every real edit, and a diff that is exact.

Measured on ../shared/data/histories, whose labels are its own; skipped aloud where that folder is absent.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz.distance import Indel

from crawler.compare import compare
from crawler.decode import decode_bytes
from crawler.diff import diff
from crawler.extract import extract
from crawler.model import Article, Change, PageKind

HISTORIES = Path(__file__).parents[3] / "shared" / "data" / "histories"

pytestmark = pytest.mark.skipif(
    not HISTORIES.is_dir(), reason="../shared/data/histories is absent: no histories to measure on"
)


@cache
def article(path: Path) -> Article:
    return extract(decode_bytes(path.read_bytes(), url="https://www.example.org/page.html"))


def steps(name: str) -> Iterator[tuple[str, Change | None]]:
    """(label, change) of each step of a history; a capture that is no content is no step, as for the judge."""
    folder = HISTORIES / name
    before: Article | None = None
    for entry in json.loads((folder / "index.json").read_text("utf-8"))["versions"]:
        path = folder / str(entry.get("file"))
        if not path.is_file():
            continue
        after = article(path)
        if after.kind in (PageKind.EMPTY, PageKind.BLOCKED, PageKind.GONE):
            continue
        if before is not None:
            yield entry["change"], compare(before, after, numbers=(1, 2))
        before = after


def histories() -> list[str]:
    folders = sorted(HISTORIES.iterdir()) if HISTORIES.is_dir() else []
    indexes = ((folder.name, json.loads((folder / "index.json").read_text("utf-8"))) for folder in folders)
    return [name for name, index in indexes if "versions" in index]


def test_steps_that_only_moved_markup_are_no_changes() -> None:
    """A replaced attachment behind the same words is one, and is named so.

    The two allowed are one capture that the stripper read by another box than its neighbours.
    """
    labelled = [change for name in histories() for label, change in steps(name) if label == "markup"]
    false = [change for change in labelled if change is not None and change.fields != ("attachments",)]
    assert len(labelled) > 200
    assert len(false) <= 2


def test_most_steps_that_changed_words_are_seen() -> None:
    """Many of the rest changed words of the frame only, which are not the page's content."""
    seen = Counter(change is not None for name in histories() for label, change in steps(name) if label == "wording")
    assert seen[True] / seen.total() >= 0.88


@pytest.mark.parametrize("name", ["tos_ota_imprint", "tos_ota_privacy"])
def test_terms_of_service_cry_no_wolf(name: str) -> None:
    labelled = json.loads((HISTORIES / name / "index.json").read_text("utf-8"))["summary"]["label_commits"]
    found = [change for _, change in steps(name)]
    changes = [change for change in found if change is not None]
    # The first label is the first capture itself.
    assert len(labelled) - 1 <= len(changes) <= len(labelled) - 1 + 0.05 * len(found) + 1


@pytest.mark.parametrize("pair", ["falsepos-footer", "falsepos-num-views"])
def test_what_analysts_called_noise_is_no_change(pair: str) -> None:
    a, b = (article(HISTORIES / "edgi_labelled_pairs" / f"{pair}-{side}.html") for side in "ab")
    assert compare(a, b, numbers=(1, 2)) is None


def edits() -> list[dict[str, Any]]:
    file = HISTORIES / "tw_tainan_news_json" / "genuine_edits.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_every_genuine_edit_has_an_exact_diff_near_the_shortest() -> None:
    """670 edits of a city's news: rebuilt from the diff to the character, marking little more than must be marked."""
    marked = shortest = 0
    for edit in edits():
        old, new = ((edit.get(f"{side}_content") or "") for side in ("old", "new"))
        a, b = Article(paragraphs=tuple(old.split("\n"))), Article(paragraphs=tuple(new.split("\n")))
        hunks = diff(a, b).hunks
        for dropped, paragraphs, place in (("insert", a.paragraphs, "before"), ("delete", b.paragraphs, "after")):
            sides = {
                getattr(hunk, place): "".join(span.text for span in hunk.spans if span.op != dropped)
                for hunk in hunks
                if hunk.op != dropped and not (hunk.op == "move" and hunk.spans[0].op == dropped)
            }
            rebuilt = [text for at in sorted(sides) for text in sides[at].split("\n")]
            assert tuple(rebuilt) == paragraphs, edit["path"]
        marked += sum(len(span.text) for hunk in hunks for span in hunk.spans if span.op != "equal")
        shortest += Indel.distance(old, new)
    assert marked <= 1.4 * shortest
