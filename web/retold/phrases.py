"""A phrase that the code writes, as the catalogue has it; its own English tells how it is recognised."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from web.language import ENGLISH, Catalogue

_PLACE = re.compile(r"%\((\w+)\)s")
# What may stand in the places of these names; in any other anything may, and as little as will do.
_SHAPES = {
    "number": r"\d[\d,.]*",
    "first": r"\d+",
    "last": r"\d+",
    "encoding": r"[\w.:-]+",
    "url": r"\S+",
}
# Longer texts hold more of others' words than of ours, and are left alone.
LONGEST = 1_500
# The places whose text is a phrase again.
_PHRASES = ("said", "also", "reason")
# Phrases within phrases: a page may repeat ours, and no reason of ours goes deeper.
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Phrase:
    """A message with places, and the shape of the texts that it makes, or that stand for it; they begin with a word."""

    message: str
    shape: re.Pattern[str]
    begins: str


def phrase(message: str, **shapes: str) -> Phrase:
    """The Phrase of a message; `shapes` says of its places what may stand there."""
    pieces: list[str] = []
    at = 0
    for place in _PLACE.finditer(message):
        name = place[1]
        pieces += [re.escape(message[at : place.start()]), f"(?P<{name}>{shapes.get(name, _SHAPES.get(name, '.*?'))})"]
        at = place.end()
    pieces.append(re.escape(message[at:]))
    return Phrase(message, re.compile("".join(pieces), re.DOTALL), _first_word(message))


class Phrasebook:
    """Phrases, the first that fits counting; found by the word that they begin with."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self.phrases = tuple(phrases)
        self._by_word: Mapping[str, list[Phrase]] = defaultdict(list)
        for one in self.phrases:
            self._by_word[one.begins].append(one)

    def said(self, text: str, words: Catalogue) -> str:
        """The text in the language of `words`; itself where no phrase fits."""
        if words.language == ENGLISH or not text or len(text) > LONGEST:
            return text
        return self.found(text, words) or text

    def found(self, text: str, words: Catalogue, depth: int = 0) -> str | None:
        """The text in the language of `words`; None where no phrase fits."""
        if depth > _DEEPEST:
            return None
        word = _first_word(text)
        for one in (*self._by_word.get(word, ()), *self._by_word.get("", ())):
            fits = one.shape.fullmatch(text)
            if fits is None:
                continue
            filled = self._filled(one, fits.groupdict(), words, depth)
            if filled is not None:
                return words.gettext(one.message) % filled
        return None

    def _filled(self, one: Phrase, places: dict[str, str], words: Catalogue, depth: int) -> dict[str, str] | None:
        """What stands in the places, said in the language of `words` where it is a phrase again.

        None where it should be and is not: a message that begins with another one is none without it.
        """
        for name in _PHRASES:
            if name in places:
                inside = self.found(places[name], words, depth + 1)
                if inside is None and one.message.startswith(f"%({name})s"):
                    return None
                places[name] = inside or places[name]
        return places


def _first_word(text: str) -> str:
    """What stands before the first space; nothing where a place is in it."""
    word = text.split(" ", 1)[0]
    return "" if "%(" in word else word
