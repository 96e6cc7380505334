"""Stretches of a text: where something is looked for."""

from __future__ import annotations

from collections.abc import Iterable

# First place and the one behind the last.
Stretch = tuple[int, int]


def merged(stretches: Iterable[Stretch], *, apart: int = 0) -> list[Stretch]:
    """The stretches in order, those with no more than so many characters between them as one."""
    found: list[Stretch] = []
    for low, high in sorted(stretches):
        if found and low - found[-1][1] <= apart:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found
