"""A Page's kept responses, and the history that another reading of them makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.model.content import Change
from crawler.model.noise import Noise
from crawler.model.verdict import NewVersion


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
