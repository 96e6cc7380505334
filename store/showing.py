"""What the queries of the reading side find, as views; and what of each row such a query has to select."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from crawler.model import Outcome, PageState, SourceKind
from store.light import light
from store.marks import NEWEST_MARK, FindingMarkRow, mark_of
from store.rows import change_of, finding_of, row_id
from store.tables import ChangeRow, CheckRow, FindingRow, PageRow, SnapshotRow, SourceRow, VersionRow
from store.views import ChangeView, CheckView, FindingView, PageView, SourceView, VersionView

# What the views below take, as it is selected.
CHANGE, FINDING, CHECK, MARK = light(ChangeRow), light(FindingRow), light(CheckRow), light(FindingMarkRow)
OF_PAGE = light(PageRow, "id", "url", "source", "title")
SOURCE = light(
    SourceRow,
    *("name", "url", "kind", "active", "links", "failures", "detail", "lying"),
    *("last_checked", "last_ok", "next_check", "alarm", "alarm_since"),
)
PAGE = light(
    PageRow,
    *("id", "url", "source", "state", "versions", "checks", "admitted_at", "last_checked", "next_check"),
    *("last_changed", "title", "moved_to", "failures", "missing_since"),
)
VERSION = light(VersionRow, "number", "seen_at", "title", "published", "digest", "rules", "link")
DIGEST = light(SnapshotRow, "digest")


def source_view(row: SourceRow, pages: int, first: datetime | None) -> SourceView:
    """A source with the number of its pages and when the first of them is due."""
    return SourceView(
        name=row.name,
        url=row.url,
        kind=cast("SourceKind | None", row.kind),
        active=row.active,
        pages=pages,
        links=row.links,
        failures=row.failures,
        detail=row.detail,
        lying=row.lying,
        last_checked=row.last_checked,
        last_ok=row.last_ok,
        next_check=row.next_check,
        due=min((time for time in (row.next_check, first) if time is not None), default=None),
        alarm=row.alarm,
        alarm_since=row.alarm_since,
    )


def page_view(row: PageRow) -> PageView:
    """A page."""
    return PageView(
        url=row.url,
        source=row.source,
        state=PageState(row.state),
        versions=row.versions,
        checks=row.checks,
        admitted_at=row.admitted_at,
        last_checked=row.last_checked,
        next_check=row.next_check,
        last_changed=row.last_changed,
        title=row.title,
        moved_to=row.moved_to,
        failures=row.failures,
        missing_since=row.missing_since,
    )


def change_view(row: ChangeRow, page: PageRow, before: int | None, after: int | None) -> ChangeView:
    """A change with the numbers that its versions have now."""
    return ChangeView(
        id=row_id(row),
        page=page.url,
        source=page.source,
        title=page.title,
        at=row.at,
        change=change_of(row, before or 0, after or 0),
    )


def finding_view(
    row: FindingRow, page: PageRow, version: int | None, mark: FindingMarkRow | None = None
) -> FindingView:
    """A finding with the number that its version has now, and the mark that holds."""
    return FindingView(
        id=row_id(row),
        page=page.url,
        source=page.source,
        title=page.title,
        version=version or 0,
        opened_at=row.opened_at,
        resolved_at=row.resolved_at,
        finding=finding_of(row),
        mark=None if mark is None or mark.id is None else mark_of(mark),
    )


def check_view(row: CheckRow, digest: str | None, versions: dict[datetime, int]) -> CheckView:
    """A check; `versions` maps times to the numbers of the versions first seen then."""
    return CheckView(
        at=row.at,
        outcome=Outcome(row.outcome),
        status=row.status,
        detail=row.detail,
        digest=digest,
        version=versions.get(row.at),
        past=row.past,
        times=row.times,
    )


def version_view(row: VersionRow, snapshot: SnapshotRow) -> VersionView:
    """A version without its text."""
    return VersionView(
        number=row.number,
        seen_at=row.seen_at,
        title=row.title,
        published=row.published,
        article_digest=row.digest,
        snapshot_digest=snapshot.digest,
        rules=row.rules,
        link=row.link,
    )


# ---- the statements of the two lists that several ask for ---------------------------------------------------------


@cache
def changes_query() -> Select[ChangeRow, PageRow, int, int]:
    """Changes with their pages and the numbers of their versions."""
    before, after = aliased(VersionRow), aliased(VersionRow)
    return (
        select(CHANGE, OF_PAGE, before.number, after.number)
        .select_from(ChangeRow)
        .join(PageRow, col(ChangeRow.page_id) == col(PageRow.id))
        .outerjoin(before, col(ChangeRow.before_id) == col(before.id))
        .outerjoin(after, col(ChangeRow.after_id) == col(after.id))
    )


@cache
def findings_query() -> Select[FindingRow, PageRow, int, FindingMarkRow]:
    """Findings with their pages, the numbers of their versions, and the marks that hold."""
    return (
        select(FINDING, OF_PAGE, VersionRow.number, MARK)
        .select_from(FindingRow)
        .join(PageRow, col(FindingRow.page_id) == col(PageRow.id))
        .outerjoin(VersionRow, col(FindingRow.version_id) == col(VersionRow.id))
        .outerjoin(FindingMarkRow, col(FindingMarkRow.id) == NEWEST_MARK)
    )
