"""Where in a TOML text each table and key stands: the parser of the standard library does not say.

Written for text that has already been parsed, so it may take the syntax for granted. Linear in its length.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

# A place: the names of the tables and the key that lead there, with the index after the name of an array of tables.
Place = tuple[str | int, ...]

_PIECE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}\n]"
    r"|[^\"'#\[\]{}\n]+",
    re.DOTALL,
)
_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(?:\.|$)""")
_HEADER = re.compile(r"[ \t]*(\[\[?)((?:\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[^\]\"'\n])*)\]")
_KEY = re.compile(r"[ \t]*((?:\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[^=\"'#\[\n])+)=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The 1-based line of every place in a TOML text."""

    of: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of the place, or of the nearest table around it; 0 if nothing is known of it."""
        while place and place not in self.of:
            place = place[:-1]
        return self.of.get(place, 0)


def find_lines(text: str) -> Lines:
    """The lines of all tables and keys in `text`, which must be valid TOML."""
    lines = Lines()
    arrays: Counter[Place] = Counter()
    table: Place = ()
    for line, statement in _statements(text):
        header = _HEADER.match(statement)
        if header:
            table = _indexed(_parts(header[2]), arrays)
            if header[1] == "[[":
                arrays[table] += 1
                lines.of.setdefault(table, line)
                table = (*table, arrays[table] - 1)
            lines.of.setdefault(table, line)
            continue
        key = _KEY.match(statement)
        if key:
            parts = _parts(key[1])
            for length in range(1, len(parts) + 1):
                lines.of.setdefault((*table, *parts[:length]), line)
    return lines


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Every logical line with the number of the physical line it starts on; values may run over several."""
    line, depth, begun_at = 1, 0, 1
    parts: list[str] = []
    for piece in _PIECE.findall(text.replace("\r\n", "\n")):
        if piece == "\n" and depth == 0:
            yield begun_at, "".join(parts)
            parts, begun_at = [], line + 1
        else:
            parts.append(piece)
        depth += (piece in "[{") - (piece in "]}") if len(piece) == 1 else 0
        line += piece.count("\n")
    yield begun_at, "".join(parts)


def _parts(dotted: str) -> Place:
    parts: list[str] = []
    at = 0
    while found := _PART.match(dotted, at):
        parts.append(next(part for part in found.groups() if part is not None))
        at = found.end()
        if at >= len(dotted):
            break
    return tuple(parts)


def _indexed(parts: Place, arrays: Counter[Place]) -> Place:
    """`source.article` → ("source", 3, "article") inside the fourth [[source]]."""
    place: Place = ()
    for number, part in enumerate(parts):
        place = (*place, part)
        if number + 1 < len(parts) and arrays[place]:
            place = (*place, arrays[place] - 1)
    return place
