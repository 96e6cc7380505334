"""One Finding: its evidence in place, why it was raised, what to do, its life; and what people decide of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from crawler.errors import BlobCorrupt, NotKnown
from crawler.model import Article, Region
from crawler.words import Span, words
from store import FindingView, Mark, MarkState, ReadFinding
from store.marks import LONGEST_WHY
from store.mementos import Memento
from web.door import Editor, InAudit, csrf_field
from web.door.who import came_of
from web.kinds import EXPLAINED
from web.places import Place, place_of
from web.room import MAX_NUMBER, InRoom, Room
from web.times import stamp_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

# A repair is shown word by word up to this length.
COMPARED = 4_000
FindingNumber = Annotated[int, Query(alias="id", description="A finding's number", ge=1, le=MAX_NUMBER)]


# Its place is in what every Version keeps.
_OF_ARTICLE = frozenset({Region.ARTICLE, Region.TITLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The evidence in its place, and outside of the article the kept response that it stands in.

    `opened`: that is the one of the visit that opened the Finding. `lost`: it stands in none that is kept; `damaged`:
    the body of one cannot be read.
    """

    place: Place
    memento: Memento | None = None
    opened: bool = False
    lost: bool = False
    damaged: bool = False


@router.get("/finding")
def finding(request: Request, room: InRoom, number: FindingNumber) -> Response:
    """One finding, and the form in which an editor says what is decided of it."""
    read = room.history.browsing.finding(number)
    view = read.finding
    shown = _in_the_article(room, read) if view.finding.region in _OF_ARTICLE else _outside(room, view)
    person = came_of(request).person
    writes = room.marks is not None and person is not None and person.may_write
    return room.page(
        "finding.html",
        here="findings",
        row=view,
        page=read.page,
        read=read,
        explained=EXPLAINED[view.kind],
        shown=shown,
        received={"url": view.page, "at": stamp_of(shown.memento.at)} if shown.memento else None,
        place=shown.place,
        repair=_repair(view),
        marks=() if room.marks is None else room.marks.of(view.page, view.finding.fingerprint),
        states=list(MarkState),
        chosen=view.mark.state if view.mark else MarkState.OPEN,
        longest_why=LONGEST_WHY,
        csrf=csrf_field(request) if writes else None,
    )


@router.post("/finding/mark")
def mark(
    room: InRoom,
    person: Editor,
    audit: InAudit,
    number: Annotated[int, Form(alias="id", ge=1, le=MAX_NUMBER)],
    state: Annotated[MarkState, Form()],
    why: Annotated[str, Form(max_length=LONGEST_WHY)] = "",
) -> Response:
    """Notes what an editor decided of a finding, and shows it again."""
    if room.marks is None:
        raise HTTPException(405, "This reading room was opened without a place to write to.")
    view = room.history.browsing.finding(number).finding
    # What a form sends has its lines ended in the way of the wire.
    reason = why.replace("\r\n", "\n").strip()
    room.marks.add(number, Mark(state=state, who=person.name, why=reason, at=room.clock()))
    detail = {"page": view.page, "fingerprint": view.finding.fingerprint, "why": reason}
    audit(person, f"finding.{state.value}", f"finding {number}", detail)
    return RedirectResponse(f"/finding?id={number}#marks", 303)


def _in_the_article(room: Room, read: ReadFinding) -> Shown:
    return Shown(place=place_of(read.finding.finding, _article(room, read), None))


def _outside(room: Room, view: FindingView) -> Shown:
    """In the response of the visit that opened it, else in another that has it; else by itself."""
    damaged = False
    for one in room.history.browsing.showing(view):
        try:
            snapshot = room.history.mementos.response(one.memento)
        except (BlobCorrupt, NotKnown):
            damaged = True
            continue
        place = place_of(view.finding, None, snapshot)
        if place.found:
            return Shown(place=place, memento=one.memento, opened=one.opened)
    return Shown(place=place_of(view.finding, None, None), damaged=damaged, lost=True)


def _article(room: Room, read: ReadFinding) -> Article | None:
    """The article that a Finding stands in: as it was last while it was there, for there its place is told."""
    for number in dict.fromkeys((read.until, read.finding.version)):
        try:
            article = room.history.version(read.finding.page, number).article if number else None
        except NotKnown:
            continue
        found = read.finding.finding
        text = article and (article.title if found.region is Region.TITLE else article.text)
        if text and found.quote in text:
            return article
    return None


def _repair(view: FindingView) -> tuple[Span, ...]:
    """The text as served against the one proposed, word by word; nothing where none is proposed."""
    served, proposed = view.finding.quote, view.finding.repair
    if proposed is None:
        return ()
    if len(served) > COMPARED or len(proposed) > COMPARED:
        return Span(op="delete", text=served[:COMPARED]), Span(op="insert", text=proposed[:COMPARED])
    return words(served, proposed)
