"""`mechanical_traditional`: simplified Chinese turned into Traditional character by character, by a machine.

Some simplified characters stand for several Traditional ones, and a machine that goes by single characters leaves them:
后 for 後, 于 for 於, 里 for 裡, 么 for 麼, 并 for 並, 云 for 雲. Whoever writes
Traditional writes the long forms every few lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from crawler.detect.case import Case
from crawler.detect.language.tables import SIMPLIFIED
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.MECHANICAL_TRADITIONAL,)

_LEFT = re.compile("[后于里么并云]")
# The forms that a genuine Traditional text of this length has; one of them is enough to clear it.
_GENUINE = re.compile("[後於裡裏麼並]")
_REPAIR = {"后": "後", "于": "於", "里": "裡", "么": "麼", "并": "並", "云": "雲"}
_TRADITIONAL = re.compile(f"[{''.join(map(chr, SIMPLIFIED))}]")
MIN_TRADITIONAL = 60
MIN_LEFT = 5


def detect(case: Case) -> Iterator[Finding]:
    """One finding for each ambiguous character left, where the whole text proves the machine."""
    scope = case.body
    text = scope.text
    if not any(mark in text for mark in "國個會這"):
        return
    left = list(_LEFT.finditer(text))
    if len(left) < MIN_LEFT or len({match.group() for match in left}) < 2 or _GENUINE.search(text):
        return
    traditional = len(_TRADITIONAL.findall(text))
    # In simplified text the same characters are simply right.
    if traditional < MIN_TRADITIONAL or traditional < 4 * len(left):
        return
    counts = Counter(match.group() for match in left)
    for match in left:
        yield scope.finding(
            FindingKind.MECHANICAL_TRADITIONAL,
            Severity.LOW,
            match.start(),
            match.end(),
            score=min(0.5 + len(left) / 40, 1.0),
            evidence={"left": dict(counts), "long_forms": 0, "traditional_characters": traditional},
            repair=_REPAIR[match.group()],
        )
