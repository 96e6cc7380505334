"""The tables, read once: what a pair of characters says about junk, and simplified forms."""

from __future__ import annotations

from collections import Counter, defaultdict
from importlib.resources import files

_FOLDER = files("crawler.detect.language")


def _lines(name: str) -> list[str]:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def _bigrams() -> dict[str, float]:
    weights: dict[str, float] = {}
    for line in _lines("bigrams.txt"):
        weight, pairs = line.split("\t")
        if weight == "pivots":
            continue
        for at in range(0, len(pairs), 2):
            weights[pairs[at : at + 2]] = float(weight)
    return weights


# Natural logarithm of P(pair | injected block) / P(pair | ordinary Chinese), in simplified characters.
BIGRAMS = _bigrams()
# Characters that are far likelier in injected blocks: where a scan stops for a closer look.
PIVOTS = next(line.split("\t")[1] for line in _lines("bigrams.txt") if line.startswith("pivots"))

_old, _new = _lines("traditional.txt")
# For str.translate: Traditional characters (and the look-alikes of junk's Latin letters) to what the table knows.
SIMPLIFIED: dict[int, str] = dict(zip(map(ord, _old), _new, strict=True))


_older_forms: defaultdict[str, set[str]] = defaultdict(set)
for _traditional, _simplified in zip(_old, _new, strict=True):
    _older_forms[_simplified].add(_traditional)


def written_forms(characters: set[str]) -> set[str]:
    """These simplified characters with every Traditional form of them."""
    return characters.union(*(_older_forms[character] for character in characters if character in _older_forms))


_pairs_of = Counter(character for pair, weight in BIGRAMS.items() if weight < 0 for character in pair)


def is_common(character: str) -> bool:
    """Whether a Han character is common in ordinary Chinese: one that no reader needs explained."""
    return _pairs_of[character.translate(SIMPLIFIED)] >= 4


def is_common_pair(pair: str) -> bool:
    """Whether two Han characters often stand side by side in ordinary Chinese."""
    return BIGRAMS.get(pair.translate(SIMPLIFIED), 0.0) < 0
