"""Row ↔ noun. Nothing here decides anything."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from crawler.model import (
    Article,
    Attachment,
    Change,
    ChangeKind,
    Finding,
    FindingKind,
    Json,
    Page,
    PageKind,
    PageState,
    RateEstimate,
    Region,
    Severity,
    Snapshot,
    SourceKind,
    SourceState,
    Validators,
    Verdict,
    Version,
)
from store.tables import AttachmentRow, ChangeRow, FindingRow, PageRow, SnapshotRow, SourceRow, VersionRow


def key_of(url: str) -> str:
    """What a URL is looked up by."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


def host_of(url: str) -> str:
    """The host and port that visits to a URL are spaced by; the empty text for what has none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def row_id(row: PageRow | SnapshotRow | VersionRow | ChangeRow | FindingRow) -> int:
    """The number of a row that was flushed."""
    if row.id is None:
        raise AssertionError("a row was used before it was flushed")
    return row.id


def page_of(row: PageRow) -> Page:
    """The Page of a row."""
    return Page(url=row.url, source=row.source)


def rate_of(row: PageRow) -> RateEstimate:
    """What the schedule had learned."""
    return RateEstimate(changes=row.rate_changes, days=row.rate_days, as_of=row.rate_as_of)


def validators_of(row: PageRow | SourceRow | AttachmentRow) -> Validators:
    """The validators of a page, a source or a file."""
    return Validators(etag=row.etag, last_modified=row.last_modified)


def state_of(row: SourceRow) -> SourceState:
    """The SourceState of a row."""
    return SourceState(
        name=row.name,
        url=row.url,
        kind=cast("SourceKind | None", row.kind),
        validators=validators_of(row),
        links=row.links,
        failures=row.failures,
        detail=row.detail,
        lying=row.lying,
        last_checked=row.last_checked,
        last_ok=row.last_ok,
        next_check=row.next_check,
    )


def put_source_state(row: SourceRow, state: SourceState) -> None:
    """Writes a SourceState into its row."""
    row.url, row.kind = state.url, state.kind
    row.etag, row.last_modified = state.validators.etag, state.validators.last_modified
    row.links, row.failures, row.detail, row.lying = state.links, state.failures, state.detail, state.lying
    row.last_checked, row.last_ok, row.next_check = state.last_checked, state.last_ok, state.next_check


def page_values(verdict: Verdict) -> dict[str, object]:
    """How the Page stands after a Check, by the columns of its row."""
    values: dict[str, object] = {
        "state": verdict.state.value,
        "next_check": verdict.next_check,
        "last_checked": verdict.at,
        "etag": verdict.validators.etag,
        "last_modified": verdict.validators.last_modified,
        "failures": verdict.failures,
        "missing_count": verdict.missing_count,
        "missing_since": verdict.missing_since,
        "rate_changes": verdict.rate.changes,
        "rate_days": verdict.rate.days,
        "rate_as_of": verdict.rate.as_of,
    }
    if verdict.hidden is not None:
        values["hidden"] = verdict.hidden
    if verdict.moved_to is not None or verdict.state is not PageState.MOVED:
        values["moved_to"] = verdict.moved_to
    return values


class Response(Protocol):
    """A kept response, whether its body is at hand or not."""

    @property
    def url(self) -> str: ...
    @property
    def final_url(self) -> str: ...
    @property
    def redirects(self) -> tuple[str, ...]: ...
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def fetched_at(self) -> datetime: ...
    @property
    def digest(self) -> str: ...


def snapshot_values(page_id: int, snapshot: Snapshot) -> dict[str, Any]:
    """What a row holds of a kept response."""
    return response_values(page_id, snapshot, len(snapshot.body))


def response_values(page_id: int, response: Response, size: int) -> dict[str, Any]:
    """What a row holds of a response with a body of that size."""
    return {
        "page_id": page_id,
        "fetched_at": response.fetched_at,
        "url": response.url,
        "final_url": response.final_url,
        "redirects": list(response.redirects),
        "status": response.status,
        "headers": [list(header) for header in response.headers],
        "digest": response.digest,
        "size": size,
    }


def snapshot_of(row: SnapshotRow, body: bytes) -> Snapshot:
    """The response as it was received."""
    return Snapshot(
        url=row.url,
        final_url=row.final_url,
        status=row.status,
        headers=tuple((str(name), str(value)) for name, value in row.headers),
        body=body,
        fetched_at=row.fetched_at,
        redirects=tuple(row.redirects),
    )


def article_json(article: Article) -> dict[str, Any]:
    """An Article as JSON; what says nothing is left out."""
    values = {
        "kind": article.kind.value,
        "title": article.title,
        "published": article.published,
        "issuer": article.issuer,
        "author": article.author,
        "document_number": article.document_number,
        "paragraphs": list(article.paragraphs),
        "attachments": [asdict(attachment) for attachment in article.attachments],
        "kicker": article.kicker,
        "subtitle": article.subtitle,
        "captions": list(article.captions),
        "evidence": article.evidence,
    }
    return {name: value for name, value in values.items() if value not in (None, [], {})}


def article_of(values: Mapping[str, Any]) -> Article:
    """The Article behind `article_json`."""
    return Article(
        kind=PageKind(values["kind"]),
        title=values.get("title"),
        published=values.get("published"),
        issuer=values.get("issuer"),
        author=values.get("author"),
        document_number=values.get("document_number"),
        paragraphs=tuple(values.get("paragraphs", ())),
        attachments=tuple(Attachment(**attachment) for attachment in values.get("attachments", ())),
        kicker=values.get("kicker"),
        subtitle=values.get("subtitle"),
        captions=tuple(values.get("captions", ())),
        evidence=values.get("evidence", {}),
    )


def article_values(article: Article, rules: str) -> dict[str, Any]:
    """What a version's row holds of an Article and of the rules that read it."""
    return {
        "article": article_json(article),
        "digest": article.digest,
        "rules": rules,
        "title": article.title,
        "published": article.published,
    }


def version_of(row: VersionRow, snapshot_digest: str) -> Version:
    """The Version of a row."""
    return Version(
        number=row.number,
        seen_at=row.seen_at,
        article=article_of(row.article),
        snapshot_digest=snapshot_digest,
        rules=row.rules,
        link=row.link,
    )


def change_values(change: Change, at: datetime) -> dict[str, Any]:
    """What a row holds of a Change, but for its versions."""
    return {
        "at": at,
        "kind": change.kind.value,
        "minor": change.minor,
        "significance": change.significance,
        "fields_changed": list(change.fields),
        "added": change.added,
        "removed": change.removed,
        "summary": change.summary,
        "evidence": dict(change.evidence),
        "signature": change.signature,
    }


def change_of(row: ChangeRow, before: int, after: int) -> Change:
    """The Change of a row between two numbers."""
    return Change(
        before=before,
        after=after,
        kind=ChangeKind(row.kind),
        minor=row.minor,
        significance=row.significance,
        fields=tuple(row.fields_changed),
        added=row.added,
        removed=row.removed,
        summary=row.summary,
        evidence=row.evidence,
        signature=row.signature,
    )


def finding_values(finding: Finding) -> dict[str, Any]:
    """What a row holds of a Finding, but for when and where it opened."""
    return {
        "fingerprint": finding.fingerprint,
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "region": finding.region.value,
        "quote": finding.quote,
        "quote_start": finding.start,
        "quote_end": finding.end,
        "score": finding.score,
        "evidence": dict(finding.evidence),
        "repair": finding.repair,
    }


def finding_of(row: FindingRow) -> Finding:
    """The Finding of a row."""
    evidence: Mapping[str, Json] = row.evidence
    return Finding(
        kind=FindingKind(row.kind),
        severity=Severity(row.severity),
        region=Region(row.region),
        quote=row.quote,
        start=row.quote_start,
        end=row.quote_end,
        score=row.score,
        evidence=evidence,
        repair=row.repair,
    )
