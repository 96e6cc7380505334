"""`pinyin_gloss`: a reading in brackets put behind common characters by a reposting machine, as in 點(diǎn)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from crawler.detect.case import Case, body_of
from crawler.detect.language.tables import is_common
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.PINYIN_GLOSS,)

_GLOSS = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff])[(（]([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ]{1,6})[)）]")
_TONED = re.compile(r"[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ]")
# Editors explain a rare character, once; machines gloss common ones, again and again.
ENOUGH = 3


def detect(case: Case) -> Iterator[Finding]:
    """One finding for each gloss, its repair the bare character; taking all of them out restores the text exactly."""
    scope = body_of(case)
    if "(" not in scope.text and "（" not in scope.text:
        return
    found = [match for match in _GLOSS.finditer(scope.text) if _TONED.search(match[2]) or len(match[2]) > 1]
    times = Counter(match[1] for match in found)
    machine = sum(count for character, count in times.items() if is_common(character))
    if machine < ENOUGH:
        return
    for number, match in enumerate(found, 1):
        yield scope.finding(
            FindingKind.PINYIN_GLOSS,
            Severity.MEDIUM,
            match.start(),
            match.end(),
            score=min(0.5 + machine / 20, 1.0),
            evidence={"character": match[1], "gloss": match[2], "number": number, "of": len(found)},
            repair=match[1],
        )
