"""Lines are told apart by their first letter before a pattern is tried, which must never lose a line."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract import rules
from crawler.extract.openings import EDGE, openings

PATTERNS = ("HEAD_LINE", "END_LINE", "STRONG_TAIL", "TAIL_LINE", "DROPPED_LINE")


@pytest.mark.parametrize("name", PATTERNS)
def test_whatever_a_pattern_matches_begins_with_one_of_its_letters(name: str) -> None:
    pattern = getattr(rules, name)
    edge = "" if name == "DROPPED_LINE" else EDGE

    @settings(max_examples=400, deadline=None, database=None)
    @given(st.from_regex(pattern))
    def check(text: str) -> None:
        # As lines come: folded, and without the feeds that only "$" would pass over.
        line = " ".join(text.split())
        if re.match(pattern, line):
            assert line.lstrip(edge)[:1] in openings(pattern)

    check()


def test_few_letters_open_a_line_of_the_frame() -> None:
    """Else the test above would hold of any set of letters, and nothing would be saved."""
    assert not openings(rules.END_LINE) & set("国中市政府一般我这")
    assert len(openings(rules.TAIL_LINE)) < 150
