"""Every way in which a line of parts can have been written, and what of it is the same in all of them.

The parts are joined by `; ` and hold what the page says, which may hold `; ` too. The order of the parts, how many
there are, how long what they quote may be, which fields differ and how many characters came and went: all that is known
of a Change, and leaves as a rule one way to read its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from web.language import N_, Catalogue

BETWEEN = "; "
BETWEEN_PARTS = N_("; ")
# A line that can be read in more ways, or might be, is left as it stands.
_WAYS, _MOST_PARTS = 64, 12
_OPEN = "%(text)s"
_MORE = N_("%(number)s more")


class Piece(NamedTuple):
    """A stretch of a line that is the judge's: a message up to its text, and what fills its other places."""

    start: int
    end: int
    message: str
    filled: tuple[tuple[str, str], ...] = ()

    def said(self, words: Catalogue) -> str:
        """The same in the language of `words`."""
        return words.gettext(self.message).partition(_OPEN)[0] % dict(self.filled)


Count = tuple[int, float]


class Known(NamedTuple):
    """A part that can be told by its text: what of it is the judge's, if anything is, and what came and went by it."""

    text: str
    own: Piece | None
    came: Count
    went: Count


class Part(NamedTuple):
    """One part as it may have been written: where, its place in the order of parts, and its field.

    `came` and `went` are how many characters did, at least and at most; None where it says of none that they did.
    `spread`: there is a `; ` in it.
    """

    start: int
    rank: int
    pieces: tuple[Piece, ...] = ()
    name: str = "body"
    came: Count | None = None
    went: Count | None = None
    spread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line, and what is known of it: `known` parts, told before other parts of the body; whether they are all.

    `fields` are those that differ, None where that is not known; `came` and `went` count the characters of the body,
    None where they count other things as well.
    """

    text: str
    known: tuple[Known, ...] = ()
    all_known: bool = True
    fields: frozenset[str] | None = None
    came: int | None = None
    went: int | None = None


# What a stretch of a line, by its start and end, can be as one part.
Parts = Callable[[Line, int, int], Sequence[Part]]
# The fields in the order of their parts, each with where its last part may stand; that of the body stands anywhere.
RANKS = {"title": 0, "published": 2, "issuer": 3, "attachments": 5, "body": 9}
KNOWN = 1
# White space that differs is counted and not told.
_UNTOLD = 4


# The same lists are looked at again and again.
@lru_cache(maxsize=2048)
def agreed(line: Line, parts: Parts, words: Catalogue, *, most: int, more: bool = False) -> str:
    """The line with what is the same in every way to read it said in the reader's language.

    `parts` says what one stretch of it can be, `most` how many there are at most, `more` whether it may end in how many
    there were beside them.
    """
    cuts = [found.start() for found in re.finditer(BETWEEN, line.text)] if BETWEEN in line.text else []
    if len(cuts) >= _MOST_PARTS:
        return line.text
    ways = _Ways(line, parts, most, more, [0, *(cut + len(BETWEEN) for cut in cuts)], [*cuts, len(line.text)])
    ways.go_on(0, ())
    if not 0 < len(ways.found) < _WAYS:
        return line.text
    pieces: set[Piece] = set(ways.found[0])
    for other in ways.found[1:]:
        pieces.intersection_update(other)
    out, at = [], 0
    for piece in sorted(pieces):
        out += [line.text[at : piece.start], piece.said(words)]
        at = piece.end
    return "".join([*out, line.text[at:]])


def more_said(text: str, words: Catalogue) -> str:
    """How many parts there were beside those that are told; any other text as it is."""
    piece = _more(text, 0)
    return piece.said(words) if piece else text


def _more(text: str, start: int) -> Piece | None:
    number, _, rest = text[start:].partition(" ")
    if rest != "more" or not number.isascii() or not number.isdecimal():
        return None
    return Piece(start, len(text), _MORE, (("number", number),))


class _Ways:
    """Finds the ways to read a line, from its start on: `found` has the pieces of each."""

    def __init__(
        self, line: Line, parts: Parts, most: int, more: bool, starts: Sequence[int], ends: Sequence[int]
    ) -> None:
        self.found: list[tuple[Piece, ...]] = []
        self._line, self._parts, self._most, self._has_more = line, parts, most, more
        self._starts, self._ends = starts, ends
        self._tried: dict[tuple[int, int], Sequence[Part]] = {}
        self._known = len({known.text for known in line.known})

    def go_on(self, at: int, read: tuple[Part, ...]) -> None:
        """Reads on from a place behind the parts that are read already."""
        count = len(self._starts)
        if at == count:
            if _explains(self._line, read, whole=True):
                self._find(read, ())
            return
        if len(read) == self._most:
            rest = _more(self._line.text, self._starts[at]) if self._has_more else None
            if rest is not None and _explains(self._line, read, whole=False):
                self._find(read, (rest,))
            return
        for until in range(at, count):
            parts = self._tried.get((at, until))
            if parts is None:
                parts = self._tried[at, until] = self._parts(self._line, self._starts[at], self._ends[until])
            for part in parts:
                if len(self.found) < _WAYS and self._may_follow(part, read):
                    self.go_on(until + 1, (*read, part))

    def _may_follow(self, part: Part, read: tuple[Part, ...]) -> bool:
        """Whether the order of parts allows it. Each field but the body and the attachments has one part."""
        if self._known and part.rank >= KNOWN:
            left = self._known - sum(one.rank == KNOWN for one in read)
            if (left > 0 and part.rank > KNOWN) or (left <= 0 and part.rank == KNOWN and self._line.all_known):
                return False
        last = read[-1] if read else None
        if last is None or part.rank > last.rank:
            return True
        return part.rank == last.rank and part.name in ("body", "attachments")

    def _find(self, read: tuple[Part, ...], rest: tuple[Piece, ...]) -> None:
        between = [Piece(part.start - len(BETWEEN), part.start, BETWEEN_PARTS) for part in read[1:]]
        if rest:
            between.append(Piece(rest[0].start - len(BETWEEN), rest[0].start, BETWEEN_PARTS))
        self.found.append((*(piece for part in read for piece in part.pieces), *between, *rest))


def _explains(line: Line, read: tuple[Part, ...], *, whole: bool) -> bool:
    """Whether the Change can be what these parts say; all of it, where the line is `whole`."""
    if line.fields is None:
        return True
    named = {part.name for part in read}
    # What is told first is never left out for what is told after it.
    reached = read[-1].rank
    for name in line.fields - named:
        if RANKS[name] < reached or (whole and (name != "body" or line.came is not None)):
            return False
    spread = any(part.spread for part in read)
    came, went = [part.came for part in read if part.came], [part.went for part in read if part.went]
    return all(
        counted is None or _adds_up(counted, told, whole=whole, spread=spread)
        for counted, told in ((line.came, came), (line.went, went))
    )


def _adds_up(counted: int, told: Sequence[Count], *, whole: bool, spread: bool) -> bool:
    """Whether so many characters can be those that were told of. What is `spread` over a `; ` must be all there is."""
    if sum(least for least, _ in told) > counted or (whole and counted > _UNTOLD and not told):
        return False
    return not (whole and spread) or counted <= sum(most for _, most in told) + _UNTOLD
