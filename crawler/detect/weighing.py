"""What runs of junk keywords in a text amount to: findings, their severity, and the evidence to check."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import islice

from crawler.detect.flat import Flat, without_invisible
from crawler.detect.language.clues_of_reports import REPORTING
from crawler.detect.language.junk import JunkRun, junk_runs
from crawler.detect.language.lone import WORTH, lone_runs
from crawler.model import Finding, FindingKind, Json, Region, Severity

# How many items the evidence shows; the quote has them all.
SHOWN = 50
# So far the line of a run is looked at for words of reporting.
LINE = 60
# A single item is worth at least so much and so many pairs long; two or three characters are anything.
ALONE, LEAST = 5.0, 3
# And what reads like several with nothing between them so much.
JOINED = 12.0
# So many items are a list.
MANY = 4
# More blocks than this in one region say nothing more.
MOST = 200


def findings_in(
    text: str,
    region: Region,
    pieces: Collection[str],
    *,
    full: bool = True,
    around: Collection[str] | None = None,
    grow: bool = True,
    old: Callable[[], str] | None = None,
) -> Iterator[Finding]:
    """The runs of a text that prove something, then what stands on the lines of `pieces` and is in no run.

    `full`: whether there may be runs beside those lines, and where it is known, `around` which pieces of the text.
    `old` gives the article's text a Version ago; it is asked where something is found.
    """
    flat = without_invisible(text)
    plain = flat.text if flat else text
    taken: list[JunkRun] = []
    for run in islice(junk_runs(plain, grow=grow, around=around), MOST) if full else ():
        severity = severity_of(run)
        if severity is not None:
            taken.append(run)
            new = old is not None and plain[run.start : run.end] not in old()
            severity = Severity.MEDIUM if new and severity is Severity.LOW else severity
            about = severity.rank > 0 and _is_about(plain, run)
            yield _finding(text, flat, region, run, Severity.LOW if about else severity, new)
    for run in islice(lone_runs(plain, pieces, grow=grow, old=old), MOST):
        if not any(run.start < other.end and other.start < run.end for other in taken) and not _is_about(
            plain, run, alone=not grow
        ):
            yield _finding(text, flat, region, run, Severity.LOW, old is not None and run.score < WORTH)


def _finding(text: str, flat: Flat | None, region: Region, run: JunkRun, severity: Severity, new: bool) -> Finding:
    start, end = flat.origin(run.start, run.end) if flat else (run.start, run.end)
    return Finding(
        kind=FindingKind.SPAM_BLOCK,
        severity=severity,
        region=region,
        quote=text[start:end],
        start=start,
        end=end,
        score=round(min(0.5 + run.score / 60.0, 1.0), 3),
        evidence={**evidence_of(run), "new": True} if new else evidence_of(run),
    )


def severity_of(run: JunkRun) -> Severity | None:
    """How sure a run makes us that it is injected; None where it proves nothing."""
    telling, score, mean, most = len(run.telling), run.score, run.mean, 2 * run.junk >= len(run.items)
    if not run.alone:
        return _severity_in_prose(run)
    if run.junk >= 4 and score >= 26.0 and telling >= 4 and mean >= 0.5 and most:
        return Severity.CRITICAL
    if _is_high(run):
        return Severity.HIGH
    if telling >= 2 and score >= 10.5 and mean >= 1.2:
        return Severity.MEDIUM
    if run.junk > 1:
        return Severity.LOW if telling and score >= 6.0 and mean >= 0.4 else None
    if score >= JOINED and mean >= 0.45:
        # Several items with nothing between them: each joint costs a little.
        return Severity.LOW
    return Severity.LOW if telling and score >= ALONE and mean >= 0.7 and run.pairs >= LEAST else None


def _severity_in_prose(run: JunkRun) -> Severity | None:
    """The same where prose runs into it: only much that is telling counts, or many items between marks of a list."""
    telling, most = len(run.telling), 2 * run.junk >= len(run.items)
    if run.score >= 26.0 and run.mean >= 1.4 and telling >= 6:
        return Severity.HIGH
    if run.separator in ("", ",", "，"):
        return Severity.LOW if most and run.junk >= 3 and run.score >= 18.0 and run.mean >= 1.2 else None
    if run.junk >= 4 and telling >= 4 and most and run.score >= 18.0 and run.mean >= 0.8:
        return Severity.HIGH if run.junk >= 8 else Severity.MEDIUM
    return Severity.LOW if most and run.junk >= 2 and run.score >= 10.0 and run.mean >= 0.5 else None


def _is_high(run: JunkRun) -> bool:
    """Less than four items: several that tell, between marks that prose has not; or one that says it all."""
    if len(run.telling) < 4 or 2 * run.junk < len(run.items):
        return False
    if run.junk > 1:
        if run.separator == "\n" and run.junk < 3:
            return False
        return run.separator not in (",", "，") and run.score >= 18.0 and run.mean >= 0.8
    return run.score >= 24.0 and run.mean >= 2.4


def _is_about(text: str, run: JunkRun, *, alone: bool = False) -> bool:
    """Whether the line or lines of a run speak about such things, or are marked as an advertisement.

    `alone`: only the run itself; in a title the page's own headline stands beside it.
    """
    if alone:
        return REPORTING.search(text, run.start, run.end) is not None
    low = text.rfind("\n", max(run.start - LINE, 0), run.start) + 1 or max(run.start - LINE, 0)
    high = text.find("\n", run.end, run.end + LINE)
    high = high if high >= 0 else min(run.end + LINE, len(text))
    if run.junk < MANY:
        return REPORTING.search(text, low, high) is not None
    # Of many items one may happen to have such a word.
    telling = sum(REPORTING.search(item) is not None for item in run.items)
    beside = REPORTING.search(text, low, run.start) or REPORTING.search(text, run.end, high)
    return beside is not None or telling * MANY > len(run.items)


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
