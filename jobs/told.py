"""What a long-running command tells as it goes: one line an event, for people, and the parts of it, for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Self

from crawler.model import Json


class Told(str):
    """A line for people that carries what it says: the kind of `event`, and `parts` under stable keys."""

    event: str
    parts: Mapping[str, Json]

    def __new__(cls, line: str, event: str, **parts: Json) -> Self:
        """The line, with its parts."""
        told = super().__new__(cls, line)
        told.event, told.parts = event, parts
        return told


class Aside(Told):
    """One that is for programs only: too small a thing for a person to be told of, like a single visit."""


Say = Callable[[str], None]


def cause_of(error: BaseException) -> BaseException:
    """What went wrong: the first error of a group that is none itself."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
