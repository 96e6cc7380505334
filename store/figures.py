"""What the store says of itself in a few numbers, for those who watch the watch; each through an index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import col, func, select

from crawler.model import PageState
from store.engine import reading
from store.tables import OutboxRow, PageRow, SourceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`overdue` are the active sources of which something has been due for longer than asked, `longest` the worst.

    `alarms` are the sources about which somebody was told, by kind.
    """

    sources: int = 0
    overdue: int = 0
    longest: timedelta = timedelta(0)
    alarms: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    dead: int = 0


def figures(engine: Engine, now: datetime, late: timedelta) -> Figures:
    """All of them, as one reading of the database."""
    undelivered = col(OutboxRow.delivered_at).is_(None)
    waiting = select(func.count()).where(undelivered, col(OutboxRow.next_attempt).is_not(None))
    dead = select(func.count()).where(undelivered, col(OutboxRow.next_attempt).is_(None))
    # A look into the index for each source, where a grouping would read the entries of all pages.
    first = select(func.min(PageRow.next_check)).where(col(PageRow.source) == col(SourceRow.name)).scalar_subquery()
    standing = select(SourceRow.alarm, SourceRow.next_check, first).where(col(SourceRow.active))
    with reading(engine) as session:
        rows = session.exec(standing).all()
        dues = [min((due for due in (entry, page) if due is not None), default=now) for _, entry, page in rows]
        lateness = [now - due for due in dues if now - due >= late]
        return Figures(
            sources=len(rows),
            overdue=len(lateness),
            longest=max(lateness, default=timedelta(0)),
            alarms=Counter(kind for kind, _, _ in rows if kind),
            waiting=session.exec(waiting).one(),
            dead=session.exec(dead).one(),
        )


def page_states(engine: Engine) -> dict[PageState, int]:
    """How many pages there are by state. Reads all of them: not to be asked often."""
    query = select(PageRow.state, func.count()).group_by(col(PageRow.state))
    with reading(engine) as session:
        return {PageState(state): count for state, count in session.exec(query)}
