"""Whether an item is made of words that the trades of injected keywords use, and whether ordinary ones explain it."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final

from crawler.detect.language.latin import LATIN
from crawler.detect.language.tables import SIMPLIFIED, words_in
from crawler.detect.wording import LONGEST, words

# The file with words that any trade uses; the others are a trade each.
_SHARED = "shared.txt"
LONGEST_WORD: Final = 8
# Natural logarithms of what share of a text a word makes up: one of a trade, in its keywords; one of our own list of
# everyday words; a rare word or one of a trade, in ordinary text; a character that is no word.
TRADE: Final = -9.0
EVERYDAY: Final = -8.0
RAREST: Final = -14.0
UNKNOWN: Final = -11.0
# What an ordinary word costs among a trade's: most of what the trades write is their own.
ORDINARY_AMONG_TRADES: Final = -1.5
# Characters that are words of their own in any sentence; another single one is as well part of a name.
FUNCTION_WORD: Final = -7.5
# In an item made of words that lists have, a single character between them costs as much as it would bring within one.
LOST: Final = -2
_NEVER: Final = float("-inf")
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_HAN_OR_NOT: Final = re.compile(rf"{_HAN.pattern}|[^\u3400-\u4dbf\u4e00-\u9fff]+")

_ANY_TRADES: Final = frozenset(words_in(f"words/{_SHARED}"))
_EVERYDAY: Final = frozenset(words_in("ordinary_words.txt"))
_TRADES = sorted(
    path.name
    for path in files("crawler.detect.language").joinpath("words").iterdir()
    if path.name.endswith(".txt") and path.name != _SHARED
)
# Words that no honest page has much use for.
OWN: Final = frozenset(word for trade in _TRADES for word in words_in(f"words/{trade}")) - _EVERYDAY - _ANY_TRADES


@lru_cache(maxsize=8192)
def leaning(item: str) -> float:
    """The logarithm of how much likelier an item's Han characters are as words of the trades than as ordinary ones."""
    lean = 0.0
    for run in _HAN.findall(item.translate(SIMPLIFIED)):
        among_trades, ordinary = _likeliest(run)
        lean += among_trades - ordinary
    return lean


def _likeliest(text: str) -> tuple[float, float]:
    """The most that the words of a text sum to among the trades' and as ordinary ones, over all ways to cut it up."""
    known = words()
    size = len(text)
    trades, ordinary = [0.0, *[_NEVER] * size], [0.0, *[_NEVER] * size]
    for at in range(size):
        among, alone = trades[at], ordinary[at]
        for end in range(at + 1, min(at + LONGEST_WORD, size) + 1):
            word = text[at:end]
            single, own, everyday = end == at + 1, word in OWN, word in _ANY_TRADES
            share = known.get(word) if end <= at + LONGEST else None
            # Where nothing is known of a word, nothing is cut off as one.
            if everyday or word in _EVERYDAY:
                share = max(share or EVERYDAY, EVERYDAY)
            elif single:
                share = share or UNKNOWN
            elif own:
                share = max(share or RAREST, RAREST)
            if share is None:
                continue
            ordinary[end] = max(ordinary[end], alone + share)
            if not everyday and (not single or share > FUNCTION_WORD):
                share += ORDINARY_AMONG_TRADES
            if own and not single:
                share = max(share, TRADE)
            trades[end] = max(trades[end], among + share)
    return trades[size], ordinary[size]


@lru_cache(maxsize=4096)
def owned(item: str) -> int:
    """How many Han characters of an item are in words of the trades' own, where the rest is everyday words too.

    0 where something is left over that no list has.
    """
    found = 0
    for part in _HAN_OR_NOT.findall(item.translate(SIMPLIFIED)):
        if part[0] < "\u3400":
            found += 2 * (LATIN.get(part.strip().lower(), 0.0) >= 3.0)
            continue
        covered = _covered(part)
        if covered < 0:
            return 0
        found += covered
    return found


def _covered(text: str) -> int:
    """The most characters in own words over all ways to cut the text into words; below 0 where there is none."""
    size = len(text)
    best = [-size * 4] * (size + 1)
    best[0] = 0
    for at in range(size):
        here = best[at]
        if here < -size:
            continue
        best[at + 1] = max(best[at + 1], here + LOST)
        for end in range(at + 2, min(at + LONGEST_WORD, size) + 1):
            word = text[at:end]
            if word in OWN:
                best[end] = max(best[end], here + end - at)
            elif word in _EVERYDAY or word in _ANY_TRADES:
                best[end] = max(best[end], here)
    return best[size]
