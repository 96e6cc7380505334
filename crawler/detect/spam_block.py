"""`spam_block`: a run of junk keywords or links that somebody put on the page, seen or hidden, anywhere on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial

from crawler.detect.case import Case
from crawler.detect.flat import (
    NOTHING,
    Suspicions,
    beyond_ascii,
    reference_stretches,
    suspicions,
    without_tags,
)
from crawler.detect.language.lone import lone_pieces
from crawler.detect.language.seeds import has_latin_seed, hints
from crawler.detect.stretches import merged
from crawler.detect.weighing import MOST, findings_in
from crawler.extract import hidden_blocks
from crawler.model import Article, Finding, FindingKind, Region, Severity

KINDS = (FindingKind.SPAM_BLOCK,)

# So far before it a script may have begun.
SAID = 4_000
# So far around a suspicious line in the markup its run is looked for.
NEAR = 6_000
# A hidden element may have so many characters more than twice its run, and is all of one piece.
SPARE = 8
# Attributes whose text a search engine may read, up to their quotation mark; and their text.
_SPOKEN = re.compile(r"\b(?:content|title|alt|value)\s*=\s*\Z", re.IGNORECASE)
_NAMED = 40
_VALUE = re.compile(r"[^\"'<>]{6,4000}(?=[\"'])")
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,4000})", re.IGNORECASE)
_WRITES = re.compile(r"\.write(?:ln)?\(|innerhtml|\.append\(|\.html\(")
_SPACE = re.compile(r"\s+")


def detect(case: Case) -> Iterator[Finding]:
    """Runs in the article, then in the rest of the visible page, in the title, and in what the markup hides."""
    if not case.document.markup:
        pieces = lone_pieces(case.page_text, hints(case.page_text))
        yield from findings_in(case.page_text, Region.PAGE, pieces, old=_before(case))
        return
    suspected = suspicions(case.document)
    latin = has_latin_seed(case.page_text)
    if suspected == NOTHING and not latin:
        return
    pieces, full = suspected.pieces, bool(suspected.runs) or latin
    seen: list[str] = []
    around = _in_sight(case, suspected)
    for finding in _visible(case, pieces, full=full, around=around):
        seen.append(_bare(finding.quote))
        yield finding
    source, blocks = case.document.text, hidden_blocks(case.document)
    unseen = _unseen(case, suspected, "\n".join(block.text for block in blocks))
    if not unseen:
        return
    for finding in _titles(source, pieces):
        if not _told(bare := _bare(finding.quote), seen):
            seen.append(bare)
            yield finding
    hidden = [_bare(block.text) for block in blocks]
    around = unseen if all(line in source for line in unseen) else None
    for low, high in _around(source, unseen):
        yield from _hidden(source, low, high, hidden, seen, pieces, unseen, around)


def _unseen(case: Case, suspected: Suspicions, hidden: str) -> set[str]:
    """The lines of what is suspected that nobody sees: of runs, and pieces in titles, hidden blocks and scripts."""
    lines = (line for text, _ in suspected.runs for line in text.split("\n"))
    unseen = {line for line in lines if line not in case.page_text}
    # Nor may it be there with invisible characters in it.
    in_sight = beyond_ascii(case.page_text) if unseen else ""
    unseen = {line for line in unseen if line not in in_sight}
    unheard = [piece for piece in suspected.pieces if piece not in case.page_text]
    if unheard:
        source = case.document.text
        titles = "".join(title[1] for title in _titles_in(source))
        unseen.update(piece for piece in unheard if piece in titles or piece in hidden or _is_written(source, piece))
    return unseen


def _in_sight(case: Case, suspected: Suspicions) -> set[str] | None:
    """The suspected pieces that stand in the visible text; None where one may be there otherwise than it reads."""
    pieces = {piece for text, _ in suspected.runs for piece in text.split() if len(piece) > 1}
    seen = {piece for piece in pieces if piece in case.page_text}
    return seen if all(piece in case.document.text for piece in pieces - seen) else None


def _before(case: Case) -> Callable[[], str] | None:
    """What gives the article's text a Version ago, without what was found in it then; None where there is none."""
    return cache(partial(_text_before, case, case.previous)) if case.previous is not None else None


def _text_before(case: Case, previous: Article) -> str:
    text = previous.text
    for finding in case.earlier:
        if finding.kind == FindingKind.SPAM_BLOCK:
            text = text.replace(finding.quote, "")
    # What stands beside the article is not known from then: nothing there is new.
    own = set(case.article.text.split("\n"))
    return "\n".join([text, *(line for line in case.page_text.split("\n") if line not in own)])


def _visible(case: Case, pieces: Collection[str], *, full: bool, around: Collection[str] | None) -> Iterator[Finding]:
    article, title = case.article.text, case.article.title or ""
    for finding in findings_in(case.page_text, Region.PAGE, pieces, full=full, around=around, old=_before(case)):
        yield _moved(finding, article, Region.ARTICLE) or finding
    yield from findings_in(title, Region.TITLE, pieces, full=full, grow=False)


def _moved(finding: Finding, text: str, region: Region) -> Finding | None:
    """The same finding in another text that has its quote; None where that has not."""
    start = text.find(finding.quote)
    if start < 0:
        return None
    return replace(finding, region=region, start=start, end=start + len(finding.quote))


def _around(source: str, lines: Iterable[str]) -> list[tuple[int, int]]:
    """The stretches of the markup around these lines, and around references where one is written otherwise."""
    found: list[tuple[int, int]] = []
    otherwise = False
    for line in lines:
        at = source.find(line)
        otherwise = otherwise or at < 0
        while at >= 0 and len(found) < MOST:
            found.append((source.rfind("<", 0, max(at - NEAR, 0)) + 1, at + len(line) + NEAR))
            at = source.find(line, at + len(line))
    if otherwise:
        found += reference_stretches(source)
    if len(found) >= MOST:
        return [(0, len(source))]
    return merged(found)


def _hidden(
    source: str,
    low: int,
    high: int,
    hidden: Sequence[str],
    seen: list[str],
    pieces: Collection[str],
    unseen: Collection[str],
    around: Collection[str] | None,
) -> Iterator[Finding]:
    """Runs in a stretch of the markup: hidden elements, what scripts write, then attributes.

    Tags read as separators. Other scripts, comments and attributes hold odd words for good reasons: there, only what is
    sure counts.
    """
    flat = without_tags(source[low:high])
    all_hidden = "".join(hidden)
    # A word that is told alone stands in the long run too.
    found = findings_in(flat.text, Region.MARKUP, pieces, around=around)
    for finding in sorted(found, key=lambda one: one.start - one.end):
        bare = _bare(finding.quote)
        if _told(bare, seen):
            continue
        block = next((block for block in hidden if bare in block), "")
        start, end = flat.origin(*_whole(flat.text, finding.start, finding.end, bare, block))
        start, end = start + low, end + low
        if finding.severity.rank >= Severity.HIGH.rank or block or bare in all_hidden or _is_said(source, start):
            seen.append(bare)
            yield _in_source(finding, source, start, end)
    for begin, value in _spoken(source, low, high, unseen):
        for finding in findings_in(value, Region.MARKUP, ()):
            if finding.severity.rank >= Severity.HIGH.rank and not _told(bare := _bare(finding.quote), seen):
                seen.append(bare)
                yield _in_source(finding, source, begin + finding.start, begin + finding.end)


def _spoken(source: str, low: int, high: int, lines: Iterable[str]) -> list[tuple[int, str]]:
    """(where it begins, the text) of each attribute that a search engine may read and that has one of these lines."""
    found: dict[int, str] = {}
    for line in lines:
        at = source.find(line, low, high)
        while at >= 0:
            opening = max(source.rfind(mark, max(at - SAID, low), at) for mark in "\"'<>")
            at = source.find(line, at + 1, high)
            if opening < 0 or not _SPOKEN.search(source, max(opening - _NAMED, low), opening):
                continue
            value = _VALUE.match(source, opening + 1, high)
            if value and source[value.end()] == source[opening]:
                found[opening + 1] = value.group()
    return sorted(found.items())


def _whole(text: str, start: int, end: int, bare: str, block: str) -> tuple[int, int]:
    """All of the hidden element that a run makes up most of: what else is in there, was hidden with it."""
    if not len(bare) < len(block) <= 2 * len(bare) + SPARE:
        return start, end
    before, _, behind = block.partition(bare)
    low, high = start, end
    for character in reversed(before):
        low -= 1
        while low > 0 and text[low].isspace():
            low -= 1
        if low < 0 or text[low] != character:
            return start, end
    for character in behind:
        while high < len(text) and text[high].isspace():
            high += 1
        if high >= len(text) or text[high] != character:
            return start, end
        high += 1
    return low, high


def _titles(source: str, pieces: Collection[str]) -> Iterator[Finding]:
    """Runs in the <title>, between the page's own names."""
    for title in _titles_in(source):
        flat = without_tags(title[1])
        for finding in findings_in(flat.text, Region.MARKUP, pieces, grow=False):
            start, end = flat.origin(finding.start, finding.end)
            yield _in_source(finding, source, title.start(1) + start, title.start(1) + end)


def _titles_in(source: str) -> Iterator[re.Match[str]]:
    """Every <title>; a plain search comes to it much sooner than a pattern that minds no case."""
    for opening in ("<title", "<TITLE", "<Title"):
        at = source.find(opening)
        for _ in range(MOST):
            if at < 0:
                break
            if title := _TITLE.match(source, at):
                yield title
            at = source.find(opening, at + 1)


def _is_written(source: str, piece: str) -> bool:
    """Whether a piece stands otherwise in the markup than it reads, or in what a script writes."""
    at = source.find(piece)
    return at < 0 or _is_said(source, at)


def _is_said(source: str, at: int) -> bool:
    """Whether a place in the markup is in what a script writes on the page."""
    before = source[max(at - SAID, 0) : at].lower()
    script = before.rfind("<script")
    return script >= 0 and "</script" not in before[script:] and _WRITES.search(before, script) is not None


def _in_source(finding: Finding, source: str, start: int, end: int) -> Finding:
    evidence = {**finding.evidence, "hidden": True}
    return replace(finding, quote=source[start:end], start=start, end=end, evidence=evidence)


def _told(bare: str, seen: list[str]) -> bool:
    """Whether a run, or most of it, was told of already."""
    return any(bare in told or (2 * len(told) > len(bare) and told in bare) for told in seen)


def _bare(text: str) -> str:
    return _SPACE.sub("", text)
