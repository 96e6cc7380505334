"""Whether an item is made of nothing but words that the trades of injected keywords use."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.detect.language.latin import LATIN
from crawler.detect.language.tables import SIMPLIFIED, words_in

# The files that hold words of any site, and the sections of another that do.
_SHARED = "words/shared.txt"
_TRADES = (
    "adult",
    "clinics_and_services",
    "counterfeits",
    "drugs_and_arms",
    "escorts",
    "gambling",
    "game_servers",
    "money",
    "papers",
    "piracy",
    "search_rank",
    "surrogacy_and_spying",
)
LONGEST_WORD = 8
# A single character between words costs as much as it would bring within one.
LOST = -2
_HAN_OR_NOT = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[^\u3400-\u4dbf\u4e00-\u9fff]+")

_EVERYDAY = frozenset(words_in("ordinary_words.txt")) | frozenset(words_in(_SHARED))
# Words that no honest page has much use for.
OWN = frozenset(word for trade in _TRADES for word in words_in(f"words/{trade}.txt")) - _EVERYDAY


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
            elif word in _EVERYDAY:
                best[end] = max(best[end], here)
    return best[size]
