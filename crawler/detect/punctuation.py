"""`glyph_loss` among punctuation: the end of a sentence, one of two brackets, quotation marks, a plus sign."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.detect.case import Case
from crawler.detect.reading import reading_of
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.GLYPH_LOSS,)

_HAN = "\u4e00-\u9fff"
# 二是 opens a point of its own; before it stands the end of another.
_POINT = re.compile(f"是(?=[{_HAN}]{{2}})(?<=[二三四五六七八九]是)")
_BEFORE_POINT = re.compile(f"[{_HAN}%％]")
_NO_END = frozenset("第其之十这這那有于至即就便但而都也、")
_RATES = [(sign, re.compile(f"{sign}(?=[0-9]{{1,6}}[條条個个家户戶項项])")) for sign in "%％"]
_RATE_END = re.compile(r"[0-9.]{1,8}[%％]\Z")
# A verb whose object has come before ends a sentence; these begin the next.
_ENDED = re.compile(
    "(?:有效|顺利|順利|扎实|扎實)(?:开展|開展|解决|解決|落实|落實|推进|推進)"
    "(?=(?:分别|分別)(?:成立|建立|制定|组建|組建)|针对|針對|按照)"
)
_PLUSED = re.compile("\\+[0-9０-９]")
_FORMULA = re.compile("[0-9０-９]\\+[0-9０-９](?:\\+[0-9０-９XN])*")
_PLUS = re.compile(r"“([\u4e00-\u9fff]{2,5}) ([\u4e00-\u9fff]{2,4})[\u4e00-\u9fff]*”")
# What is usually added to something with a plus sign, in both scripts.
_HEAD_WORDS = """
    互联网 互聯網 党建 黨建 大数据 大數據 人工智能 物联网 物聯網 区块链 區塊鏈 网格 網格 旅游 旅遊 文化 生态 生態
    科技 金融 电商 電商 标准 標準 信用 数字 數字 智慧 教育 体育 體育 医疗 醫療 农业 農業 知识产权 知識產權
"""
_HEADS = frozenset(_HEAD_WORDS.split())
_PAIRS = {"（": "）", "(": ")", "「": "」", "『": "』", "《": "》", "【": "】", "“": "”"}
_OPENERS = {closing: opening for opening, closing in _PAIRS.items()}
# Of brackets the full-width and the narrow one pass for each other.
_FOLDED = {opening: "(" if opening == "（" else opening for opening in _PAIRS}
_WANTED = {closing: _FOLDED[opening] for closing, opening in _OPENERS.items()}
_FOLDED_MARKS = str.maketrans({"（": "(", "）": ")"})
_CLOSED = tuple(opening + closing for opening, closing in _PAIRS.items() if opening != "（")
_BRACKETS = "（()）「」『』《》【】“”"
_BRACKET = re.compile(f"[{_BRACKETS}]")
_MARK = re.compile(f"[{_BRACKETS}\n]")
# 1) and a） and 二） number a list.
_NUMBERED = re.compile(r"[\dA-Za-z①-⑳ⅰ-ⅹⅠ-Ⅻ一二三四五六七八九十:;\-]\Z")
# The rest of a gloss whose bracket was torn together with a character: `mojibake` says so.
_TORN_GLOSS = re.compile(r"\?[a-z\u00e0-\u01dc]{1,6}\Z")
# A text with more of them has a habit, not a loss.
HABIT = 3


def detect(case: Case) -> Iterator[Finding]:
    """Each place where a mark is plainly gone."""
    reading = reading_of(case)
    text = reading.text
    for start, end, lost, repair in (*_ends(text), *_marks(text), *_halves(text)):
        yield reading.finding(
            FindingKind.GLYPH_LOSS,
            Severity.LOW,
            start,
            end,
            score=0.6,
            evidence={"lost": lost, "before": text[max(start - 8, 0) : start], "after": text[end : end + 8]},
            repair=repair,
        )


_Place = tuple[int, int, str, str | None]


def _ends(text: str) -> Iterator[_Place]:
    if "一是" in text:
        for match in _POINT.finditer(text):
            at, end = match.start() - 1, match.end()
            ended = text[at - 1 : at]
            if ended in _NO_END or not _BEFORE_POINT.match(ended):
                continue
            # A rate is quoted whole, of a sentence its last four characters.
            rate = _RATE_END.search(text, max(at - 10, 0), at)
            start = rate.start() if rate else max(at - 4, 0)
            yield start, end, "the end of a sentence", f"{text[start:at]}。{text[at:end]}"
    for match in (match for sign, rates in _RATES if sign in text for match in rates.finditer(text)):
        if rate := _RATE_END.search(text, max(match.start() - 9, 0), match.end()):
            yield *rate.span(), "the end of a sentence", f"{rate.group()}。"
    if "有效" in text or "扎" in text or "利" in text:
        for match in _ENDED.finditer(text):
            yield *match.span(), "the end of a sentence", f"{match.group()}。"


def _marks(text: str) -> Iterator[_Place]:
    if "“" in text and _PLUSED.search(text):
        formulas = list(_FORMULA.finditer(text))
        quoted = {match.group() for match in formulas if text[match.start() - 1 : match.start()] == "“"}
        for match in formulas:
            bare = _is_han(text[match.start() - 1 : match.start()]) and _is_han(text[match.end() : match.end() + 1])
            if bare and any(match.group().startswith(one) or one.startswith(match.group()) for one in quoted):
                yield *match.span(), "quotation marks that it has elsewhere", f"“{match.group()}”"
    if "“" in text:
        for match in _PLUS.finditer(text):
            if match[1] in _HEADS and not len(match[1]) == len(match[2]) == 4:
                yield match.start(1), match.end(2), "a plus sign", f"{match[1]}+{match[2]}"


def _is_han(mark: str) -> bool:
    return "\u4e00" <= mark <= "\u9fff"


def _halves(text: str) -> list[_Place]:
    """Brackets and quotation marks without their other half, line by line; none where the text does so all along."""
    left = _unclosed("".join(_MARK.findall(text)))
    # A quick look spares most texts the slow one, and most lines.
    if not _unclosed(left.replace("\n", "")):
        return []
    found: list[_Place] = []
    begin, pending = 0, ""
    for line, unclosed in zip(text.split("\n"), left.split("\n"), strict=True):
        lone = _lone(line) if unclosed else []
        # Quotations and brackets may run on over paragraphs.
        for at in lone:
            mark = line[at]
            if mark in _PAIRS:
                pending += mark
            elif _OPENERS[mark] in pending:
                pending = ""
            elif mark not in ")）" or not (
                _NUMBERED.search(line, max(at - 1, 0), at) or _TORN_GLOSS.search(line, max(at - 8, 0), at)
            ):
                found.append((begin + max(at - 8, 0), begin + at + 1, f"the {_OPENERS[mark]} to this {mark}", None))
        begin += len(line) + 1
    return found if len(found) <= HABIT else []


def _unclosed(marks: str) -> str:
    """The marks that are left where every one that is closed in its turn is taken out, from the inside out."""
    marks = marks.translate(_FOLDED_MARKS)
    left = len(marks) + 1
    while len(marks) < left:
        left = len(marks)
        for pair in _CLOSED:
            marks = marks.replace(pair, "")
    return marks


def _lone(line: str) -> list[int]:
    waiting: list[int] = []
    lone: list[int] = []
    for match in _BRACKET.finditer(line):
        mark = match.group()
        if mark in _PAIRS:
            waiting.append(match.start())
            continue
        wanted = _WANTED[mark]
        back = next((back for back in range(1, min(len(waiting), 8) + 1) if _FOLDED[line[waiting[-back]]] == wanted), 0)
        if back:
            del waiting[-back]
        else:
            lone.append(match.start())
    return sorted(lone + waiting)
