"""Which visible lines are the article's heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from crawler.extract import rules
from crawler.extract.body import is_head_line
from crawler.extract.outline import Outline
from crawler.extract.roles import HEADING_TAG, SUBTITLE, TITLE

# With all its punctuation and space.
_LONGEST_HEADING: Final = 400
_KEY: Final = re.compile(r"[\W_]+")
_TITLE_CUT: Final = re.compile(r"\s*[-_|–—]+\s*")
_TITLE_PARTS: Final = re.compile(r"\s*[-_|–—·:：,，>»]+\s*|\s{1,3}")
_HEADING_END: Final = re.compile(
    r"\s[（(\[【]?(?:(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}|(?:(?:信息|文章)?来\s*源|(?:发布|发表)\s*(?:时间|日期|机构))\s*[:：])"
)
_CRUMB: Final = re.compile(
    r"^(?:当前位置|您现在的位置|您的位置|您当前|您所在|首页|網站首頁|现在位置|当前的位置)|\s[>»›]\s?|->|>>"
)


def key(text: str) -> str:
    """A text without punctuation and space, for comparing headings."""
    if text.isalnum():
        return text.lower()
    return _KEY.sub("", text).lower()


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading found: its text and the span of its lines; and the lines just over and under it that belong to it."""

    title: str
    first: int
    last: int
    score: float = 0.0


def _heading_box(page: Outline, line: int) -> tuple[int, int]:
    """The nearest box around a line that is a heading by tag or name, and how strongly (0: none)."""
    box = page.owner[line]
    for step in range(4):
        if box <= 0:
            break
        role = page.roles[box]
        if role & HEADING_TAG:
            return box, max(60 - 10 * int(page.boxes[box].name[1]), 20)
        if role & TITLE and page.last[box] - page.first[box] < 8:
            return box, 28 - 4 * step
        box = page.parent[box]
    return -1, 0


def _lines_in_heading_boxes(page: Outline) -> set[int]:
    """Every line that may be in a box that is a heading by tag or name."""
    lines: set[int] = set()
    wanted = TITLE | HEADING_TAG
    for box in [box for box, role in enumerate(page.roles) if role & wanted]:
        lines.update(range(page.first[box], page.last[box]))
    return lines


def find_heading(page: Outline, begin: int, meta: Mapping[str, str]) -> Heading | None:
    """The visible heading of the article, or None when no line is marked as one or agrees with the page's title.

    `begin` is the first line of running text.
    """
    stated = {meta[name] for name in ("<title>", *rules.META_TITLE) if name in meta}
    if "<title>" in meta:
        stated.update(_TITLE_CUT.split(meta["<title>"]), _TITLE_PARTS.split(meta["<title>"]))
    references = {key(title) for title in stated}
    exact = {key(meta["articletitle"])} if "articletitle" in meta else set()
    best: tuple[float, int, int] | None = None
    titles = "\n".join(meta[name].replace(" ", "") for name in ("<title>", *rules.META_TITLE) if name in meta)
    for first, last, strength in _heading_spans(page, begin, references, titles):
        bar = best[0] if best is not None else 12.0
        score = _heading_score(page, first, last, strength, references, exact, begin)
        if score > bar and _may_be_heading(" ".join(page.texts[first:last]), references):
            best = (score, first, last)
    if best is None:
        return None
    score, first, last = best
    return Heading(_bare_heading(" ".join(page.texts[first:last])), first, last, score)


def _heading_spans(page: Outline, begin: int, references: set[str], titles: str) -> Iterator[tuple[int, int, float]]:
    """Spans of lines that may be the heading, each with how strongly its box says so.

    A line in no heading box, whose beginning the page's titles (`titles`, without spaces) do not have, is passed over.
    """
    seen: set[int] = set()
    marked = _lines_in_heading_boxes(page)
    longest = max(map(len, references), default=0)
    for line, text in enumerate(page.texts[: begin + 6]):
        entitled = text[:1] in titles and text[:20].replace(" ", "")[:4] in titles
        if not entitled and line not in marked:
            continue
        box, strength = _heading_box(page, line) if line in marked else (-1, 0)
        if not strength and not entitled:
            continue
        yield line, line + 1, strength
        if box >= 0 and box not in seen:
            seen.add(box)
            last = page.last[box]
            while last - 1 > line and is_head_line(page.texts[last - 1]):
                last -= 1
            if last - line > 1:
                yield line, last, strength
        joined = key(text) if entitled and len(text) <= 2 * longest + 20 else ""
        if len(joined) > 4 and any(r.startswith(joined) for r in references):
            for last in range(line + 2, min(line + 5, len(page.texts)) + 1):
                joined += key(page.texts[last - 1])
                if joined in references:
                    yield line, last, max(strength, 10)
                if len(joined) > longest:
                    break


def _heading_score(
    page: Outline, first: int, last: int, strength: float, references: set[str], exact: set[str], begin: int
) -> float:
    if last - first > 5:
        return 0.0
    text = " ".join(page.texts[first:last])
    if len(text) > _LONGEST_HEADING:
        return 0.0
    bare = key(_bare_heading(text))
    if not 2 <= len(bare) <= 160:
        return 0.0
    score = strength
    if bare in exact:
        score += 150
    elif bare in references:
        score += 60 + min(len(bare), 40)
    elif len(bare) > 3 and any(bare in reference for reference in references):
        score += 30 + min(len(bare), 40)
    linked = sum(page.linked[first:last])
    if linked * 2 > len(text):
        score -= 40
    distance = begin - last
    return score - (min(distance, 40) * 0.8 if distance >= 0 else -distance * 4)


def _may_be_heading(text: str, references: set[str]) -> bool:
    """Whether a line is neither a breadcrumb nor, unless the page is so titled, a line of metadata."""
    return not _CRUMB.search(text) and not (is_head_line(text) and key(_bare_heading(text)) not in references)


def _bare_heading(text: str) -> str:
    """A heading without the date and labels that share its line."""
    found = _HEADING_END.search(text) if " " in text else None
    return text[: found.start()].rstrip(" |｜（([【") if found is not None and found.start() > 3 else text


def kicker_of(page: Outline, heading: Heading | None) -> str | None:
    """A second heading right over the title, in a box marked as heading (引题), or None."""
    if heading is None or heading.first == 0:
        return None
    line = heading.first - 1
    text = page.texts[line]
    box, strength = _heading_box(page, line)
    shown = box >= 0 and strength > 0 and box not in _boxes_of(page, heading.first)
    if not shown or _CRUMB.search(text) or is_head_line(text) or page.linked[line] or not 4 < len(text) < 80:
        return None
    return text if page.parent[box] in _boxes_of(page, heading.first) else None


def subtitle_of(page: Outline, heading: Heading | None) -> str | None:
    """The line right under the title that belongs to it (副题): it begins with a dash or its box says so; or None."""
    if heading is None or heading.last >= len(page.texts):
        return None
    text = page.texts[heading.last]
    if not 4 < len(text) < 80 or text[-1] in "。；":
        return None
    if not text.startswith(("——", "--", "―")) and not page.roles[page.owner[heading.last]] & SUBTITLE:
        return None
    return None if is_head_line(text) else text


def _boxes_of(page: Outline, line: int) -> set[int]:
    boxes: set[int] = set()
    box = page.owner[line]
    while box > 0 and len(boxes) < 4:
        boxes.add(box)
        box = page.parent[box]
    return boxes
