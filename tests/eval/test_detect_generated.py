"""What is found of injections made from items that no table was built from: by trade and count it never drops."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from crawler.decode import decode_text
from crawler.detect.case import Case
from crawler.detect.spam_block import detect
from crawler.model import Article
from tests.crawler.detect.generator import Injected, injections
from tests.crawler.detect.held_out import BY_TRADE

FLOORS = json.loads((Path(__file__).parent / "detect_floors.json").read_text("utf-8"))
EACH = 4


@cache
def overlaps(trade: str) -> dict[str, list[float]]:
    """By number of items, how well the best finding covers each injected block; 0 where there is none."""
    found: dict[str, list[float]] = defaultdict(list)
    for one in injections(trade, each=EACH):
        found[str(one.count) if one.count < 4 else "4 and more"].append(_overlap(one))
    return found


def _overlap(one: Injected) -> float:
    document = decode_text(one.text, url="http://www.example.gov.cn/a.txt", markup=False)
    best = 0.0
    for finding in detect(Case(document=document, article=Article(), page_text=one.text)):
        both = min(finding.end, one.end) - max(finding.start, one.start)
        best = max(best, both / (max(finding.end, one.end) - min(finding.start, one.start)))
    return best


@pytest.mark.parametrize("trade", BY_TRADE)
def test_recall_of_held_out_items(trade: str) -> None:
    """At any severity, over every separator and place."""
    shares = {count: sum(one > 0 for one in many) / len(many) for count, many in overlaps(trade).items()}
    floors = FLOORS["held-out items found"][trade]
    assert {count: share for count, share in shares.items() if share < floors[count]} == {}, shares


@pytest.mark.parametrize("trade", BY_TRADE)
def test_blocks_are_quoted_whole(trade: str) -> None:
    found = [one for many in overlaps(trade).values() for one in many if one > 0]
    assert sum(found) / len(found) >= FLOORS["overlap of held-out blocks"][trade]
