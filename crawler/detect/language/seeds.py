"""Where a text deserves a closer look: places at which pairs of characters that tell of junk stand close together.

A regular expression stops at pivots, a dictionary says whether the pair there is a seed, and the sum over the nearest
pairs says whether it is in the company that it keeps in injected blocks. Ordinary text costs next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import add

from crawler.detect.language.latin import LATIN
from crawler.detect.language.tables import BIGRAMS, PIVOTS, SIMPLIFIED, written_forms

# A pair this telling is a seed; so many characters on either side are its company.
SEED = 2.5
COMPANY = 14
# What the company must sum to at its best; less for short texts, where few words count.
ENOUGH, ENOUGH_IN_SHORT = 6.0, 4.5
# A pair that the table does not know, and a pair with anything but Han characters in it.
UNKNOWN_PAIR = -0.9
BESIDE = -0.1

_SEEDS = frozenset(
    left + right
    for pair, weight in BIGRAMS.items()
    if weight >= SEED
    for left in written_forms({pair[0]})
    for right in written_forms({pair[1]})
)
_STOPS = written_forms(set(PIVOTS))
_BEHIND = "".join(sorted({seed[1] for seed in _SEEDS if seed[0] in _STOPS}))
_BEFORE = "".join(sorted({seed[0] for seed in _SEEDS if seed[1] in _STOPS}))
_PIVOT = re.compile(f"[{''.join(sorted(_STOPS))}](?:(?=[{_BEHIND}])|(?<=[{_BEFORE}].))")
_LATIN_SEEDS = frozenset(word.encode() for word, weight in LATIN.items() if weight >= 3.0)
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]+")
# ASCII letters and digits in lower case, everything else a space.
_WORDS_ONLY = bytes(ord(chr(byte).lower()) if chr(byte).isalnum() and byte < 128 else 32 for byte in range(256))


def looks(text: str, *, enough: float = ENOUGH) -> Iterator[tuple[int, int]]:
    """(first, last) place of each group of pairs or words that is worth a look, in order; groups may touch."""
    latin = list(_latin_looks(text, enough)) if has_latin_seed(text) else []
    found = ((first, last) for first, last, _ in han_looks(text, enough))
    yield from sorted([*found, *latin]) if latin else found


def han_looks(text: str, enough: float = ENOUGH) -> Iterator[tuple[int, int, float]]:
    """(first, last, what its company sums to) of each group of pairs of Han characters that is worth a look."""
    done = -1
    for match in _PIVOT.finditer(text):
        at = match.start()
        if at <= done or (text[at : at + 2] not in _SEEDS and text[max(at - 1, 0) : at + 1] not in _SEEDS):
            continue
        low = max(at - COMPANY, 0)
        best, last = company(text[low : at + COMPANY])
        if best >= enough:
            done = low + last
            yield at, max(done, at), best


def company(text: str) -> tuple[float, int]:
    """The best sum over neighbouring pairs of a short text, and the place where it ends."""
    plain = text.translate(SIMPLIFIED)
    weigh = BIGRAMS.get
    total = best = 0.0
    last = 0
    for place, pair in enumerate(map(add, plain, plain[1:]), 1):
        weight = weigh(pair)
        if weight is None:
            weight = UNKNOWN_PAIR if pair[0] > "\u3400" and pair[1] > "\u3400" else BESIDE
        total += weight
        if total <= 0.0:
            total = 0.0
        elif total > best:
            best, last = total, place
    return best, last


def has_latin_seed(text: str) -> bool:
    """Whether a Latin word of injected blocks stands in the text, as a whole word."""
    return not _LATIN_SEEDS.isdisjoint(text.encode("utf-8", "replace").translate(_WORDS_ONLY).split())


def _latin_looks(text: str, enough: float) -> Iterator[tuple[int, int]]:
    """Groups of Latin words close together, with what the Han characters around them add."""
    first = last = -COMPANY
    total = 0.0
    for match in _LATIN_WORD.finditer(text):
        weight = LATIN.get(match.group().lower())
        if weight is None or weight < 1.5:
            continue
        if match.start() - last > COMPANY:
            if total and total + company(text[max(first - COMPANY, 0) : last + COMPANY])[0] >= enough:
                yield first, last
            first, total = match.start(), 0.0
        last = match.end() - 1
        total += weight
    if total and total + company(text[max(first - COMPANY, 0) : last + COMPANY])[0] >= enough:
        yield first, last
