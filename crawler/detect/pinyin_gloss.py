"""`pinyin_gloss`: a reading in brackets put behind common characters by a reposting machine, as in 點(diǎn)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from crawler.detect.case import Case
from crawler.detect.language.tables import is_common
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.PINYIN_GLOSS,)

_GLOSS = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff])[(（]([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ]{1,6})[)）]")
# One pattern a bracket: a search skips quickly to a plain character.
_ANY_GLOSS = [(bracket, re.compile(rf"\{bracket}[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ]{{1,6}}[)）]")) for bracket in "(（"]
_TONED = re.compile(r"[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ]")
# Editors explain a rare character, once; machines gloss common ones, again and again.
ENOUGH = 3


# Asked for every text by this detector and by all that read past the glosses.
@lru_cache(maxsize=2)
def machine_glosses(text: str) -> Sequence[re.Match[str]]:
    """The glosses in a text, character (1) and reading (2); none where an editor may have put them."""
    if sum(len(glossed.findall(text)) for bracket, glossed in _ANY_GLOSS if bracket in text) < ENOUGH:
        return ()
    found = [match for match in _GLOSS.finditer(text) if _TONED.search(match[2]) or len(match[2]) > 1]
    return found if _by_machine(found) >= ENOUGH else ()


def _by_machine(found: Sequence[re.Match[str]]) -> int:
    times = Counter(match[1] for match in found)
    return sum(count for character, count in times.items() if is_common(character))


def detect(case: Case) -> Iterator[Finding]:
    """One finding for each gloss, its repair the bare character; taking all of them out restores the text exactly."""
    scope = case.body
    found = machine_glosses(scope.text)
    if not found:
        return
    score = min(0.5 + _by_machine(found) / 20, 1.0)
    for number, match in enumerate(found, 1):
        yield scope.finding(
            FindingKind.PINYIN_GLOSS,
            Severity.MEDIUM,
            match.start(),
            match.end(),
            score=score,
            evidence={"character": match[1], "gloss": match[2], "number": number, "of": len(found)},
            repair=match[1],
        )
