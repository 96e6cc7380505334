"""The extractor's scores never drop: floors in extract_floors.json, which may only rise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.eval import extract_scores

FLOORS = json.loads((Path(__file__).parent / "extract_floors.json").read_text("utf-8"))


@pytest.mark.skipif(not extract_scores.DATA.is_dir(), reason="measuring data is not beside this checkout")
@pytest.mark.parametrize("name", FLOORS)
def test_scores_stay_above_their_floors(name: str) -> None:
    """A change of rules that costs quality anywhere must be seen before it is kept."""
    scores = extract_scores.score_gold() if name == "gold" else extract_scores.score_set(name)
    below = {key: (scores[key], floor) for key, floor in FLOORS[name].items() if scores[key] < floor}
    assert not below
