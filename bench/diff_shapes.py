"""Pairs of texts of 50,000 characters that are hard to compare or to show; made from numbers, the same at every run."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence

from bench.store_rows import WORDS

CHARACTERS = 50_000
Text = tuple[str, ...]
Shape = tuple[Text, Text]
_ENGLISH = """
    the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which
    one you were all her she there would their we him been has when who will no more if out so up said what its about
    council committee regulation procurement infrastructure municipal announcement pursuant hereby budget expenditure
""".split()  # noqa: SIM905 - words read better than a list of them


def shapes() -> dict[str, Shape]:
    """Each shape by its name: before and after."""
    return {name: make(random.Random(name)) for name, make in _MADE.items()}


# ---- texts -------------------------------------------------------------------------------------------------------


def _prose(chance: random.Random, length: int = CHARACTERS) -> str:
    """Chinese prose on one line."""
    said: list[str] = []
    width = 0
    while width < length:
        said.append("".join(chance.choices(WORDS, k=chance.randint(4, 14))) + chance.choice("，，，。"))
        width += len(said[-1])
    return "".join(said)[:length]


def _english(chance: random.Random, length: int = CHARACTERS) -> str:
    said: list[str] = []
    width = 0
    while width < length:
        said.append(" ".join(chance.choices(_ENGLISH, k=chance.randint(5, 25))).capitalize() + ". ")
        width += len(said[-1])
    return "".join(said)[:length]


def _cut(text: str, each: int) -> Text:
    return tuple(text[place : place + each] for place in range(0, len(text), each))


def _scattered(chance: random.Random, text: str, edits: int, words: Sequence[str] = WORDS) -> str:
    """So many places of a text replaced, taken out or written into."""
    pieces, last = [], 0
    for place in sorted(chance.sample(range(len(text)), edits)):
        if place < last:
            continue
        gone, came = chance.randint(0, 4), "".join(chance.choices(words, k=chance.randint(0, 2)))
        pieces += [text[last:place], came]
        last = place + gone
    return "".join([*pieces, text[last:]])


def _any_of(chance: random.Random, letters: Sequence[str], length: int = CHARACTERS) -> str:
    return "".join(chance.choices(letters, k=length))


def _han(chance: random.Random, length: int = CHARACTERS) -> str:
    """Any of 20,000 ideographs: what no compression makes small."""
    return "".join(chr(chance.randrange(0x4E00, 0x9FA6)) for _ in range(length))


def _shuffled(chance: random.Random, parts: Sequence[str]) -> Text:
    return tuple(chance.sample(list(parts), len(parts)))


# ---- shapes ------------------------------------------------------------------------------------------------------


def _long_article(chance: random.Random) -> Shape:
    said = _cut(_prose(chance), 120)
    edited = [_scattered(chance, one, 2) if place % 10 == 0 else one for place, one in enumerate(said) if place % 37]
    return said, tuple(edited)


def _one_edited(edits: int) -> Callable[[random.Random], Shape]:
    def make(chance: random.Random) -> Shape:
        text = _prose(chance)
        return (text,), (_scattered(chance, text, edits),)

    return make


def _few_edited(count: int, edits: int) -> Callable[[random.Random], Shape]:
    def make(chance: random.Random) -> Shape:
        texts = _cut(_prose(chance), CHARACTERS // count)
        return texts, tuple(_scattered(chance, text, edits // count) for text in texts)

    return make


def _rewritten(count: int, made: Callable[[random.Random], str]) -> Callable[[random.Random], Shape]:
    return lambda chance: (_cut(made(chance), CHARACTERS // count), _cut(made(chance), CHARACTERS // count))


def _english_edited(count: int) -> Callable[[random.Random], Shape]:
    def make(chance: random.Random) -> Shape:
        texts = _cut(_english(chance), CHARACTERS // count)
        return texts, tuple(_scattered(chance, text, 800 // count, _ENGLISH) for text in texts)

    return make


def _cells(chance: random.Random) -> Shape:
    """A table read cell by cell, every third figure another one."""
    figures = [f"{chance.randrange(10**5):,}" for _ in range(CHARACTERS // 6)]
    rows = [f"区{place}" if place % 8 == 0 else one for place, one in enumerate(figures)]
    other = [f"{chance.randrange(10**5):,}" if place % 3 == 1 else one for place, one in enumerate(rows)]
    return tuple(rows), tuple(other)


def _rows(chance: random.Random) -> Shape:
    """Rows of figures as paragraphs, all of them other ones."""

    def row(place: int) -> str:
        return f"{place}　" + "　".join(f"{chance.uniform(0, 10**4):.1f}" for _ in range(8))

    return tuple(row(place) for place in range(900)), tuple(row(place) for place in range(900))


def _repeats(chance: random.Random) -> Shape:
    text = "食堂采购" * (CHARACTERS // 4)
    return (text,), (_scattered(chance, text, 1000),)


def _english_repeats(chance: random.Random) -> Shape:
    text = "very " * (CHARACTERS // 5)
    return (text,), (_scattered(chance, text, 1000, ["very", "so", " "]),)


def _reordered(chance: random.Random) -> Shape:
    said = _cut(_prose(chance), 100)
    return said, _shuffled(chance, said)


def _sentences_reordered(chance: random.Random) -> Shape:
    sentences = [one + "。" for one in _prose(chance).split("。")]
    return ("".join(sentences),), ("".join(_shuffled(chance, sentences)),)


def _reordered_and_edited(chance: random.Random) -> Shape:
    said = _cut(_prose(chance), 100)
    return said, tuple(_scattered(chance, one, 2) for one in _shuffled(chance, said))


def _split(chance: random.Random) -> Shape:
    text = _prose(chance)
    return (text,), _cut(_scattered(chance, text, 200), 100)


def _all_edited(chance: random.Random) -> Shape:
    said = _cut(_prose(chance), 100)
    return said, tuple(_scattered(chance, one, 2) for one in said)


def _short_lines(chance: random.Random) -> Shape:
    lines = [_any_of(chance, "甲乙丙丁戊", 2) for _ in range(CHARACTERS // 3)]
    return tuple(lines), tuple(_any_of(chance, "甲乙丙丁戊", 2) if chance.random() < 0.3 else one for one in lines)


def _every_other(chance: random.Random) -> Shape:
    """Every other character another one, as where a script was converted."""
    text = _any_of(chance, "".join(WORDS))
    other = "".join(chr(ord(one) + 1) if place % 2 else one for place, one in enumerate(text))
    return _cut(text, 2500), _cut(other, 2500)


def _spaced(chance: random.Random) -> Shape:
    """Only the space between words differs."""
    said = _cut(_english(chance), 5000)
    return said, tuple(one.replace(" ", "  ") for one in said)


def _borders(chance: random.Random) -> Shape:
    """One text in paragraphs of another length."""
    text = _prose(chance)
    return _cut(text, 500), _cut(_scattered(chance, text, 300), 570)


_MADE: dict[str, Callable[[random.Random], Shape]] = {
    "a long article, edited": _long_article,
    "1 paragraph, 50 edits": _one_edited(50),
    "1 paragraph, 2,000 edits": _one_edited(2000),
    "5 paragraphs, 2,000 edits": _few_edited(5, 2000),
    "25 paragraphs, 2,000 edits": _few_edited(25, 2000),
    "500 paragraphs, all edited": _all_edited,
    "1 paragraph, rewritten": _rewritten(1, _prose),
    "5 paragraphs, rewritten": _rewritten(5, _prose),
    "50 paragraphs, rewritten": _rewritten(50, _prose),
    "500 paragraphs, rewritten": _rewritten(500, _prose),
    "any Han, 5 paragraphs": _rewritten(5, _han),
    "any Han, 500 paragraphs": _rewritten(500, _han),
    "five letters, 1 paragraph": _rewritten(1, lambda chance: _any_of(chance, "甲乙丙丁戊")),
    "five letters, 5 paragraphs": _rewritten(5, lambda chance: _any_of(chance, "甲乙丙丁戊")),
    "five letters, 500 paragraphs": _rewritten(500, lambda chance: _any_of(chance, "甲乙丙丁戊")),
    "markup as text, rewritten": _rewritten(10, lambda chance: _any_of(chance, "<>&\"'" + string.ascii_letters)),
    "every other character": _every_other,
    "English, 1 paragraph, edited": _english_edited(1),
    "English, 10 paragraphs, edited": _english_edited(10),
    "English, 5 rewritten": _rewritten(5, _english),
    "English, spaces only": _spaced,
    "cells of a table": _cells,
    "rows of figures": _rows,
    "one word, repeated": _repeats,
    "one English word, repeated": _english_repeats,
    "paragraphs reordered": _reordered,
    "paragraphs reordered, edited": _reordered_and_edited,
    "sentences reordered": _sentences_reordered,
    "1 paragraph split into 500": _split,
    "borders of paragraphs moved": _borders,
    "lines of two characters": _short_lines,
    "all of it new": lambda chance: ((), _cut(_prose(chance), 120)),
    "all of it gone": lambda chance: ((_han(chance),), ()),
}
