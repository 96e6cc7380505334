"""`inline_noise`: emoji, invisible characters sown between characters, so that copies look different."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.detect.case import Case, body_of
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.INLINE_NOISE,)

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_SOWN = re.compile(
    r"(?:[\U0001f300-\U0001faff\u2600-\u27bf\u200b-\u200d\u2060\u00ad\u202a-\u202e\u2066-\u2069]"
    r"[\ufe0f\u200d\U0001f3fb-\U0001f3ff]*)+"
)
_HAN_ONE = re.compile(f"[{_HAN}]")
# Authors put an emoji here and there; a machine sows them.
ENOUGH = 4


def detect(case: Case) -> Iterator[Finding]:
    """One finding for each sown piece, its repair nothing at all, where there are too many for an author."""
    scope = body_of(case)
    if scope.text.isascii():
        return
    text = scope.text
    sown = [
        match
        for match in _SOWN.finditer(text)
        if _HAN_ONE.match(text[match.start() - 1 : match.start()])
        and _HAN_ONE.match(text[match.end() : match.end() + 1])
    ]
    if len(sown) < ENOUGH:
        return
    for match in sown:
        yield scope.finding(
            FindingKind.INLINE_NOISE,
            Severity.LOW,
            match.start(),
            match.end(),
            score=min(0.4 + len(sown) / 30, 1.0),
            evidence={"code_points": [f"U+{ord(mark):04X}" for mark in match.group()], "of": len(sown)},
            repair="",
        )
