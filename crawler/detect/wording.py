"""How well a stretch of text reads as Chinese: the best way to cut it into known words, and what those words weigh.

A cut weighs the share of each word and, at each border, how much oftener than by chance a word that ends so is followed
by one that begins so. The tables are read when they are first needed, which on an undamaged page is never.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from crawler.detect.language.tables import SIMPLIFIED

# A character that is in no word, and one that no Chinese text has (bopomofo, box lines, private use).
UNKNOWN, ALIEN = -15.0, -18.0
# A letter or figure goes with its neighbours.
LATIN = -3.0
LONGEST = 4
# What stands for the border of a line, any figure and any letter.
LINE, FIGURE, LETTER = "¶", "0", "A"
# Added to a count and to what chance would make of it, so that rare characters say little.
DOUBT = 1.0
_FOLDED = dict(zip(map(ord, ",;:!?()%~"), "，；：！？（）％～", strict=True))
_CLASSED = (
    SIMPLIFIED
    | _FOLDED
    | {0xFF01 + at: chr(0x21 + at) for at in range(94) if chr(0x21 + at).isalnum()}
    | dict.fromkeys(map(ord, "\n\r "), LINE)
)
_CLASSED |= dict.fromkeys([*range(0x30, 0x3A), *range(0xFF10, 0xFF1A)], FIGURE)
_CLASSED |= dict.fromkeys(
    [at + shift for shift in (0, 0xFEE0) for at in (*range(0x41, 0x5B), *range(0x61, 0x7B))], LETTER
)


def classed(text: str) -> str:
    """The text as the tables know it, character for character: simplified, full-width, figures and letters alike."""
    return text.translate(_CLASSED)


def _rows(name: str) -> list[list[str]]:
    text = (files("crawler.detect") / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


@lru_cache(maxsize=1)
def words() -> Mapping[str, float]:
    """Word → natural logarithm of its share of a text, in simplified characters."""
    table: dict[str, float] = {}
    for weight, size, run in _rows("words.txt"):
        # The words of a row stand one behind the other, all of one size.
        letters = [iter(run)] * int(size)
        table.update(dict.fromkeys(map("".join, zip(*letters, strict=True)), float(weight)))
    return table


@lru_cache(maxsize=1)
def _inner_pairs() -> frozenset[str]:
    """All pairs of characters that stand side by side in some word."""
    return frozenset([word[at : at + 2] for word in words() for at in range(len(word) - 1)])


@lru_cache(maxsize=1)
def _joints() -> tuple[dict[str, float], dict[str, float], dict[str, float], float]:
    pairs: dict[str, float] = {}
    ends: dict[str, float] = {}
    begins: dict[str, float] = {}
    for name, power, run in _rows("joints.txt"):
        count = math.sqrt(2.0) ** int(power)
        if name == "pairs":
            pairs.update((run[at : at + 2], count) for at in range(0, len(run), 2))
        else:
            (ends if name == "ends" else begins).update(dict.fromkeys(run, count))
    return pairs, ends, begins, sum(ends.values())


@lru_cache(maxsize=65_536)
def _joint(pair: str) -> float:
    """What a border between these two characters weighs."""
    pairs, ends, begins, total = _joints()
    chance = ends.get(pair[0], 0.0) * begins.get(pair[1], 0.0) / total
    return math.log((pairs.get(pair, 0.0) + DOUBT) / (chance + DOUBT))


@lru_cache(maxsize=8_192)
def _alone(character: str) -> float:
    known = words().get(character)
    if known is not None:
        return known
    if character in (FIGURE, LETTER, LINE) or character < "\x80":
        return LATIN
    return UNKNOWN if "\u3400" <= character <= "\u9fff" else ALIEN


def _grow(best: list[float], plain: str) -> None:
    """Fill in `best` (what the best cut of everything before a place weighs) up to the end of `plain`."""
    known = words()
    for end in range(len(best), len(plain) + 1):
        found = best[-1] + _alone(plain[end - 1]) + (_joint(plain[end - 2 : end]) if end > 1 else 0.0)
        for start in range(end - 2, max(end - LONGEST - 1, -1), -1):
            weight = known.get(plain[start:end])
            if weight is not None:
                weight += best[start] + (_joint(plain[start - 1 : start + 1]) if start else 0.0)
                if weight > found:
                    found = weight
        best.append(found)


def upto(text: str) -> list[float]:
    """For each place in a text what the best cut of everything before it weighs; one more entry than characters."""
    best = [0.0]
    _grow(best, classed(text))
    return best


def onward(text: str) -> list[float]:
    """For each place in a text what the best cut of everything from it on weighs, without the border there."""
    plain, known = classed(text), words()
    size = len(plain)
    best = [0.0] * (size + 1)
    for start in range(size - 1, -1, -1):
        found = -math.inf
        for end in range(start + 1, min(start + LONGEST, size) + 1):
            weight = known.get(plain[start:end]) if end > start + 1 else _alone(plain[start])
            if weight is not None:
                weight += best[end] + (_joint(plain[end - 1 : end + 1]) if end < size else 0.0)
                if weight > found:
                    found = weight
        best[start] = found
    return best


def weight(text: str) -> float:
    """What the best cut of a text weighs: the nearer to nothing, the better it reads."""
    return upto(text)[-1]


class Bridge:
    """What left + one character + right weighs at its best cut, for one character after another between the same sides.

    `heads` are the last entries of upto() of what ends with `left`, `tails` those of onward() of what begins with
    `right`; of both sides only the next few characters need to be given.
    """

    __slots__ = ("_begun", "_ended", "_first", "_heads", "_inside", "_last", "_tails")

    def __init__(self, heads: Sequence[float], left: str, right: str, tails: Sequence[float]) -> None:
        left, right = classed(left), classed(right)
        size = len(left)
        self._last, self._first, self._heads = left[-1:], right[:1], heads[size]
        self._tails = _cut_within(right, tails)
        # (what comes before the character in its word, what it all weighs up to there), and the same behind it.
        before: list[tuple[str, float]] = []
        for start in range(size - 1, max(size - LONGEST, -1), -1):
            before.append((left[start:], heads[start] + (_joint(left[start - 1 : start + 1]) if start else 0.0)))
        behind: list[tuple[str, float]] = []
        for end in range(1, min(len(right), LONGEST - 1) + 1):
            joint = _joint(right[end - 1 : end + 1]) if end < len(right) else 0.0
            behind.append((right[:end], self._tails[end] + joint))
        # The words that the character may end, begin or stand inside of.
        self._ended, self._begun = before, behind
        self._inside = [
            (head, tail, weight + rest)
            for head, weight in before
            for tail, rest in behind
            if len(head) + len(tail) < LONGEST
        ]

    def over(self, one: str) -> float:
        """The weight with this character, as classed() gives it, in the middle."""
        left, right = self._last + one, one + self._first
        first = self._heads + (_joint(left) if self._last else 0.0)
        rest = self._tails[0] + (_joint(right) if self._first else 0.0)
        found = first + _alone(one) + rest
        inner, known = _inner_pairs(), words().get
        ended, begun = left in inner, right in inner
        for head, weight in self._ended if ended else ():
            if (word := known(head + one)) is not None:
                found = max(found, word + weight + rest)
        for tail, weight in self._begun if begun else ():
            if (word := known(one + tail)) is not None:
                found = max(found, word + first + weight)
        for head, tail, weight in self._inside if ended and begun else ():
            if (word := known(head + one + tail)) is not None:
                found = max(found, word + weight)
        return found


def _cut_within(right: str, tails: Sequence[float]) -> list[float]:
    """`tails`, or what is better by cutting where the given characters end, at the border that is not weighed there."""
    size = len(right)
    return [max(rest, within + tails[size]) for rest, within in zip(tails[:size], onward(right), strict=False)] + [
        tails[size]
    ]


def cut(left: str, right: str) -> int:
    """How many characters of `left` belong to the word that `right` begins with, at the best cut of both."""
    heads, tails = upto(left), onward(right)
    plain, known = classed(left + right), words()
    joint = len(left)
    best, found = (heads[-1] + tails[0] + (_joint(plain[joint - 1 : joint + 1]) if left and right else 0.0)), 0
    for start in range(max(joint - LONGEST + 1, 0), joint):
        for end in range(joint + 1, min(start + LONGEST, len(plain)) + 1):
            weight = known.get(plain[start:end])
            if weight is None:
                continue
            weight += heads[start] + tails[end - joint]
            weight += _joint(plain[start - 1 : start + 1]) if start else 0.0
            weight += _joint(plain[end - 1 : end + 1]) if end < len(plain) else 0.0
            if weight > best:
                best, found = weight, joint - start
    return found
