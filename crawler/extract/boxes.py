"""What a box of the page is, by its names and its kind: frame, body, heading, caption or a teaser of another page."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate

from crawler.extract import rules
from crawler.extract.outline import Outline

_FRAME_BOX = re.compile(rules.FRAME_NAMES)
_STRONG_FRAME = re.compile(rules.STRONG_FRAME_NAMES)
_CAPTION = re.compile(rules.CAPTION_NAMES)
_BODY_BOX = re.compile(rules.BODY_SHAPES)
_TITLE_BOX = re.compile(rules.TITLE_NAMES)
_NAMES = re.compile(r'\s(?:id|class|itemprop|role)="([^"]*)"')
_FRAME_TAGS = frozenset(("nav", "footer", "aside", "figcaption"))
FRAME, BODY, TITLE, CAPTION, STRONG = 1, 2, 4, 8, 16


@lru_cache(maxsize=8192)
def box_role(attrs: str) -> int:
    """What a box's names say it is: a sum of FRAME, BODY, TITLE, CAPTION and STRONG (frame beyond doubt), or 0."""
    names = " ".join(_NAMES.findall(attrs)).lower()
    if not names:
        return 0
    role = FRAME if _FRAME_BOX.search(names) else 0
    if _STRONG_FRAME.search(names):
        role |= FRAME | STRONG
    if _CAPTION.search(names):
        role |= CAPTION
    if not rules.BODY_NAMES.isdisjoint(names.split()) or _BODY_BOX.search(names):
        role |= BODY
    if _TITLE_BOX.search(names):
        role |= TITLE
    return role


def framed_lines(page: Outline, weights: list[float]) -> bytearray:
    """Marks (1) the lines in boxes that frame the page by their tag or name, unless a box holds most of the text."""
    marks = bytearray(len(page.texts))
    sums = [0.0, *accumulate(max(w, 0.0) for w in weights)]
    total = sums[-1]
    for box, tag in enumerate(page.tags):
        a, b = page.first[box], page.last[box]
        attrs = page.attrs[box]
        if a == b or tag == "body" or not (attrs or tag in _FRAME_TAGS):
            continue
        role = box_role(attrs) if attrs else 0
        if tag == "figcaption" or (role & CAPTION and b - a < 4):
            page.captions.update(range(a, b))
        if role & FRAME or tag in _FRAME_TAGS:
            most = 0.95 if role & STRONG or tag == "footer" else 0.5
            if sums[b] - sums[a] < total * most:
                marks[a:b] = b"\1" * (b - a)
    return marks


def mark_cards(page: Outline, marks: bytearray) -> None:
    """Marks repeated small boxes that each carry a link of their own: teasers of other pages, however prosaic."""
    groups: dict[tuple[int, str, str], list[int]] = {}
    for box in range(1, len(page.tags)):
        size = page.last[box] - page.first[box]
        if 2 <= size <= 10:
            groups.setdefault((page.parent[box], page.tags[box], page.attrs[box]), []).append(box)
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
