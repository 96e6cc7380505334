"""How a text reads once its pinyin glosses are passed over, with the way back to the places where it stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from crawler.detect.case import Case, Scope
from crawler.detect.language.clues import DELETED, PHRASES, SWAPPED
from crawler.detect.language.pairs import pairs_of, places_of
from crawler.detect.language.tables import SIMPLIFIED
from crawler.detect.pinyin_gloss import machine_glosses
from crawler.model import Evidence, Finding, FindingKind, Severity

_NEEDLES = {needle for clue in DELETED + SWAPPED for needle in clue.needles} | {first for first, _ in PHRASES}


def _any_of(needles: Iterable[str]) -> re.Pattern[str]:
    """All that any clue looks for, in one scan; the longest first, so that each is found where it stands.

    Grouped by the first character, for each alternative is tried in its turn.
    """
    rest: dict[str, list[str]] = {}
    for needle in sorted(needles, key=len, reverse=True):
        rest.setdefault(needle[0], []).append(re.escape(needle[1:]))
    return re.compile("|".join(f"{re.escape(first)}(?:{'|'.join(ends)})" for first, ends in rest.items()))


_ANY_NEEDLE = _any_of(_NEEDLES)
# No needle is looked for where its first two characters do not stand.
_HEADS = pairs_of([(1.0, "".join({needle[:2] for needle in _NEEDLES}))])


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` is what a reader reads; `starts` and `shifts` lead from an offset in it to the offset in `scope.text`;
    `hits` are the places of what clues look for."""

    scope: Scope
    text: str
    starts: tuple[int, ...] = (0,)
    shifts: tuple[int, ...] = (0,)
    hits: Mapping[str, list[int]] = field(default_factory=dict)

    def origin(self, offset: int) -> int:
        """The place in `scope.text` of the character at `offset`."""
        return offset + self.shifts[bisect_right(self.starts, offset) - 1]

    def finding(
        self,
        kind: FindingKind,
        severity: Severity,
        start: int,
        end: int,
        *,
        score: float,
        evidence: Evidence,
        repair: str | None = None,
    ) -> Finding:
        """A Finding on the text as served, from a stretch of the reading (`start` < `end`)."""
        return self.scope.finding(
            kind,
            severity,
            self.origin(start),
            self.origin(end - 1) + 1,
            score=score,
            evidence=evidence,
            repair=repair,
        )

    def simplified(self, start: int, end: int) -> str:
        """A short stretch in simplified characters, one for one."""
        return self.text[max(start, 0) : end].translate(SIMPLIFIED)


def reading_of(case: Case) -> Reading:
    """The body as it reads; where no machine has put glosses in, the body as it is."""
    return _read(case.body)


# Several detectors ask for the same reading in turn.
@lru_cache(maxsize=2)
def _read(scope: Scope) -> Reading:
    pieces: list[str] = []
    starts, shifts = [0], [0]
    at = size = 0
    for gloss in machine_glosses(scope.text):
        piece = scope.text[at : gloss.start() + 1]
        pieces.append(piece)
        size, at = size + len(piece), gloss.end()
        starts.append(size)
        shifts.append(at - size)
    text = "".join(pieces) + scope.text[at:] if pieces else scope.text
    hits: dict[str, list[int]] = {}
    done = 0
    for place, _ in places_of(text, _HEADS, floor=0):
        match = _ANY_NEEDLE.match(text, place) if place >= done else None
        if match is not None:
            hits.setdefault(match.group(), []).append(place)
            done = match.end()
    return Reading(scope, text, tuple(starts), tuple(shifts), hits)
