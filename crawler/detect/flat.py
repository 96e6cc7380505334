"""A text read another way that can be traced back: without tags, with references decoded, without the invisible."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache

from crawler.decode import Document
from crawler.detect.language.seeds import han_looks

# A character written as a number: in HTML, in a script string, in an escaped address.
REFERENCE = re.compile(r"&#x[0-9a-fA-F]{2,5};?|&#[0-9]{2,6};?|\\u[0-9a-fA-F]{4}|%u[0-9a-fA-F]{4}")
# Fewer of them cannot hide a word.
FEW = 4
_REFERENCE_MARKS = ("&#", "\\u", "%u")
_TAG = re.compile(r"<[^<>]{0,4000}>")
_TAG_OR_REFERENCE = re.compile(f"({_TAG.pattern})|{REFERENCE.pattern}")
# Tags that may stand inside a word.
_IN_WORD = re.compile(r"</?(?:b|i|u|em|strong|font|span|big|small|wbr)\b", re.IGNORECASE)
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e\u2061\u2062\u2063"
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_ASCII = bytes(range(128))


@dataclass(slots=True)
class Flat:
    """`text` in pieces of the source; `places` says for each piece where it begins in `text` and in the source."""

    text: str = ""
    places: list[tuple[int, int]] = field(default_factory=list)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the source that a stretch of `text` comes from."""
        return self._place(start), self._place(end - 1) + 1

    def _place(self, offset: int) -> int:
        in_flat, in_source = self.places[max(bisect_right(self.places, (offset, len(self.places) << 60)) - 1, 0)]
        return in_source + offset - in_flat


def _flat(source: str, cuts: re.Pattern[str]) -> Flat:
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    at = size = 0
    for cut in cuts.finditer(source):
        start = cut.start()
        if start > at:
            places.append((size, at))
            pieces.append(source[at:start])
            size += start - at
        at = cut.end()
        instead = _instead(cut.group())
        if instead:
            places.append((size, start))
            pieces.append(instead)
            size += 1
    places.append((size, at))
    pieces.append(source[at:])
    return Flat("".join(pieces), places)


def _instead(cut: str) -> str:
    """What one piece that is cut out reads as: a line break for a tag, the character for a reference."""
    if cut[0] == "<":
        return "" if _IN_WORD.match(cut) else "\n"
    return _character(cut) if cut[0] in "&\\%" else ""


def _character(reference: str) -> str:
    if reference[0] != "&":
        number = int(reference[2:], 16)
    elif reference[2] in "xX":
        number = int(reference[3:].rstrip(";"), 16)
    else:
        number = int(reference[2:].rstrip(";"))
    return chr(number) if 0x20 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else " "


def without_tags(source: str) -> Flat:
    """Markup with a line break for each tag, none for those that may stand inside a word, and references decoded."""
    return _flat(source, _TAG_OR_REFERENCE if _has_references(source) else _TAG)


def without_invisible(text: str) -> Flat | None:
    """The text without zero-width and direction characters; None where it has none."""
    if text.isascii() or not any(character in text for character in INVISIBLE):
        return None
    return _flat(text, _INVISIBLE)


def _has_references(source: str) -> bool:
    return sum(source.count(mark) for mark in _REFERENCE_MARKS) >= FEW


@lru_cache(maxsize=2)
def suspects(document: Document) -> tuple[tuple[str, float], ...]:
    """(text, weight) of the Chinese anywhere in a Document, tags and scripts included, that deserves a closer look.

    Everything that is not ASCII is read in one pass, run together. Where nothing comes of it, nothing in the visible
    text, the title, hidden pieces or scripts can. Kept for the last documents, because several detectors ask.
    """
    source = document.text
    if source.isascii() and not _has_references(source):
        return ()
    squeezed = beyond_ascii(source)
    if _has_references(source):
        squeezed += "\n" + beyond_ascii("".join(_character(one) for one in REFERENCE.findall(source)))
    return tuple((squeezed[first : last + 1], weight) for first, last, weight in han_looks(squeezed))


def beyond_ascii(text: str) -> str:
    """What is not ASCII in a text, run together, invisible characters left out."""
    squeezed = text.encode("utf-8", "replace").translate(None, _ASCII).decode("utf-8")
    return _INVISIBLE.sub("", squeezed) if any(character in squeezed for character in INVISIBLE) else squeezed
