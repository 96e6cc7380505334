"""`broken_paragraph` and `duplicate_text`: paragraphs cut inside a sentence, and sentences that stand there twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from crawler.detect.case import Case, Scope
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.BROKEN_PARAGRAPH, FindingKind.DUPLICATE_TEXT)

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_HAN_ONE = re.compile(f"[{_HAN}]")
_SPACE = r"[ \t\r\xa0\u3000]*"
# The places where a cut can show: a comma before the break, a closing mark or a mere remainder after it.
_COMMA_BREAK = re.compile(rf"、{_SPACE}\n")
_CLOSING_BREAK = re.compile(rf"\n{_SPACE}(?=[》」』]|[^\n《。]{{1,20}}》|[^\n，。]{{1,2}}。)")
_CLAUSE_END = re.compile(r"[，,。；;：:！!？?、\n“”]")
_BORDERS = "，,。；;"
# A clause of ten characters that comes twice is looked at; this much has to be the same around it, in one paragraph:
# laws, reports of cases and summaries repeat less than this by nature.
CLAUSE, ENOUGH, NOTED = 10, 80, 28
# Words of grammar that are never written twice.
_DOUBLED = re.compile("(各|及|与|與|于|於|被|把|並|由)\\1(?=[\u4e00-\u9fff])")
# The lines among which a title is, and what is long enough for a paragraph.
HEAD, PARAGRAPH = 4, 40
# So many lines are a list or a table.
LIST = 300
# More repetitions than this are the nature of the text.
MANY = 1
# How much of it has to be Han: tables, addresses and program text repeat themselves.
PROSE = 0.6


def detect(case: Case) -> Iterator[Finding]:
    """Cuts first, then repetitions."""
    scope = case.body
    yield from _breaks(scope)
    yield from _repeats(scope)
    yield from _doubled(scope)
    yield from _captions(scope)


def _breaks(scope: Scope) -> Iterator[Finding]:
    text = scope.text
    places = {match.start() + 1 for match in _COMMA_BREAK.finditer(text)}
    places |= {match.start() for match in _CLOSING_BREAK.finditer(text)}
    for place in sorted(places):
        at, on = len(text[:place].rstrip()), len(text) - len(text[place:].lstrip())
        line_end = text.find("\n", on)
        line = text[on : line_end if line_end >= 0 else len(text)]
        reason = _cut(text[text.rfind("\n", 0, at) + 1 : at], line.rstrip())
        if reason is None:
            continue
        begin = max((hit.end() for hit in _CLAUSE_END.finditer(text, max(at - 40, 0), at - 1)), default=max(at - 8, 0))
        stop = _CLAUSE_END.search(text, on, min(on + 30, len(text)))
        end = min(on + len(line), on + 30) if stop is None else stop.end() - (stop.group() in "\n,，、")
        yield scope.finding(
            FindingKind.BROKEN_PARAGRAPH,
            Severity.LOW,
            begin,
            end,
            score=0.6,
            evidence={"reason": reason, "at": at},
            repair=text[begin:at] + text[on:end],
        )


def _cut(before: str, after: str) -> str | None:
    if before.endswith("、") and len(before) > 12 and re.match(f"[{_HAN}]", after):
        return "a paragraph ends with an enumeration comma"
    if len(before) < 10 or not re.search(f"[{_HAN}]$", before):
        return None
    if after[:1] in "》」』" or (before.rfind("《") > before.rfind("》") and "》" in after[:20]):
        return "a title begins in one paragraph and ends in the next"
    if re.match(f"[{_HAN}]{{1,2}}。", after):
        return "the next paragraph begins with the end of a sentence"
    return None


def _repeats(scope: Scope) -> Iterator[Finding]:
    """Stretches that stand there twice; in a text that repeats itself by nature (a law, a table) none."""
    found = list(islice(_pairs(scope.text), MANY + 1))
    if len(found) > MANY:
        return
    for first, again, size in found:
        stretch = scope.text[again : again + size]
        if size < ENOUGH or "\n" in stretch or len(_HAN_ONE.findall(stretch)) < PROSE * size:
            return
        for start in (first, again):
            yield scope.finding(
                FindingKind.DUPLICATE_TEXT,
                Severity.LOW,
                start,
                start + size,
                score=min(0.4 + size / 200, 1.0),
                evidence={"first_at": first, "again_at": again, "characters": size},
            )


def _doubled(scope: Scope) -> Iterator[Finding]:
    for match in _DOUBLED.finditer(scope.text):
        yield scope.finding(
            FindingKind.DUPLICATE_TEXT,
            Severity.LOW,
            *match.span(),
            score=0.6,
            evidence={"written_twice": match[1]},
            repair=match[1],
        )


def _captions(scope: Scope) -> Iterator[Finding]:
    """A name that ends a line near the top and stands again alone between paragraphs: what a picture left behind."""
    if scope.text.count("\n") > LIST:
        return
    lines: list[tuple[int, str]] = []
    at = 0
    for written in scope.text.split("\n"):
        if bare := written.strip():
            lines.append((at + written.index(bare[0]), bare))
        at += len(written) + 1
    head = lines[:HEAD]
    for before, (start, line), after in zip(lines[1:], lines[2:], lines[3:], strict=False):
        if not 8 <= len(line) <= 24 or _CLAUSE_END.search(line) or not before[1].endswith(("。", "”", "!", "！")):
            continue
        if len(before[1]) < PARAGRAPH or len(after[1]) < PARAGRAPH:
            continue
        for place, title in head:
            if place < start and title.endswith(line) and len(title) > len(line):
                for at in (place + len(title) - len(line), start):
                    yield scope.finding(
                        FindingKind.DUPLICATE_TEXT,
                        Severity.LOW,
                        at,
                        at + len(line),
                        score=0.5,
                        evidence={"first_at": place + len(title) - len(line), "again_at": start, "caption": True},
                    )
                return


def _clauses(text: str) -> list[str]:
    """The pieces of a text between its commas, stops and line breaks."""
    # One border after another: each stays one character, so that places can be counted.
    for border in _BORDERS:
        text = text.replace(border, "\n")
    return text.split("\n")


def _pairs(text: str) -> Iterator[tuple[int, int, int]]:
    """(first place, second place, length) of each repeated stretch."""
    clauses = _clauses(text)
    long = [clause for clause in clauses if len(clause) >= CLAUSE]
    if len(set(long)) == len(long):
        return
    seen: dict[str, int] = {}
    covered = 0
    at = -1
    for clause in clauses:
        start = at + 1
        at = start + len(clause)
        if len(clause) < CLAUSE:
            continue
        first = seen.setdefault(clause, start)
        if first == start or start < covered:
            continue
        begin, end, size = _grown(text, first, start, len(clause))
        covered = end
        if size >= NOTED:
            yield begin - (start - first), begin, size


def _grown(text: str, first: int, second: int, size: int) -> tuple[int, int, int]:
    """(start, end, length) of the longest equal stretch around two equal places, the earlier one not crossed."""
    shift, end = second - first, second + size
    while end < len(text) and end - shift < second and text[end] == text[end - shift]:
        end += 1
    begin = second
    while (
        begin - (second - first) > 0 and text[begin - 1] == text[begin - 1 - (second - first)] and begin > first + size
    ):
        begin -= 1
    while end > begin and text[end - 1] in "\n 　，,、。；;":
        end -= 1
    while begin < end and text[begin] in "\n 　，,、。；;":
        begin += 1
    return begin, end, end - begin
