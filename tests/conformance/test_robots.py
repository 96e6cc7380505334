"""The published cases of Google's robots.txt parser, where the data is at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.fetch.rules import parse_rules

CASES = Path(__file__).parents[3] / "shared" / "data" / "conformance" / "robots_cases.json"


def test_every_published_case_is_decided_as_published():
    """All of them, not most: a robots.txt misread is a promise broken."""
    if not CASES.exists():
        pytest.skip(f"robots conformance NOT CHECKED: {CASES} is not here")
    cases = json.loads(CASES.read_text("utf-8"))
    wrong = [
        name
        for name, expected, robots, agent, url in cases
        if parse_rules(robots.encode(), agent).allow(url) is not expected
    ]
    assert len(cases) >= 142
    assert wrong == []
