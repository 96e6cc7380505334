"""The shapes of the API, for its description: those of the listing commands, word for word.

What is answered is made by `as_json` of the views; tests hold every answer against these.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from crawler.model import (
    ChangeKind,
    FindingKind,
    Outcome,
    PageKind,
    PageState,
    Region,
    Severity,
)
from store.marks import MarkState
from store.outbox import OutboxState

URL = "https://www.example.gov.cn/xwfb/1.html"
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="sha-256, in hexadecimal")]
Page = Annotated[str, Field(description="The page's URL", examples=[URL])]
ChangeAddress = Annotated[str, Field(pattern=r"^\d+\.\.\d+$", description="From version to version", examples=["1..2"])]


class Shape(BaseModel):
    """Nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


class Source(Shape):
    """A source and its health."""

    name: str
    url: str
    kind: str | None
    active: bool = Field(description="False once it is no longer configured")
    pages: int
    links: int
    failures: int
    detail: str
    lying: bool = Field(description="The validators of its entry do not tell the truth")
    last_checked: datetime | None
    last_ok: datetime | None
    next_check: datetime | None
    due: datetime | None = Field(description="When the first of its entry and pages is due, or was")
    alarm: str | None
    alarm_since: datetime | None
    overdue: int = Field(description="Seconds since something was due")


class PageShape(Shape):
    """A tracked page."""

    url: Page
    source: str
    state: PageState
    versions: int
    checks: int
    last_checked: datetime | None
    next_check: datetime
    last_changed: datetime | None
    title: str | None


class Change(Shape):
    """What changed on a page. `id` is that of /change; it may be given anew when the past is told anew."""

    id: int
    page: Page
    source: str
    change: ChangeAddress
    at: datetime
    kind: ChangeKind
    minor: bool
    significance: float = Field(ge=0, le=1)
    fields: list[str]
    added: int
    removed: int
    summary: str
    evidence: dict[str, JsonValue]


class Mark(Shape):
    """What somebody decided about a finding."""

    state: MarkState
    who: str
    why: str
    at: datetime


class Finding(Shape):
    """What is wrong on a page. `id` is that of /finding; it may be given anew when the past is told anew."""

    id: int
    page: Page
    source: str
    version: int
    opened_at: datetime
    resolved_at: datetime | None
    kind: FindingKind
    severity: Severity
    region: Region
    quote: str
    start: int
    end: int
    score: float
    evidence: dict[str, JsonValue]
    repair: str | None
    mark: Mark | None


class Check(Shape):
    """One visit to a page; `times`: so many that said the same."""

    at: datetime
    outcome: Outcome
    status: int | None
    detail: str
    snapshot: Digest | None
    version: int | None
    past: bool
    times: int


class Listed(Shape):
    """A version in a list."""

    version: int
    seen_at: datetime
    title: str | None
    published: str | None
    digest: Digest
    snapshot: Digest
    rules: str
    link: str = Field(description="Of the digest chain")


class Attachment(Shape):
    """A link to a file."""

    url: str
    name: str


class Version(Shape):
    """A version, whole. `text` is the paragraphs, joined by line feeds."""

    page: Page
    version: int
    seen_at: datetime
    digest: Digest
    snapshot: Digest
    rules: str
    page_kind: PageKind
    title: str | None
    published: str | None
    issuer: str | None
    author: str | None
    document_number: str | None
    paragraphs: list[str]
    text: str
    attachments: list[Attachment]


class FieldDiff(Shape):
    """A field that differs."""

    name: str
    before: str | None
    after: str | None


class Span(Shape):
    """Text that stayed, came or went."""

    op: Literal["equal", "insert", "delete"]
    text: str


class Hunk(Shape):
    """A paragraph, by its number on either side."""

    op: Literal["equal", "insert", "delete", "edit", "move"]
    before: int | None
    after: int | None
    spans: list[Span]


class Diff(Shape):
    """The exact difference of two versions: code points added and removed, fields, paragraphs."""

    page: Page
    change: ChangeAddress
    added: int
    removed: int
    fields: list[FieldDiff]
    hunks: list[Hunk]


class Found(Shape):
    """A version that says what was asked for, and where."""

    page: Page
    source: str
    version: int
    seen_at: datetime
    title: str | None
    snippet: str


class Event(Shape):
    """The same change on many pages of a source."""

    source: str
    at: datetime
    last_at: datetime
    pages: int
    summary: str


class Notification(Shape):
    """A notification that waits or was given up (state dead)."""

    id: int
    state: OutboxState
    what: Literal["change", "event", "finding", "alarm"]
    source: str
    page: str
    kind: str
    severity: Severity | None
    summary: str
    at: datetime
    attempts: int
    next_attempt: datetime | None
    last_error: str


class Figures(Shape):
    """How much there is of everything."""

    sources: int
    pages: int
    checks: int
    snapshots: int
    versions: int
    changes: int
    findings: int
    open_findings: int
    pending_notifications: int


class Problem(Shape):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


_PROBLEM: dict[str, Any] = {"application/problem+json": {"schema": Problem.model_json_schema()}}
# Every operation may be refused in these ways.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    404: {"description": "Not in the store", "content": _PROBLEM},
    422: {"description": "This cannot be asked", "content": _PROBLEM},
    "4XX": {"description": "Refused", "content": _PROBLEM},
    "5XX": {"description": "This did not work", "content": _PROBLEM},
}
