"""What a Source's pages say differently at every visit, as learned: a small frozen value kept with the Source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

VolatileKind = Literal["figure", "clock", "block", "query"]


# Kind, place and, but for a block, shape.
PlaceKey = tuple[str, str, str]


def place_key(kind: VolatileKind, place: str, shape: str) -> PlaceKey:
    """What makes a place the same one on the next visit, and on the Source's other pages."""
    return (kind, place, shape if kind != "block" else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatilePlace:
    """A place that was seen to differ between visits.

    `shape` is the line with what varies folded away, for a block how many lines of what length; `place` where it
    stands (the line or heading before it). `changed` and `stayed` count visits; both fade. `before` and `after` are an
    example of what it said.
    """

    kind: VolatileKind
    place: str
    shape: str
    changed: int
    stayed: int
    since: datetime
    last: datetime
    before: str
    after: str

    @property
    def masked(self) -> bool:
        """Whether it differs so regularly that it is left out of comparisons: 3 times, and at 4 of 5 visits."""
        return self.changed >= 3 and self.changed >= 4 * self.stayed

    @property
    def key(self) -> PlaceKey:
        """As `place_key` says."""
        return place_key(self.kind, self.place, self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """The volatile places of one Source, the least certain forgotten first."""

    places: tuple[VolatilePlace, ...] = ()

    @property
    def masked(self) -> tuple[VolatilePlace, ...]:
        """Those that are left out of comparisons now."""
        return tuple(place for place in self.places if place.masked)

    @property
    def parameters(self) -> frozenset[str]:
        """The masked parameters in the addresses of files, by name."""
        return frozenset(place.shape for place in self.places if place.masked and place.kind == "query")


NO_NOISE = Noise()
