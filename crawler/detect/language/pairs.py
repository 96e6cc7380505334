"""Pairs of Han characters in a text: where it has some, what they sum to. A step for each, so compiled (setup.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mypy_extensions import i64, mypyc_attr

# What may be a pair of the table is asked of one bit in so many first: those fit where a processor finds them at once.
_MARKS: Final = (1 << 19) - 1
# Then it stands in the first slot that was free from its own on, of at least a quarter more than there are pairs.
_STRIDE: Final = 40503
_SPREAD: Final = 40507
_HAN: Final = 0x3400
_LAST_HAN: Final = 0x9FFF
_FREE: Final = "\0\0"
# What stands for a simplified character beyond the first 65,536: no table has it.
_BEYOND: Final = "\ue000"


@mypyc_attr(acyclic=True)
class Pairs:
    """What pairs of Han characters are worth, asked with the numbers of two characters.

    A dict of strings would take ten times the memory, and a string to be made for each question.
    """

    def __init__(self, marks: bytes, slots: str, codes: bytes, weights: list[float]) -> None:
        self.marks = marks
        self.slots = slots
        self.codes = codes
        self.weights = weights

    def get(self, pair: str, unknown: float) -> float:
        """What two characters are worth; `unknown` where the table has not got them."""
        slot = _slot(self.marks, self.slots, ord(pair[0]), ord(pair[1]))
        return unknown if slot < 0 else self.weights[self.codes[slot]]


def _slot(marks: bytes, slots: str, left: i64, right: i64) -> i64:
    """The slot of a pair; -1 where it has none."""
    number = left * _STRIDE + right
    mark = number & _MARKS
    if not marks[mark >> 3] >> (mark & 7) & 1:
        return -1
    last: i64 = (len(slots) >> 1) - 1
    slot: i64 = (number * _SPREAD >> 9) & last
    while True:
        here: i64 = ord(slots[2 * slot])
        if here == left and ord(slots[2 * slot + 1]) == right:
            return slot
        if here == 0:
            return -1
        slot = (slot + 1) & last


def pairs_of(rows: Sequence[tuple[float, str]]) -> Pairs:
    """The table of (weight, pairs one behind the other); of a pair that comes twice the greater weight counts."""
    count = sum([len(run) // 2 for _, run in rows])
    last: i64 = (1 << (count + count // 4).bit_length()) - 1
    marks, slots, codes = bytearray((_MARKS >> 3) + 1), [_FREE] * (int(last) + 1), bytearray(int(last) + 1)
    weights: list[float] = []
    for weight, run in rows:
        code = len(weights)
        weights.append(weight)
        size: i64 = len(run)
        at: i64 = 0
        while at < size:
            number: i64 = ord(run[at]) * _STRIDE + ord(run[at + 1])
            marks[(number & _MARKS) >> 3] |= 1 << (number & 7)
            slot: i64 = (number * _SPREAD >> 9) & last
            pair = run[at : at + 2]
            at += 2
            while (here := slots[slot]) is not _FREE and here != pair:
                slot = (slot + 1) & last
            if here is _FREE or weights[codes[slot]] < weight:
                slots[slot], codes[slot] = pair, code
    return Pairs(bytes(marks), "".join(slots), bytes(codes), weights)


def folds_of(simplified: dict[int, str]) -> str:
    """What places_of() and the like need to read every character as its simplified one."""
    fold = [chr(number) for number in range(_HAN, _LAST_HAN + 1)]
    for number, plain in simplified.items():
        fold[number - _HAN] = plain if plain <= "\uffff" else _BEYOND
    return "".join(fold)


def _folded(fold: str, number: i64) -> i64:
    return ord(fold[number - _HAN]) if _HAN <= number <= _LAST_HAN else number


def places_of(text: str, pairs: Pairs, least: float = 0.0, floor: i64 = _HAN) -> list[tuple[int, float]]:
    """(place, weight) of each of the pairs in a text that is worth so much at `least`, in order.

    Characters up to `floor` are in no pair: Han characters alone, where it is not given.
    """
    marks, slots, codes, weights = pairs.marks, pairs.slots, pairs.codes, pairs.weights
    found: list[tuple[int, float]] = []
    size: i64 = len(text)
    before: i64 = 0
    at: i64 = 0
    while at < size:
        here: i64 = ord(text[at])
        if here > floor and before > floor:
            slot = _slot(marks, slots, before, here)
            if slot >= 0:
                weight = weights[codes[slot]]
                if weight >= least:
                    found.append((int(at) - 1, weight))
        before = here
        at += 1
    return found


def best_sum(
    text: str, low: i64, high: i64, pairs: Pairs, fold: str, unknown: float, beside: float
) -> tuple[float, int]:
    """The best sum over neighbouring pairs of a stretch of a text, and the place in it where it ends.

    A pair of Han characters that is none of `pairs` is `unknown`, one with anything else in it `beside`; `fold` is of
    the simplified characters.
    """
    marks, slots, codes, weights = pairs.marks, pairs.slots, pairs.codes, pairs.weights
    total = 0.0
    best = 0.0
    last: i64 = low
    size: i64 = len(text)
    high = min(high, size)
    before: i64 = _folded(fold, ord(text[low])) if low < high else 0
    at: i64 = low + 1
    while at < high:
        here: i64 = _folded(fold, ord(text[at]))
        if here <= _HAN or before <= _HAN:
            total += beside
        else:
            slot = _slot(marks, slots, before, here)
            total += unknown if slot < 0 else weights[codes[slot]]
        if total <= 0.0:
            total = 0.0
        elif total > best:
            best = total
            last = at
        before = here
        at += 1
    return best, int(last)


@mypyc_attr(acyclic=True)
class Worth:
    """What pairs and single characters are worth, all of them simplified.

    `characters` has a place in `shares` for each Han character. A pair that is none of `pairs` is worth what its two
    characters sum to, between `worst` and `best`.
    """

    def __init__(
        self, pairs: Pairs, fold: str, characters: bytes, shares: list[float], bounds: tuple[float, float]
    ) -> None:
        self.pairs = pairs
        self.fold = fold
        self.characters = characters
        self.shares = shares
        self.worst, self.best = bounds


def _place(characters: bytes, number: i64) -> i64:
    return characters[number - _HAN] if _HAN <= number <= _LAST_HAN else 0


def places_in(characters: dict[str, float], shares: list[float]) -> bytes:
    """For each Han character the place of what it is worth in `shares`; 0 where that is not known."""
    places = [0] * (_LAST_HAN + 1 - _HAN)
    for character, share in characters.items():
        places[ord(character) - _HAN] = shares.index(share, 1)
    return bytes(places)


def weighed(text: str, low: i64, high: i64, worth: Worth) -> list[float]:
    """What each pair of neighbours in a run of Han characters is worth, in order."""
    pairs, fold, characters, shares = worth.pairs, worth.fold, worth.characters, worth.shares
    worst, best = worth.worst, worth.best
    marks, slots, codes, weights = pairs.marks, pairs.slots, pairs.codes, pairs.weights
    found: list[float] = []
    before: i64 = _folded(fold, ord(text[low])) if low < high else 0
    at: i64 = low + 1
    while at < high:
        here: i64 = _folded(fold, ord(text[at]))
        slot = _slot(marks, slots, before, here)
        if slot >= 0:
            found.append(weights[codes[slot]])
        else:
            weight = shares[_place(characters, before)] + shares[_place(characters, here)]
            found.append(min(max(weight, worst), best))
        before = here
        at += 1
    return found


def summed(text: str, low: i64, high: i64, worth: Worth, telling: list[str], least: float) -> float:
    """What weighed() sums to; the pairs that are worth so much at `least` are added to those `telling`."""
    pairs, fold, characters, shares = worth.pairs, worth.fold, worth.characters, worth.shares
    worst, best = worth.worst, worth.best
    marks, slots, codes, weights = pairs.marks, pairs.slots, pairs.codes, pairs.weights
    total = 0.0
    before: i64 = _folded(fold, ord(text[low])) if low < high else 0
    at: i64 = low + 1
    while at < high:
        here: i64 = _folded(fold, ord(text[at]))
        slot = _slot(marks, slots, before, here)
        if slot >= 0:
            weight = weights[codes[slot]]
            total += weight
            if weight >= least:
                telling.append(chr(before) + chr(here))
        else:
            weight = shares[_place(characters, before)] + shares[_place(characters, here)]
            total += min(max(weight, worst), best)
        before = here
        at += 1
    return total
