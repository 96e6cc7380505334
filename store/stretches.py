"""The Checks of a Page as runs of like ones: what happens a thousand times alike leaves the database as one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy
from sqlalchemy import CTE, ColumnElement, Executable, and_, bindparam, case, extract, func, literal, or_
from sqlmodel import Session

from crawler.model import Outcome
from store.base import table_of
from store.cursors import Cursor
from store.tables import ChangeRow, CheckRow, VersionRow

# So many Checks are looked through for one part of a history, and so many stretches of them come back.
LOOKED_THROUGH = 3_000
STRETCHES = 100
# Longer than any interval that is not configured by hand: nobody looked.
GAP = timedelta(days=14)
# What brought a Version is one of these, and stands alone.
_BRINGING = (Outcome.NEW.value, Outcome.CHANGED.value)
_CHECKS, _VERSIONS, _CHANGES = table_of(CheckRow), table_of(VersionRow), table_of(ChangeRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One Check, or `visits` like ones side by side from `since` to `at`, folded ones counted.

    `version`: the one that it brought; what brought one, or a Change, stands alone. `past`: captures of the past.
    """

    at: datetime
    since: datetime
    outcome: Outcome
    status: int | None
    detail: str
    version: int | None
    past: bool
    visits: int


def stretches_before(
    session: Session, page_id: int, before: Cursor | None
) -> tuple[tuple[Stretch, ...], Cursor | None]:
    """The newest STRETCHES before a place, newest first, and the place where the next ones begin, if there are any."""
    asked: dict[str, object] = {"page": page_id}
    if before is not None:
        asked |= {"at": before.at, "id": before.id}
    found = session.connection().execute(_runs(before is not None), asked).all()
    shown = found[:STRETCHES]
    brought = _brought(session, page_id, [row.at for row in shown])
    stretches = tuple(
        Stretch(
            at=row.at,
            since=row.since,
            outcome=Outcome(row.outcome),
            status=row.status,
            detail=row.detail,
            version=brought.get(row.at),
            past=bool(row.past),
            visits=row.visits,
        )
        for row in shown
    )
    if shown and (len(found) > STRETCHES or _any_before(session, page_id, _place(shown[-1]))):
        return stretches, _place(shown[-1])
    return stretches, None


@cache
def _runs(going_on: bool) -> Executable:
    """Runs of like Checks of `page`, newest first, as many as are shown and one more; going on: before `at` and `id`.

    To put this together takes longer than it takes the database to answer, and is done once.
    """
    part = _marked(_looked_through(going_on))
    # One more than before wherever a Check is not like the newer one beside it.
    begins = case((_like_the_newer(part), 0), else_=1)
    begun = sqlalchemy.select(part, begins.label("begins")).cte("begun")
    order = (begun.c.at.desc(), begun.c.id.desc())
    run = func.sum(begun.c.begins).over(order_by=order, rows=(None, 0))
    runs = sqlalchemy.select(begun, run.label("run")).cte("runs")
    return (
        sqlalchemy.select(
            func.max(runs.c.at, type_=_CHECKS.c.at.type).label("at"),
            func.min(runs.c.at, type_=_CHECKS.c.at.type).label("since"),
            func.min(runs.c.id).label("first"),
            func.min(runs.c.outcome).label("outcome"),
            func.max(runs.c.status).label("status"),
            func.max(runs.c.detail, type_=_CHECKS.c.detail.type).label("detail"),
            (func.max(case((runs.c.past, 1), else_=0)) == literal(1)).label("past"),
            func.sum(runs.c.times).label("visits"),
        )
        .group_by(runs.c.run)
        .order_by(runs.c.run)
        .limit(STRETCHES + 1)
    )


def _looked_through(going_on: bool) -> CTE:
    query = sqlalchemy.select(_CHECKS).where(_CHECKS.c.page_id == bindparam("page"))
    if going_on:
        at, number = bindparam("at", type_=_CHECKS.c.at.type), bindparam("id", type_=_CHECKS.c.id.type)
        query = query.where(_is_before(_CHECKS.c.at, _CHECKS.c.id, at, number))
    return query.order_by(_CHECKS.c.at.desc(), _CHECKS.c.id.desc()).limit(LOOKED_THROUGH).cte("part")


def _marked(part: CTE) -> CTE:
    """Each Check with whether it stands alone, and what the newer one beside it was like."""
    changed = sqlalchemy.select(_CHANGES.c.id).where(_CHANGES.c.page_id == part.c.page_id, _CHANGES.c.at == part.c.at)
    alone = or_(part.c.outcome.in_(_BRINGING), changed.exists())
    # Of those that found nothing new it does not count what the server said.
    quiet = part.c.outcome == Outcome.UNCHANGED.value
    said = case((quiet, literal("")), else_=func.coalesce(part.c.status, 0).cast(sqlalchemy.Text) + part.c.detail)
    told = sqlalchemy.select(
        *(part.c.id, part.c.at, part.c.outcome, part.c.status, part.c.detail, part.c.past, part.c.times),
        case((alone, 1), else_=0).label("alone"),
        said.label("said"),
    )
    one = told.cte("told")
    order = (one.c.at.desc(), one.c.id.desc())
    newer = {name: func.lag(one.c[name]).over(order_by=order) for name in ("at", "outcome", "said", "past", "alone")}
    folded = func.lag(one.c.times).over(order_by=order).label("newer_times")
    return sqlalchemy.select(one, folded, *(made.label(f"newer_{name}") for name, made in newer.items())).cte("beside")


def _like_the_newer(part: CTE) -> ColumnElement[bool]:
    apart = extract("epoch", part.c.newer_at) - extract("epoch", part.c.at)
    return and_(
        part.c.alone == 0,
        part.c.newer_alone == 0,
        *(part.c[name] == part.c[f"newer_{name}"] for name in ("outcome", "said", "past")),
        # A Check that stands for many was not alone in that time.
        or_(part.c.newer_times > 1, apart <= GAP.total_seconds()),
    )


def _is_before(at: Any, number: Any, place_at: Any, place_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns
    return and_(at <= place_at, or_(at < place_at, number < place_id))


def _brought(session: Session, page_id: int, times: Sequence[datetime]) -> dict[datetime, int]:
    """The numbers of the Versions first seen at these times, by time."""
    if not times:
        return {}
    within = _VERSIONS.c.seen_at.between(min(times), max(times))
    query = sqlalchemy.select(_VERSIONS.c.seen_at, _VERSIONS.c.number).where(_VERSIONS.c.page_id == page_id, within)
    return {row.seen_at: row.number for row in session.connection().execute(query)}


def _any_before(session: Session, page_id: int, place: Cursor) -> bool:
    older = sqlalchemy.select(_CHECKS.c.id).where(
        _CHECKS.c.page_id == page_id, _is_before(_CHECKS.c.at, _CHECKS.c.id, place.at, place.id)
    )
    return session.connection().execute(older.limit(1)).first() is not None


def _place(run: Any) -> Cursor:  # noqa: ANN401 - a row
    """Where a run ends: at its oldest Check."""
    return Cursor(id=run.first, at=run.since)
