"""What a page is: an article, a listing, gone, blocked or empty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from crawler.extract import rules
from crawler.extract.body import Body
from crawler.extract.dates import find_dates
from crawler.extract.outline import Outline
from crawler.model import PageKind

_GONE: Final = re.compile(rules.GONE)
_BLOCKED: Final = re.compile(rules.BLOCKED)
_BREAK: Final = re.compile(rules.NOTICE_BREAKS)
_SPEAKS: Final = re.compile(rules.NOTICE_SPEAKS)
_REPORTED: Final = re.compile(rules.NOTICE_REPORTED)
_TAIL: Final = re.compile(rules.NOTICE_TAIL)
_SENTENCE_END: Final = re.compile(r"[。！？!?]|\.\s")
_NUMBER: Final = re.compile(r"\W*404\W*")
_REFRESH: Final = re.compile(
    r"<meta[^>]{0,200}http-equiv=[\"']?refresh[^>]{0,40}url\s*=\s*[\"']?([^\"'>]{1,500})", re.IGNORECASE
)
_MOVED: Final = re.compile(
    r"^(?:Object moved|Redirecting|Moved Permanently|30[1278] |Found\b|Document [Mm]oved|正在跳转|页面跳转)"
)
_MOVES: Final = re.compile(
    r"(?:window|document|top|self|parent)?\.?location(?:\.href)?\s*=(?!=)|location\.(?:replace|assign)\("
)

_DIGITS: Final = re.compile(r"\d{2}|\d年")

# A notice in place of content is short: all that the page says outside its frame fits into this many characters.
_NOTICE: Final = 400
_SHELL: Final = 60
# So many letters may stand before a phrase that is all there is of a clause.
_BEFORE: Final = 10


def kind_of(
    page: Outline, body: Body, meta: Mapping[str, str], markup: str, *, dated: bool, listing: bool
) -> tuple[PageKind, str | None]:
    """The page's kind, and for an empty, gone or blocked one what it says or lacks.

    `markup` is the decoded HTML, `dated` whether the page states a date of publication as an article does, `listing`
    whether links are what it has.
    """
    own = [page.texts[i] for i in body.lines]
    said = sum(map(len, own))
    total = sum(map(len, page.texts))
    title = meta.get("<title>", "")
    if listing:
        return PageKind.LISTING, None
    if said <= _NOTICE and not dated:
        kind = _notice(title, own)
        if kind is not None:
            return kind
    if said <= _SHELL and not dated and any(name in markup for name in rules.CHALLENGE_STUBS):
        return PageKind.BLOCKED, "the frame of a page whose content a challenge withholds"
    if total <= _SHELL or (total <= _NOTICE and _MOVED.search(title + " " + " ".join(own))):
        return _shell(markup, total, title, own)
    return PageKind.ARTICLE, None


def _notice(title: str, lines: list[str]) -> tuple[PageKind, str] | None:
    """What a page of few words says in place of its content, if that is what it says: the words alone do not do it."""
    for text in (title, *lines[:12]):
        if len(text) > 160:
            continue
        if _speaks(text, _GONE):
            return PageKind.GONE, text
        if _speaks(text, _BLOCKED):
            return PageKind.BLOCKED, text
    # The number by itself may be a figure of a table.
    named = any(_NUMBER.fullmatch(part) for part in _BREAK.split(title))
    alone = any(map(_NUMBER.fullmatch, lines)) and sum(map(len, lines)) <= _SHELL
    if named or (alone and not any(map(_DIGITS.search, [line for line in lines if not _NUMBER.fullmatch(line)]))):
        return PageKind.GONE, "404"
    return None


def _speaks(text: str, phrase: re.Pattern[str]) -> bool:
    """Whether a text has the phrase as a notice: to its reader or of this page, or as the whole of a clause.

    Where the same sentence reports it, or makes it a condition, it is about something else.
    """
    for found in phrase.finditer(text):
        start, end = found.span()
        sentence = _last_end(_SENTENCE_END, text, start)
        if _REPORTED.search(text, sentence, start):
            continue
        clause = _last_end(_BREAK, text, start)
        ends = _BREAK.search(text, end)
        until = len(text) if ends is None else ends.start()
        if _SPEAKS.search(text, clause, until):
            return True
        before = sum(map(str.isalnum, text[clause:start]))
        if before <= max(_BEFORE, end - start) and _TAIL.fullmatch(text, end, until):
            return True
    return False


def _last_end(mark: re.Pattern[str], text: str, until: int) -> int:
    """Where the last match before a place ends; 0 for none."""
    last = 0
    for found in mark.finditer(text, 0, until):
        last = found.end()
    return last


def _shell(markup: str, total: int, title: str, page_says: list[str]) -> tuple[PageKind, str | None]:
    """A page that shows next to nothing: is it a redirect, a challenge, a page made by scripts, or just short?"""
    head = markup[:400_000]
    refresh = _REFRESH.search(head)
    if refresh is not None:
        return PageKind.EMPTY, f"refreshes to {refresh[1].strip()}"
    if any(name in head for name in rules.CHALLENGE_MARKUP):
        return PageKind.BLOCKED, "a challenge and nothing else"
    if "<script" in head.lower():
        if _MOVES.search(head) and total == 0:
            return PageKind.EMPTY, "a script that goes elsewhere and nothing else"
        if total < 20:
            return PageKind.BLOCKED, "nothing without scripts"
    if _MOVED.search(title) or _MOVED.search(" ".join(page_says)):
        return PageKind.EMPTY, "a redirect"
    if total == 0:
        return PageKind.EMPTY, "no visible text" if markup.strip() else "no content at all"
    return PageKind.ARTICLE, None


def is_listing(page: Outline, body: Body, frame: bytearray) -> bool:
    """Whether links, dated ones above all, are what the page has, and running text is not."""
    dated = links = link_text = 0
    texts, linked = page.texts, page.linked
    for i, text in enumerate(texts):
        if frame[i] or linked[i] < 8 or (linked[i] * 2 <= len(text) and (linked[i] < 13 or len(text) > 90)):
            continue
        links += 1
        link_text += linked[i]
        near = (text[-24:], text[:24], *(texts[j] for j in (i - 1, i + 1) if 0 <= j < len(texts)))
        dated += any(len(piece) <= 24 and _DIGITS.search(piece) and bool(find_dates(piece)) for piece in near)
    prose = sum(len(texts[i]) for i in body.lines if linked[i] * 2 <= len(texts[i]))
    return (dated >= 5 and link_text > prose) or (links >= 10 and link_text > 4 * prose)
