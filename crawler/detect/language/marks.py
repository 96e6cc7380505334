"""What kind of mark a character is, by its number: borders of items, and marks after which a sentence goes on.

Asked of every character around a hint, so compiled (setup.py): a pattern takes ten times as long for so few of them.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

# What ends an item, or may.
BORDERS: Final = "。！？!?…；|｜_/\\·•>»~～—–-\t\u2003,，;:：\r\n \u3000"
# Borders behind which a sentence goes on, and marks that only sentences have.
SOFT_MARKS: Final = ",，;:：、“”‘’《》「」『』（()）"
# Neither letters nor the beginning of a handle or a number: nothing but a border.
PLAIN_MARKS: Final = "。！？!?…；|｜/\\·•>»~～—–-\t\u2003,，;\r\n \u3000\xa0、“”‘’《》「」『』（()）【】<\"'{}=.&#*%"
# Streets, houses and villages.
PLACES: Final = "路弄号村镇乡街巷組组里"
# Zero-width and direction characters, and the soft hyphen.
INVISIBLES: Final = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e\u2061\u2062\u2063"

BORDER: Final = 1
SOFT: Final = 2
PLAIN: Final = 4
PLACE: Final = 8
INVISIBLE: Final = 16
_ALL: Final = 1 << 16
_HAN: Final = 0x3400
_LAST_RARE: Final = 0x4DBF
_UNIHAN: Final = 0x4E00
_LAST_HAN: Final = 0x9FFF


def _kinds() -> bytes:
    kinds = bytearray(_ALL)
    kind = BORDER
    for marks in (BORDERS, SOFT_MARKS, PLAIN_MARKS, PLACES, INVISIBLES):
        for mark in marks:
            kinds[ord(mark)] |= kind
        kind *= 2
    return bytes(kinds)


_KINDS: Final = _kinds()


def is_han(number: i64) -> bool:
    """Whether a character is a Han character that runs are made of."""
    return _UNIHAN <= number <= _LAST_HAN or _HAN <= number <= _LAST_RARE


def first_of(text: str, low: i64, high: i64, kind: i64) -> i64:
    """The first place in a stretch of a text with a mark of a kind; where it has none, its end, or that of the text."""
    high = min(high, len(text))
    while low < high:
        number: i64 = ord(text[low])
        if number < _ALL and _KINDS[number] & kind:
            return low
        low += 1
    return low


def behind_last(text: str, low: i64, high: i64, kind: i64) -> i64:
    """The place behind the last mark of a kind in a stretch of a text; where it has none, where it begins."""
    while high > low:
        high -= 1
        number: i64 = ord(text[high])
        if number < _ALL and _KINDS[number] & kind:
            return high + 1
    return low


def has(text: str, kind: i64) -> bool:
    """Whether a text has a mark of a kind."""
    size: i64 = len(text)
    return first_of(text, 0, size, kind) < size


def is_any(text: str, at: i64, kind: i64) -> bool:
    """Whether there is a mark of a kind at a place, which may be beyond the text."""
    if not 0 <= at < len(text):
        return False
    number: i64 = ord(text[at])
    return number < _ALL and _KINDS[number] & kind != 0


def han_end(text: str, at: i64, high: i64) -> i64:
    """Where the run of Han characters ends that goes on at a place."""
    while at < high and is_han(ord(text[at])):
        at += 1
    return at


def plain_end(text: str, at: i64, high: i64) -> i64:
    """Where the plain marks end that begin at a place and a word comes; -1 where that is not so simple."""
    begun = at
    while at < high:
        number: i64 = ord(text[at])
        if number >= _ALL or not _KINDS[number] & PLAIN:
            if at > begun and (is_han(number) or 0x30 <= number <= 0x39 or 0x61 <= number <= 0x7A):
                return at
            return at if at > begun and 0x41 <= number <= 0x5A else -1
        at += 1
    return at
