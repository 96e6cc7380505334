"""The tables, read once: what a pair of characters says about junk, and simplified forms."""

from __future__ import annotations

from collections import Counter, defaultdict
from importlib.resources import files

from crawler.detect.language.pairs import marks_of

_FOLDER = files("crawler.detect.language")


def _lines(name: str) -> list[str]:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def words_in(name: str) -> list[str]:
    """All words of a word file, whatever its sections."""
    return [word for line in _lines(name) if not line.startswith("[") for word in line.split()]


def _weights() -> tuple[dict[str, float], dict[str, float]]:
    pairs: dict[str, float] = {}
    singles: dict[str, float] = {}
    for line in _lines("bigrams.txt"):
        head, listed = line.split("\t")
        if head.startswith("one "):
            singles.update(dict.fromkeys(listed, float(head[4:])))
        else:
            pairs.update(dict.fromkeys(map("".join, zip(listed[::2], listed[1::2], strict=True)), float(head)))
    return pairs, singles


# Natural logarithm of P(pair | injected block) / P(pair | ordinary Chinese), in simplified characters; half of the same
# for single characters, for pairs that the table does not know.
BIGRAMS, SINGLES = _weights()
BIGRAM_MARKS = marks_of(BIGRAMS)

_old, _new = _lines("traditional.txt")
# For str.translate: Traditional characters (and the look-alikes of junk's Latin letters) to what the table knows.
SIMPLIFIED: dict[int, str] = dict(zip(map(ord, _old), _new, strict=True))


# Each simplified character that has any, and its Traditional forms.
OLDER_FORMS: defaultdict[str, set[str]] = defaultdict(set)
for _traditional, _simplified in zip(_old, _new, strict=True):
    OLDER_FORMS[_simplified].add(_traditional)


def written_forms(characters: set[str]) -> set[str]:
    """These simplified characters with every Traditional form of them."""
    return characters.union(*(OLDER_FORMS[character] for character in characters if character in OLDER_FORMS))


_pairs_of = Counter(character for pair, weight in BIGRAMS.items() if weight < 0 for character in pair)


def is_common(character: str) -> bool:
    """Whether a Han character is common in ordinary Chinese: one that no reader needs explained."""
    return _pairs_of[character.translate(SIMPLIFIED)] >= 4


def is_common_pair(pair: str) -> bool:
    """Whether two Han characters often stand side by side in ordinary Chinese."""
    return BIGRAMS.get(pair.translate(SIMPLIFIED), 0.0) < 0
