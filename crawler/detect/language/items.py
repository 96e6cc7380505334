"""What a text is made of where injected keywords may stand: items, what is between them, what each of them scores."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from mypy_extensions import i64, mypyc_attr

from crawler.detect.language.latin import LATIN
from crawler.detect.language.lexicon import leaning, owned
from crawler.detect.language.marks import PLACE, first_of, han_end, is_han, plain_end
from crawler.detect.language.pairs import summed, weighed
from crawler.detect.language.tables import WORTH

UNKNOWN_LATIN: Final = -0.5
UNKNOWN_NUMBER: Final = -0.2
TELLING: Final = 3.0
# A handle says little without a trade, but belongs to it.
REACHED: Final = 1.0
# So many digits are a number, of a telephone or a document.
NUMBER: Final = 6
# Quotation marks and enumeration commas belong to sentences; injected items have none.
PROSE_MARK: Final = -4.0
OTHER_MARK: Final = -0.2
# Where the pairs leave a short item in doubt, its words are asked. Each character in words of the trades is worth so
# much where lists have all the rest; how much likelier the item is as words of the trades than as ordinary ones counts
# so much, and so much at least and at most.
KNOWN: Final = 0.8
LIKELIER: Final = 0.5
LEAST_LIKELY: Final = -5.0
LIKELIEST: Final = 3.0
DOUBTFUL: Final = -8.0
UNDOUBTED: Final = 14.0
LONGEST_ASKED: Final = 24
# What stands between items, by what it costs to go on behind it. A line or a bar ends an item for certain; a comma or a
# colon may as well stand in a sentence.
LINE: Final = "line"
BLANK: Final = "blank line"
STOP: Final = "stop"
BAR: Final = "bar"
SPACE: Final = "space"
COMMA: Final = "comma"
CODE: Final = "code"
COSTS: Final = {LINE: -0.6, BLANK: -4.0, STOP: -7.0, BAR: -0.2, SPACE: -0.2, COMMA: -0.3, CODE: -1.0}

# A way to reach somebody: a handle behind what names the messenger, however it is spelt; a mobile number.
CONTACT: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:\+?(?:[QqVv][QqXx信]?|[Ww][Xx]|[Tt][Gg])[号群]?[:：@]?|[+@]|(?<=[微薇信威扣群加号])[:：]?)"
    r"[A-Za-z]{0,10}[0-9]{3,12}[A-Za-z]{0,3}(?![A-Za-z0-9])"
)
MOBILE: Final = r"(?<![0-9])1[3-9][0-9]-?[0-9]{4}-?[0-9]{4}(?![0-9])"
# Contacts, Han runs, Latin words, and everything between them.
_CONTACTS: Final = 1
_HAN: Final = 2
_LATIN: Final = 3
_OTHER: Final = 4
_TOKEN: Final = re.compile(
    rf"({CONTACT.pattern}|{MOBILE})|"
    + r"([\u3400-\u4dbf\u4e00-\u9fff]+)|([A-Za-z0-9\u2170-\u217f\u03b1\u03bd]+)|([^\w]+|[\w])"
)
# A mark no longer than this is remembered.
_SHORT: Final = 8
_STOP: Final = re.compile(r"[。！？!?…；]")
_PROSE: Final = re.compile(r"[、“”‘’《》「」『』]")
_BLANK_LINE: Final = re.compile(r"\n[ \t\r\u3000]*\n")
_BAR: Final = re.compile(r"[|｜_/\\·•>»~～—–\-\t\u2003]")
_COMMA: Final = re.compile(r"[,，;:：]")
# What only code has: strings that a script writes, attributes.
_CODE: Final = re.compile(r"[\"<>{}=]|\('|'\)|'[,;]")
# Streets, houses and villages have names like brands.
_ADDRESS: Final = re.compile(r"(?:[路弄号村镇乡街巷組组里][0-9东西南北、]|[路弄村镇乡街巷]\Z)")


@mypyc_attr(acyclic=True)
class Item:
    """A stretch between two borders: where it is, its score, pairs, the telling ones among them, its marks of prose.

    `border` is what ends it, `mark` that as it is written; `words` is what its words add to the score.
    """

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.score = 0.0
        self.pairs = 0
        self.telling: list[str] = []
        self.prose = 0
        self.words = 0.0
        self.border = LINE
        self.mark = ""

    @property
    def junk(self) -> bool:
        """Whether it reads like an injected item by itself."""
        return self.score >= 3.0 and self.score >= 0.45 * self.pairs and not self.prose

    @property
    def bound(self) -> float:
        """Its score beside others of a run: what binds it is the separator, ordinary words are no reason against it."""
        return self.score - min(self.words, 0.0)


def items_in(text: str, low: i64, high: i64) -> list[Item]:
    """The items of a stretch of a text, in order."""
    items: list[Item] = []
    item: Item | None = None
    high = min(high, len(text))
    at = low
    while at < high:
        begin = at
        kind, at = _token(text, at, high)
        if kind == _OTHER or (kind == _LATIN and at == begin + 1 and text[begin] == "I"):
            mark = text[begin:at]
            border = BAR if kind == _LATIN else _border_of(mark)
            if border:
                if item is not None:
                    item.border, item.mark = border, mark
                    items.append(item)
                item = None
                continue
        if kind == _HAN and item is not None and _is_number(text, item):
            # What the sentence before ended with: no item begins with a number.
            item.border = SPACE
            items.append(item)
            item = None
        if item is None:
            item = Item(begin, at)
        item.end = at
        if kind == _HAN:
            item.score += summed(text, begin, at, WORTH, item.telling, TELLING)
            item.pairs += at - begin - 1
        else:
            _book(item, text[begin:at], kind)
    if item is not None:
        items.append(item)
    for item in items:
        _ask(text, item)
    return items


def _token(text: str, at: i64, high: i64) -> tuple[i64, i64]:
    """(kind, end) of what begins at a place; the pattern is asked where it is no run of Han characters or of marks."""
    if is_han(ord(text[at])):
        return _HAN, han_end(text, at, high)
    end = plain_end(text, at, high)
    if end >= 0:
        return _OTHER, end
    token = _TOKEN.match(text, at, high)
    # One of its alternatives takes any character.
    return (token.lastindex or _OTHER, token.end()) if token else (_OTHER, at + 1)


def _ask(text: str, item: Item) -> None:
    """Sets an item right that names a place, or whose pairs leave in doubt what its words say."""
    begin, end = item.start, item.end
    if first_of(text, begin, end, PLACE) < end and _ADDRESS.search(text, begin, end):
        item.score = min(item.score, 0.0)
    elif DOUBTFUL < item.score < UNDOUBTED and not item.prose and end - begin <= LONGEST_ASKED:
        item.words = _of_words(text[begin:end])
        item.score += item.words


def _of_words(item: str) -> float:
    """What the words of an item add to what its pairs say."""
    return KNOWN * owned(item) + min(max(LIKELIER * leaning(item), LEAST_LIKELY), LIKELIEST)


def _is_number(text: str, item: Item) -> bool:
    return item.end - item.start >= NUMBER and text[item.start : item.end].isdigit()


def _border_of(mark: str) -> str:
    return _border(mark) if len(mark) <= _SHORT else _border.__wrapped__(mark)


# Nearly all that stands between items is one of a few marks.
@lru_cache(maxsize=1024)
def _border(mark: str) -> str:
    """What kind of border a mark is; empty where it ends no item."""
    if _STOP.search(mark):
        return STOP
    if "\n" in mark:
        return BLANK if _BLANK_LINE.search(mark) else LINE
    if _PROSE.search(mark):
        return ""
    if _CODE.search(mark):
        return CODE
    if _BAR.search(mark):
        return BAR
    if _COMMA.search(mark):
        return COMMA
    return SPACE if mark.isspace() else ""


def _book(item: Item, token: str, kind: i64) -> None:
    """Adds what is no run of Han characters to an item."""
    if kind == _CONTACTS and token[0] != "1":
        item.score += REACHED
        item.pairs += 1
    elif kind in (_LATIN, _CONTACTS):
        latin = token.lower()
        weight = LATIN.get(latin, UNKNOWN_NUMBER if latin.isdigit() else UNKNOWN_LATIN)
        item.score += weight
        item.pairs += 1
        if weight >= TELLING:
            item.telling.append(latin)
    elif _PROSE.search(token):
        item.score += PROSE_MARK
        item.prose += 1
    else:
        item.score += OTHER_MARK


def best_part(text: str, item: Item) -> Item | None:
    """The best-scoring stretch within an item, where prose runs into what is injected; None where it is all of it."""
    total = best = 0.0
    begin = item.start
    part: Item | None = None
    at: i64 = item.start
    high: i64 = item.end
    while at < high:
        first = at
        kind, at = _token(text, at, high)
        if kind == _HAN:
            steps = [(first + n, weight, 1) for n, weight in enumerate(weighed(text, first, at, WORTH))]
        else:
            probe = Item(first, at)
            _book(probe, text[first:at], kind)
            steps = [(int(first), probe.score, int(at - first) - 1)]
        for place, weight, size in steps:
            if total <= 0.0:
                total, begin = 0.0, place
            total += weight
            if total > best:
                best, part = total, Item(begin, place + 1 + size)
    return part
