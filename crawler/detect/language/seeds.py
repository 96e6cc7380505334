"""Where a text deserves a closer look: places at which pairs of characters that tell of junk stand close together.

All pairs of a text are looked up at once; only where telling ones are near each other are the pairs around them
weighed. Ordinary text costs next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import itemgetter

from crawler.detect.language.latin import LATIN
from crawler.detect.language.lexicon import OWN
from crawler.detect.language.pairs import best_sum, marks_of, places_of
from crawler.detect.language.tables import BIGRAM_MARKS, BIGRAMS, OLDER_FORMS, SIMPLIFIED
from crawler.detect.stretches import Stretch, merged

# A pair this telling is a seed; so many characters on either side are its company.
SEED = 2.5
COMPANY = 14
# What seeds in company must sum to before the rest is weighed, and what that must come to; less for short texts, where
# few words count.
SEEDS_ENOUGH = 3.0
ENOUGH, ENOUGH_IN_SHORT = 4.0, 4.0
# A pair that the table does not know, and a pair with anything but Han characters in it.
UNKNOWN_PAIR = -0.9
BESIDE = -0.1

# Pairs that tell too little for a look, but enough to read the line that they stand on where it is a short one.
HINT = 2.0


def _hints() -> Iterator[tuple[str, float]]:
    """(pair, weight) of all that hint or tell, in every form of their characters; what two share, the heavier last."""
    owned = {word[at : at + 2]: HINT for word in OWN for at in range(len(word) - 1)}
    telling = {pair: weight for pair, weight in BIGRAMS.items() if weight >= HINT}
    doubtful = {pair for pair in owned if BIGRAMS.get(pair, HINT) < HINT and not (pair in OWN and BIGRAMS[pair] > 0.0)}
    for pair, weight in sorted((owned | telling).items(), key=itemgetter(1)):
        left, right = pair[0], pair[1]
        if left > "\u3400" and right > "\u3400" and pair not in doubtful:
            yield pair, weight
            if left in OLDER_FORMS or right in OLDER_FORMS:
                rights = (right, *OLDER_FORMS.get(right, ()))
                yield from ((one + other, weight) for one in (left, *OLDER_FORMS.get(left, ())) for other in rights)


_HINTS = dict(_hints())
_MARKS = marks_of(_HINTS)
_TRADITIONAL = re.compile(f"[{re.escape(''.join(map(chr, SIMPLIFIED)))}]")
_LATIN_SEEDS = frozenset(word.encode() for word, weight in LATIN.items() if weight >= 3.0)
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]+")
# So far around a line that is suspected looks are taken; of more lines than this all of a text is looked at.
AROUND, FEW_LINES = 400, 24
# ASCII letters and digits in lower case, everything else a space.
_WORDS_ONLY = bytes(ord(chr(byte).lower()) if chr(byte).isalnum() and byte < 128 else 32 for byte in range(256))


def looks(text: str, *, enough: float = ENOUGH, around: Collection[str] | None = None) -> Iterator[tuple[int, int]]:
    """(first, last) place of each group of pairs or words that is worth a look, in order; groups may touch.

    `around`: pieces of the text away from which no pairs are worth one; None where that is not known.
    """
    latin = list(_latin_looks(text, enough)) if has_latin_seed(text) else []
    near = _around(text, around) if around is not None and len(around) <= FEW_LINES else [(0, len(text))]
    found = ((low + first, low + last) for low, high in near for first, last, _ in han_looks(text[low:high], enough))
    yield from sorted([*found, *latin]) if latin else found


def _around(text: str, pieces: Iterable[str]) -> list[Stretch]:
    found: list[Stretch] = []
    for piece in pieces:
        at = text.find(piece)
        while at >= 0:
            found.append((max(at - AROUND, 0), at + len(piece) + AROUND))
            at = text.find(piece, at + len(piece))
    return merged(found)


def han_looks(
    text: str, enough: float = ENOUGH, places: Sequence[tuple[int, float]] | None = None
) -> Iterator[tuple[int, int, float]]:
    """(first, last, what its company sums to) of each group of pairs of Han characters that is worth a look."""
    done = before = -COMPANY
    sum_of_seeds = 0.0
    for at, weight in hints(text, least=SEED) if places is None else places:
        if at <= done or weight < SEED:
            continue
        sum_of_seeds = weight + (sum_of_seeds if at - before <= COMPANY else 0.0)
        before = at
        if sum_of_seeds < SEEDS_ENOUGH:
            continue
        low = max(at - COMPANY, 0)
        best, last = company(text[low : at + COMPANY])
        if best >= enough:
            done = low + last
            yield at, max(done, at), best


def hints(text: str, *, least: float = 0.0) -> list[tuple[int, float]]:
    """(place, weight) of each pair that hints or tells, in order; only those worth so much at `least`."""
    found = places_of(text, _HINTS, _MARKS)
    return [hint for hint in found if hint[1] >= least] if least else found


def company(text: str) -> tuple[float, int]:
    """The best sum over neighbouring pairs of a short text, and the place where it ends."""
    plain = text.translate(SIMPLIFIED) if _TRADITIONAL.search(text) else text
    return best_sum(plain, BIGRAMS, BIGRAM_MARKS, UNKNOWN_PAIR, BESIDE)


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
