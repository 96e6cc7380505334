"""Where a text deserves a closer look: places at which pairs of characters that tell of junk stand close together.

All pairs of a text are looked up at once; only where telling ones are near each other are the pairs around them
weighed. Ordinary text costs next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from crawler.detect.language.latin import LATIN
from crawler.detect.language.lexicon import OWN
from crawler.detect.language.pairs import best_sum, pairs_of, places_of
from crawler.detect.language.tables import FOLD, OLDER_FORMS, PAIRS, ROWS
from crawler.detect.stretches import Stretch, merged

# A pair this telling is a seed; so many characters on either side are its company.
SEED: Final = 2.5
COMPANY: Final = 14
# What seeds in company must sum to before the rest is weighed, and what that must come to; less for short texts, where
# few words count.
SEEDS_ENOUGH: Final = 3.0
ENOUGH: Final = 4.0
ENOUGH_IN_SHORT: Final = 4.0
# A pair that the table does not know, and a pair with anything but Han characters in it.
UNKNOWN_PAIR: Final = -0.9
BESIDE: Final = -0.1

# Pairs that tell too little for a look, but enough to read the line that they stand on where it is a short one.
HINT: Final = 2.0


_NOT_KNOWN: Final = -99.0


def _hints() -> Iterator[tuple[float, str]]:
    """(weight, pairs) of all that hint or tell, in every form of their characters."""
    for weight, run in ROWS:
        if weight >= HINT:
            yield weight, "".join([_forms(run[at], run[at + 1]) for at in range(0, len(run), 2)])
    owned: list[str] = []
    for pair in {word[at : at + 2] for word in OWN for at in range(len(word) - 1)}:
        weight = PAIRS.get(pair, _NOT_KNOWN)
        # What tells is there already; of what tells little, whole words alone hint.
        hinting = weight == _NOT_KNOWN or (0.0 < weight < HINT and pair in OWN)
        if hinting and pair[0] > "\u3400" and pair[1] > "\u3400":
            owned.append(_forms(pair[0], pair[1]))
    yield HINT, "".join(owned)


def _forms(left: str, right: str) -> str:
    """A pair in every form of its characters, one behind the other."""
    if left not in OLDER_FORMS and right not in OLDER_FORMS:
        return left + right
    lefts, rights = [left, *OLDER_FORMS.get(left, ())], [right, *OLDER_FORMS.get(right, ())]
    return "".join([one + other for one in lefts for other in rights])


_HINTS: Final = pairs_of(list(_hints()))
_LATIN_SEEDS: Final = frozenset(word.encode() for word, weight in LATIN.items() if weight >= 3.0)
_LATIN_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9]+")
# So far around a line that is suspected looks are taken; of more lines than this all of a text is looked at.
AROUND: Final = 400
FEW_LINES: Final = 24
# ASCII letters and digits in lower case, everything else a space.
_WORDS_ONLY: Final = bytes(
    [ord(chr(byte).lower()) if byte < 128 and chr(byte).isalnum() else 32 for byte in range(256)]
)


def looks(text: str, *, enough: float = ENOUGH, around: Collection[str] | None = None) -> list[tuple[int, int]]:
    """(first, last) place of each group of pairs or words that is worth a look, in order; groups may touch.

    `around`: pieces of the text away from which no pairs are worth one; None where that is not known.
    """
    near = _around(text, around) if around is not None and len(around) <= FEW_LINES else [(0, len(text))]
    found: list[tuple[int, int]] = []
    for low, high in near:
        stretch = text[low:high]
        found += [(low + first, low + last) for first, last in han_looks(stretch, hints(stretch, least=SEED), enough)]
    return sorted([*found, *_latin_looks(text, enough)]) if has_latin_seed(text) else found


def _around(text: str, pieces: Iterable[str]) -> list[Stretch]:
    found: list[Stretch] = []
    for piece in pieces:
        at = text.find(piece)
        while at >= 0:
            found.append((max(at - AROUND, 0), at + len(piece) + AROUND))
            at = text.find(piece, at + len(piece))
    return merged(found)


def han_looks(text: str, places: Sequence[tuple[int, float]], enough: float = ENOUGH) -> list[tuple[int, int]]:
    """(first, last) of each group of pairs of Han characters that is worth a look, among these places of pairs."""
    found: list[tuple[int, int]] = []
    done = before = -COMPANY
    sum_of_seeds = 0.0
    for at, weight in places:
        if at <= done or weight < SEED:
            continue
        sum_of_seeds = weight + (sum_of_seeds if at - before <= COMPANY else 0.0)
        before = at
        if sum_of_seeds < SEEDS_ENOUGH:
            continue
        best, last = best_sum(text, max(at - COMPANY, 0), at + COMPANY, PAIRS, FOLD, UNKNOWN_PAIR, BESIDE)
        if best >= enough:
            done = last
            found.append((at, max(done, at)))
    return found


def hints(text: str, *, least: float = 0.0) -> list[tuple[int, float]]:
    """(place, weight) of each pair that hints or tells, in order; only those worth so much at `least`."""
    return places_of(text, _HINTS, least)


def company(text: str) -> float:
    """The best sum over neighbouring pairs of a short text."""
    return best_sum(text, 0, len(text), PAIRS, FOLD, UNKNOWN_PAIR, BESIDE)[0]


def has_latin_seed(text: str) -> bool:
    """Whether a Latin word of injected blocks stands in the text, as a whole word."""
    return not _LATIN_SEEDS.isdisjoint(text.encode("ascii", "replace").translate(_WORDS_ONLY).split())


def _latin_looks(text: str, enough: float) -> Iterator[tuple[int, int]]:
    """Groups of Latin words close together, with what the Han characters around them add."""
    first = last = -COMPANY
    total = 0.0
    for match in _LATIN_WORD.finditer(text):
        weight = LATIN.get(match.group().lower())
        if weight is None or weight < 1.5:
            continue
        if match.start() - last > COMPANY:
            if total and total + company(text[max(first - COMPANY, 0) : last + COMPANY]) >= enough:
                yield first, last
            first, total = match.start(), 0.0
        last = match.end() - 1
        total += weight
    if total and total + company(text[max(first - COMPANY, 0) : last + COMPANY]) >= enough:
        yield first, last
