"""A Page's kept responses, and the history that reading or judging them again makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.model.content import Change
from crawler.model.findings import Finding
from crawler.model.noise import Noise
from crawler.model.verdict import Known, NewVersion, Verdict
from crawler.model.wire import FetchResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One Check that read content, or the first sight of a Version, by the digest of its kept response.

    `version` is the number of the Version first seen then, None where nothing new was. `past`: a backfill brought it.
    """

    at: datetime
    snapshot_digest: str
    version: int | None = None
    past: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """All that is kept of what a Page said, in order. `checks` tells whether the Page was recorded meanwhile."""

    sightings: tuple[Sighting, ...]
    checks: int
    noise: Noise


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltVersion:
    """A Version by today's rules: first seen `at`, and the Change into it, None where a reader sees none."""

    at: datetime
    version: NewVersion
    change: Change | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One Check as it was recorded, to be judged again with all that came before it.

    `past`: a backfill brought it. `quiet`: a visit of its day that read the Page and made no Version of it.
    """

    at: datetime
    fetched: FetchResult
    past: bool = False
    quiet: bool = False


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
