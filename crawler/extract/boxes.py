"""Which boxes of a page are not the article's: its frame, captions, and teasers of other pages."""

from __future__ import annotations

from crawler.extract.outline import Outline
from crawler.extract.roles import CAPTION, FRAME, FRAME_TAG, STRONG


def sums_of(weights: list[float], damping: float = 0.0) -> list[float]:
    """The sums of the weights before each line, those below zero damped: by default not counted."""
    total = 0.0
    sums = [0.0]
    for weight in weights:
        total += weight if weight > 0.0 else weight * damping
        sums.append(total)
    return sums


def framed_lines(page: Outline, weights: list[float]) -> bytearray:
    """Marks (1) the lines in boxes that frame the page by their tag or name, unless a box holds most of the text."""
    marks = bytearray(len(page.texts))
    sums = sums_of(weights)
    total = sums[-1]
    for box, role in enumerate(page.roles):
        if not role & (FRAME | FRAME_TAG | CAPTION):
            continue
        a, b = page.first[box], page.last[box]
        tag = page.boxes[box].name
        if tag == "figcaption" or (role & CAPTION and b - a < 4):
            page.captions.update(range(a, b))
        if role & (FRAME | FRAME_TAG):
            most = 0.95 if role & STRONG or tag == "footer" else 0.5
            if sums[b] - sums[a] < total * most:
                marks[a:b] = b"\1" * (b - a)
    return marks


def mark_cards(page: Outline, marks: bytearray) -> None:
    """Marks repeated small boxes that each carry a link of their own: teasers of other pages, however prosaic."""
    groups: dict[tuple[int, str, str], list[int]] = {}
    for box, begin in enumerate(page.first):
        size = page.last[box] - begin
        if box == 0 or size <= 1 or size >= 11:
            continue
        step = page.boxes[box]
        groups.setdefault((page.parent[box], step.name, step.attrs), []).append(box)
    for members in groups.values():
        if len(members) < 3:
            continue
        cards = [box for box in members if _is_card(page, box)]
        if len(cards) * 10 >= len(members) * 7:
            for box in members:
                a, b = page.first[box], page.last[box]
                marks[a:b] = b"\1" * (b - a)


def _is_card(page: Outline, box: int) -> bool:
    return any(
        page.linked[i] * 3 > len(page.texts[i]) * 2 and page.linked[i] > 5
        for i in range(page.first[box], page.last[box])
    )
