"""What real page histories come to: no change where only markup moved, every real edit, and a diff that is exact.

Measured on ../shared/data/histories, whose labels are its own; skipped aloud where that folder is absent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from rapidfuzz.distance import Indel

from crawler.compare import compare
from crawler.decode import decode_bytes
from crawler.diff import diff
from crawler.extract import extract
from crawler.model import Article, Change, PageKind, Snapshot, Source
from crawler.reading import read

# All but one: a listing, which only `read` compares by its items.
FIGURES_NAMED = 0.96
HISTORIES = Path(__file__).parents[3] / "shared" / "data" / "histories"

pytestmark = pytest.mark.skipif(
    not HISTORIES.is_dir(), reason="../shared/data/histories is absent: no histories to measure on"
)


@cache
def article(path: Path) -> Article:
    return extract(decode_bytes(path.read_bytes(), url="https://www.example.org/page.html"))


class Step(NamedTuple):
    """From the capture of `since` to that of `until`: what it is labelled, and what it comes to."""

    label: str
    since: datetime
    until: datetime
    change: Change | None


def steps(name: str) -> Iterator[Step]:
    """Each step of a history; a capture that is no content is no step, as for the judge."""
    folder = HISTORIES / name
    before: Article | None = None
    since = datetime.min.replace(tzinfo=UTC)
    for entry in json.loads((folder / "index.json").read_text("utf-8"))["versions"]:
        path = folder / str(entry.get("file"))
        if not path.is_file():
            continue
        after = article(path)
        if after.kind in (PageKind.EMPTY, PageKind.BLOCKED, PageKind.GONE):
            continue
        until = datetime.fromisoformat(entry["ts"])
        if before is not None:
            yield Step(entry["change"], since, until, compare(before, after, numbers=(1, 2)))
        before, since = after, until


def histories() -> list[str]:
    folders = sorted(HISTORIES.iterdir()) if HISTORIES.is_dir() else []
    indexes = ((folder.name, json.loads((folder / "index.json").read_text("utf-8"))) for folder in folders)
    return [name for name, index in indexes if "versions" in index]


def test_steps_that_only_moved_markup_are_no_changes() -> None:
    """A replaced attachment behind the same words is one, and is named so."""
    labelled = [step.change for name in histories() for step in steps(name) if step.label == "markup"]
    false = [change for change in labelled if change is not None and change.fields != ("attachments",)]
    assert len(labelled) > 200
    assert not false


@pytest.mark.parametrize(("label", "floor"), [("wording", 0.91), ("digits", 0.93), ("order", 1.0)])
def test_most_steps_that_changed_what_is_seen_are_reported(label: str, floor: float) -> None:
    """Many of the rest changed words of the frame only, which are not the page's content."""
    found = [step.change for name in histories() for step in steps(name) if step.label == label]
    assert sum(change is not None for change in found) / len(found) >= floor


def test_a_figure_that_moves_is_named() -> None:
    """Where only digits differ, the change says which: by a table's row, or with the words around it."""
    found = [step.change for name in histories() for step in steps(name) if step.label == "digits" and step.change]
    named = [change for change in found if {"cells", "figures", "dates"} & set(change.evidence)]
    assert len(named) / len(found) >= FIGURES_NAMED


@pytest.mark.parametrize("name", ["list_nsw_health_media_releases", "list_qld_health_media_releases"])
def test_changes_of_a_listing_name_their_items(name: str) -> None:
    """Title and address of each item that entered or left, for all but a few changes of the page around them."""
    changes = list(listing_changes(name))
    told = [change for change in changes if not change.minor]
    assert len(told) > 70
    assert sum("items" in change.evidence for change in told) / len(told) >= 0.98


def listing_changes(name: str) -> Iterator[Change]:
    url = "https://www.example.org/page.html"
    before: Article | None = None
    for path in sorted((HISTORIES / name).glob("*.html")):
        at = datetime.strptime(path.name[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        body = path.read_bytes()
        snapshot = Snapshot(url=url, final_url=url, status=200, headers=(), body=body, fetched_at=at)
        after = read(Source(name="list", url=url), snapshot).article
        change = compare(before, after, numbers=(1, 2)) if before else None
        if change is not None:
            yield change
        before = after


# Both documents have a label of one second, off the hours of their polling, between captures that say the same. The
# last capture before it that changed much is weeks older, when both pages were rebuilt: taken for that one, told late.
KEEPER_IS_LATE = timedelta(days=30)


@pytest.mark.parametrize("name", ["tos_ota_imprint", "tos_ota_privacy"])
def test_terms_of_service_change_where_their_keeper_says_so_and_nowhere_else(name: str) -> None:
    """The labels are times of real changes, the first of them the first capture itself."""
    labels = json.loads((HISTORIES / name / "index.json").read_text("utf-8"))["summary"]["label_commits"]
    recorded = [datetime.fromisoformat(label) for label in labels[1:]]
    found = [step for step in steps(name) if step.change is not None]
    assert len(found) == len(recorded)
    assert all(step.since < time <= step.until + KEEPER_IS_LATE for step, time in zip(found, recorded, strict=True))


def weight(pair: str) -> float | None:
    """What the change between a pair that analysts labelled weighs; None where nothing is reported."""
    a, b = (article(HISTORIES / "edgi_labelled_pairs" / f"{pair}-{side}.html") for side in "ab")
    change = compare(a, b, numbers=(1, 2))
    return change and change.significance


@pytest.mark.parametrize("pair", ["falsepos-footer", "falsepos-num-views"])
def test_what_analysts_called_noise_is_no_change(pair: str) -> None:
    assert weight(pair) is None


@pytest.mark.parametrize("pair", ["truepos-image-removal", "truepos-major-changes", "truepos-dataset-removal"])
def test_what_analysts_called_meaningful_weighs_more_than_the_small_one(pair: str) -> None:
    """The small one is of the navigation only: not reported at all ranks it below everything."""
    found = weight(pair)
    assert found is not None
    assert found > (weight("falsepos-small-changes") or 0.0)


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
    assert marked <= 1.27 * shortest
