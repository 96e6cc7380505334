"""Paragraphs that layout broke in mid-sentence, joined where that is certain: text wrapped by hand to one width.

Certain means: at least three lines running of one full width, running prose by its inner punctuation, the line before
the break not ending a sentence, the one after it not opening an item. Everything else stays as it was served.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

# Han and full-width characters count two, all others one, as in the column of a terminal.
_WIDE_LETTERS: Final = "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
_WIDE: Final = re.compile(f"[{_WIDE_LETTERS}]")
_NARROW: Final = re.compile(f"[^{_WIDE_LETTERS}]")
_BEGINNING: Final = 8
_NARROWEST: Final = 36
_TOLERANCE: Final = 2
_LINES: Final = 3
_ENDS: Final = tuple("。！？；：…」』”’）】》!?;:.)")
_INNER: Final = re.compile(r"[，。；、,;]")
_ITEM: Final = re.compile(
    r"[（(]?[一二三四五六七八九十百]{1,4}[）)、.．]|[（(]?\d{1,3}[）)、.．]\s*|第[一二三四五六七八九十百\d]{1,5}[条章节]|[●○■□◆◇▪•·—-]"
)


def join_broken(paragraphs: Sequence[str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The paragraphs with hand-wrapped lines joined, and after which of the old ones (0-based) a join was made."""
    # Where next to no line breaks off in a word, none was wrapped: of most articles that is all there is to say.
    if len([text for text in paragraphs if text[-1:].isalnum()]) < 2:
        return tuple(paragraphs), ()
    joins = tuple(
        [place for first, end in _runs(paragraphs) for place in range(first, end) if _goes_on(paragraphs, place)]
    )
    if not joins:
        return tuple(paragraphs), ()
    joined: list[str] = []
    before = set(joins)
    for place, text in enumerate(paragraphs):
        if place - 1 in before:
            gap = " " if joined[-1][-1:].isascii() and text[:1].isascii() else ""
            joined[-1] += gap + text
        else:
            joined.append(text)
    return tuple(joined), joins


def _runs(paragraphs: Sequence[str]) -> list[tuple[int, int]]:
    """Runs (first, end) of full lines of one width; the line at `end` is the shorter one they run into."""
    runs: list[tuple[int, int]] = []
    for start, stop in _alike(paragraphs):
        widths = [_width(text) for text in paragraphs[start:stop]]
        first = 0
        while first < len(widths):
            end = first
            while end < len(widths) and abs(widths[end] - widths[first]) <= _TOLERANCE:
                end += 1
            whole = paragraphs[start + first : start + end]
            if end - first >= _LINES and widths[first] >= _NARROWEST and _is_prose(whole):
                # The last line of the run may be the end of the text, and so the last line of its paragraph.
                runs.append((start + first, min(start + end, len(paragraphs) - 1)))
            first = max(end, first + 1)
    return runs


def _alike(paragraphs: Sequence[str]) -> list[tuple[int, int]]:
    """Spans (first, end) of lines that may have runs of one full width in them, by what is quick to see."""
    found: list[tuple[int, int]] = []
    first, before, going_on = 0, 0, False
    for line, text in enumerate([*paragraphs, ""]):
        # A line twice as long in characters cannot be as wide.
        length = len(text)
        if 2 * length < _NARROWEST or 2 * length + _TOLERANCE < before or length > 2 * before + _TOLERANCE:
            if line - first >= _LINES and going_on:
                found.append((first, line))
            first, going_on = (line if 2 * length >= _NARROWEST else line + 1), False
        going_on = going_on or text[-1:].isalnum()
        before = length
    return found


def _width(text: str) -> int:
    """In columns."""
    if text[:_BEGINNING].isascii():
        # Few characters are wide, or none.
        return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))
    return 2 * len(text) - len(_NARROW.findall(text))


def _is_prose(lines: Sequence[str]) -> bool:
    """Whether sentences run through the lines: titles have no commas inside, items of a list have them at the end."""
    with_commas = sum(bool(_INNER.search(line[:-1])) for line in lines)
    going_on = sum(line[-1:].isalnum() for line in lines)
    distinct = len(set(lines)) == len(lines)
    return distinct and 2 * with_commas >= len(lines) and 2 * going_on >= len(lines)


def _goes_on(paragraphs: Sequence[str], place: int) -> bool:
    """Whether the sentence at the end of this line goes on in the next one."""
    return not paragraphs[place].endswith(_ENDS) and not _ITEM.match(paragraphs[place + 1])
