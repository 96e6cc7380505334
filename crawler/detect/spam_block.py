"""`spam_block`: a run of junk keywords or links that somebody put on the page, seen or hidden, anywhere on it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from crawler.detect.case import Case
from crawler.detect.flat import NOTHING, Flat, beyond_ascii, suspicions, without_invisible, without_tags
from crawler.detect.language.clues_of_reports import REPORTING
from crawler.detect.language.junk import JunkRun, junk_runs
from crawler.detect.language.lone import lone_pieces, lone_runs
from crawler.detect.language.seeds import has_latin_seed, kinds_in
from crawler.extract import hidden_blocks
from crawler.model import Finding, FindingKind, Json, Region, Severity

KINDS = (FindingKind.SPAM_BLOCK,)

# How many items the evidence shows; the quote has them all.
SHOWN = 50
# So far before it a script may have begun.
SAID = 4_000
# So far the line of a run is looked at for words of reporting.
LINE = 60
# A single item is worth at least so much and so many pairs long; two or three characters are anything.
ALONE, LEAST = 5.0, 3
# So far around a suspicious line in the markup its run is looked for.
NEAR = 6_000
# A hidden element may have so many characters more than twice its run, and is all of one piece.
SPARE = 8
# More blocks than this in one region say nothing more.
MOST = 200
# Attributes whose text a search engine may read.
_SPOKEN = re.compile(r"\b(?:content|title|alt|value)\s*=\s*([\"'])([^\"'<>]{6,4000})\1", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,4000})", re.IGNORECASE)
_WRITES = re.compile(r"\.write(?:ln)?\(|innerhtml|\.append\(|\.html\(")
_SPACE = re.compile(r"\s+")


def detect(case: Case) -> Iterator[Finding]:
    """Runs in the article, then in the rest of the visible page, in the title, and in what the markup hides."""
    old = "\n".join(case.previous.paragraphs) if case.previous else None
    if not case.document.markup:
        pieces = lone_pieces(case.page_text, kinds_in(case.page_text))
        yield from _findings(case.page_text, Region.PAGE, pieces, old=old)
        return
    suspected = suspicions(case.document)
    latin = has_latin_seed(case.page_text)
    if suspected == NOTHING and not latin:
        return
    pieces, full = suspected.pieces, bool(suspected.runs) or latin
    seen: list[str] = []
    for finding in _visible(case, pieces, full=full, old=old):
        seen.append(_bare(finding.quote))
        yield finding
    in_sight = beyond_ascii(case.page_text)
    unseen = {line for text, _ in suspected.runs for line in text.split("\n") if line not in in_sight}
    source = case.document.text
    unheard = [piece for piece in pieces if piece not in in_sight]
    if unheard:
        titles = "".join(islice(_TITLE.findall(source), MOST))
        blocks = "\n".join(block.text for block in hidden_blocks(case.document))
        unseen.update(
            piece
            for piece in unheard
            if piece in titles or piece in blocks or (at := source.find(piece)) < 0 or _is_said(source, at)
        )
    if unseen:
        for finding in _titles(source, pieces):
            if not _told(bare := _bare(finding.quote), seen):
                seen.append(bare)
                yield finding
        hidden = [_bare(block.text) for block in hidden_blocks(case.document)]
        for low, high in _around(source, unseen):
            yield from _hidden(source, low, high, hidden, seen, pieces)


def _visible(case: Case, pieces: Collection[str], *, full: bool, old: str | None) -> Iterator[Finding]:
    article, title = case.article.text, case.article.title or ""
    for finding in _findings(case.page_text, Region.PAGE, pieces, full=full, old=old):
        yield _moved(finding, article, Region.ARTICLE) or finding
    yield from _findings(title, Region.TITLE, pieces, full=full, grow=False)


def _moved(finding: Finding, text: str, region: Region) -> Finding | None:
    """The same finding in another text that has its quote; None where that has not."""
    start = text.find(finding.quote)
    if start < 0:
        return None
    return replace(finding, region=region, start=start, end=start + len(finding.quote))


def _around(source: str, lines: Iterable[str]) -> list[tuple[int, int]]:
    """The stretches of the markup around these lines; all of it where one is written otherwise than it reads."""
    found: list[tuple[int, int]] = []
    for line in lines:
        at = source.find(line)
        if at < 0:
            return [(0, len(source))]
        while at >= 0 and len(found) < MOST:
            found.append((source.rfind("<", 0, max(at - NEAR, 0)) + 1, at + len(line) + NEAR))
            at = source.find(line, at + len(line))
    if len(found) >= MOST:
        return [(0, len(source))]
    found.sort()
    merged = found[:1]
    for low, high in found[1:]:
        if low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def _hidden(
    source: str, low: int, high: int, hidden: Sequence[str], seen: list[str], pieces: Collection[str]
) -> Iterator[Finding]:
    """Runs in a stretch of the markup: hidden elements, what scripts write, then attributes.

    Tags read as separators. Other scripts, comments and attributes hold odd words for good reasons: there, only what is
    sure counts.
    """
    flat = without_tags(source[low:high])
    for finding in _findings(flat.text, Region.MARKUP, pieces):
        bare = _bare(finding.quote)
        if _told(bare, seen):
            continue
        block = next((block for block in hidden if bare in block), "")
        start, end = flat.origin(*_whole(flat.text, finding.start, finding.end, bare, block))
        start, end = start + low, end + low
        if finding.severity.rank >= Severity.HIGH.rank or block or _is_said(source, start):
            seen.append(bare)
            yield _in_source(finding, source, start, end)
    for attribute in _SPOKEN.finditer(source, low, high):
        if attribute[2].isascii():
            continue
        for finding in _findings(attribute[2], Region.MARKUP, ()):
            if finding.severity.rank >= Severity.HIGH.rank and not _told(bare := _bare(finding.quote), seen):
                seen.append(bare)
                begin = attribute.start(2)
                yield _in_source(finding, source, begin + finding.start, begin + finding.end)


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
    for title in islice(_TITLE.finditer(source), MOST):
        flat = without_tags(title[1])
        for finding in _findings(flat.text, Region.MARKUP, pieces, grow=False):
            start, end = flat.origin(finding.start, finding.end)
            yield _in_source(finding, source, title.start(1) + start, title.start(1) + end)


def _is_said(source: str, at: int) -> bool:
    """Whether a place in the markup is in what a script writes on the page."""
    before = source[max(at - SAID, 0) : at].lower()
    script = before.rfind("<script")
    return script >= 0 and "</script" not in before[script:] and _WRITES.search(before, script) is not None


def _in_source(finding: Finding, source: str, start: int, end: int) -> Finding:
    evidence = {**finding.evidence, "hidden": True}
    return replace(finding, quote=source[start:end], start=start, end=end, evidence=evidence)


def _told(bare: str, seen: list[str]) -> bool:
    return any(bare in told or told in bare for told in seen)


def _bare(text: str) -> str:
    return _SPACE.sub("", text)


def _findings(
    text: str,
    region: Region,
    pieces: Collection[str],
    *,
    full: bool = True,
    grow: bool = True,
    old: str | None = None,
) -> Iterator[Finding]:
    """The runs of a text that prove something, then what stands on the lines of `pieces` and is in no run.

    `full`: whether there may be runs beside those lines; `old`: the article's text a Version ago.
    """
    flat = without_invisible(text)
    plain = flat.text if flat else text
    taken: list[JunkRun] = []
    for run in islice(junk_runs(plain, grow=grow), MOST) if full else ():
        severity = severity_of(run)
        if severity is not None:
            taken.append(run)
            about = severity.rank > 0 and _is_about(plain, run)
            yield _finding(text, flat, region, run, Severity.LOW if about else severity)
    for run in islice(lone_runs(plain, pieces, grow=grow, old=old), MOST):
        if not any(run.start < other.end and other.start < run.end for other in taken) and not _is_about(plain, run):
            yield _finding(text, flat, region, run, Severity.LOW)


def _finding(text: str, flat: Flat | None, region: Region, run: JunkRun, severity: Severity) -> Finding:
    start, end = flat.origin(run.start, run.end) if flat else (run.start, run.end)
    return Finding(
        kind=FindingKind.SPAM_BLOCK,
        severity=severity,
        region=region,
        quote=text[start:end],
        start=start,
        end=end,
        score=round(min(0.5 + run.score / 60.0, 1.0), 3),
        evidence=evidence_of(run),
    )


def severity_of(run: JunkRun) -> Severity | None:
    """How sure a run makes us that it is injected; None where it proves nothing."""
    telling, score, mean, most = len(run.telling), run.score, run.mean, 2 * run.junk >= len(run.items)
    if not run.alone:
        # Prose runs into it: only much that is telling counts.
        return Severity.HIGH if score >= 26.0 and mean >= 1.4 and telling >= 6 else None
    if run.junk >= 4 and score >= 26.0 and telling >= 4 and mean >= 0.5 and most:
        return Severity.CRITICAL
    if _is_high(run):
        return Severity.HIGH
    if telling >= 2 and score >= 10.5 and mean >= 1.2:
        return Severity.MEDIUM
    if run.junk > 1:
        return Severity.LOW if telling and score >= 6.0 and mean >= 0.4 else None
    return Severity.LOW if telling and score >= ALONE and mean >= 0.7 and run.pairs >= LEAST else None


def _is_high(run: JunkRun) -> bool:
    """Less than four items: several that tell, between marks that prose has not; or one that says it all."""
    if len(run.telling) < 4 or 2 * run.junk < len(run.items):
        return False
    if run.junk > 1:
        if run.separator == "\n" and run.junk < 3:
            return False
        return run.separator not in (",", "，") and run.score >= 18.0 and run.mean >= 0.8
    return run.score >= 24.0 and run.mean >= 2.4


def _is_about(text: str, run: JunkRun) -> bool:
    """Whether the line or lines of a run speak about such things, or are marked as an advertisement."""
    low = text.rfind("\n", max(run.start - LINE, 0), run.start) + 1 or max(run.start - LINE, 0)
    high = text.find("\n", run.end, run.end + LINE)
    return REPORTING.search(text, low, high if high >= 0 else min(run.end + LINE, len(text))) is not None


def evidence_of(run: JunkRun) -> dict[str, Json]:
    """The counts and features that a person can check."""
    return {
        "items": len(run.items),
        "telling_items": run.junk,
        "separator": run.separator,
        "first_items": list(run.items[:SHOWN]),
        "log_likelihood_ratio": round(run.score, 1),
        "per_pair": round(run.mean, 2),
        "pairs": run.pairs,
        "telling_pairs": list(run.telling[:12]),
    }
