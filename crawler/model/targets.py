"""Who is told of a Source, and of what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from crawler.model.kinds import ChangeKind, FindingKind, Severity

# What `kinds` may name beside the kinds of Changes and Findings: all of these, and Changes that are minor.
GROUPS = ("change", "minor", "finding", "alarm")
# Of Findings that `kinds` does not name one by one.
USUAL_SEVERITY = Severity.HIGH


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address that is told, and of what. Addresses hold secrets: they are in no repr.

    `kinds` empty means changes, findings and alarms. `severity` None means USUAL_SEVERITY for findings, and any for
    those whose kind is named. `sources` are names with `*` for anything, none for all. `digest` zero means at once.
    """

    to: str = field(repr=False)
    kinds: tuple[str, ...] = ()
    severity: Severity | None = None
    sources: tuple[str, ...] = ()
    digest: timedelta = timedelta(0)

    def wants_change(self, kind: str, *, minor: bool) -> bool:
        """Whether it is told of a Change of this kind."""
        kinds = self.kinds or ("change",)
        return "minor" in kinds if minor else "change" in kinds or kind in kinds

    def wants_finding(self, kind: str, severity: Severity) -> bool:
        """Whether it is told of a Finding of this kind and severity."""
        named = kind in self.kinds
        least = self.severity or (Severity.LOW if named else USUAL_SEVERITY)
        return (named or not self.kinds or "finding" in self.kinds) and severity.rank >= least.rank

    @property
    def wants_alarms(self) -> bool:
        """Whether it is told of alarms."""
        return not self.kinds or "alarm" in self.kinds


KINDS: tuple[str, ...] = (*GROUPS, *(kind.value for kind in ChangeKind), *(kind.value for kind in FindingKind))
