"""Old Checks that only say that nothing had changed, folded: one row for all that stood side by side in one month.

Nothing else is ever given up. A Check stays as it is where it has a response, came from a backfill, said anything but
`unchanged`, or where a Change or a Finding bears its time. The row that stays is the last of those that it stands for,
so that a text is known to have held until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy
from sqlalchemy import Engine, Row, bindparam
from sqlmodel import Session, col, delete, select, update

from crawler.model import Outcome
from store.base import table_of
from store.engine import writing
from store.tables import ChangeRow, CheckRow, FindingRow, PageRow

# Pages of one transaction.
SLICE = 100
_CHECKS = table_of(CheckRow)
_COLUMNS = ("id", "page_id", "at", "outcome", "status", "detail", "past", "snapshot_id", "times")
_COUNT = update(_CHECKS).where(_CHECKS.c.id == bindparam("row")).values(times=bindparam("stands_for"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What became of one slice: how many rows stand for others now, and how many they took in."""

    pages: int
    kept: int
    folded: int


class Retention:
    """The part of a Store that forgets, as little as it can."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def fold(self, before: datetime, *, dry_run: bool = False) -> Iterator[Folded]:
        """Folds Checks made before a time, some pages at a time, each slice whole or not at all.

        Stopped and started again it goes on, and what was folded is folded further. `dry_run` only says.
        """
        last = 0
        while True:
            with writing(self._engine) as session:
                pages = session.exec(
                    select(PageRow.id).where(col(PageRow.id) > last).order_by(col(PageRow.id)).limit(SLICE)
                ).all()
                if not pages:
                    return
                last = max(page for page in pages if page is not None)
                runs = list(_runs(_old_checks(session, pages, before), _told(session, pages, before)))
                if not dry_run:
                    _write(session, runs)
            folded = sum(len(run) - 1 for run in runs)
            yield Folded(pages=len(pages), kept=len(runs), folded=folded)


def _old_checks(session: Session, pages: Sequence[int | None], before: datetime) -> Sequence[Row[Any]]:
    query = (
        sqlalchemy.select(*(_CHECKS.c[name] for name in _COLUMNS))
        .where(_CHECKS.c.page_id.in_(pages), _CHECKS.c.at < before)
        .order_by(_CHECKS.c.page_id, _CHECKS.c.at, _CHECKS.c.id)
        .with_for_update()
    )
    found: Sequence[Row[Any]] = session.connection().execute(query).all()
    return found


def _told(session: Session, pages: Sequence[int | None], before: datetime) -> set[tuple[int, datetime]]:
    """The pages and times of which a Change or a Finding speaks."""
    times = [
        sqlalchemy.select(col(row.page_id), col(time)).where(col(row.page_id).in_(pages), col(time) < before)
        for row, time in (
            (ChangeRow, ChangeRow.at),
            (FindingRow, FindingRow.opened_at),
            (FindingRow, FindingRow.resolved_at),
        )
    ]
    found: Sequence[Any] = session.connection().execute(sqlalchemy.union_all(*times)).all()
    return {(page_id, at) for page_id, at in found}


def _runs(checks: Iterable[Row[Any]], told: set[tuple[int, datetime]]) -> Iterator[list[Row[Any]]]:
    """Checks that stand side by side and say the same, where there are two or more of them."""
    for key, run in groupby(checks, lambda check: _says(check, told)):
        together = list(run)
        if key is not None and len(together) > 1:
            yield together


def _says(check: Row[Any], told: set[tuple[int, datetime]]) -> tuple[object, ...] | None:
    """What Checks that are folded together have in common; None for one that stays."""
    plain = check.outcome == Outcome.UNCHANGED.value and check.snapshot_id is None and not check.past
    if not plain or (check.page_id, check.at) in told:
        return None
    return check.page_id, check.at.year, check.at.month, check.status, check.detail


def _write(session: Session, runs: Sequence[Sequence[Row[Any]]]) -> None:
    if not runs:
        return
    connection = session.connection()
    connection.execute(_COUNT, [{"row": run[-1].id, "stands_for": sum(one.times for one in run)} for run in runs])
    gone = [one.id for run in runs for one in run[:-1]]
    for start in range(0, len(gone), 500):
        connection.execute(delete(_CHECKS).where(_CHECKS.c.id.in_(gone[start : start + 500])))
