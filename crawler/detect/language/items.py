"""What a text is made of where injected keywords may stand: items, what is between them, what each of them scores."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawler.detect.language.latin import LATIN
from crawler.detect.language.lexicon import leaning, owned
from crawler.detect.language.pairs import weighed
from crawler.detect.language.tables import BIGRAM_MARKS, BIGRAMS, SIMPLIFIED, SINGLES

# A pair that the table does not know is judged by its characters; one that it does not know either is worth so much.
UNKNOWN_CHARACTER, UNKNOWN_AT_WORST, UNKNOWN_AT_BEST = -1.0, -1.5, 0.75
_UNKNOWN = UNKNOWN_CHARACTER, UNKNOWN_AT_WORST, UNKNOWN_AT_BEST
UNKNOWN_LATIN, UNKNOWN_NUMBER = -0.5, -0.2
TELLING = 3.0
# A handle says little without a trade, but belongs to it.
REACHED = 1.0
# So many digits are a number, of a telephone or a document.
NUMBER = 6
# Quotation marks and enumeration commas belong to sentences; injected items have none.
PROSE_MARK, OTHER_MARK = -4.0, -0.2
# Where the pairs leave a short item in doubt, its words are asked. Each character in words of the trades is worth so
# much where lists have all the rest; how much likelier the item is as words of the trades than as ordinary ones counts
# so much, and so much at least and at most.
KNOWN, LIKELIER, LEAST_LIKELY, LIKELIEST = 0.8, 0.5, -5.0, 3.0
DOUBTFUL, LONGEST_ASKED = (-8.0, 14.0), 24
# What stands between items, by what it costs to go on behind it. A line or a bar ends an item for certain; a comma or a
# colon may as well stand in a sentence.
LINE, BLANK, STOP, BAR, SPACE, COMMA, CODE = "line", "blank line", "stop", "bar", "space", "comma", "code"
COSTS = {LINE: -0.6, BLANK: -4.0, STOP: -7.0, BAR: -0.2, SPACE: -0.2, COMMA: -0.3, CODE: -1.0}

# A way to reach somebody: a handle behind what names the messenger, however it is spelt; a mobile number.
CONTACT = re.compile(
    r"(?<![A-Za-z0-9])(?:\+?(?:[QqVv][QqXx信]?|[Ww][Xx]|[Tt][Gg])[号群]?[:：@]?|[+@]|(?<=[微薇信威扣群加号])[:：]?)"
    r"[A-Za-z]{0,10}[0-9]{3,12}[A-Za-z]{0,3}(?![A-Za-z0-9])"
)
MOBILE = r"(?<![0-9])1[3-9][0-9]-?[0-9]{4}-?[0-9]{4}(?![0-9])"
# Contacts, Han runs, Latin words, and everything between them.
_CONTACTS, _HAN, _LATIN, _OTHER = 1, 2, 3, 4
_TOKEN = re.compile(
    rf"({CONTACT.pattern}|{MOBILE})|"
    + r"([\u3400-\u4dbf\u4e00-\u9fff]+)|([A-Za-z0-9\u2170-\u217f\u03b1\u03bd]+)|([^\w]+|[\w])"
)
_STOP = re.compile(r"[。！？!?…；]")
_PROSE = re.compile(r"[、“”‘’《》「」『』]")
_BLANK_LINE = re.compile(r"\n[ \t\r\u3000]*\n")
_BAR = re.compile(r"[|｜_/\\·•>»~～—–\-\t\u2003]")
_COMMA = re.compile(r"[,，;:：]")
# What only code has: strings that a script writes, attributes.
_CODE = re.compile(r"[\"<>{}=]|\('|'\)|'[,;]")
# Streets, houses and villages have names like brands.
_ADDRESS = re.compile(r"(?:[路弄号村镇乡街巷組组里][0-9东西南北、]|[路弄村镇乡街巷]\Z)")
BORDER = re.compile(r"[。！？!?…；|｜_/\\·•>»~～—–\-\t\u2003,，;:：\r\n \u3000]")


@dataclass(slots=True)
class Item:
    """A stretch between two borders: where it is, its score, pairs, the telling ones among them, its marks of prose.

    `border` is what ends it, `mark` that as it is written; `words` is what its words add to the score.
    """

    start: int
    end: int
    score: float = 0.0
    pairs: int = 0
    telling: list[str] = field(default_factory=list)
    prose: int = 0
    words: float = 0.0
    border: str = LINE
    mark: str = ""

    @property
    def junk(self) -> bool:
        """Whether it reads like an injected item by itself."""
        return self.score >= 3.0 and self.score >= 0.45 * self.pairs and not self.prose

    @property
    def bound(self) -> float:
        """Its score beside others of a run: what binds it is the separator, ordinary words are no reason against it."""
        return self.score - min(self.words, 0.0)


def items_in(text: str, low: int, high: int) -> list[Item]:
    """The items of a stretch of a text, in order."""
    items: list[Item] = []
    item: Item | None = None
    for match in _TOKEN.finditer(text, low, high):
        kind = match.lastindex
        if kind == _OTHER or match[_LATIN] == "I":
            border = BAR if kind == _LATIN else _border(match[_OTHER])
            if border:
                if item is not None:
                    item.border, item.mark = border, match.group()
                    items.append(item)
                item = None
                continue
        if kind == _HAN and item is not None and _is_number(text, item):
            # What the sentence before ended with: no item begins with a number.
            item.border = SPACE
            items.append(item)
            item = None
        if item is None:
            item = Item(match.start(), match.end())
        item.end = match.end()
        _book(item, match.group(), kind or _OTHER)
    if item is not None:
        items.append(item)
    for item in items:
        if _ADDRESS.search(text, item.start, item.end):
            item.score = min(item.score, 0.0)
        elif DOUBTFUL[0] < item.score < DOUBTFUL[1] and not item.prose and item.end - item.start <= LONGEST_ASKED:
            item.words = _of_words(text[item.start : item.end])
            item.score += item.words
    return items


def _of_words(item: str) -> float:
    """What the words of an item add to what its pairs say."""
    return KNOWN * owned(item) + min(max(LIKELIER * leaning(item), LEAST_LIKELY), LIKELIEST)


def _is_number(text: str, item: Item) -> bool:
    return item.end - item.start >= NUMBER and text[item.start : item.end].isdigit()


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


def _book(item: Item, token: str, kind: int) -> None:
    if kind == _HAN:
        plain, weights = pair_weights(token)
        item.score += sum(weights)
        item.pairs += len(weights)
        if weights and max(weights) >= TELLING:
            item.telling += [plain[at : at + 2] for at, weight in enumerate(weights) if weight >= TELLING]
    elif kind == _CONTACTS and token[0] not in "1":
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


def pair_weights(run: str) -> tuple[str, list[float]]:
    """A run of Han characters in simplified ones, and what each pair of them is worth."""
    plain = run.translate(SIMPLIFIED)
    return plain, weighed(plain, BIGRAMS, BIGRAM_MARKS, SINGLES, _UNKNOWN)


def best_part(text: str, item: Item) -> Item | None:
    """The best-scoring stretch within an item, where prose runs into what is injected; None where it is all of it."""
    total = best = 0.0
    begin = item.start
    part: Item | None = None
    at = item.start
    for match in _TOKEN.finditer(text, item.start, item.end):
        if match.lastindex == _HAN:
            steps = [(match.start() + n, weight, 1) for n, weight in enumerate(pair_weights(match[_HAN])[1])]
        else:
            probe = Item(match.start(), match.end())
            _book(probe, match.group(), match.lastindex or _OTHER)
            steps = [(match.start(), probe.score, match.end() - match.start() - 1)]
        for at, weight, size in steps:
            if total <= 0.0:
                total, begin = 0.0, at
            total += weight
            if total > best:
                best, part = total, Item(begin, at + 1 + size)
    return part
