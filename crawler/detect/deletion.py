"""`word_deletion`: a word was taken out, and what stands around the place cannot stand alone.

Filters of reposting sites take names of offices, parties and people out of the text. The place shows where grammar is
left without a part that it needs, or where the same text writes the full form elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from crawler.detect.case import Case
from crawler.detect.language.clues import DELETED, SELF, SELF_ACTS, Clue
from crawler.detect.reading import Reading, reading_of
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.WORD_DELETION,)

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_HAN_ONE = re.compile(f"[{_HAN}]")
_TWO_HAN = re.compile(f"[{_HAN}]{{2}}")
_EMPTY_QUOTES = re.compile("“”(?=[\u4e00-\u9fffA-Za-z])")
# A line that begins with a colon; the first line, and the others from their line break on.
_INDENT = "[ \t\u3000\xa0]{0,40}"
_FIRST_LABEL = re.compile(f"({_INDENT})[:：](?=[{_HAN}“])")
_LABEL = re.compile(f"(\n{_INDENT})[:：](?=[{_HAN}“])")
_TITLE = re.compile("、(?:局[长長]|主任|书记|書記)")
_SELF = re.compile("[，,。；;\n](?:但是|所以|因此)?我")
_SELF_ACTS = re.compile(SELF_ACTS)
_CITY = re.compile("市(?<=([\u4e00-\u9fff]{2})市)")
_NEXT = ("下一", "的下", "得下", "情况", "情況")
_WORK_NEXT = re.compile(f"工作(?:{'|'.join(_NEXT)})")
_GOES = tuple("在来到去赴回的从于")
# An office that speaks of itself does so throughout.
SELF_ENOUGH = 5
# A city that a text names so often is what the text is about.
CITY_ENOUGH = 4
# How far a clue looks back and forth (characters).
REACH = 48
_BYLINE = re.compile("[\u4e00-\u9fff]{6,28}(?:局|组|委|(?<![举主承开])办|部|院|(?:委员|协|学|联合)会|中心|政府|集团)")


def detect(case: Case) -> Iterator[Finding]:
    """Each place where a word is plainly gone."""
    reading = reading_of(case)
    for start, end, reason, repair in _places(reading):
        yield reading.finding(
            FindingKind.WORD_DELETION,
            Severity.LOW,
            start,
            end,
            score=0.6,
            evidence={"reason": reason, "left": reading.text[start:end], "next": reading.text[end : end + 12]},
            repair=repair,
        )
    if not case.document.markup:
        yield from _headline(reading)


def _places(reading: Reading) -> Iterator[tuple[int, int, str, str | None]]:
    text = reading.text
    first = _FIRST_LABEL.match(text)
    for label in (first, *_LABEL.finditer(text)) if first else _LABEL.finditer(text):
        # An indented label is quoted with its line break: the colon alone is every colon.
        start = label.start() if len(label[1]) > 1 else label.end() - 1
        yield start, label.end(), "a line begins with a colon", None
    if "“”" in text:
        for quotes in _EMPTY_QUOTES.finditer(text):
            if _HAN_ONE.match(text[quotes.start() - 1 : quotes.start()]):
                # What was named is told by the two characters before it.
                yield (
                    quotes.start() - _han_before(text, quotes.start()),
                    quotes.end(),
                    "nothing stands between the quotation marks",
                    None,
                )
    for comma in _TITLE.finditer(text):
        if text[comma.start() - 1 : comma.start()] in tuple("市省县縣区區"):
            start = comma.start() - 1
            yield start - _han_before(text, start), comma.end(), "a comma stands between a place and an office", None
    for clue in DELETED if reading.hits else ():
        for start, end in clued(reading, clue):
            start += text[start] in "，,"
            yield start, end, clue.reason, _whole_verb(text, start, end)
    yield from _self(reading)
    yield from _of_the_city(text)


def _han_before(text: str, at: int) -> int:
    """2 where two Han characters stand before a place, else 0."""
    return 2 if _TWO_HAN.fullmatch(text[max(at - 2, 0) : at]) else 0


def _whole_verb(text: str, start: int, end: int) -> str | None:
    if text[start:end] != "解":
        return None
    return "解決" if "問題" in text[end : end + REACH] else "解决"


def clued(reading: Reading, clue: Clue) -> Iterator[tuple[int, int]]:
    """Start and end of each place in the reading that a clue fits."""
    for needle in clue.needles:
        for at in reading.hits.get(needle, ()):
            span = _fits(reading, clue, at, at + len(needle))
            if span is not None:
                yield span


def _fits(reading: Reading, clue: Clue, at: int, end: int) -> tuple[int, int] | None:
    start = at
    if clue.before is not None:
        begin = max(at - REACH, 0)
        before = clue.before.search(reading.simplified(begin, at))
        if before is None:
            return None
        if "span" in clue.before.groupindex:
            start = begin + before.start("span")
    if clue.after is not None:
        after = clue.after.match(reading.simplified(end, end + REACH))
        if after is None:
            return None
        end += after.end()
    return start, end


def _self(reading: Reading) -> Iterator[tuple[int, int, str, str | None]]:
    text = reading.text
    if text.count("我") <= SELF_ENOUGH or sum(map(text.count, SELF)) < SELF_ENOUGH:
        return
    for match in _SELF.finditer(text):
        if _SELF_ACTS.match(reading.simplified(match.end(), match.end() + 8)):
            at = match.end() - 1
            yield at, at + 3, "an office that calls itself 我局 or 我市 elsewhere is 我 here", None


def _of_the_city(text: str) -> Iterator[tuple[int, int, str, str | None]]:
    """The city's name right before 工作: whose work it is has gone."""
    if text.count("市") < CITY_ENOUGH or not _WORK_NEXT.search(text):
        return
    cities = Counter(match[1] for match in _CITY.finditer(text))
    for city, times in cities.most_common(3):
        if times < CITY_ENOUGH:
            return
        at = text.find(f"{city}工作")
        while at >= 0:
            if text[at - 1 : at] not in _GOES and text[at + 4 : at + 6] in _NEXT:
                yield at, at + 4, "a city's name stands where its office stood", None
            at = text.find(f"{city}工作", at + 1)


def _headline(reading: Reading) -> Iterator[Finding]:
    """A text that begins with its byline has lost its headline."""
    first, _, rest = reading.text.partition("\n")
    if _BYLINE.fullmatch(first.strip()) and len(rest.lstrip().split("\n", 1)[0]) > 60:
        yield reading.finding(
            FindingKind.WORD_DELETION,
            Severity.LOW,
            0,
            len(first),
            score=0.4,
            evidence={"reason": "the text begins with its byline, without a headline"},
        )
