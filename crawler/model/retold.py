"""A Page's Checks as they were recorded, and the history that judging them again makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.model.findings import Finding
from crawler.model.verdict import Known, Verdict
from crawler.model.wire import FetchResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One Check as it was recorded, to be judged again with all that came before it.

    `past`: a backfill brought it. `quiet`: a visit of its day that read the Page and made no Version of it; `missed`
    one that did not find it, and may have asked for more than this response to know; `moved_to` the address that its
    Article was found at then, where no redirect leads.
    """

    at: datetime
    fetched: FetchResult
    past: bool = False
    quiet: bool = False
    missed: bool = False
    moved_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFinding:
    """A Finding over its whole life, as it was last seen. `version` is the number in force when it opened."""

    finding: Finding
    version: int
    opened_at: datetime
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retold:
    """A Page's history by all of its Checks in their order: a Verdict for each, the Findings, how it stands after."""

    verdicts: tuple[Verdict, ...]
    findings: tuple[ToldFinding, ...]
    known: Known
