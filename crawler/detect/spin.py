"""`char_spin` and `word_spin`: characters and words swapped by a machine so that a copy passes for an original."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.detect.case import Case, Scope
from crawler.detect.deletion import clued
from crawler.detect.language.clues import PHRASES, SWAPPED
from crawler.detect.reading import Reading, reading_of
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.CHAR_SPIN, FindingKind.WORD_SPIN)

# 得 where it belongs: after these verbs and in these words.
_GENUINE_DE = re.compile(
    "[取获觉使值懂记难不舍赢显心所免见认晓变来值求余贪两弄省值懒顾]得|博得(?=[了满好喝同众掌一大])|得[到以出知益分罪失奖了起住胜逞逊悉]"
    "|[买用吃看听说做干写走跑过住坐穿玩活睡长显]得(?=[放好不起来出更很太多快高大上见下住这那完太非])|得(?=[很不多太])"
)
_DE = re.compile("得")
_SWAPS = {"蕞": "最"}
# What stands before is looked at last: a search skips quickly to a plain character.
_SWAPPED = re.compile("蕞(?!尔)|第壹|壹(?=[个次项名位批流起直定些种致体])(?<=[\u4e00-\u9fff]壹)")
_FOREIGN = re.compile("China(?=[\u4e00-\u9fff])(?<=[\u4e00-\u9fff]China)")
_HAN = re.compile("[\u4e00-\u9fff]")
ENOUGH = 8


def detect(case: Case) -> Iterator[Finding]:
    """Each swapped character or word, with what stood there before as its repair."""
    scope = case.body
    yield from _de(scope)
    for match in _SWAPPED.finditer(scope.text) if "蕞" in scope.text or "壹" in scope.text else ():
        at = match.start() + match.group().index("壹") if "壹" in match.group() else match.start()
        swapped = match.group()
        yield scope.finding(
            FindingKind.CHAR_SPIN,
            Severity.MEDIUM,
            match.start(),
            match.end(),
            score=0.8,
            evidence={"written": scope.text[at], "for": _SWAPS.get(swapped, "一")},
            repair=swapped.replace("壹", "一").replace("蕞", "最"),
        )
    for match in _FOREIGN.finditer(scope.text) if "China" in scope.text else ():
        yield scope.finding(
            FindingKind.WORD_SPIN,
            Severity.LOW,
            match.start(),
            match.end(),
            score=0.6,
            evidence={"written": "China", "for": "国家"},
            repair="国家",
        )
    reading = reading_of(case)
    if reading.hits:
        yield from _swapped_words(reading)
        yield from _phrases(reading)


def _swapped_words(reading: Reading) -> Iterator[Finding]:
    for clue in SWAPPED:
        for start, end in clued(reading, clue):
            yield reading.finding(
                FindingKind.WORD_SPIN,
                Severity.LOW,
                start,
                end,
                score=0.7,
                evidence={"reason": clue.reason, "for": clue.repair},
            )


def _phrases(reading: Reading) -> Iterator[Finding]:
    """Set phrases of four characters of which one is another."""
    text = reading.text
    for first, second in PHRASES:
        for at in reading.hits.get(first, ()):
            written = text[at + 2 : at + 4]
            wrong = [place for place, mark in enumerate(written) if mark != second[place]]
            if len(written) == 2 and len(wrong) == 1 and _HAN.match(written[wrong[0]]):
                yield reading.finding(
                    FindingKind.CHAR_SPIN,
                    Severity.LOW,
                    at,
                    at + 4,
                    score=0.6,
                    evidence={"written": written[wrong[0]], "for": second[wrong[0]]},
                    repair=first + second,
                )


def _de(scope: Scope) -> Iterator[Finding]:
    """得 written for 的 throughout: a text this long cannot do without 的."""
    text = scope.text
    written = text.count("得")
    if written < ENOUGH or text.count("的") * 8 > written:
        return
    genuine = {at for match in _GENUINE_DE.finditer(text) for at in range(match.start(), match.end())}
    swapped = [match.start() for match in _DE.finditer(text) if match.start() not in genuine]
    if len(swapped) < ENOUGH:
        return
    for at in swapped:
        yield scope.finding(
            FindingKind.CHAR_SPIN,
            Severity.MEDIUM,
            at,
            at + 1,
            score=min(0.5 + len(swapped) / 50, 1.0),
            evidence={"written": "得", "for": "的", "swapped": len(swapped), "的 left": text.count("的")},
            repair="的",
        )
