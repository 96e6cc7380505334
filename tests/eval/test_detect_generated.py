"""What is found of injections made from items that no table was built from: by trade and count it never drops."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from crawler.detect.spam_block import detect
from tests.crawler.detect import held_out, held_out_final, held_out_fresh, held_out_shapes
from tests.crawler.detect.generator import band_of, injections, plain_injections

FLOORS = json.loads((Path(__file__).parent / "detect_floors.json").read_text("utf-8"))
HALVES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "first": held_out.BY_TRADE,
    "final": held_out_final.BY_TRADE,
    "shapes": held_out_shapes.BY_TRADE,
    # What was found in real spam, and what was made in its manner.
    "found": held_out_fresh.FOUND_BY_TRADE,
    "made": held_out_fresh.MADE_BY_TRADE,
}
EACH = 2

pytestmark = pytest.mark.parametrize(("half", "trade"), [(half, trade) for half in HALVES for trade in HALVES[half]])


@cache
def overlaps(half: str, trade: str) -> dict[str, list[float]]:
    """By number of items, how well the best finding covers each injected block; 0 where there is none."""
    found: dict[str, list[float]] = defaultdict(list)
    words = HALVES[half]
    for one in chain(injections(trade, words, each=EACH), plain_injections(trade, words, each=EACH)):
        case = one.case()
        found[band_of(one.count)].append(one.covered_by(list(detect(case)), case))
    return found


def test_recall_of_held_out_items(half: str, trade: str) -> None:
    """At any severity, over every separator, place, hiding, template and encoding."""
    shares = {band: sum(one > 0 for one in many) / len(many) for band, many in overlaps(half, trade).items()}
    floors = FLOORS["held-out items found"][half][trade]
    assert {band: share for band, share in shares.items() if share < floors[band]} == {}, shares


def test_blocks_are_quoted_whole(half: str, trade: str) -> None:
    found = [one for many in overlaps(half, trade).values() for one in many if one > 0]
    assert sum(found) / len(found) >= FLOORS["overlap of held-out blocks"][half][trade]
