"""The names that a box of a page has, and the lists of names that rules are written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

_NAMED = re.compile(r"(?:^|[\s\"'])(?:id|class|itemprop|role)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_USUAL: Final = ("class=", "id=", "itemprop=", "role=")
_PIECE = re.compile(r"\(([^)]*)\)|(.)(\??)")
# No name that says anything has more parts.
_MOST_PARTS = 3


def names_in(attrs: str) -> list[str]:
    """The words of an element's id, class, role and itemprop; `attrs` are its attributes in lower case."""
    words: list[str] = []
    for name in _USUAL:
        at = attrs.find(name)
        if at >= 0:
            at += len(name)
            if attrs[at : at + 1] != '"' or attrs[at - len(name) - 1 : at - len(name)] != " ":
                return _names_anyhow(attrs)
            words += attrs[at + 1 : attrs.find('"', at + 1)].split()
    return words


def _names_anyhow(attrs: str) -> list[str]:
    """The same of attributes that are written otherwise than most: single quotes or none, or no space between them."""
    return " ".join([double or single or bare for double, single, bare in _NAMED.findall(attrs)]).split()


def expanded(names: str) -> Iterator[str]:
    """Every name that a list of them stands for: "x?" with and without x, "(a|b)" as a and as b."""
    for name in names.split():
        choices = [
            found[1].split("|") if found[1] is not None else [found[2], ""] if found[3] else [found[2]]
            for found in _PIECE.finditer(name)
        ]
        yield from ("".join(choice) for choice in product(*choices))


def runs_of(word: str) -> Iterator[str]:
    """The parts of a word between hyphens and underscores, and what few of them running say together."""
    ends = [at for at, letter in enumerate(word) if letter in "-_"]
    ends.append(len(word))
    begin = 0
    for first, _ in enumerate(ends):
        for end in ends[first : first + _MOST_PARTS]:
            yield word[begin:end]
        begin = ends[first] + 1
