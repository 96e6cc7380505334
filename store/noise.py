"""What differs by itself: a Source's noise in its row, the Versions that tell a flip, what many Pages did at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, func, select, update

from crawler.model import TEMPLATE_KINDS, Json, Noise, SourceEvent, VolatilePlace
from store.later import write_now
from store.tables import ChangeRow, OutboxRow, PageRow, SourceEventRow
from store.views import iso

TEMPLATE = "template"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEventView:
    """The same paragraphs came or went on `pages` Pages of a Source between `at` and `last_at`."""

    source: str
    at: datetime
    last_at: datetime
    pages: int
    summary: str

    def as_json(self) -> dict[str, Json]:
        """One event in a list."""
        return {
            "source": self.source,
            "at": iso(self.at),
            "last_at": iso(self.last_at),
            "pages": self.pages,
            "summary": self.summary,
        }


def noise_of(values: Sequence[dict[str, Any]]) -> Noise:
    """The Noise behind `noise_json`."""
    return Noise(places=tuple(_place_of(value) for value in values))


def _place_of(value: dict[str, Any]) -> VolatilePlace:
    times = {name: datetime.fromisoformat(value[name]) for name in ("since", "last")}
    return VolatilePlace(**{**value, **times})


def noise_json(noise: Noise) -> list[dict[str, Any]]:
    """A Noise as JSON."""
    return [
        {**asdict(place), "since": place.since.isoformat(), "last": place.last.isoformat()} for place in noise.places
    ]


def alike(session: Session, page: PageRow, signature: str, since: datetime) -> tuple[int, int]:
    """How many other Pages of a Source have a Change of this signature since then, and how many Pages it has."""
    write_now(session)
    same = (
        select(func.count(func.distinct(col(ChangeRow.page_id))))
        .join(PageRow, col(ChangeRow.page_id) == col(PageRow.id))
        .where(*_same(page.source, signature, since), PageRow.id != page.id)
    )
    pages = select(func.count()).select_from(PageRow).where(PageRow.source == page.source)
    return session.exec(same).one(), session.exec(pages).one()


def record_event(session: Session, source: str, event: SourceEvent, at: datetime) -> bool:
    """Makes one event of the Changes of its signature: they become minor, and what waits to be told of them does not.

    Returns whether the event is new; one that goes on counts its Pages anew.
    """
    its_page, same = col(ChangeRow.page_id) == col(PageRow.id), _same(source, event.signature, event.since)
    write_now(session)
    # Those that are minor already were told of before: of an event of ten thousand pages, all but the first few.
    told = select(ChangeRow.id).join(PageRow, its_page).where(*same, col(ChangeRow.minor).is_(False))
    found = [one for one in session.exec(told) if one is not None]
    if found:
        minor = {"minor": True, "significance": 0.0, "summary": event.summary}
        session.execute(update(ChangeRow).where(col(ChangeRow.id).in_(found)).values(**minor))
        forget_waiting(session, found, event.summary)
    pages = select(func.count(func.distinct(col(ChangeRow.page_id)))).join(PageRow, its_page).where(*same)
    known = session.exec(
        select(SourceEventRow).where(
            SourceEventRow.source == source,
            SourceEventRow.signature == event.signature,
            col(SourceEventRow.last_at) >= event.since,
        )
    ).first()
    row = known or SourceEventRow(
        source=source, at=at, last_at=at, kind=TEMPLATE, signature=event.signature, summary=event.summary
    )
    row.last_at, row.pages = at, session.exec(pages).one()
    session.add(row)
    return known is None


def _same(source: str, signature: str, since: datetime) -> tuple[Any, ...]:
    edited = col(ChangeRow.kind).in_([kind.value for kind in TEMPLATE_KINDS])
    return (PageRow.source == source, ChangeRow.signature == signature, edited, col(ChangeRow.at) >= since)


def forget_waiting(session: Session, changes: Sequence[int], told: str) -> None:
    """Takes notifications of these Changes that were not delivered out of the outbox, but for that of the event."""
    write_now(session)
    of_changes = col(OutboxRow.what).in_(["change", "event"])
    waiting = select(OutboxRow).where(of_changes, col(OutboxRow.delivered_at).is_(None))
    about = select(ChangeRow.page_id, ChangeRow.at).where(col(ChangeRow.id).in_(changes))
    places = {(page_id, at) for page_id, at in session.exec(about)}
    pages = waiting.where(col(OutboxRow.page_id).in_([page_id for page_id, _ in places]))
    rows = [row for row in session.exec(pages) if (row.page_id, row.at) in places and row.summary != told]
    doomed = [row.id for row in rows if row.id is not None]
    session.execute(delete(OutboxRow).where(col(OutboxRow.id).in_(doomed)))


def event_view(row: SourceEventRow) -> SourceEventView:
    """What happened to a source as a whole."""
    return SourceEventView(source=row.source, at=row.at, last_at=row.last_at, pages=row.pages, summary=row.summary)
