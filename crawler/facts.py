"""What a reader looks for in an edit: figures, dates, and names of people and offices that differ."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from crawler.diff import Hunk
from crawler.words import Span, tokens

FactKind = Literal["date", "figure", "name", "office", "other"]

_DATE = re.compile(
    r"\d{4}\s?[-/.年]\s?\d{1,2}(?:\s?[-/.月]\s?\d{1,2})?|\d{1,2}\s?月\s?\d{1,2}\s?日|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}:\d{2}"
    r"|(?:\d{1,2}(?:st|nd|rd|th)?\s+)?\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?(?:\s+\d{1,4})?"
    r"|\d{1,4}\s?[年月日号時时点]"
)
# What any of these has.
_OF_DATE, _FIGURE = re.compile(r"[\dA-Z]"), re.compile(r"\d")
_DATE_AFTER = re.compile(r"\s?[年月日号]")
_DIGIT = re.compile(r"\d|[０-９]|[一二三四五六七八九十百千万亿两]{2,}")
# Family names of most people that are named in government news: the hundred most common, and their other forms.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈"
    "钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛郝顾龚邵万钱覃武戴孔汤葛陳張劉黃趙吳鄭"
)
_TITLES = (
    "书记|市长|省长|县长|区长|镇长|乡长|州长|局长|厅长|部长|司长|处长|科长|主任|主席|委员|院长|校长|所长|站长|总理|部長|"
    "局長|市長|縣長|處長|科長|主任委員|检察长|秘书长|干事|同志|先生|女士|发言人|负责人|联系人|负责同志|代表|教授|医生|议员|館長|專員"
)
_TITLED = re.compile(_TITLES)
_NAME = re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff·]{{1,3}}")
_BODIES = "局|委员会|委|厅|部|办公室|中心|政府|法院|检察院|管委会|街道办|研究院|银行|公司|大学|医院|处|署|會|廳|區公所"
_OFFICE = re.compile(rf"[\u4e00-\u9fff]{{1,12}}(?:{_BODIES})")
# What comes before 局 and the like, where that stayed: 住建→城管 局.
_OFFICE_STEM, _OFFICE_AFTER = re.compile(r"[\u4e00-\u9fff]{2,10}"), re.compile(rf"[\u4e00-\u9fff]?(?:{_BODIES})")
_PROPER = re.compile(r"(?:[A-Z][\w'’.-]+)(?:\s+(?:of|the|and|for|[A-Z][\w'’.-]+)){0,6}")
_PERSON_BESIDE = 12
_HAN_CONTEXT, _LATIN_CONTEXT = 8, 28
# More than is taken of a text up to a Han character, nearly always; and of one that has none there.
_ENOUGH, _MOST = (10, 48), 200
_HAN = re.compile("[\u4e00-\u9fff]")


# A text can have thousands of them.
class Fact(NamedTuple):
    """One place of a paragraph where words differ: what stood and stands there, and the words around it."""

    kind: FactKind
    before: str
    after: str
    left: str
    right: str


def facts_of(hunks: Iterable[Hunk]) -> tuple[Fact, ...]:
    """Each changed place inside an edited paragraph, in reading order, by what it is of."""
    return tuple(fact for hunk in hunks if hunk.op == "edit" for fact in places(hunk.spans))


def places(spans: tuple[Span, ...]) -> list[Fact]:
    """Each place where the spans of two texts differ, with the words around it; space alone is no such place."""
    found: list[Fact] = []
    old = new = left = ""
    for op, text in (*spans, Span("equal", "")):
        if op == "delete":
            old = text
        elif op == "insert":
            new = text
        else:
            if old.strip() or new.strip():
                found.append(Fact(_kind(old, new, left, text), old, new, _tail(left), _head(text)))
            old, new, left = "", "", text
    return found


def _kind(old: str, new: str, left: str, right: str) -> FactKind:
    both = f"{old} {new}"
    if _OF_DATE.search(both) and (_DATE.search(both) or (_DATE_AFTER.match(right) and _FIGURE.search(both))):
        return "date"
    if _DIGIT.search(both):
        return "figure"
    one, other = old.strip(), new.strip()
    if _NAME.fullmatch(one) or _NAME.fullmatch(other):
        around = left[-_PERSON_BESIDE:] + "\n" + right[:_PERSON_BESIDE]
        if _TITLED.search(around + both):
            return "name"
    if _is_office(one, right) or _is_office(other, right):
        return "office"
    if (" " in one and _PROPER.fullmatch(one)) or (" " in other and _PROPER.fullmatch(other)):
        return "name"
    return "other"


def _is_office(text: str, right: str) -> bool:
    if len(text) > 2 and _OFFICE.fullmatch(text):
        return True
    return _OFFICE_STEM.fullmatch(text) is not None and _OFFICE_AFTER.match(right) is not None


def _tail(text: str) -> str:
    """The end of the words before a place: some Han characters, or whole Latin words."""
    # A Han character is a piece by itself: from one on, the pieces are those of the whole text.
    enough = len(text) > _ENOUGH[0]
    near = next((text[-some:] for some in _ENOUGH if _HAN.match(text[-some:])), text[-_MOST:]) if enough else text
    return _cut(near, last=True)


def _head(text: str) -> str:
    enough = len(text) > _ENOUGH[0]
    near = next((text[:some] for some in _ENOUGH if _HAN.match(text, some)), text[:_MOST]) if enough else text
    return _cut(near, last=False)


# Between figures the same few signs stand again and again.
@lru_cache(maxsize=256)
def _cut(near: str, *, last: bool) -> str:
    pieces = tokens(near)
    kept: list[str] = []
    width = 0
    for piece in reversed(pieces) if last else pieces:
        limit = _LATIN_CONTEXT if piece.isascii() else _HAN_CONTEXT
        if width + len(piece) > limit or piece in "。；;！!？?\n" or (piece in "，,、：:" and width and not last):
            break
        kept.append(piece)
        width += len(piece)
    return "".join(reversed(kept) if last else kept).strip(" ，,、")
