"""What leaves the store: frozen values read from the database. Keys of `as_json` are those of the listing commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.model import (
    Change,
    ChangeKind,
    Finding,
    FindingKind,
    Json,
    Outcome,
    PageState,
    SourceKind,
)
from store.marks import Mark


def iso(time: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, as every JSON listing shows times."""
    return None if time is None else time.isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A Source as the store knows it. `active` is False once it is no longer configured; `pages` counts its Pages.

    `lying`: the validators of its entry do, and are not sent. `due`: when the first of its entry and pages is, or was.
    `alarm`: what somebody was told is wrong with it, "" where nothing is, and since when.
    """

    name: str
    url: str
    kind: SourceKind | None
    active: bool
    pages: int
    links: int
    failures: int
    detail: str
    lying: bool
    last_checked: datetime | None
    last_ok: datetime | None
    next_check: datetime | None
    due: datetime | None
    alarm: str
    alarm_since: datetime | None

    def overdue(self, now: datetime) -> timedelta:
        """How long the first of its entry and pages has been due; zero where nothing is, or it is not watched."""
        late = now - self.due if self.active and self.due is not None else timedelta(0)
        return max(late, timedelta(0))

    def as_json(self, now: datetime | None = None) -> dict[str, Json]:
        """The object of `sources --json`; with `overdue`, in seconds, where it is known what time it is."""
        overdue: dict[str, Json] = {} if now is None else {"overdue": int(self.overdue(now).total_seconds())}
        return overdue | {
            "name": self.name,
            "url": self.url,
            "kind": self.kind,
            "active": self.active,
            "pages": self.pages,
            "links": self.links,
            "failures": self.failures,
            "detail": self.detail,
            "lying": self.lying,
            "last_checked": iso(self.last_checked),
            "last_ok": iso(self.last_ok),
            "next_check": iso(self.next_check),
            "due": iso(self.due),
            "alarm": self.alarm or None,
            "alarm_since": iso(self.alarm_since),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """A Page and how it stands.

    `title` is the newest Version's, before the first one what the listing shows. `last_changed` is the time of the
    newest Change after the page was first seen, None while there was none.
    """

    url: str
    source: str
    state: PageState
    versions: int
    checks: int
    admitted_at: datetime
    last_checked: datetime | None
    next_check: datetime
    last_changed: datetime | None
    title: str | None
    moved_to: str | None
    failures: int
    missing_since: datetime | None

    def as_json(self) -> dict[str, Json]:
        """The object of `pages --json`."""
        return {
            "url": self.url,
            "source": self.source,
            "state": self.state.value,
            "versions": self.versions,
            "checks": self.checks,
            "last_checked": iso(self.last_checked),
            "next_check": iso(self.next_check),
            "last_changed": iso(self.last_changed),
            "title": self.title,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A Change with the Page it happened to and its time. `change` carries the numbers as they are today."""

    id: int
    page: str
    source: str
    title: str | None
    at: datetime
    change: Change

    @property
    def kind(self) -> ChangeKind:
        """The kind of the Change."""
        return self.change.kind

    @property
    def address(self) -> str:
        """`a..b`, as `palimpsest diff` takes it."""
        return self.change.address

    def as_json(self) -> dict[str, Json]:
        """The object of `changes --json`."""
        return {
            "page": self.page,
            "source": self.source,
            "change": self.change.address,
            "at": iso(self.at),
            "kind": self.change.kind.value,
            "minor": self.change.minor,
            "significance": self.change.significance,
            "fields": list(self.change.fields),
            "added": self.change.added,
            "removed": self.change.removed,
            "summary": self.change.summary,
            "evidence": dict(self.change.evidence),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """A Finding with its Page, the Version it was opened at (0: none yet), and when it opened and resolved.

    `mark`: what somebody decided of it last.
    """

    id: int
    page: str
    source: str
    title: str | None
    version: int
    opened_at: datetime
    resolved_at: datetime | None
    finding: Finding
    mark: Mark | None = None

    @property
    def is_open(self) -> bool:
        """True until a Check no longer sees it."""
        return self.resolved_at is None

    @property
    def kind(self) -> FindingKind:
        """The kind of the Finding."""
        return self.finding.kind

    def as_json(self) -> dict[str, Json]:
        """The object of `findings --json`."""
        return {
            "page": self.page,
            "source": self.source,
            "version": self.version,
            "opened_at": iso(self.opened_at),
            "resolved_at": iso(self.resolved_at),
            **finding_json(self.finding),
            "mark": None if self.mark is None else self.mark.as_json(),
        }


def finding_json(finding: Finding) -> dict[str, Json]:
    """The fields that `inspect --json` and `findings --json` share."""
    return {
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "region": finding.region.value,
        "quote": finding.quote,
        "start": finding.start,
        "end": finding.end,
        "score": finding.score,
        "evidence": dict(finding.evidence),
        "repair": finding.repair,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One visit. `digest` names the kept body, if any; `version` is the Version this visit brought, if it brought one.

    `past`: a capture that a backfill brought, not a visit of ours. `times`: so many that said the same were folded into
    this one, the last of them.
    """

    at: datetime
    outcome: Outcome
    status: int | None
    detail: str
    digest: str | None
    version: int | None
    past: bool
    times: int = 1

    def as_json(self) -> dict[str, Json]:
        """The object of `log --json`."""
        return {
            "at": iso(self.at),
            "outcome": self.outcome.value,
            "status": self.status,
            "detail": self.detail,
            "snapshot": self.digest,
            "version": self.version,
            "past": self.past,
            "times": self.times,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """A Version without its text: for lists. `article_digest` is `Article.digest`; `link` is of the digest chain."""

    number: int
    seen_at: datetime
    title: str | None
    published: str | None
    article_digest: str
    snapshot_digest: str
    rules: str
    link: str

    def as_json(self) -> dict[str, Json]:
        """One version in a list."""
        return {
            "version": self.number,
            "seen_at": iso(self.seen_at),
            "title": self.title,
            "published": self.published,
            "digest": self.article_digest,
            "snapshot": self.snapshot_digest,
            "rules": self.rules,
            "link": self.link,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much the store holds."""

    sources: int
    pages: int
    checks: int
    snapshots: int
    versions: int
    changes: int
    findings: int
    open_findings: int
    pending_notifications: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What `Archive.record` wrote: the new Version's number, the Changes, the Findings opened and resolved."""

    version: int | None = None
    changes: tuple[Change, ...] = ()
    opened: tuple[Finding, ...] = ()
    resolved: tuple[Finding, ...] = ()
