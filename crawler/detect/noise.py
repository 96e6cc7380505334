"""`inline_noise`: emoji and invisible characters between characters, and pieces of a site's furniture in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.detect.case import Case, Scope
from crawler.detect.language.residue import CALLS, CATEGORIES, DISCLAIMERS, LINES, REASONS
from crawler.detect.rare import unusual
from crawler.detect.reading import Reading, reading_of
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.INLINE_NOISE,)

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_SOWN = re.compile(
    r"(?:[\U0001f300-\U0001faff\u2600-\u27bf\u200b-\u200d\u2060\u00ad\u202a-\u202e\u2066-\u2069]"
    r"[\ufe0f\u200d\U0001f3fb-\U0001f3ff]*)+"
)
_ANY_SOWN = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u200b-\u200d\u2060\u00ad\u202a-\u202e\u2066-\u2069]")
_HAN_ONE = re.compile(f"[{_HAN}]")
# Authors put an emoji here and there; a machine sows them.
ENOUGH = 4
_UNDERSCORED = re.compile("[\u4e00-\u9fff“”]{4,40}(?:_[^_\n]{2,40}){2,6}")
_MARKS = re.compile(r">{2,8}|[□■◆●▲△◇○★☆]\s?(?=[文图圖记記通][/／\u4e00-\u9fff])|<{3,8}")
# Furniture stands in short lines; a title in the first ones, a call in the last.
SHORT, HEAD, TAIL = 16, 3, 4


def detect(case: Case) -> Iterator[Finding]:
    """Sown pieces, then in a text without markup what was copied along with it."""
    scope = case.body
    if scope.text.isascii():
        return
    yield from _sown(scope)
    if not case.document.markup:
        reading = reading_of(case)
        for start, end, what in _residue(reading):
            yield reading.finding(
                FindingKind.INLINE_NOISE, Severity.LOW, start, end, score=0.6, evidence={"what": what}
            )


def _residue(reading: Reading) -> Iterator[tuple[int, int, str]]:
    lines = reading.text.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    head, tail = set(filled[:HEAD]), set(filled[-TAIL:])
    at = 0
    for number, line in enumerate(lines):
        bare = line.strip()
        start = at + len(line) - len(line.lstrip())
        if bare:
            yield from _told(reading, bare, start, number in head, number in tail)
        at += len(line) + 1


def _told(reading: Reading, line: str, start: int, head: bool, tail: bool) -> Iterator[tuple[int, int, str]]:
    end = start + len(line)
    if mark := _MARKS.match(line):
        yield start, start + mark.end(), "a mark of layout"
    if len(line) <= SHORT and reading.simplified(start, end) in LINES:
        yield start, end, "a part of the site's furniture"
    elif head and len(line) <= SHORT and reading.simplified(start, end) in CATEGORIES:
        yield start, end, "a category of a content farm"
    elif head and (title := _UNDERSCORED.fullmatch(line)):
        yield start, start + title.end(), "a title joined with underscores"
    elif tail:
        simplified = reading.simplified(start, end)
        button = start + line.rfind(" ") + 1
        if " " in line and simplified[button - start :] in LINES:
            yield button, end, "a part of the site's furniture"
            end = button - 1
        call = min((at + len(call) for call in CALLS if (at := simplified.find(call)) >= 0), default=0)
        if call and any(reason in simplified for reason in REASONS):
            # Up to the call itself: whose application it is may be a name that belongs there.
            yield start, start + call, "a call to come to an application"
        elif any(words in simplified for words in DISCLAIMERS):
            yield start, end, "small print of a host that lets anybody post"


def _sown(scope: Scope) -> Iterator[Finding]:
    text = scope.text
    if not any(map(_ANY_SOWN.match, unusual(text))):
        return
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
