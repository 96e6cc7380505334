"""The boilerplate stripper: which lines of a page are the article's own.

Every line is weighed once (running text for, links and the frame's phrases against); the box with the greatest sum
is the article, so length never decides alone. Then what stands around and between the text is taken off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from crawler.extract import rules
from crawler.extract.boxes import framed_lines, mark_cards, sums_of
from crawler.extract.dates import find_dates
from crawler.extract.digests import block_digest
from crawler.extract.openings import EDGE, openings
from crawler.extract.outline import Outline
from crawler.extract.roles import BODY

_PROSE: Final = re.compile(rules.PROSE)
_PROSE_MARKS: Final = rules.PROSE_MARKS
_MARK: Final = re.compile(f"[{rules.PROSE_MARKS},;!?.:]")
_HEAD: Final = re.compile(rules.HEAD_LINE)
_TAIL: Final = re.compile(rules.TAIL_LINE)
_STRONG_TAIL: Final = re.compile(rules.STRONG_TAIL)
_END: Final = re.compile(rules.END_LINE)
_LABEL: Final = re.compile(rules.ANY_LABEL)
_LONE_LABEL: Final = re.compile(rules.LONE_LABEL)
_DROPPED: Final = re.compile(rules.DROPPED_LINE)
_FRAME_LINE: Final = re.compile(rules.FRAME_LINE)
_FRAME_START: Final = re.compile(f"{rules.END_LINE}|{rules.STRONG_TAIL}|{rules.TAIL_LINE}")
_HEAD_LETTERS: Final = openings(rules.HEAD_LINE)
_FRAME_LETTERS: Final = openings(rules.END_LINE) | openings(rules.STRONG_TAIL) | openings(rules.TAIL_LINE)
_DROPPED_LETTERS: Final = openings(rules.DROPPED_LINE)


def is_head_line(text: str) -> bool:
    """Whether a line states metadata or offers reading aids, as stands between a title and its text."""
    if len(text) >= 150:
        return False
    letter = text.lstrip(EDGE)[:1]
    if letter in _HEAD_LETTERS and _HEAD.match(text):
        return len(text) < 60 or text[-1] not in "。！？；"
    if not letter.isdigit() or len(text) > 120:
        return False
    bare = text.lstrip(" 【[（(")
    if not bare[0].isdigit():
        return False
    dates = find_dates(bare)
    if not dates or dates[0].start > 0:
        return False
    rest = bare[dates[0].end :].strip()
    return (len(rest) < 24 and rest[-1:] not in ("。", "；", "：")) or _LABEL.match(rest) is not None


def weigh(texts: list[str], linked: list[int]) -> list[float]:
    """How much each line speaks for being article text: its length in characters, or below zero for the frame."""
    weights: list[float] = []
    for line, text in enumerate(texts):
        n = len(text)
        own = n - linked[line]
        if linked[line] > own:
            weights.append(float(own) if own > 24 and is_prose(text) else -float(n if n < 30 else 30))
        elif n < 120 and (_starts_frame(text) or _FRAME_LINE.search(text) is not None):
            weights.append(-10.0)
        else:
            weights.append(float(own) if is_prose(text) else 0.0)
    return weights


def is_prose(text: str) -> bool:
    """Whether a line has a mark that only running text has; of those that Latin uses elsewhere, one before a gap."""
    found = _MARK.search(text)
    if found is None:
        return False
    return found[0] in _PROSE_MARKS or _PROSE.search(text, found.start()) is not None


def _starts_frame(text: str) -> bool:
    letter = text[:1]
    if letter in EDGE:
        letter = text.lstrip(EDGE)[:1]
    return letter in _FRAME_LETTERS and _FRAME_START.match(text) is not None


@dataclass(frozen=True, slots=True)
class Body:
    """The article's lines: numbers of lines in reading order, the box they were taken from, and its whole span."""

    lines: tuple[int, ...]
    box: int
    start: int
    end: int


def weigh_lines(page: Outline) -> tuple[list[float], bytearray, bytearray]:
    """The weight of every line, which lines are not the article's (marked 1), and which stand in the page's frame.

    Teasers of other pages are not the article's either.
    """
    weights = weigh(page.texts, page.linked)
    frame = framed_lines(page, weights)
    marks = bytearray(frame)
    mark_cards(page, marks)
    if marks != frame and not any(weight > 0 and not marks[line] for line, weight in enumerate(weights)):
        marks = bytearray(frame)
    if 1 in marks:
        weights = [-5.0 if weight > 0 and marks[line] else weight for line, weight in enumerate(weights)]
    _count_plain(page, weights, marks)
    return weights, marks, frame


def _count_plain(page: Outline, weights: list[float], marks: bytearray) -> None:
    """Where a page has more plain words (tables, lists, headings) than running text, lets those speak too."""
    plain = [i for i, w in enumerate(weights) if w == 0.0 and not marks[i] and len(page.texts[i]) > 3]
    if sum([len(page.texts[i]) for i in plain]) > sum([w for w in weights if w > 0], 0.0):
        for i in plain:
            weights[i] = 0.2 * len(page.texts[i])


def find_box(page: Outline, weights: list[float]) -> int:
    """The box that holds the article.

    Links count fully against a box at first; where that leaves most of the page's running text outside, the page
    is one whose text stands among its links, and they count less.
    """
    best = 0
    mass = sums_of(weights)
    for damping in (1.0, 0.25, 0.0):
        sums = sums_of(weights, damping)
        best, best_score = 0, sums[-1]
        for box, begin in enumerate(page.first):
            score = sums[page.last[box]] - sums[begin]
            # Of boxes that hold as much, the innermost: the last in document order.
            if score >= best_score:
                best, best_score = box, score
        best = _widen(page, best, best_score, sums)
        if (mass[page.last[best]] - mass[page.first[best]]) * 2 >= mass[-1]:
            break
    return best


def first_prose(page: Outline, box: int, weights: list[float]) -> int:
    """The first line of running text in a box, or the box's first line."""
    span = range(page.first[box], page.last[box])
    texts = page.texts
    return next((i for i in span if weights[i] * 2 > len(texts[i]) and not is_head_line(texts[i])), page.first[box])


def body_in(
    page: Outline,
    box: int,
    weights: list[float],
    marks: bytearray,
    heading: tuple[int, int] | None,
    boilerplate: frozenset[str],
) -> Body:
    """The article's lines in its box: without the frame, the heading (a span of lines) and what leads and trails.

    What the Source's profile names is taken off both ends only: a bulletin repeats its own sentences inside.
    """
    start, end = page.first[box], page.last[box]
    begin = start
    if heading is not None and start < heading[1] < end:
        before = sum([w for w in weights[start : heading[0]] if w > 0], 0.0)
        after = sum([w for w in weights[heading[1] : end] if w > 0], 0.0)
        if before < after:
            begin = heading[1]
    lines = [i for i in range(begin, end) if not marks[i] and not _dropped(page.texts[i])]
    lines = _trim(page, lines, weights)
    if boilerplate:
        while lines and block_digest(page.texts[lines[-1]]) in boilerplate:
            lines.pop()
        while lines and block_digest(page.texts[lines[0]]) in boilerplate:
            lines.pop(0)
    return Body(tuple(lines), box, start, end)


def whole_main(page: Outline, marks: bytearray, heading: tuple[int, int] | None) -> Body:
    """All that the page shows outside its frame, links and all: what a listing, a table or a service page says."""
    every = range(len(page.texts))
    after = heading[1] if heading is not None else 0
    for lines in (
        [i for i in every if i >= after and not marks[i]],
        [i for i in every if not marks[i]],
        list(every),
    ):
        kept = [i for i in lines if not _FRAME_LINE.search(page.texts[i]) and not _dropped(page.texts[i])]
        if kept:
            return Body(tuple(kept), 0, 0, len(page.texts))
    return Body(tuple(every), 0, 0, len(page.texts))


def _dropped(text: str) -> bool:
    return text[:1] in _DROPPED_LETTERS and len(text) < 80 and _DROPPED.match(text) is not None


def _widen(page: Outline, box: int, score: float, sums: list[float]) -> int:
    """A paragraph is not a container: step out to the box that holds its neighbours too."""
    while page.boxes[box].name in ("p", "li", "td", "tr", "tbody", "table", "blockquote", "center", "h1", "h2", "h3"):
        outer = page.parent[box]
        if outer < 0 or sums[page.last[outer]] - sums[page.first[outer]] < score * 0.8:
            break
        box = outer
    return _named(page, box, sums)


def _named(page: Outline, box: int, sums: list[float]) -> int:
    """The box named as an article's body that holds about as much as `box`: around it, else the innermost inside it."""
    score = sums[page.last[box]] - sums[page.first[box]]
    at = box
    while at >= 0:
        if page.roles[at] & BODY:
            if sums[page.last[at]] - sums[page.first[at]] >= score * 0.9:
                box = at
            break
        at = page.parent[at]
    inner = box
    for at in range(box + 1, len(page.boxes)):
        if page.first[at] >= page.last[box]:
            break
        held = sums[page.last[at]] - sums[page.first[at]]
        if held >= score * 0.7 and page.roles[at] & BODY:
            inner = at
    return inner


def _trim(page: Outline, lines: list[int], weights: list[float]) -> list[int]:
    texts = page.texts
    total = sum([weights[i] for i in lines if weights[i] > 0], 0.0) or 1.0
    begin, seen = 0, 0.0
    for k, i in enumerate(lines):
        if seen > total * 0.15 or (seen > total * 0.05 and k > 12):
            break
        if is_head_line(texts[i]):
            begin = k + 1
        seen += max(weights[i], 0.0)
    stop, seen = len(lines), 0.0
    rest = _last_at_home(page, lines, weights)
    for k in range(begin, len(lines)):
        i = lines[k]
        text = texts[i]
        framing = seen > 0 and len(text) < 120 and text.lstrip(EDGE)[:1] in _FRAME_LETTERS
        if framing and _ends(text, seen / total, i > rest):
            stop = k
            break
        if weights[i] > 0:
            seen += weights[i]
    kept = lines[begin:stop]
    while kept and (page.linked[kept[-1]] * 2 > len(texts[kept[-1]]) or _LONE_LABEL.match(texts[kept[-1]])):
        if _recurs(texts[kept[-1]], kept, texts):
            break
        kept.pop()
    return kept


def _recurs(text: str, kept: list[int], texts: list[str]) -> bool:
    """Whether the last line's words stand between paragraphs too, as a link that ends each section does."""
    return text in [texts[line] for line in kept[:-1]]


def _last_at_home(page: Outline, lines: list[int], weights: list[float]) -> int:
    """The last line of running text in the box that directly holds most of it."""
    held: dict[int, float] = {}
    for i in lines:
        if weights[i] > 0:
            home = page.parent[page.owner[i]]
            held[home] = held.get(home, 0.0) + weights[i]
    if not held:
        return -1
    most = max(held, key=lambda home: held[home])
    prose = (i for i in reversed(lines) if weights[i] * 2 > len(page.texts[i]))
    return next((i for i in prose if page.parent[page.owner[i]] == most), -1)


def _ends(text: str, share: float, last: bool) -> bool:
    """Whether a line ends the article: `share` of its text stands before, `last` says that none follows in its box."""
    if _END.match(text):
        return True
    if not last:
        return False
    return (share > 0.4 and _STRONG_TAIL.match(text) is not None) or (share > 0.5 and _TAIL.match(text) is not None)
