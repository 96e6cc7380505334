"""The Checks of a Page as runs of like ones: what happens a thousand times alike leaves the database as one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretches:
    """Some of a Page's Checks in the order in which they were asked for; `next` is where the following ones begin.

    `newer` and `older` are the Checks on either side of them, each by itself, None where there is none. What lies
    before the first part is not looked for.
    """

    shown: tuple[Stretch, ...]
    next: Cursor | None = None
    newer: Stretch | None = None
    older: Stretch | None = None


def stretches_from(session: Session, page_id: int, place: Cursor | None, newest_first: bool) -> Stretches:
    """STRETCHES of a Page behind a place, from the newest or the oldest on."""
    asked: dict[str, object] = {"page": page_id}
    if place is not None:
        asked |= {"at": place.at, "id": place.id}
    found = session.connection().execute(_runs(place is not None, newest_first), asked).all()[:STRETCHES]
    if not found:
        return Stretches(shown=())
    brought = _brought(session, page_id, [row.at for row in found])
    end = _end(found[-1], newest_first)
    behind = _beside(session, page_id, end, newer=not newest_first)
    ahead = None
    if place is not None:
        # The place itself is that of a Check of the part before, and is looked at too.
        itself = replace(place, id=place.id - 1 if newest_first else place.id + 1)
        ahead = _beside(session, page_id, itself, newer=newest_first)
    return Stretches(
        shown=tuple(_stretch(row, brought.get(row.at)) for row in found),
        next=None if behind is None else end,
        newer=ahead if newest_first else behind,
        older=behind if newest_first else ahead,
    )


def _stretch(row: Any, version: int | None) -> Stretch:  # noqa: ANN401 - a row
    return Stretch(
        at=row.at,
        since=row.since,
        outcome=Outcome(row.outcome),
        status=row.status,
        detail=row.detail,
        version=version,
        past=bool(row.past),
        visits=row.visits,
    )


@cache
def _runs(going_on: bool, newest_first: bool) -> Executable:
    """Runs of like Checks of `page`, as many as are shown; going on: from behind `at` and `id`.

    To put this together takes longer than it takes the database to answer, and is done once.
    """
    part = _marked(_looked_through(going_on, newest_first), newest_first)
    # One more than before wherever a Check is not like the one beside it.
    begins = case((_like_the_one_beside(part), 0), else_=1)
    begun = sqlalchemy.select(part, begins.label("begins")).cte("begun")
    run = func.sum(begun.c.begins).over(order_by=_order(begun, newest_first), rows=(None, 0))
    runs = sqlalchemy.select(begun, run.label("run")).cte("runs")
    return (
        sqlalchemy.select(
            func.max(runs.c.at, type_=_CHECKS.c.at.type).label("at"),
            func.min(runs.c.at, type_=_CHECKS.c.at.type).label("since"),
            (func.min if newest_first else func.max)(runs.c.id).label("last"),
            func.min(runs.c.outcome).label("outcome"),
            func.max(runs.c.status).label("status"),
            func.max(runs.c.detail, type_=_CHECKS.c.detail.type).label("detail"),
            (func.max(case((runs.c.past, 1), else_=0)) == literal(1)).label("past"),
            func.sum(runs.c.times).label("visits"),
        )
        .group_by(runs.c.run)
        .order_by(runs.c.run)
        .limit(STRETCHES)
    )


def _looked_through(going_on: bool, newest_first: bool) -> CTE:
    query = sqlalchemy.select(_CHECKS).where(_CHECKS.c.page_id == bindparam("page"))
    if going_on:
        at, number = bindparam("at", type_=_CHECKS.c.at.type), bindparam("id", type_=_CHECKS.c.id.type)
        query = query.where(_is_behind(at, number, newest_first))
    return query.order_by(*_order(_CHECKS, newest_first)).limit(LOOKED_THROUGH).cte("part")


def _marked(part: CTE, newest_first: bool) -> CTE:
    """Each Check with whether it stands alone, and what the one before it in this order was like."""
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
    order = _order(one, newest_first)
    beside = {name: func.lag(one.c[name]).over(order_by=order) for name in ("at", "outcome", "said", "past", "alone")}
    # Those that were folded into a Check were before it: it says something of the time between it and an older one.
    folded = func.lag(one.c.times).over(order_by=order) if newest_first else one.c.times
    named = (made.label(f"beside_{name}") for name, made in beside.items())
    return sqlalchemy.select(one, folded.label("folded"), *named).cte("beside")


def _like_the_one_beside(part: CTE) -> ColumnElement[bool]:
    apart = func.abs(extract("epoch", part.c.beside_at) - extract("epoch", part.c.at))
    return and_(
        part.c.alone == 0,
        part.c.beside_alone == 0,
        *(part.c[name] == part.c[f"beside_{name}"] for name in ("outcome", "said", "past")),
        # A Check that stands for many was not alone in that time.
        or_(part.c.folded > 1, apart <= GAP.total_seconds()),
    )


def _order(of: Any, newest_first: bool) -> tuple[Any, Any]:  # noqa: ANN401 - a table or a part of one
    return (of.c.at.desc(), of.c.id.desc()) if newest_first else (of.c.at, of.c.id)


def _is_behind(place_at: Any, place_id: Any, newest_first: bool) -> ColumnElement[bool]:  # noqa: ANN401 - values
    at, number = _CHECKS.c.at, _CHECKS.c.id
    if newest_first:
        return and_(at <= place_at, or_(at < place_at, number < place_id))
    return and_(at >= place_at, or_(at > place_at, number > place_id))


def _brought(session: Session, page_id: int, times: Sequence[datetime]) -> dict[datetime, int]:
    """The numbers of the Versions first seen at these times, by time."""
    if not times:
        return {}
    within = _VERSIONS.c.seen_at.between(min(times), max(times))
    query = sqlalchemy.select(_VERSIONS.c.seen_at, _VERSIONS.c.number).where(_VERSIONS.c.page_id == page_id, within)
    return {row.seen_at: row.number for row in session.connection().execute(query)}


def _beside(session: Session, page_id: int, place: Cursor, *, newer: bool) -> Stretch | None:
    """The one Check of a Page that is next to a place, on its newer or its older side."""
    columns = (_CHECKS.c[name] for name in ("at", "outcome", "status", "detail", "past"))
    query = (
        sqlalchemy.select(*columns, _CHECKS.c.at.label("since"), _CHECKS.c.times.label("visits"))
        .where(_CHECKS.c.page_id == page_id, _is_behind(place.at, place.id, not newer))
        .order_by(*_order(_CHECKS, not newer))
        .limit(1)
    )
    row = session.connection().execute(query).first()
    return None if row is None else _stretch(row, None)


def _end(run: Any, newest_first: bool) -> Cursor:  # noqa: ANN401 - a row
    """Where a run ends in this order."""
    return Cursor(id=run.last, at=run.since if newest_first else run.at)
