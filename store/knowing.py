"""What the judge may know of a Page now, read in as few questions as there are answers.

The statements are made once: on a pass over pages that did not change, making them costs more than asking them.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from crawler.model import Known, OpenFinding, PageState, SeenVersion, Version
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


def latest(session: Session, url: str, rules: str) -> tuple[Known, SnapshotRow | None]:
    """All that is known now, and the response to read again, where other rules read the newest Version.

    The body of that response lies in the blob store. Raises NotKnown.
    """
    found = session.execute(_LATEST, {"key": key_of(url)}).first()
    if found is None:
        raise not_tracked(url)
    row, noise, unresolved, version, digest, address = found
    newest = None if version is None else version_of(version, digest)
    known = Known(
        page=page_of(row),
        state=PageState(row.state),
        latest=newest,
        address=address or "",
        validators=validators_of(row),
        open_findings=_open_findings(session, row_id(row)) if unresolved else (),
        failures=row.failures,
        missing_count=row.missing_count,
        missing_since=row.missing_since,
        last_checked=row.last_checked,
        rate=rate_of(row),
        recent=_recent(session, row_id(row), newest, version),
        noise=noise_of(noise),
        hidden=row.hidden,
    )
    return known, None if version is None else last_response(session, version, rules)


def _recent(session: Session, page_id: int, newest: Version | None, row: VersionRow | None) -> tuple[SeenVersion, ...]:
    if newest is None or row is None:
        return ()
    if newest.number == 1:
        return (SeenVersion(number=1, digest=row.digest, seen_at=newest.seen_at),)
    return recent_versions(session, page_id)


def _open_findings(session: Session, page_id: int) -> tuple[OpenFinding, ...]:
    return tuple(
        OpenFinding(finding=finding_of(found), version=number or 0, opened_at=found.opened_at)
        for found, number in session.execute(_FINDINGS, {"page": page_id})
    )
