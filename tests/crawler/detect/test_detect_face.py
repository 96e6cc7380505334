"""What every detector keeps to: quotes are exact, order is by severity, nothing raises, nothing takes for ever."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.detect import DETECTORS, KINDS, detect
from jobs.demo.site.seeds import SEEDS, seed_text
from tests.crawler.detect.cases import ADULT, block, case_of, page, text_of

STEMS = sorted(path.stem for path in SEEDS.glob("*.txt"))
HOSTILE = {
    "one long line": "久久精品" * 50_000,
    "a long run of separators": "|" * 200_000,
    "ten thousand links": "".join(f'<a href="http://x{n}.example.top/">久久</a>' for n in range(10_000)),
    "unclosed tags": "<a <div <script " * 20_000,
    "open brackets": "(" * 100_000 + "<" * 100_000,
    "question marks": "?" * 100_000 + "苯ㄔ" * 10_000,
    "places that look shifted": "市?苯ㄔO海" * 10_000,
    "blocks with prose between them": ("久久精品国产" + "的" * 12 + "|") * 3_000,
    "zero width and bidi": "国\u200b产\u202e精\u2066品\ufeff" * 10_000,
    "surrogates": "\ud800\udfff国产精品\udc00|" * 1_000,
    "nul and controls": "\x00\x01\x1b国产" * 10_000,
    "numbers": "String.fromCharCode(" + "60," * 50_000 + "60)",
    "percent": "<script>" + "%3C" * 50_000 + "</script>",
    "empty": "",
}


@pytest.mark.parametrize("markup", [True, False])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_are_examined_to_the_end(name: str, markup: bool) -> None:
    """Every quote is the text at its place, even here."""
    case = case_of(HOSTILE[name], markup=markup)
    for finding in detect(case):
        assert text_of(case, finding.region)[finding.start : finding.end] == finding.quote


@pytest.mark.parametrize("stem", STEMS)
def test_quotes_are_the_text_at_their_place_and_come_most_severe_first(stem: str) -> None:
    case = case_of(seed_text(stem), markup=False)
    findings = detect(case)
    for finding in findings:
        assert text_of(case, finding.region)[finding.start : finding.end] == finding.quote
        assert 0.0 <= finding.score <= 1.0
    ranks = [finding.severity.rank for finding in findings]
    assert ranks == sorted(ranks, reverse=True)


def test_overlapping_findings_of_one_kind_are_one() -> None:
    findings = detect(case_of(page(inside=f"<p>{block(ADULT, 10, '|')}</p>")))
    places = [(finding.kind, finding.region, finding.start) for finding in findings]
    assert len(places) == len(set(places))


def test_every_detector_is_listed_with_its_kinds() -> None:
    assert len(DETECTORS) == len(set(KINDS.values()))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="国产精品久在线|?(diǎn)的得后<>&;\"'\n /a1%\\，。", max_size=300), st.booleans())
def test_no_text_raises(text: str, markup: bool) -> None:
    case = case_of(text, markup=markup)
    for finding in detect(case):
        assert text_of(case, finding.region)[finding.start : finding.end] == finding.quote
