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


def best_sum(text: str, pairs: dict[str, float], marks: bytes, unknown: float, beside: float) -> tuple[float, int]:
    """The best sum over neighbouring pairs of a text, and the place where it ends.

    A pair of Han characters that is none of `pairs` is `unknown`, one with anything else in it `beside`; all pairs are
    of Han characters, and `marks` are theirs.
    """
    total = 0.0
    best = 0.0
    last: i64 = 0
    size: i64 = len(text)
    before: i64 = ord(text[0]) if size else 0
    at: i64 = 1
    while at < size:
        here: i64 = ord(text[at])
        if here <= _HAN or before <= _HAN:
            total += beside
        elif marks[(before * _STRIDE + here) & _LAST]:
            weight = pairs.get(text[at - 1 : at + 1])
            total += unknown if weight is None else weight
        else:
            total += unknown
        if total <= 0.0:
            total = 0.0
        elif total > best:
            best = total
            last = at
        before = here
        at += 1
    return best, int(last)


def weighed(
    plain: str,
    pairs: dict[str, float],
    marks: bytes,
    characters: dict[str, float],
    unknown: tuple[float, float, float],
) -> list[float]:
    """What each pair of neighbours in a run of Han characters is worth, in order.

    One that is none of `pairs`, of which `marks` are, is worth what its `characters` sum to, within bounds; `unknown`
    holds what a character is worth that is none of those, and the bounds: at worst, at best.
    """
    other, worst, best = unknown
    found: list[float] = []
    size: i64 = len(plain)
    before: i64 = ord(plain[0]) if size else 0
    at: i64 = 1
    while at < size:
        here: i64 = ord(plain[at])
        weight: float | None = None
        if marks[(before * _STRIDE + here) & _LAST]:
            weight = pairs.get(plain[at - 1 : at + 1])
        if weight is None:
            weight = characters.get(plain[at - 1], other) + characters.get(plain[at], other)
            if weight < worst:
                weight = worst
            elif weight > best:
                weight = best
        found.append(weight)
        before = here
        at += 1
    return found
