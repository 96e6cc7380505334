"""What counts as the same text, and the JSON that evidence is made of."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


Evidence = Mapping[str, Json]


def fold_space(text: str) -> str:
    """Runs of white space (Unicode, NBSP and ideographic space included) folded to one space, ends trimmed."""
    return " ".join(text.split())


def bare_text(text: str) -> str:
    """Text for comparing content: white space folded between ASCII characters and dropped beside all others.

    Beside Han and other wide text a space carries no meaning, and layout puts and drops it.
    """
    words = text.split()
    pieces = words[:1]
    for before, after in pairwise(words):
        if before[-1].isascii() and after[0].isascii():
            pieces.append(" ")
        pieces.append(after)
    return "".join(pieces)
