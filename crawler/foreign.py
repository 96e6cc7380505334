"""Foreign matter on a page: whether it arrived or left, and what of it the Source's owner does not want to hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from crawler.model import (
    INJECTION_KINDS,
    ChangeKind,
    Finding,
    Json,
    OpenFinding,
    Severity,
    Silence,
    match_findings,
)

_QUOTE_IN_SUMMARY = 60
_TOLD = 3


def foreign_matter(held: Sequence[OpenFinding], seen: Sequence[Finding]) -> tuple[ChangeKind, str] | None:
    """Whether foreign matter arrived or left, and what in one line: injection kinds of medium severity or more."""
    match = match_findings(held, seen)
    arrived = [finding for finding in match.arrived if _foreign(finding)]
    left = [one.finding for one in match.left if _foreign(one.finding)]
    if arrived:
        return ChangeKind.INJECTED, "; ".join(_told(finding) for finding in arrived[:_TOLD])
    if left and not any(_foreign(finding) for finding in seen):
        return ChangeKind.CLEANED, "gone: " + "; ".join(_told(finding) for finding in left[:_TOLD])
    return None


def _foreign(finding: Finding) -> bool:
    told = finding.severity.rank >= Severity.MEDIUM.rank and not finding.silenced
    return told and finding.kind in INJECTION_KINDS


def silence(rules: Sequence[Silence], url: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings of the page at `url`; those that a rule silences say by which words of the configuration."""
    if not rules:
        return findings
    marked: list[Finding] = []
    for finding in findings:
        rule = next((rule for rule in rules if rule.covers(finding, url)), None)
        if rule is not None:
            words: dict[str, Json] = {key: value for key, value in asdict(rule).items() if value is not None}
            finding = replace(finding, evidence={**finding.evidence, "silenced": words})
        marked.append(finding)
    return tuple(marked)


def _told(finding: Finding) -> str:
    quote = " ".join(finding.quote.split())
    short = quote if len(quote) <= _QUOTE_IN_SUMMARY else quote[: _QUOTE_IN_SUMMARY - 1] + "…"
    items = finding.evidence.get("items")
    count = f" of {items} items" if isinstance(items, int) else ""
    return f"{finding.kind}{count}: {short}"
