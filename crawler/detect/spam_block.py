"""`spam_block`: a run of junk keywords or links that somebody put on the page, seen or hidden, anywhere on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from crawler.detect.case import Case
from crawler.detect.flat import beyond_ascii, suspects, without_invisible, without_tags
from crawler.detect.language.junk import JunkRun, junk_runs
from crawler.detect.language.seeds import has_latin_seed
from crawler.extract import hidden_blocks
from crawler.model import Finding, FindingKind, Json, Region, Severity

KINDS = (FindingKind.SPAM_BLOCK,)

# How many items the evidence shows; the quote has them all.
SHOWN = 50
# Outside of hidden elements (scripts, attributes, comments) only what may prove sure is looked for.
SURE = 14.0
# More blocks than this in one region say nothing more.
MOST = 200
# Attributes whose text a search engine may read.
_SPOKEN = re.compile(r"\b(?:content|title|alt|value)\s*=\s*([\"'])([^\"'<>]{6,4000})\1", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


def detect(case: Case) -> Iterator[Finding]:
    """Runs in the article, then in the rest of the visible page, in the title, and in what the markup hides."""
    if not case.document.markup:
        yield from _findings(case.page_text, Region.PAGE)
        return
    suspected = suspects(case.document)
    if not suspected and not has_latin_seed(case.page_text):
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
    in_sight = beyond_ascii(case.page_text)
    unseen = [(text, weight) for text, weight in suspected if text not in in_sight]
    if unseen and (max(weight for _, weight in unseen) >= SURE or _speaks(case)):
        yield from _hidden(case, seen)


def _speaks(case: Case) -> bool:
    """Whether something stands in the hidden elements by what they say alone."""
    said = "\n".join(block.text for block in hidden_blocks(case.document))
    return any(severity_of(run) is not None for run in junk_runs(said))


def _hidden(case: Case, seen: set[str]) -> Iterator[Finding]:
    """Runs that only the markup holds: hidden elements, head, scripts, then attributes. Tags read as separators."""
    source = case.document.text
    flat = without_tags(source)
    hidden = _bare("".join(block.text for block in hidden_blocks(case.document)))
    for finding in _findings(flat.text, Region.MARKUP):
        # Scripts and attributes hold odd words for good reasons: there, only what is sure counts.
        unsure = finding.severity.rank < Severity.HIGH.rank and _bare(finding.quote) not in hidden
        if unsure or _told(finding.quote, seen):
            continue
        seen.add(_bare(finding.quote))
        yield _in_source(finding, source, *flat.origin(finding.start, finding.end))
    for attribute in _SPOKEN.finditer(source):
        if attribute[2].isascii():
            continue
        for finding in _findings(attribute[2], Region.MARKUP):
            if finding.severity.rank >= Severity.HIGH.rank and not _told(finding.quote, seen):
                seen.add(_bare(finding.quote))
                begin = attribute.start(2)
                yield _in_source(finding, source, begin + finding.start, begin + finding.end)


def _in_source(finding: Finding, source: str, start: int, end: int) -> Finding:
    evidence = {**finding.evidence, "hidden": True}
    return replace(finding, quote=source[start:end], start=start, end=end, evidence=evidence)


def _told(quote: str, seen: set[str]) -> bool:
    bare = _bare(quote)
    return any(bare in told or told in bare for told in seen)


def _bare(text: str) -> str:
    return _SPACE.sub("", text)


def _findings(text: str, region: Region) -> Iterator[Finding]:
    flat = without_invisible(text)
    for run in islice(junk_runs(flat.text if flat else text), MOST):
        severity = severity_of(run)
        if severity is not None:
            start, end = flat.origin(run.start, run.end) if flat else (run.start, run.end)
            yield Finding(
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
    count, telling, score, mean = len(run.items), len(run.telling), run.score, run.mean
    # Much that is telling outweighs the odd words among it; ordinary pages stay below 16 with three telling pairs.
    much = score >= 18.0 and telling >= 4 and mean >= 0.3
    if much and count >= 4 and score >= 26.0:
        return Severity.CRITICAL
    if much or (score >= 16.0 and mean >= (1.2 if count > 1 else 1.6) and telling >= 3):
        return Severity.HIGH
    if mean >= 1.2 and score >= 10.5 and telling >= 2:
        return Severity.MEDIUM
    # Little, but it fills a line or an item of its own, or there are several: worth a word, no more.
    if run.alone and mean >= 1.0 and score >= (6.5 if telling >= 2 else 8.0) and telling:
        return Severity.LOW
    if run.alone and count > 1 and mean >= 0.3 and score >= 7.0 and telling >= 2:
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
