"""The places of an Article that could differ by themselves: counters, clocks, tokens, and blocks under a heading.

A place is known by its shape (the line with figures and tokens folded) and by what stands before it, so that it is the
same place at the next visit and on the Source's other pages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.model import Article, Attachment, PlaceKey, VolatileKind, place_key
from crawler.tables import is_figure

_TOKEN = re.compile(r"(?=[A-Za-z0-9_\-]*\d)(?=[A-Za-z0-9_\-]*[A-Za-z])[A-Za-z0-9_\-]{12,}")
_FIGURE = re.compile(r"\d[\d,.]*")
_DIGIT = re.compile(r"\d")
# A time of day, with the day it stands beside; and what says of itself that it is today's date.
_CLOCK = re.compile(
    r"(?:\d{2,4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s*(?:星期|周).)?[\sT]*)?"
    r"\d{1,2}\s?[:：时時]\s?\d{2}(?:\s?[:：分]\s?\d{2}\s?秒?)?"
    r"|(?:今天是|今日是|现在是|当前(?:日期|时间)[:：]?|[Tt]oday is)[^，。,|]{4,30}"
)
# A block of what other pages say: a heading, then lines that are titles and no sentences.
_MAX_HEADING, _MAX_LINE, _MAX_LINES = 20, 80, 12
_SENTENCE = re.compile(r"[。！？；]|[.!?]\s")
# What stands in a sentence is a text; a counter stands in a line of its own.
_MAX_VOLATILE_LINE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One such place in one Article: lines `first` up to (not including) `last`, or the query of an attachment."""

    kind: VolatileKind
    place: str
    shape: str
    text: str
    first: int = 0
    last: int = 0

    @property
    def key(self) -> PlaceKey:
        """As VolatilePlace has it."""
        return place_key(self.kind, self.place, self.shape)


def spots_of(article: Article, *, but: Container[str] = ()) -> dict[PlaceKey, Spot]:
    """The lines and queries that could differ by themselves, by key; what stands twice cannot be told apart.

    `but`: lines that need not be looked at.
    """
    found = [*_line_spots(article.paragraphs, but), *_query_spots(article.attachments)]
    counts = Counter(spot.key for spot in found)
    return {spot.key: spot for spot in found if counts[spot.key] == 1}


def _line_spots(lines: Sequence[str], but: Container[str]) -> list[Spot]:
    spots = []
    for place, line in enumerate(lines):
        if len(line) > _MAX_VOLATILE_LINE or line in but or not _DIGIT.search(line):
            continue
        timeless = _timeless(line)
        shape = _FIGURE.sub("#", timeless)
        if timeless != line:
            spots.append(Spot(kind="clock", place="", shape=timeless, text=line, first=place, last=place + 1))
        # A bare figure is known by the line before it; without one, it is any figure.
        before = shape_of(lines[place - 1]) if place else ""
        if is_figure(line) and (not before or is_figure(lines[place - 1])):
            continue
        spots.append(
            Spot(
                kind="figure",
                place=before[:60] if is_figure(line) else "",
                shape=shape,
                text=line,
                first=place,
                last=place + 1,
            )
        )
    return spots


def shape_of(line: str) -> str:
    """A line with its tokens (@), clocks and figures (#) folded: what it has in common with itself an hour later."""
    return _FIGURE.sub("#", _timeless(line))


def _timeless(line: str) -> str:
    """A line with its clocks and tokens folded and its figures left: what else differs in one, somebody wrote."""
    return _CLOCK.sub("#:#", _TOKEN.sub("@", line))


def _query_spots(attachments: Sequence[Attachment]) -> list[Spot]:
    spots = []
    for attachment in attachments:
        parts = urlsplit(attachment.url)
        spots += [
            Spot(kind="query", place="attachment", shape=name, text=value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
        ]
    return spots


def blocks_between(before: Sequence[str], after: Sequence[str]) -> list[tuple[Spot, Spot]]:
    """Runs of lines under the same heading in both, with other lines in them: what a random recommendation looks like.

    A run reaches from the heading to the next line that both have, and is neither prose nor long.
    """
    counts = Counter(before), Counter(after)
    common = {line for line in counts[0] if line in counts[1]}
    places = {line: place for place, line in enumerate(after)}
    pairs = []
    for place, heading in enumerate(before):
        if len(heading) > _MAX_HEADING or counts[0][heading] != 1 or counts[1][heading] != 1:
            continue
        at = places[heading]
        old, new = _run(before, place + 1, common), _run(after, at + 1, common)
        if old and new and all(map(is_block_line, (*old, *new))):
            pairs.append((_block(heading, old, place + 1), _block(heading, new, at + 1)))
    return pairs


def _run(lines: Sequence[str], first: int, common: set[str]) -> Sequence[str]:
    last = first
    while last < len(lines) and last - first <= _MAX_LINES and lines[last] not in common:
        last += 1
    return lines[first:last] if last - first <= _MAX_LINES else ()


def _block(heading: str, lines: Sequence[str], first: int) -> Spot:
    text = " | ".join(lines)
    return Spot(kind="block", place=heading, shape=str(len(lines)), text=text, first=first, last=first + len(lines))


def is_block_line(line: str) -> bool:
    """Whether a line can be one of a block: a title, not a sentence."""
    return len(line) <= _MAX_LINE and _SENTENCE.search(line) is None


def without_query(url: str, names: Container[str]) -> str:
    """An address less the parameters of these names; as it is written where it has none of them."""
    parts = urlsplit(url)
    if not names or not parts.query:
        return url
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in names]
    return urlunsplit(parts._replace(query=urlencode(kept)))
