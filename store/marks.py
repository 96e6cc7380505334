"""What people say of Findings: that they have seen one, or want to hear of it no more; who, when and why.

A mark is of a Page and a fingerprint, not of a Finding's row: a history told anew writes other rows. All marks are
kept; the newest one holds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, Index, ScalarSelect, Text, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, col, func, select

from crawler.errors import NotKnown
from crawler.model import Json
from store.base import Row
from store.columns import AnyText, Id, UtcTime
from store.engine import reading, writing
from store.later import not_tracked
from store.rows import key_of
from store.tables import FindingRow, PageRow

# A person's reason is a sentence or two; more is refused where it comes in.
LONGEST_WHY = 2_000


class MarkState(StrEnum):
    """What a person decided of a Finding. Silenced: it is not told again when it opens again on its Page."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What somebody decided of a Finding, why, and when."""

    state: MarkState
    who: str
    why: str
    at: datetime

    def as_json(self) -> dict[str, Json]:
        """The value of "mark" in `findings --json`."""
        at = self.at.isoformat().replace("+00:00", "Z")
        return {"state": self.state.value, "who": self.who, "why": self.why, "at": at}


class FindingMarkRow(Row, table=True):
    """A Mark; of several on one Page and fingerprint the last written holds."""

    __tablename__ = "finding_marks"
    __table_args__ = (Index(None, "page_id", "fingerprint"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    page_id: int = Field(foreign_key="pages.id", sa_type=Id)
    fingerprint: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    who: str = Field(sa_type=AnyText)
    why: str = Field(sa_type=AnyText)
    at: datetime = Field(sa_type=UtcTime)


# Of a row of findings: the number of the mark that holds.
NEWEST_MARK: ScalarSelect[Any] = (
    select(func.max(FindingMarkRow.id))
    .where(
        col(FindingMarkRow.page_id) == col(FindingRow.page_id),
        col(FindingMarkRow.fingerprint) == col(FindingRow.fingerprint),
    )
    .correlate(FindingRow)
    .scalar_subquery()
)
_MARKED = aliased(FindingRow)
# Made once: it is asked whenever something is told.
_SILENCED = select(FindingMarkRow.fingerprint, FindingMarkRow.state).where(
    FindingMarkRow.page_id == bindparam("page"),
    col(FindingMarkRow.fingerprint).in_(bindparam("fingerprints", expanding=True)),
)


class Marks:
    """The part of a Store that people write: what they decided of Findings."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, finding_id: int, mark: Mark) -> None:
        """Puts a mark on the Finding of this number, and on all of its Page that are the same seen again.

        Raises NotKnown where no Finding has this number (any more), and ValueError for a reason that is too long.
        """
        if len(mark.why) > LONGEST_WHY:
            raise ValueError(f"a reason of more than {LONGEST_WHY} characters is not kept; say it shorter")
        with writing(self._engine) as session:
            row = session.get(FindingRow, finding_id)
            if row is None:
                raise unknown_finding(finding_id)
            values: dict[str, Any] = {"state": mark.state.value, "who": mark.who, "why": mark.why, "at": mark.at}
            session.add(FindingMarkRow(page_id=row.page_id, fingerprint=row.fingerprint, **values))

    def of(self, page: str, fingerprint: str, *, limit: int = 100) -> tuple[Mark, ...]:
        """What was decided of a Finding of a Page, the newest first. Raises NotKnown for a page that is not tracked."""
        with reading(self._engine) as session:
            page_id = session.exec(select(PageRow.id).where(PageRow.key == key_of(page))).first()
            if page_id is None:
                raise not_tracked(page)
            query = (
                select(FindingMarkRow)
                .where(FindingMarkRow.page_id == page_id, FindingMarkRow.fingerprint == fingerprint)
                .order_by(col(FindingMarkRow.id).desc())
                .limit(limit)
            )
            return tuple(mark_of(row) for row in session.exec(query))


def marked_as(state: MarkState) -> Any:  # noqa: ANN401 - a subquery
    """The numbers of all Findings of which that was decided once, whatever holds now: few, and found from the marks."""
    page, same = col(_MARKED.page_id), col(_MARKED.fingerprint)
    there = (page == col(FindingMarkRow.page_id)) & (same == col(FindingMarkRow.fingerprint))
    return select(_MARKED.id).join(FindingMarkRow, there).where(FindingMarkRow.state == state.value)


def unknown_finding(number: int) -> NotKnown:
    """The error for a number that no Finding has."""
    return NotKnown(
        f"there is no finding {number}; its page's history may have been told anew. Look it up on its page."
    )


def mark_of(row: FindingMarkRow) -> Mark:
    """The Mark of a row."""
    return Mark(state=MarkState(row.state), who=row.who, why=row.why, at=row.at)


def silenced(session: Session, page_id: int, fingerprints: Collection[str]) -> frozenset[str]:
    """Which Findings of a page, by their fingerprints, nobody wants to hear of."""
    if not fingerprints:
        return frozenset()
    asked = {"page": page_id, "fingerprints": sorted(set(fingerprints))}
    # In the order of writing, so that the last one stands.
    rows = session.connection().execute(_SILENCED.order_by(col(FindingMarkRow.id)), asked)
    states: dict[str, str] = dict(rows.all())
    return frozenset(one for one, state in states.items() if state == MarkState.SILENCED)
