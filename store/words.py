"""What a text is looked up by: pairs of neighbouring Han characters and whole words of other scripts, as numbers.

Chinese has no spaces, and words of two characters are its most common ones: every pair that stands side by side is one
to look up. The same numbers serve both databases. That all of them are in a text says that it may say what was asked;
`Asked.found` reads it and knows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any
from zlib import crc32

_HAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_HAN_RUN = re.compile(f"[{_HAN}]{{2,}}")
_WORD = re.compile(rf"[^\W_{_HAN}]+")
# Around what was found, for a reader to know it by.
_BEFORE, _AFTER = 30, 70


class _Fold(dict[int, str]):
    """One character as it is looked up: width and case do not count. Filled as characters come."""

    def __missing__(self, character: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(character)).casefold()
        self[character] = folded
        return folded


_FOLD = _Fold()


def fold(text: str) -> str:
    """A text as it is looked up."""
    return text.translate(_FOLD)


def numbers(text: str) -> set[int]:
    """What a text can be found by: numbers of 32 bits, with a sign as databases have them."""
    folded = fold(text)
    found = {_pair(one, two) for run in _HAN_RUN.findall(folded) for one, two in pairwise(run)}
    found.update(_of_word(word) for word in _WORD.findall(folded))
    return found


def number_of_source(name: str) -> int:
    """What all Versions of a Source's Pages are found by: no text has a word with this in it."""
    return _of_word(f"\0{name}")


def said(article: Mapping[str, Any]) -> Iterator[str]:
    """All that an Article of `article_json` says, piece by piece, its paragraphs first."""
    for name in ("paragraphs", "captions"):
        yield from article.get(name, ())
    for name in ("title", "kicker", "subtitle", "issuer", "author", "document_number"):
        if piece := article.get(name):
            yield piece
    for attachment in article.get("attachments", ()):
        yield attachment.get("name") or ""


def numbers_of(article: Mapping[str, Any], source: str) -> set[int]:
    """What a Version that says this is found by."""
    # A line's end is no neighbour of the next line's start: neither script nor word has it inside.
    return numbers("\n".join(said(article))) | {number_of_source(source)}


class Asked:
    """What somebody looks for: every part of it between spaces must be there, in any order."""

    def __init__(self, query: str) -> None:
        parts = fold(query).split()
        self.numbers = frozenset(number for part in parts for number in _needed(part))
        self._parts = [re.compile(_whole(part)) for part in parts]

    def found(self, article: Mapping[str, Any]) -> str | None:
        """The place where the first part stands, with what is around it; None where any part is missing."""
        pieces = list(said(article))
        folded = [fold(piece) for piece in pieces]
        places = [_place(part, folded) for part in self._parts]
        if not places or None in places:
            return None
        which, match = next(place for place in places if place is not None)
        start = _unfolded(pieces[which], match.start())
        return _around(pieces[which], start, _unfolded(pieces[which], match.end()))

    def places(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where in a text any part stands, from its start on; none within another."""
        folded = fold(text)
        spans = sorted(match.span() for part in self._parts for match in part.finditer(folded))
        found: list[tuple[int, int]] = []
        for start, end in spans:
            if found and start < found[-1][1]:
                found[-1] = found[-1][0], max(end, found[-1][1])
            else:
                found.append((start, end))
        return tuple((_unfolded(text, start), _unfolded(text, end)) for start, end in found)


def _pair(one: str, two: str) -> int:
    return _signed(ord(one) << 16 ^ ord(two))


def _of_word(word: str) -> int:
    return _signed(crc32(word.encode("utf-8", "surrogatepass")))


def _signed(number: int) -> int:
    return ((number & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000


def _needed(part: str) -> Iterator[int]:
    for run in _HAN_RUN.findall(part):
        yield from (_pair(one, two) for one, two in pairwise(run))
    yield from map(_of_word, _WORD.findall(part))


def _whole(part: str) -> str:
    """The pattern of a part, whose words are whole ones: what is indexed is the whole word."""
    head = rf"(?<![^\W_{_HAN}])" if _WORD.match(part[0]) else ""
    tail = rf"(?![^\W_{_HAN}])" if _WORD.match(part[-1]) else ""
    return head + re.escape(part) + tail


def _place(part: re.Pattern[str], folded: list[str]) -> tuple[int, re.Match[str]] | None:
    return next(((which, match) for which, text in enumerate(folded) if (match := part.search(text))), None)


def _unfolded(text: str, place: int) -> int:
    """The place in a text of a place in the same text folded, where one character may have become several."""
    for at, character in enumerate(text):
        if place <= 0:
            return at
        place -= len(_FOLD[ord(character)])
    return len(text)


def _around(text: str, start: int, end: int) -> str:
    first, last = max(0, start - _BEFORE), min(len(text), end + _AFTER)
    return ("…" if first else "") + " ".join(text[first:last].split()) + ("…" if last < len(text) else "")
