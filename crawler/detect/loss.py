"""`glyph_loss` and `number_damage`: what fell out of a text on its way to the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from crawler.detect.case import Case, Scope
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.GLYPH_LOSS, FindingKind.NUMBER_DAMAGE)

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_MARK = re.compile("[?\ufffd](?:(?<=\ufffd)\ufffd+)?")
_HAN_ONE = re.compile(f"[{_HAN}]")
# A clause with one of these may well be a question.
_ASKING = re.compile(
    "[吗嗎呢么麼吧啊哪谁誰何几幾否岂豈怎啥孰焉哉乎什问問]|多少|是不是|能不能|要不要|有没有|有沒有|会不会|可不可|难道|難道"
)
_CLAUSE = re.compile(r"[。！？!?;；\n“”\"]")
_UNIT = "人|户|戶|套|家|幼兒|幼儿|生|平方米|畝|亩|吨|噸|公斤|斤|株|頭|头|台|臺"
# More marks than this are looked at in no text: whoever writes so many asks, or wrote no text.
MOST = 5_000
# A run of digits and what follows it; what comes before is looked at only where these match.
_NUMBERS = re.compile(rf"[0-9][0-9]{{1,8}}(?:日|年|/(?:{_UNIT})|(?=通過|通过|召開|召开|印發|印发|發布|发布|舉行|举行))")
# A date is quoted with the word that makes it one, a range with its brackets.
_UNTIL = frozenset({"截止", "截至"})
_BRACKETS = {"(": ")", "（": "）"}
_THIS_YEAR = re.compile(r"(?:今|明|去|同|當|当)年\Z")
_DATE_RUN = re.compile(r"(?:19|20)\d{2}[01]?\d[0-3]?\d日")
_YEAR_RUN = re.compile(r"(?:19|20)\d{2}(?:19|20)\d{2}年")
# 企業40戶、兼併企業40 戶、遷入企業 18 and the sentence ends: the last of a row has lost its unit.
# Looked for from its comma on: a search skips quickly to a plain character.
_LAST_OF_ROW = re.compile(r"、[\u4e00-\u9fff]{2,10} ?(\d[\d.,]{0,11})[ \t]{0,4}(?=\n|\Z|。)")
_UNITS_OF_ROWS = frozenset("戶户家個个项項条條人名件")


def detect(case: Case) -> Iterator[Finding]:
    """Each place where a glyph or part of a number is plainly gone."""
    scope = case.body
    yield from _glyphs(scope)
    yield from _numbers(scope)
    yield from _last_of_rows(scope)


def _numbers(scope: Scope) -> Iterator[Finding]:
    text = scope.text
    for match in _NUMBERS.finditer(text):
        written, start, end = match.group(), *match.span()
        before = text[max(start - 2, 0) : start]
        if written.endswith(("日", "年")) or written.isdigit():
            relative = _THIS_YEAR.search(before) is not None and not written.endswith("年") and len(written) <= 4
            if relative:
                start -= 2
            elif _DATE_RUN.fullmatch(written):
                start -= 2 * (before in _UNTIL)
            elif not _YEAR_RUN.fullmatch(written):
                continue
            elif before and _BRACKETS.get(before[-1:]) == text[end : end + 1]:
                start, end = start - 1, end + 1
        elif before[-1:] in "年第/.-" or text[end : end + 1] == "/":
            continue
        yield scope.finding(
            FindingKind.NUMBER_DAMAGE,
            Severity.LOW if "/" in written else Severity.MEDIUM,
            start,
            end,
            score=0.7,
            evidence={
                "written": text[start:end],
                "missing": "a unit" if "/" in written else "a month or a dash",
            },
        )


def _last_of_rows(scope: Scope) -> Iterator[Finding]:
    for match in _LAST_OF_ROW.finditer(scope.text):
        comma = match.start()
        unit = scope.text[comma - 1 : comma]
        if unit not in _UNITS_OF_ROWS or not scope.text[max(comma - 3, 0) : comma - 1].rstrip()[-1:].isdigit():
            continue
        start = comma + 1
        yield scope.finding(
            FindingKind.NUMBER_DAMAGE,
            Severity.LOW,
            start,
            match.end(1),
            score=0.6,
            evidence={"written": match[1], "missing": "a unit", "unit_of_the_row": unit},
        )


def _glyphs(scope: Scope) -> Iterator[Finding]:
    text = scope.text
    if "?" not in text and "\ufffd" not in text:
        return
    for match in islice(_MARK.finditer(text), MOST):
        start, end = match.span()
        if match.group() == "?" and not _lost(text, start):
            continue
        # Alone on its line it is quoted with the indentation, which is what is left of its place.
        line = text.rfind("\n", 0, start) + 1
        start = line if not text[line:start].strip() else start
        yield scope.finding(
            FindingKind.GLYPH_LOSS,
            Severity.LOW,
            start,
            end,
            score=0.7,
            evidence={"mark": match.group(), "before": text[max(start - 8, 0) : start], "after": text[end : end + 8]},
        )


def _lost(text: str, at: int) -> bool:
    """Whether a ? stands for a glyph that was not to be had: alone on its line, or between words that ask nothing."""
    before, after = text[max(at - 60, 0) : at], text[at + 1 : at + 40]
    clause = _CLAUSE.split(before)[-1]
    if not clause.strip() and (at <= 60 or "\n" in before):
        return not after.split("\n")[0].strip()
    if not (_HAN_ONE.match(before[-1:]) and _HAN_ONE.match(after[:1])):
        return False
    # A question may ask without any asking word; a short pair of words does not.
    return len(clause) <= 12 and not _ASKING.search(clause)
