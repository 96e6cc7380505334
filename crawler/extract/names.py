"""The names that a box of a page has, and the lists of names that rules are written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

from mypy_extensions import i64

from crawler.extract.characters import APOSTROPHE, QUOTE, SLASH, SPACE

_NAMED: Final = re.compile(r"(?:^|[\s\"'])(?:id|class|itemprop|role)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
# The last letters of the attributes that name.
_S: Final = 0x73
_D: Final = 0x64
_P: Final = 0x70
_E: Final = 0x65
_PIECE: Final = re.compile(r"\(([^)]*)\)|(.)(\??)")


def names_in(attrs: str) -> list[str]:
    """The words of an element's id, class, role and itemprop; `attrs` are its attributes in lower case."""
    words: list[str] = []
    if "\n" in attrs or "\t" in attrs:
        return _names_anyhow(attrs)
    size = len(attrs)
    at: i64 = attrs.find("=")
    while at > 0:
        begin: i64 = at + 2
        if at + 1 >= size or ord(attrs[at - 1]) == SPACE:
            return _names_anyhow(attrs)
        opening: i64 = ord(attrs[at + 1])
        end: i64 = 0
        if opening in (QUOTE, APOSTROPHE):
            end = attrs.find('"' if opening == QUOTE else "'", begin)
            if end < 0 or (end + 1 < size and ord(attrs[end + 1]) != SPACE and ord(attrs[end + 1]) != SLASH):
                return _names_anyhow(attrs)
        else:
            if opening == SPACE:
                return _names_anyhow(attrs)
            begin = at + 1
            end = attrs.find(" ", begin)
            if end < 0:
                end = size
        last: i64 = ord(attrs[at - 1])
        if (
            (last == _S and attrs[at - 6 : at] == " class")
            or (last == _D and attrs[at - 3 : at] == " id")
            or (last == _P and attrs[at - 9 : at] == " itemprop")
            or (last == _E and attrs[at - 5 : at] == " role")
        ):
            words += attrs[begin:end].split()
        at = attrs.find("=", end)
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
