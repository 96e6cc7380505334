"""`script_mix`: simplified characters strewn into a Traditional text, or the other way round.

A person writes one script. Where a conversion stopped halfway, or a piece from elsewhere was put in, single characters
of the other script stand inside words of the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.detect.case import Case
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.SCRIPT_MIX,)

# The commonest characters that only one script writes, pair by pair; both lists in one order.
_SIMPLIFIED = "国们个为这来时会说对开发学经动进过关业产务机长门问间实现议设认识东车电话见观规让谁论证评词调谈请"
_TRADITIONAL = "國們個為這來時會說對開發學經動進過關業產務機長門問間實現議設認識東車電話見觀規讓誰論證評詞調談請"
_TO_TRADITIONAL = dict(zip(_SIMPLIFIED, _TRADITIONAL, strict=True))
_TO_SIMPLIFIED = dict(zip(_TRADITIONAL, _SIMPLIFIED, strict=True))
_EITHER = (re.compile(f"[{_SIMPLIFIED}]"), re.compile(f"[{_TRADITIONAL}]"))
# What a text must have of its own script, and how many strays make a mix: a name or a quotation has fewer, a page in
# both languages far more.
OWN, STRAYS, SHARE = 60, 3, 0.1


def detect(case: Case) -> Iterator[Finding]:
    """One finding for each stray character inside a word of the other script, its repair the form that belongs."""
    scope = case.body
    text = scope.text
    if not any(mark in text for mark in "國們個為這來時會說對開發"):
        return
    simplified, traditional = ([match.start() for match in one.finditer(text)] for one in _EITHER)
    few, many = sorted((simplified, traditional), key=len)
    if len(many) < OWN or not STRAYS <= len(few) <= SHARE * len(many):
        return
    forms = _TO_TRADITIONAL if few is simplified else _TO_SIMPLIFIED
    own = set(many)
    # A passage wholly in the other script is a quotation; a stray stands among its hosts.
    strays = [at for at in few if any(near in own for near in range(at - 6, at + 7))]
    if len(strays) < STRAYS:
        return
    for at in strays:
        yield scope.finding(
            FindingKind.SCRIPT_MIX,
            Severity.LOW,
            at,
            at + 1,
            score=min(0.4 + len(strays) / 40, 0.9),
            evidence={
                "of": len(strays),
                "own_script": "traditional" if few is simplified else "simplified",
                "own_characters": len(many),
            },
            repair=forms[text[at]],
        )
