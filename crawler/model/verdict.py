"""What is known before a Check, and everything it decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.model.content import Article, Change, Version
from crawler.model.findings import Finding, OpenFinding
from crawler.model.kinds import Outcome, PageState
from crawler.model.noise import NO_NOISE, Noise
from crawler.model.rhythm import ORDINARY, UNWATCHED, RateEstimate, Rhythm
from crawler.model.watched import Page
from crawler.model.wire import Snapshot, Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenVersion:
    """A Version by its digest (`Article.digest`), for telling whether its content is back."""

    number: int
    digest: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEvent:
    """The same paragraphs came or went on many Pages of a Source: one event of its template, not a Change of each.

    `signature` is the Changes', `since` when the first of them may have been.
    """

    signature: str
    summary: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that the judge may know of a Page before a Check.

    `latest` is the Version in force at the Check's time, `address` where it was read (after redirects; "" where that is
    not known), `latest_snapshot` its raw response (present only where the judge must re-read it).
    `missing_since` and `missing_count`: consecutive Checks that said the page is not there.
    `recent` are the last Versions, `latest` first. `noise` is the Source's; `hidden` digests what was masked at the
    last visit ("" for nothing). `last_body` is the digest of the last response kept ("" for none). `rhythm` is the
    Source's, as far as that was asked for.
    """

    page: Page
    state: PageState = PageState.LIVE
    latest: Version | None = None
    address: str = ""
    latest_snapshot: Snapshot | None = None
    validators: Validators = Validators()
    open_findings: tuple[OpenFinding, ...] = ()
    failures: int = 0
    missing_count: int = 0
    missing_since: datetime | None = None
    last_checked: datetime | None = None
    rate: RateEstimate = UNWATCHED
    recent: tuple[SeenVersion, ...] = ()
    noise: Noise = NO_NOISE
    hidden: str = ""
    last_body: str = ""
    rhythm: Rhythm = ORDINARY


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """An Article to be kept as a Version, and the rules that read it."""

    article: Article
    rules: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Everything one Check decided, ready to be recorded in one transaction.

    `snapshot` is kept whenever there was a response with a body worth keeping; `version` is set when the Article is a
    new Version; `changes` are relative to `known.latest` (numbers filled in by the judge). `findings` is the complete
    set seen at this Check, or None when nothing could be read (open findings then stay as they are).
    `reread` replaces the Article of `known.latest` when newer rules read its old snapshot differently.
    `noise` is what the Source's is now, None where nothing was learned; `hidden` what was masked on the Page. `event`
    says that the Change is one of many of its kind. `suspect`: the content may be what the host answers for anything;
    it is not recorded before that was asked. `last_body`: as Known has it.
    """

    outcome: Outcome
    state: PageState
    at: datetime
    next_check: datetime
    detail: str = ""
    status: int | None = None
    snapshot: Snapshot | None = None
    version: NewVersion | None = None
    reread: NewVersion | None = None
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] | None = None
    validators: Validators = Validators()
    failures: int = 0
    missing_count: int = 0
    missing_since: datetime | None = None
    moved_to: str | None = None
    rate: RateEstimate = UNWATCHED
    noise: Noise | None = None
    hidden: str | None = None
    event: SourceEvent | None = None
    suspect: bool = False
    last_body: str = ""
