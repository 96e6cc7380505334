"""`spam_block`: a run of junk keywords or links that somebody put on the page, seen or hidden, anywhere on it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from crawler.detect.case import Case
from crawler.detect.language.junk import CROWD, JunkRun, anchor_weight, junk_runs
from crawler.extract import hidden_blocks
from crawler.model import Finding, FindingKind, Json, Region, Severity

KINDS = (FindingKind.SPAM_BLOCK,)

# How many items the evidence shows; the quote has them all.
SHOWN = 50
# More blocks than this in one region say nothing more.
MOST = 200
_TAG = re.compile(r"<[^<>]{0,4000}>")
_BEYOND_ASCII = re.compile(r"[^\x00-\xff]+")
_SPACE = re.compile(r"\s+")


def detect(case: Case) -> Iterator[Finding]:
    """Runs in the article, then in the rest of the visible page, in the title, and in what the markup hides."""
    if not case.document.markup:
        yield from _findings(case.page_text, Region.PAGE)
        return
    seen: set[str] = set()
    visible = list(_findings(case.page_text, Region.PAGE))
    if visible:
        for finding in _findings(case.article.text, Region.ARTICLE):
            seen.add(_bare(finding.quote))
            yield finding
        for finding in visible:
            if not _told(finding.quote, seen):
                seen.add(_bare(finding.quote))
                yield finding
    if case.article.title:
        for finding in _findings(case.article.title, Region.TITLE):
            seen.add(_bare(finding.quote))
            yield finding
    yield from _hidden(case, seen)


def _hidden(case: Case, seen: set[str]) -> Iterator[Finding]:
    """Runs that only the markup holds: hidden elements, head, scripts, attributes. Tags read as separators."""
    source = case.document.text
    if anchor_weight("\n".join(_BEYOND_ASCII.findall(source))) - anchor_weight(case.page_text) < CROWD:
        return
    flat, places = _without_tags(source)
    hidden = _bare("".join(block.text for block in hidden_blocks(case.document)))
    for finding in _findings(flat, Region.MARKUP):
        # Scripts and attributes hold odd words for good reasons: there, only what is sure counts.
        unsure = finding.severity.rank < Severity.HIGH.rank and _bare(finding.quote) not in hidden
        if unsure or _told(finding.quote, seen):
            continue
        start, end = _origin(places, finding.start), _origin(places, finding.end - 1) + 1
        evidence = {**finding.evidence, "hidden": True}
        yield replace(finding, quote=source[start:end], start=start, end=end, evidence=evidence)


def _without_tags(source: str) -> tuple[str, list[tuple[int, int]]]:
    """The source with a line break for each tag, and (offset in it, offset in the source) where its pieces begin."""
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    at = size = 0
    for tag in _TAG.finditer(source):
        if tag.start() > at:
            places.append((size, at))
            pieces += [source[at : tag.start()], "\n"]
            size += tag.start() - at + 1
        at = tag.end()
    places.append((size, at))
    pieces.append(source[at:])
    return "".join(pieces), places


def _origin(places: list[tuple[int, int]], offset: int) -> int:
    in_flat, in_source = places[max(bisect_right(places, (offset, len(places) << 40)) - 1, 0)]
    return in_source + offset - in_flat


def _told(quote: str, seen: set[str]) -> bool:
    bare = _bare(quote)
    return any(bare in told or told in bare for told in seen)


def _bare(text: str) -> str:
    return _SPACE.sub("", text)


def _findings(text: str, region: Region) -> Iterator[Finding]:
    for run in islice(junk_runs(text), MOST):
        severity = severity_of(run)
        if severity is not None:
            yield Finding(
                kind=FindingKind.SPAM_BLOCK,
                severity=severity,
                region=region,
                quote=text[run.start : run.end],
                start=run.start,
                end=run.end,
                score=round(min(0.5 + run.score / 60.0, 1.0), 3),
                evidence=evidence_of(run),
            )


def severity_of(run: JunkRun) -> Severity | None:
    """How sure a run makes us that it is injected; None where it proves nothing."""
    count, telling, several = len(run.items), len(run.telling), len(run.items) > 1
    if count >= 4 and run.score >= 26.0 and run.mean >= 1.2 and telling >= 4:
        return Severity.CRITICAL
    if run.score >= 16.0 and run.mean >= (1.2 if several else 1.6) and telling >= 3:
        return Severity.HIGH
    if run.mean >= 1.2 and run.score >= 10.5 and telling >= 2:
        return Severity.MEDIUM
    # Little, but it fills a line or an item of its own: worth a word, no more.
    if run.alone and run.mean >= 1.2 and run.score >= (8.0 if telling >= 2 else 9.5) and telling:
        return Severity.LOW
    return None


def evidence_of(run: JunkRun) -> dict[str, Json]:
    """The counts and features that a person can check."""
    return {
        "items": len(run.items),
        "separator": run.separator,
        "first_items": list(run.items[:SHOWN]),
        "log_likelihood_ratio": round(run.score, 1),
        "per_pair": round(run.mean, 2),
        "pairs": run.pairs,
        "telling_pairs": list(run.telling[:12]),
    }
