"""The items that an injected run is made of: what separates them, where they end, what a stretch of text scores."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.detect.language.latin import LATIN
from crawler.detect.language.tables import BIGRAMS, SIMPLIFIED

UNKNOWN_PAIR = -0.9
UNKNOWN_LATIN, UNKNOWN_NUMBER = -0.5, -0.2
SENTENCE_END = -7.0
# Quotation marks and enumeration commas belong to sentences; injected blocks have none.
PROSE_MARK = -4.0
MARK, LINE_END, BLANK_LINE = -0.2, -1.0, -4.0
# How far a stretch is widened to the border of its item, and above what score per character.
SNAP = 14
FOREIGN = -0.95
# An unknown item at the end of a run still belongs to it: so long at most, and above this score per pair. The bar of a
# keyword list binds its items closer than a comma, a space or a line, which other text has too.
LONGEST_ITEM = 40
BOUND = {"|": -1.7, "｜": -1.7, "_": -1.7, "-": -1.2, "·": -1.2, "/": -1.2, "I": -1.7}
LOOSE = -0.85

# Han runs, Latin words, and everything between them.
_TOKEN = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff]+)|([A-Za-z0-9\u2170-\u217f\u03b1\u03bd]+)|([^\w]+|[\w])")
SEPARATOR = re.compile(r"[|｜_,，;；\r\n\t/\\·•>»~～—–\-\u2003\u3000 ]+|\bI\b")
PROSE = re.compile(r"[、“”‘’《》「」『』]")
STOP = re.compile(r"[。！？!?…]|[：:](?=\s*\S{30})|\n[ \t\r]*\n[ \t\r]*\n")
# Marks of code and of asides; no item has them.
_NO_ITEM = frozenset("\"'(){}[];<>=（）【】")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_BORDERS = frozenset("。！？!?…：:“”\"'‘’（）()【】[]《》<>|｜_,，;；\r\n\t/\\·•»~～—–-\u2003\u3000 ")


def scored(text: str) -> Iterator[tuple[int, int, float, int]]:
    """(start, end, score, pairs) of each piece of a text, in order; a pair is booked on its second character."""
    weigh = BIGRAMS.get
    for match in _TOKEN.finditer(text):
        start = match.start()
        kind = match.lastindex
        if kind == 1:
            plain = match[1].translate(SIMPLIFIED)
            yield start, start + 1, 0.0, 0
            for offset in range(1, len(plain)):
                yield start + offset, start + offset + 1, weigh(plain[offset - 1 : offset + 1], UNKNOWN_PAIR), 1
        elif kind == 2:
            latin = match[2].lower()
            weight = LATIN.get(latin, UNKNOWN_NUMBER if latin.isdigit() else UNKNOWN_LATIN)
            yield start, match.end(), weight, 1
        else:
            yield start, match.end(), _mark_score(match[3]), 0


def _mark_score(mark: str) -> float:
    if mark in {" ", "|", ",", "_", "-"}:
        return MARK
    if STOP.search(mark):
        return SENTENCE_END
    if PROSE.search(mark):
        return PROSE_MARK
    if "\n" in mark:
        return BLANK_LINE if _BLANK_LINE.search(mark) else LINE_END
    return MARK


def plain_score(text: str) -> float:
    """What a text scores, all in all."""
    return sum(piece[2] for piece in scored(text))


def is_border(character: str) -> bool:
    """Whether an item may end at this character."""
    return character in _BORDERS


def snapped(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch widened to the borders of its items where what is gained does not read as ordinary prose."""
    left, right = start, end
    while left > 0 and start - left < SNAP and text[left - 1] not in _BORDERS:
        left -= 1
    if left < start and start - left < SNAP and plain_score(text[left : start + 1]) > FOREIGN * (start - left):
        start = left
    while right < len(text) and right - end < SNAP and text[right] not in _BORDERS:
        right += 1
    if right > end and right - end < SNAP and plain_score(text[max(end - 1, 0) : right]) > FOREIGN * (right - end):
        end = right
    return start, end


def main_separator(body: str) -> str:
    """The separator that most items of a run share; empty where there is none."""
    counts: dict[str, int] = {}
    for match in SEPARATOR.finditer(body):
        mark = match.group().strip(" \t\r\u3000\u2003") or ("\n" if "\n" in match.group() else " ")
        counts[mark[:1]] = counts.get(mark[:1], 0) + 1
    return max(counts, key=lambda mark: counts[mark]) if counts else ""


def items_of(body: str, separator: str) -> tuple[str, ...]:
    """The items of a run."""
    parts = body.split(separator) if separator.strip() else SEPARATOR.split(body)
    return tuple(item for item in (part.strip() for part in parts) if item)


def grown(text: str, start: int, end: int, separator: str, budget: float) -> tuple[int, int]:
    """The run with the neighbouring items that its separator binds to it, though the model does not know them.

    `budget` is what they may cost together.
    """
    limit = BOUND.get(separator, LOOSE)
    while (cost := _cost(item := _before(text, start, separator), limit)) is not None and cost <= budget:
        start, budget = start - len(item), budget - cost
    while (cost := _cost(item := _after(text, end, separator), limit)) is not None and cost <= budget:
        end, budget = end + len(item), budget - cost
    return start, end


def _before(text: str, start: int, separator: str) -> str:
    """The item right before a place, with its separator; empty where there is none, or no border before it."""
    low = max(start - LONGEST_ITEM, 0)
    near = text[low:start]
    inner = near.rstrip(" ") if separator.strip() else near
    if not inner.endswith(separator):
        return ""
    cut = max(inner.rfind(separator, 0, len(inner) - 1), inner.rfind("\n", 0, len(inner) - 1)) + 1
    return near[cut:] if cut or low == 0 else ""


def _after(text: str, end: int, separator: str) -> str:
    """The item right behind a place, with the separator before it; empty where there is none."""
    near = text[end : end + LONGEST_ITEM]
    inner = near.lstrip(" ") if separator.strip() else near
    if not inner.startswith(separator):
        return ""
    skipped = len(near) - len(inner) + 1
    cuts = [cut for cut in (near.find(separator, skipped), near.find("\n", skipped)) if cut >= 0]
    if not cuts and end + LONGEST_ITEM < len(text):
        return ""
    return near[: min(cuts)].rstrip(" ") if cuts else near


def _cost(item: str, limit: float) -> float | None:
    """What an item takes from the budget; None where it is no item."""
    if not item.strip(" \n|｜_,，-·/") or STOP.search(item) or PROSE.search(item) or not _NO_ITEM.isdisjoint(item):
        return None
    pieces = list(scored(item))
    score, pairs = sum(piece[2] for piece in pieces), sum(piece[3] for piece in pieces)
    return max(-score, 0.0) if score >= limit * max(pairs, 1) - 1.0 else None
