"""Pairs of Han characters in a text: where it has some, what they sum to. A step for each, so compiled (setup.py)."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

# What a pair may be is asked of one byte in so many first; some bytes stand for more than one pair.
_SLOTS: Final = 1 << 19
_LAST: Final = _SLOTS - 1
_STRIDE: Final = 40503
_HAN: Final = 0x3400


def marks_of(pairs: dict[str, float]) -> bytes:
    """What places_of() needs to know of its pairs beforehand."""
    marks = bytearray(_SLOTS)
    for pair in pairs:
        marks[(ord(pair[0]) * _STRIDE + ord(pair[1])) & _LAST] = 1
    return bytes(marks)


def places_of(text: str, pairs: dict[str, float], marks: bytes) -> list[tuple[int, float]]:
    """(place, weight) of each of the pairs in a text, in order."""
    found: list[tuple[int, float]] = []
    size: i64 = len(text)
    before: i64 = 0
    at: i64 = 0
    while at < size:
        here: i64 = ord(text[at])
        if here > _HAN and before > _HAN and marks[(before * _STRIDE + here) & _LAST]:
            weight = pairs.get(text[at - 1 : at + 1])
            if weight is not None:
                found.append((int(at) - 1, weight))
        before = here
        at += 1
    return found


def best_sum(text: str, pairs: dict[str, float], unknown: float, beside: float) -> tuple[float, int]:
    """The best sum over neighbouring pairs of a text, and the place where it ends.

    A pair of Han characters that is none of `pairs` is `unknown`, one with anything else in it `beside`.
    """
    total = 0.0
    best = 0.0
    last: i64 = 0
    size: i64 = len(text)
    at: i64 = 1
    while at < size:
        weight = pairs.get(text[at - 1 : at + 1])
        if weight is not None:
            total += weight
        elif ord(text[at - 1]) > _HAN and ord(text[at]) > _HAN:
            total += unknown
        else:
            total += beside
        if total <= 0.0:
            total = 0.0
        elif total > best:
            best = total
            last = at
        at += 1
    return best, int(last)
