"""One anomaly, how it persists from Check to Check, and what its owner does not want to hear of."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crawler.model.kinds import FindingKind, Region, Severity
from crawler.model.text import Evidence, fold_space


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One anomaly with the exact text and place that prove it.

    `start` and `end` are code-point offsets into the text that `region` names, and `quote` is that text.
    `score` is 0..1; `evidence` holds the features and counts a person can check; `repair` is a proposed text,
    never applied.
    """

    kind: FindingKind
    severity: Severity
    region: Region
    quote: str
    start: int
    end: int
    score: float
    evidence: Evidence = field(default_factory=dict)
    repair: str | None = None

    @property
    def silenced(self) -> bool:
        """Whether the Source's owner has asked not to hear of it."""
        return "silenced" in self.evidence

    @property
    def fingerprint(self) -> str:
        """Whether two findings are one seen twice: kind, region and quote, white space folded, not the place."""
        quote = unicodedata.normalize("NFC", fold_space(self.quote))
        key = f"{self.kind}\0{self.region}\0{quote}"
        return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFinding:
    """A Finding that the store holds open, with the version number and time at which it was opened."""

    finding: Finding
    version: int
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingMatch:
    """How the findings of one Check relate to those held open: `same` pairs (open, seen again), `arrived`, `left`."""

    same: tuple[tuple[OpenFinding, Finding], ...]
    arrived: tuple[Finding, ...]
    left: tuple[OpenFinding, ...]


def match_findings(held: Sequence[OpenFinding], seen: Sequence[Finding]) -> FindingMatch:
    """Which findings persist: by fingerprint, then one to one by kind and region (a block that rotates its words)."""
    same: list[tuple[OpenFinding, Finding]] = []
    rest_held, rest_seen = list(held), list(seen)
    for key in (_by_fingerprint, _by_place):
        waiting: defaultdict[str, deque[OpenFinding]] = defaultdict(deque)
        for one in rest_held:
            waiting[key(one.finding)].append(one)
        unmatched: list[Finding] = []
        for finding in rest_seen:
            partners = waiting[key(finding)]
            if partners:
                same.append((partners.popleft(), finding))
            else:
                unmatched.append(finding)
        rest_held = [one for partners in waiting.values() for one in partners]
        rest_seen = unmatched
    return FindingMatch(same=tuple(same), arrived=tuple(rest_seen), left=tuple(rest_held))


def _by_fingerprint(finding: Finding) -> str:
    return finding.fingerprint


def _by_place(finding: Finding) -> str:
    return f"{finding.kind} {finding.region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Findings that a Source's owner does not want to hear of: those that fit every part given (None fits all).

    `page` and `quote` are pieces of the URL and of the quoted text, white space folded. What is silenced is still
    found, recorded and listed, and says so; it makes no Change `injected` and notifies nobody.
    """

    kind: FindingKind | None = None
    page: str | None = None
    quote: str | None = None

    def covers(self, finding: Finding, url: str) -> bool:
        """Whether this silences `finding` on the page at `url`."""
        return (
            self.kind in (None, finding.kind)
            and (self.page is None or self.page in url)
            and (self.quote is None or fold_space(self.quote) in fold_space(finding.quote))
        )
