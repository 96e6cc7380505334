"""What the judge may know of a Page now, read in as few questions as there are answers.

The statements are made once: on a pass over pages that did not change, making them costs more than asking them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crawler.model import Known, OpenFinding, PageState, SeenVersion
from store.keeping import LAST_BODY
from store.later import not_tracked
from store.noise import noise_of
from store.rows import finding_of, key_of, page_of, rate_of, validators_of, version_of
from store.sightings import last_response
from store.tables import FindingRow, PageRow, SnapshotRow, SourceRow, VersionRow
from store.timeline import NEWEST, UNRESOLVED

# What is asked of a page's row and of its newest Version's; their rows themselves would cost as much again.
_STANDING = """
    id url source state etag last_modified failures missing_count missing_since last_checked hidden
    rate_changes rate_days rate_as_of
""".split()  # noqa: SIM905 - words read better than a list of them
_SEEN = "number digest seen_at".split()  # noqa: SIM905
_VERSION = "number seen_at article rules digest link".split()  # noqa: SIM905
# The two Versions before it, by which a text that flips is told.
_SECOND, _THIRD = aliased(VersionRow), aliased(VersionRow)


def _back(row: type[VersionRow], steps: int) -> ColumnElement[bool]:
    return and_(col(row.page_id) == col(PageRow.id), col(row.number) == col(VersionRow.number) - steps)


_LATEST = (
    select(
        *(col(getattr(PageRow, name)) for name in _STANDING),
        col(SourceRow.noise),
        UNRESOLVED.label("unresolved"),
        col(VersionRow.id).label("version_id"),
        *(col(getattr(VersionRow, name)) for name in _VERSION),
        col(SnapshotRow.digest).label("snapshot_digest"),
        col(SnapshotRow.final_url),
        LAST_BODY.label("last_body"),
        *(col(getattr(_SECOND, name)).label(f"second_{name}") for name in _SEEN),
        *(col(getattr(_THIRD, name)).label(f"third_{name}") for name in _SEEN),
    )
    .join(SourceRow, col(SourceRow.name) == col(PageRow.source))
    .outerjoin(VersionRow, col(VersionRow.id) == NEWEST)
    .outerjoin(SnapshotRow, col(SnapshotRow.id) == col(VersionRow.snapshot_id))
    .outerjoin(_SECOND, _back(_SECOND, 1))
    .outerjoin(_THIRD, _back(_THIRD, 2))
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
    # With the attributes of all the rows that it is made of.
    found: Any = session.connection().execute(_LATEST, {"key": key_of(url)}).first()
    if found is None:
        raise not_tracked(url)
    newest = None if found.version_id is None else version_of(found, found.snapshot_digest)
    known = Known(
        page=page_of(found),
        state=PageState(found.state),
        latest=newest,
        address=found.final_url or "",
        validators=validators_of(found),
        open_findings=_open_findings(session, found.id) if found.unresolved else (),
        failures=found.failures,
        missing_count=found.missing_count,
        missing_since=found.missing_since,
        last_checked=found.last_checked,
        rate=rate_of(found),
        recent=_recent(found),
        noise=noise_of(found.noise),
        hidden=found.hidden,
        last_body=found.last_body or "",
    )
    if newest is None or newest.rules == rules:
        return known, None
    return known, last_response(session, session.get_one(VersionRow, found.version_id))


def _recent(found: Any) -> tuple[SeenVersion, ...]:  # noqa: ANN401 - a row of many columns
    seen = (
        (found.number, found.digest, found.seen_at),
        (found.second_number, found.second_digest, found.second_seen_at),
        (found.third_number, found.third_digest, found.third_seen_at),
    )
    return tuple(SeenVersion(number=number, digest=digest, seen_at=at) for number, digest, at in seen if number)


def _open_findings(session: Session, page_id: int) -> tuple[OpenFinding, ...]:
    return tuple(
        OpenFinding(finding=finding_of(found), version=number or 0, opened_at=found.opened_at)
        for found, number in session.execute(_FINDINGS, {"page": page_id})
    )
