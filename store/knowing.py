"""What the judge may know of a Page now, read in as few questions as there are answers.

The statements are made once: on a pass over pages that did not change, making them costs more than asking them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from crawler.model import Known, Noise, OpenFinding, PageState, SeenVersion, Version
from store.noise import noise_of, recent_versions
from store.recording import not_tracked
from store.rows import finding_of, key_of, page_of, rate_of, row_id, validators_of, version_of
from store.sightings import last_response
from store.tables import FindingRow, PageRow, SnapshotRow, SourceRow, VersionRow

_newest = (
    select(col(VersionRow.id))
    .where(col(VersionRow.page_id) == col(PageRow.id))
    .order_by(col(VersionRow.number).desc())
    .limit(1)
    .correlate(PageRow)
    .scalar_subquery()
)
_unresolved = (
    select(col(FindingRow.id))
    .where(col(FindingRow.page_id) == col(PageRow.id), col(FindingRow.resolved_at).is_(None))
    .correlate(PageRow)
    .exists()
)
_LATEST = (
    select(PageRow, col(SourceRow.noise), _unresolved, VersionRow, col(SnapshotRow.digest), col(SnapshotRow.final_url))
    .join(SourceRow, col(SourceRow.name) == col(PageRow.source))
    .outerjoin(VersionRow, col(VersionRow.id) == _newest)
    .outerjoin(SnapshotRow, col(SnapshotRow.id) == col(VersionRow.snapshot_id))
    .where(col(PageRow.key) == bindparam("key"))
)
_FINDINGS = (
    select(FindingRow, col(VersionRow.number))
    .outerjoin(VersionRow, col(FindingRow.version_id) == col(VersionRow.id))
    .where(col(FindingRow.page_id) == bindparam("page"), col(FindingRow.resolved_at).is_(None))
    .order_by(col(FindingRow.id))
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a page, but for the body of `last`, which lies in the blob store: a response to read again."""

    known: Known
    last: SnapshotRow | None


def latest(session: Session, url: str, rules: str) -> Standing:
    """All that is known now; `last` only where other rules read the newest Version. Raises NotKnown."""
    found = session.execute(_LATEST, {"key": key_of(url)}).first()
    if found is None:
        raise not_tracked(url)
    row, noise, unresolved, version, digest, address = found
    newest = None if version is None else version_of(version, digest)
    known = known_of(
        row,
        noise_of(noise),
        findings=open_findings(session, row_id(row)) if unresolved else (),
        latest=newest,
        address=address or "",
        recent=_recent(session, row_id(row), newest, version),
    )
    return Standing(known, None if version is None else last_response(session, version, rules))


def _recent(session: Session, page_id: int, newest: Version | None, row: VersionRow | None) -> tuple[SeenVersion, ...]:
    if newest is None or row is None:
        return ()
    if newest.number == 1:
        return (SeenVersion(number=1, digest=row.digest, seen_at=newest.seen_at),)
    return recent_versions(session, page_id)


def open_findings(session: Session, page_id: int) -> tuple[OpenFinding, ...]:
    """What was found on a page and is not resolved, in the order it was found."""
    return tuple(
        OpenFinding(finding=finding_of(found), version=number or 0, opened_at=found.opened_at)
        for found, number in session.execute(_FINDINGS, {"page": page_id})
    )


def known_of(
    row: PageRow,
    noise: Noise,
    *,
    findings: tuple[OpenFinding, ...],
    latest: Version | None = None,
    address: str = "",
    recent: tuple[SeenVersion, ...] = (),
) -> Known:
    """How the page of a row stands today, with what else is known of it."""
    return Known(
        page=page_of(row),
        state=PageState(row.state),
        validators=validators_of(row),
        open_findings=findings,
        failures=row.failures,
        missing_count=row.missing_count,
        missing_since=row.missing_since,
        last_checked=row.last_checked,
        rate=rate_of(row),
        noise=noise,
        hidden=row.hidden,
        latest=latest,
        address=address,
        recent=recent,
    )
