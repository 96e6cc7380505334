"""The tables. Private to the store: rows.py turns them into nouns, views.py into what readers get.

A Change refers to its Versions by row, never by number, so that a version found later to lie between two others
renumbers what follows without touching a Change.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, sql
from sqlmodel import Field

from store.base import Row, of_some
from store.columns import AnyText, Id, JsonText, UtcTime

_CHANGED = "last_changed IS NOT NULL"


class SourceRow(Row, table=True):
    """A Source's standing."""

    __tablename__ = "sources"

    name: str = Field(primary_key=True, sa_type=AnyText)
    url: str = Field(sa_type=AnyText)
    active: bool
    kind: str | None = Field(default=None, sa_type=Text)
    etag: str | None = Field(default=None, sa_type=AnyText)
    last_modified: str | None = Field(default=None, sa_type=AnyText)
    links: int = 0
    failures: int = 0
    detail: str = Field(default="", sa_type=AnyText)
    last_checked: datetime | None = Field(default=None, sa_type=UtcTime)
    last_ok: datetime | None = Field(default=None, sa_type=UtcTime)
    next_check: datetime | None = Field(default=None, sa_type=UtcTime)
    noise: Any = Field(default_factory=list, sa_type=JsonText, sa_column_kwargs={"server_default": "[]"})
    lying: bool = Field(default=False, sa_column_kwargs={"server_default": sql.false()})
    alarm: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    alarm_since: datetime | None = Field(default=None, sa_type=UtcTime)


class PageRow(Row, table=True):
    """A Page and how it stands. `key` is a digest of the URL: an index of URLs would refuse long ones.

    `rules` read the whole of its history; "" where that is not known. `waiting`: captures of the past were kept that
    are not yet part of its history.
    """

    __tablename__ = "pages"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(None, "next_check"),
        Index(None, "source", "next_check"),
        Index(None, "host", "next_check"),
        # The one index of a list that an unchanged visit writes as well: it takes a tenth more of bytes, and no time.
        Index(None, "last_checked"),
        of_some("ix_pages_last_changed", _CHANGED, "last_changed"),
        of_some("ix_pages_source_last_changed", _CHANGED, "source", "last_changed"),
        of_some("ix_pages_not_live", "state <> 'live'", "state", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    key: str = Field(sa_type=Text)
    url: str = Field(sa_type=AnyText)
    source: str = Field(foreign_key="sources.name", sa_type=AnyText)
    host: str = Field(sa_type=AnyText)
    state: str = Field(sa_type=Text)
    title: str | None = Field(default=None, sa_type=AnyText)
    moved_to: str | None = Field(default=None, sa_type=AnyText)
    admitted_at: datetime = Field(sa_type=UtcTime)
    next_check: datetime = Field(sa_type=UtcTime)
    last_checked: datetime | None = Field(default=None, sa_type=UtcTime)
    last_changed: datetime | None = Field(default=None, sa_type=UtcTime)
    versions: int = 0
    checks: int = 0
    etag: str | None = Field(default=None, sa_type=AnyText)
    last_modified: str | None = Field(default=None, sa_type=AnyText)
    failures: int = 0
    missing_count: int = 0
    missing_since: datetime | None = Field(default=None, sa_type=UtcTime)
    rate_changes: float = 0.0
    rate_days: float = 0.0
    rate_as_of: datetime | None = Field(default=None, sa_type=UtcTime)
    hidden: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    rules: str = Field(default="", sa_type=AnyText, sa_column_kwargs={"server_default": ""})
    waiting: bool = Field(default=False, sa_column_kwargs={"server_default": sql.false()})


class SnapshotRow(Row, table=True):
    """A kept response; its body lies in the blob store under `digest`."""

    __tablename__ = "snapshots"
    __table_args__ = (Index(None, "page_id", "fetched_at"), Index(None, "digest"))

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    page_id: int = Field(foreign_key="pages.id", sa_type=Id)
    fetched_at: datetime = Field(sa_type=UtcTime)
    url: str = Field(sa_type=AnyText)
    final_url: str = Field(sa_type=AnyText)
    redirects: Any = Field(sa_type=JsonText)
    status: int
    headers: Any = Field(sa_type=JsonText)
    digest: str = Field(sa_type=Text)
    size: int = Field(sa_type=Id)


class CheckRow(Row, table=True):
    """A Check, whatever came of it; or so many that were folded into their last."""

    __tablename__ = "checks"
    __table_args__ = (Index(None, "page_id", "at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    page_id: int = Field(foreign_key="pages.id", sa_type=Id)
    at: datetime = Field(sa_type=UtcTime)
    outcome: str = Field(sa_type=Text)
    status: int | None = None
    detail: str = Field(default="", sa_type=AnyText)
    past: bool = False
    snapshot_id: int | None = Field(default=None, foreign_key="snapshots.id", sa_type=Id)
    times: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class VersionRow(Row, table=True):
    """A Version. `title` and `published` repeat the article's, for lists; `link` is that of the digest chain."""

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("page_id", "number"), Index(None, "digest"))

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    page_id: int = Field(foreign_key="pages.id", sa_type=Id)
    number: int
    seen_at: datetime = Field(sa_type=UtcTime)
    snapshot_id: int = Field(foreign_key="snapshots.id", sa_type=Id)
    rules: str = Field(sa_type=AnyText)
    digest: str = Field(sa_type=Text)
    title: str | None = Field(default=None, sa_type=AnyText)
    published: str | None = Field(default=None, sa_type=AnyText)
    article: Any = Field(sa_type=JsonText)
    link: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})


class UnindexedRow(Row, table=True):
    """A Version that search does not know as it is now; triggers write it.

    `was`: what SQLite's index still has of it.
    """

    __tablename__ = "unindexed"

    version_id: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    page_id: int = Field(sa_type=Id)
    was: Any = Field(default=None, sa_type=JsonText, nullable=True)


class ChangeRow(Row, table=True):
    """A Change; no version row on a side means number 0. `source` is its page's, for lists; a trigger writes it."""

    __tablename__ = "changes"
    __table_args__ = (
        Index(None, "page_id", "at"),
        Index(None, "at"),
        Index(None, "source", "at"),
        Index(None, "kind", "at"),
        Index(None, "kind", "source", "at"),
        of_some("ix_changes_minor", "minor IS true", "at", sqlite="minor IS 1"),
        Index(None, "signature"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    page_id: int = Field(foreign_key="pages.id", sa_type=Id)
    before_id: int | None = Field(default=None, foreign_key="versions.id", sa_type=Id)
    after_id: int | None = Field(default=None, foreign_key="versions.id", sa_type=Id)
    at: datetime = Field(sa_type=UtcTime)
    kind: str = Field(sa_type=Text)
    minor: bool = False
    significance: float = 0.0
    fields_changed: Any = Field(sa_type=JsonText)
    added: int = 0
    removed: int = 0
    summary: str = Field(default="", sa_type=AnyText)
    evidence: Any = Field(default_factory=dict, sa_type=JsonText, sa_column_kwargs={"server_default": "{}"})
    signature: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    source: str = Field(default="", sa_type=AnyText, sa_column_kwargs={"server_default": ""})


class FindingRow(Row, table=True):
    """A Finding; open while `resolved_at` is null. `source` is its page's, for lists; a trigger writes it."""

    __tablename__ = "findings"
    __table_args__ = (
        Index(None, "page_id", "resolved_at"),
        Index(None, "opened_at"),
        Index(None, "source", "opened_at"),
        Index(None, "kind", "opened_at"),
        Index(None, "severity", "opened_at"),
        of_some("ix_findings_open", "resolved_at IS NULL", "opened_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    page_id: int = Field(foreign_key="pages.id", sa_type=Id)
    version_id: int | None = Field(default=None, foreign_key="versions.id", sa_type=Id)
    opened_at: datetime = Field(sa_type=UtcTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcTime)
    fingerprint: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    severity: str = Field(sa_type=Text)
    region: str = Field(sa_type=Text)
    quote: str = Field(sa_type=AnyText)
    quote_start: int
    quote_end: int
    score: float
    evidence: Any = Field(sa_type=JsonText)
    repair: str | None = Field(default=None, sa_type=AnyText)
    source: str = Field(default="", sa_type=AnyText, sa_column_kwargs={"server_default": ""})


class OutboxRow(Row, table=True):
    """A notification. Waiting while neither delivered nor given up (`next_attempt` null). An alarm tells of no page.

    `targets` has by a mark of each target that took it or refused it how it stands to it.
    """

    __tablename__ = "outbox"
    # What was delivered stays, and is not looked through.
    __table_args__ = (of_some("ix_outbox_undelivered", "delivered_at IS NULL", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    page_id: int | None = Field(default=None, foreign_key="pages.id", sa_type=Id)
    what: str = Field(sa_type=Text)
    title: str | None = Field(default=None, sa_type=AnyText)
    summary: str = Field(sa_type=AnyText)
    at: datetime = Field(sa_type=UtcTime)
    payload: Any = Field(sa_type=JsonText)
    attempts: int = 0
    last_error: str = Field(default="", sa_type=AnyText)
    next_attempt: datetime | None = Field(default=None, sa_type=UtcTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcTime)
    targets: Any = Field(default=None, sa_type=JsonText, nullable=True)


class AttachmentRow(Row, table=True):
    """How the file behind one link of a Page stands; `digest` null: it was never had."""

    __tablename__ = "attachments"
    __table_args__ = (UniqueConstraint("page_id", "key"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    page_id: int = Field(foreign_key="pages.id", sa_type=Id)
    key: str = Field(sa_type=Text)
    url: str = Field(sa_type=AnyText)
    name: str = Field(sa_type=AnyText)
    digest: str | None = Field(default=None, sa_type=Text)
    size: int | None = Field(default=None, sa_type=Id)
    media_type: str | None = Field(default=None, sa_type=AnyText)
    since: datetime | None = Field(default=None, sa_type=UtcTime)
    etag: str | None = Field(default=None, sa_type=AnyText)
    last_modified: str | None = Field(default=None, sa_type=AnyText)
    asked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    due: datetime | None = Field(default=None, sa_type=UtcTime)
    failures: int = 0
    missing_count: int = 0
    gone: bool = False
    detail: str = Field(default="", sa_type=AnyText)


class SourceEventRow(Row, table=True):
    """What happened to a Source as a whole: many of its Pages changed in the same way at once."""

    __tablename__ = "source_events"
    __table_args__ = (Index(None, "source", "at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    source: str = Field(foreign_key="sources.name", sa_type=AnyText)
    at: datetime = Field(sa_type=UtcTime)
    last_at: datetime = Field(sa_type=UtcTime)
    kind: str = Field(sa_type=Text)
    signature: str = Field(sa_type=Text)
    pages: int = 0
    summary: str = Field(default="", sa_type=AnyText)


class BodyRow(Row, table=True):
    """A body, where the database is the blob store: `step` 0 by itself, otherwise written against the row `base`."""

    __tablename__ = "bodies"
    __table_args__ = (UniqueConstraint("digest"), Index(None, "base"))

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    base: int | None = Field(default=None, foreign_key="bodies.id", sa_type=Id)
    step: int
    digest: bytes = Field(sa_type=LargeBinary)
    stored_at: datetime = Field(sa_type=UtcTime)
    packed: bytes = Field(sa_type=LargeBinary)
