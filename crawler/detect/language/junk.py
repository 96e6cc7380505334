"""Runs of injected keywords in a text: a likelihood ratio over pairs of characters, and the run's own structure.

No word list decides. A cheap scan finds pairs that are rare in ordinary Chinese and common in injected blocks; around
them every pair counts for or against, and the best-scoring stretch is snapped to the items that separators make.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawler.detect.language.latin import LATIN
from crawler.detect.language.tables import BIGRAMS, PIVOTS, SIMPLIFIED, written_forms

# A pair this telling makes a place worth a look.
ANCHOR = 1.5
TELLING = 3.0
# Anchors this close together (characters) support each other; alone, less than CROWD is not looked at.
NEAR = 12
CROWD = 5.5
# Crowds closer together than twice this (characters) are looked at together, with so much text on either side.
REACH = 60
UNKNOWN_PAIR = -0.9
UNKNOWN_LATIN = -0.5
# A stretch ends where the score has fallen this far below its peak.
DROP = 12.0
SENTENCE_END = -7.0
# Quotation marks and enumeration commas belong to sentences; injected blocks have none.
PROSE_MARK = -4.0
# How far a stretch is widened to the border of its item, and above what score per character.
SNAP = 14
FOREIGN = -0.95
# In a run of items one that the model does not know may stand between two that it does.
BRIDGE = 24

_STRONG = {
    left + right: weight
    for pair, weight in BIGRAMS.items()
    if weight >= ANCHOR
    for left in written_forms({pair[0]})
    for right in written_forms({pair[1]})
}
_PIVOT = re.compile(f"[{''.join(sorted(written_forms(set(PIVOTS))))}]")
_LATIN_ANCHORS = {word for word, weight in LATIN.items() if weight >= 3.0}
_LATIN_WORD = re.compile(r"[a-z][a-z0-9]+")
# Han runs, Latin words, and everything between them.
_TOKEN = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff]+)|([A-Za-z0-9\u2170-\u217f\u03b1\u03bd]+)|([^\w]+|[\w])")
_SEPARATOR = re.compile(r"[|｜_,，;；\r\n\t/\\·•>»~～—–\-\u2003\u3000 ]+|\bI\b")
_PROSE = re.compile(r"[、“”‘’《》「」『』]")
_STOP = re.compile(r"[。！？!?…]|[：:](?=\s*\S{30})|\n[ \t\r]*\n[ \t\r]*\n")


@dataclass(frozen=True, slots=True)
class JunkRun:
    """One run: its place in the text, its items, the separator most of them share, its score and what made it up.

    `alone`: it fills its item or line; nothing else runs into it.
    """

    start: int
    end: int
    items: tuple[str, ...]
    separator: str
    score: float
    pairs: int
    telling: tuple[str, ...]
    alone: bool

    @property
    def mean(self) -> float:
        """The score per pair of characters."""
        return self.score / max(self.pairs, 1)


def junk_runs(text: str, *, crowd: float = CROWD) -> list[JunkRun]:
    """Every run in `text` that reads like injected keywords, in order; nothing is decided about severity here.

    `crowd`: how much telling must be close together for a look; less for short texts where few words count.
    """
    runs: list[JunkRun] = []
    for low, high in _windows(_crowds(text, crowd), len(text)):
        for start, end in _stretches(text[low:high]):
            run = _run(text, *_snap(text, low + start, low + end))
            if run is not None:
                runs.append(run)
    return _joined(text, runs)


def _anchors(text: str) -> Iterator[tuple[int, int, float]]:
    """(first, last, weight) of each unbroken chain of telling pairs that touches a pivot, and of each Latin word."""
    weigh = _STRONG.get
    done = 0
    for match in _PIVOT.finditer(text):
        at = match.start()
        if at < done:
            continue
        total = 0.0
        low = at
        while low > done and (weight := weigh(text[low - 1 : low + 1])):
            total += weight
            low -= 1
        high = at
        while weight := weigh(text[high : high + 2]):
            total += weight
            high += 1
        if total:
            done = high + 1
            yield low, high, total


def _latin_anchors(text: str) -> list[tuple[int, int, float]]:
    lowered = text.lower()
    if _LATIN_ANCHORS.isdisjoint(_LATIN_WORD.findall(lowered)):
        return []
    return [
        (match.start(), match.end() - 1, LATIN[match.group()])
        for match in _LATIN_WORD.finditer(lowered)
        if match.group() in _LATIN_ANCHORS
    ]


def anchor_weight(text: str) -> float:
    """How much telling there is in a text at all: cheap, for deciding whether to look closer. Latin words apart."""
    return sum(total for _, _, total in _anchors(text))


def _crowds(text: str, enough: float) -> Iterator[tuple[int, int]]:
    """(first, last) place of each group of anchors that together are worth a look."""
    latin = _latin_anchors(text)
    anchors: Iterable[tuple[int, int, float]] = _anchors(text)
    first = last = -NEAR - 1
    total = 0.0
    for low, high, weight in sorted([*anchors, *latin]) if latin else anchors:
        if low - last > NEAR:
            if total >= enough:
                yield first, last
            first, total = low, 0.0
        last = max(high, last)
        total += weight
    if total >= enough:
        yield first, last


def _windows(crowds: Iterator[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    low = high = -1
    for first, last in crowds:
        if low >= 0 and first - high > 2 * REACH:
            yield max(low - REACH, 0), min(high + REACH, size)
            low = -1
        low, high = (first if low < 0 else low), last
    if low >= 0:
        yield max(low - REACH, 0), min(high + REACH, size)


def _scored(text: str) -> Iterator[tuple[int, int, float, int]]:
    """(start, end, score, pairs) of each piece of a window, in order."""
    for match in _TOKEN.finditer(text):
        han, latin, other = match.groups()
        start = match.start()
        if han:
            plain = han.translate(SIMPLIFIED)
            yield start, start + 1, 0.0, 0
            for offset in range(1, len(plain)):
                pair = plain[offset - 1 : offset + 1]
                yield start + offset, start + offset + 1, BIGRAMS.get(pair, UNKNOWN_PAIR), 1
        elif latin:
            weight = LATIN.get(latin.lower())
            if weight is None:
                weight = UNKNOWN_LATIN if not latin.isdigit() else -0.2
            yield start, match.end(), weight, 1
        else:
            yield start, match.end(), _mark_score(other), 0


def _mark_score(mark: str) -> float:
    if _STOP.search(mark):
        return SENTENCE_END
    return PROSE_MARK if _PROSE.search(mark) else -0.2


def _stretches(window: str) -> list[tuple[int, int]]:
    """Maximal-scoring stretches of a window that are worth more than a single telling pair."""
    found: list[tuple[int, int]] = []
    total = peak = 0.0
    begin = top = 0
    for start, end, score, _ in _scored(window):
        if total <= 0.0:
            total, peak, begin, top = 0.0, 0.0, start, start
        total += score
        if total > peak:
            peak, top = total, end
        elif total < peak - DROP or total <= 0.0:
            if peak >= 6.0:
                found.append((_first_char(window, begin), top))
            total = peak = 0.0
    if peak >= 6.0:
        found.append((_first_char(window, begin), top))
    return found


def _first_char(window: str, at: int) -> int:
    # A pair is booked on its second character.
    return at - 1 if at > 0 and window[at - 1].isalpha() and not window[at - 1].isascii() else at


def _snap(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a stretch to the borders of its items where what is gained does not read as ordinary prose."""
    left, right = start, end
    while left > 0 and start - left < SNAP and not _is_border(text[left - 1]):
        left -= 1
    if start - left < SNAP and _plain_score(text[left : start + 1]) > FOREIGN * (start - left):
        start = left
    while right < len(text) and right - end < SNAP and not _is_border(text[right]):
        right += 1
    if right - end < SNAP and _plain_score(text[max(end - 1, 0) : right]) > FOREIGN * (right - end):
        end = right
    return start, end


def _is_border(character: str) -> bool:
    return character in "。！？!?…：:“”\"'‘’（）()【】[]《》<>" or _SEPARATOR.match(character) is not None


def _bordered(text: str, start: int, end: int) -> bool:
    return (start == 0 or _is_border(text[start - 1])) and (end >= len(text) or _is_border(text[end]))


def _plain_score(text: str) -> float:
    return sum(score for _, _, score, _ in _scored(text))


def _run(text: str, start: int, end: int) -> JunkRun | None:
    while start < end and _SEPARATOR.match(text[start]):
        start += 1
    body = text[start:end]
    if not body:
        return None
    separator = _main_separator(body)
    parts = body.split(separator) if separator.strip() else _SEPARATOR.split(body)
    items = tuple(item for item in (part.strip() for part in parts) if item)
    if separator.strip():
        end = _past(text, end, separator)
    pieces = list(_scored(body))
    score = sum(piece[2] for piece in pieces)
    telling = {body[max(b - 2, 0) : b] if b - a == 1 else body[a:b] for a, b, weight, _ in pieces if weight >= TELLING}
    return JunkRun(
        start=start,
        end=end,
        items=items,
        separator=separator,
        score=score,
        pairs=sum(piece[3] for piece in pieces),
        telling=tuple(sorted(telling)),
        alone=_bordered(text, start, end),
    )


def _past(text: str, end: int, separator: str) -> int:
    """A separator right behind the last item still belongs to the run."""
    after = end + (text[end : end + 1] == " ")
    return after + len(separator) if text.startswith(separator, after) else end


def _main_separator(body: str) -> str:
    counts: dict[str, int] = {}
    for match in _SEPARATOR.finditer(body):
        mark = match.group().strip(" \t\r\u3000\u2003") or ("\n" if "\n" in match.group() else " ")
        counts[mark[:1]] = counts.get(mark[:1], 0) + 1
    return max(counts, key=lambda mark: counts[mark]) if counts else ""


def _joined(text: str, runs: list[JunkRun]) -> list[JunkRun]:
    """Runs with only a short unknown item between them are one run."""
    runs.sort(key=lambda run: run.start)
    groups: list[list[JunkRun]] = []
    for run in runs:
        if groups and (run.start <= groups[-1][-1].end or _bridged(text, groups[-1][-1], run)):
            groups[-1].append(run)
        else:
            groups.append([run])
    whole = (
        group[0] if len(group) == 1 else _run(text, group[0].start, max(run.end for run in group)) for group in groups
    )
    return [run for run in whole if run is not None]


def _bridged(text: str, before: JunkRun, after: JunkRun) -> bool:
    gap = text[before.end : after.start]
    if len(gap) > BRIDGE or _STOP.search(gap) or _PROSE.search(gap):
        return False
    return _plain_score(gap) > -0.4 * min(before.score, after.score)
