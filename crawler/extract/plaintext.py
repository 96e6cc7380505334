"""A page without markup: its lines are its paragraphs, and only what they plainly say is read from them."""

from __future__ import annotations

import re

from crawler.extract.body import Body, is_head_line
from crawler.extract.dates import find_dates
from crawler.extract.metadata import author_in, issuer_in, number_in, published_in
from crawler.extract.outline import Outline
from crawler.extract.rules import PROSE
from crawler.model import Article, Json, PageKind, fold_space

_PROSE = re.compile(PROSE)
_REACH = 12


def read_plain(text: str) -> Article:
    """The Article of plain text. No line is left out; title and metadata come from the first lines where evident."""
    lines = tuple(folded for line in text.splitlines() if (folded := line.strip("\ufeff \t\r\n\x0b\x0c\xa0\u3000")))
    if not lines:
        reason: dict[str, Json] = {"empty": "no visible text" if text else "no content at all"}
        return Article(kind=PageKind.EMPTY, evidence=reason)
    page = Outline("")
    page.texts = [fold_space(line) for line in lines]
    page.linked = page.owner = [0] * len(lines)
    stated = _statement(page.texts)
    zone = [stated] if stated is not None else []
    body = Body(tuple(range(len(lines))), 0, 0, len(lines))
    return Article(
        title=_title(page.texts, stated),
        published=published_in(page, zone, None, len(lines)),
        issuer=issuer_in(page, zone),
        author=author_in(page, zone),
        document_number=number_in(page, zone, body),
        paragraphs=lines,
    )


def _statement(lines: list[str]) -> int | None:
    """The line among the first that states date or source as a page's head does."""
    for number, line in enumerate(lines[:_REACH]):
        if len(line) < 120 and (is_head_line(line) and (find_dates(line) or ":" in line or "：" in line)):
            return number
    return None


def _title(lines: list[str], stated: int | None) -> str | None:
    """The line over the statement; without one, the first line when it alone is short and no sentence."""
    if stated:
        above = lines[stated - 1]
        return above if len(above) <= 100 and not _PROSE.search(above[-1:]) else None
    return None
