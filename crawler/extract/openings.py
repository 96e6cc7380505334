"""With which letters the lines may begin that a pattern matches: most lines can be told by that alone."""

from __future__ import annotations

import re
from typing import Final

# What may stand before a line's first word without saying anything; the patterns of lines pass over no more than this.
EDGE: Final = " \t【[（(|｜·•>—-▌■"
_CLASS: Final = re.compile(r"\[((?:\\.|[^\]\\])+)\]")
# Where an alternative may begin: at the pattern's beginning, behind a bar, a bracket, or something optional.
_OPENING: Final = re.compile(r"(?:^|[|(:*?\]])(?:\\s|\^)*\\?([^\\(\[|)?*:])")


def openings(pattern: str) -> frozenset[str]:
    """The letters with which a match may begin behind EDGE: every possible one, and some more."""
    letters = set(_OPENING.findall(pattern))
    for inside in _CLASS.findall(pattern):
        letters.update(inside)
    return frozenset(letters)
