"""The tables, read once: what a pair of characters says about junk, and simplified forms."""

from __future__ import annotations

from collections import Counter, defaultdict
from importlib.resources import files

from crawler.detect.language.pairs import Worth, folds_of, pairs_of, places_in

_FOLDER = files("crawler.detect.language")
# A pair that the table does not know is judged by its characters; one that it does not know either is worth so much.
UNKNOWN_CHARACTER, UNKNOWN_AT_WORST, UNKNOWN_AT_BEST = -1.0, -1.5, 0.75


def _lines(name: str) -> list[str]:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def words_in(name: str) -> list[str]:
    """All words of a word file, whatever its sections."""
    return [word for line in _lines(name) if not line.startswith("[") for word in line.split()]


def _weights() -> tuple[list[tuple[float, str]], dict[str, float]]:
    rows: list[tuple[float, str]] = []
    singles: dict[str, float] = {}
    for line in _lines("bigrams.txt"):
        head, listed = line.split("\t")
        if head.startswith("one "):
            singles.update(dict.fromkeys(listed, float(head[4:])))
        else:
            rows.append((float(head), listed))
    return rows, singles


# (natural logarithm of P(pair | injected block) / P(pair | ordinary Chinese), all pairs with it one behind the other),
# in simplified characters; half of the same for single characters, for pairs that no row has.
ROWS, _singles = _weights()
PAIRS = pairs_of(ROWS)

_old, _new = _lines("traditional.txt")
# For str.translate: Traditional characters (and the look-alikes of junk's Latin letters) to what the table knows.
SIMPLIFIED: dict[int, str] = dict(zip(map(ord, _old), _new, strict=True))
FOLD = folds_of(SIMPLIFIED)
_shares = [UNKNOWN_CHARACTER, *sorted(set(_singles.values()))]
WORTH = Worth(PAIRS, FOLD, places_in(_singles, _shares), _shares, (UNKNOWN_AT_WORST, UNKNOWN_AT_BEST))


# Each simplified character that has any, and its Traditional forms.
OLDER_FORMS: defaultdict[str, set[str]] = defaultdict(set)
for _traditional, _simplified in zip(_old, _new, strict=True):
    OLDER_FORMS[_simplified].add(_traditional)


def written_forms(characters: set[str]) -> set[str]:
    """These simplified characters with every Traditional form of them."""
    return characters.union(*(OLDER_FORMS[character] for character in characters if character in OLDER_FORMS))


_pairs_with = Counter("".join(run for weight, run in ROWS if weight < 0))
# What ordinary pairs are made of.
ORDINARY = frozenset(_pairs_with)


def is_common(character: str) -> bool:
    """Whether a Han character is common in ordinary Chinese: one that no reader needs explained."""
    return _pairs_with[character.translate(SIMPLIFIED)] >= 4


def is_common_pair(pair: str) -> bool:
    """Whether two Han characters often stand side by side in ordinary Chinese."""
    return PAIRS.get(pair.translate(SIMPLIFIED), 0.0) < 0
