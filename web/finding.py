"""One Finding: its evidence in place, why it was raised, what to do, its life; and what people decide of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from crawler.errors import BlobCorrupt, NotKnown
from crawler.model import Article, Region, Snapshot
from crawler.words import Span, words
from store import FindingView, Mark, MarkState, ReadFinding
from store.marks import LONGEST_WHY
from web.door import Editor, InAudit, csrf_field
from web.door.who import came_of
from web.kinds import EXPLAINED
from web.places import place_of
from web.room import MAX_NUMBER, InRoom, Room

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

# A repair is shown word by word up to this length.
COMPARED = 4_000
FindingNumber = Annotated[int, Query(alias="id", description="A finding's number", ge=1, le=MAX_NUMBER)]


@router.get("/finding")
def finding(request: Request, room: InRoom, number: FindingNumber) -> Response:
    """One finding, and the form in which an editor says what is decided of it."""
    read = room.history.browsing.finding(number)
    view = read.finding
    snapshot, damaged = _shown_by(room, view)
    person = came_of(request).person
    writes = room.marks is not None and person is not None and person.may_write
    return room.page(
        "finding.html",
        here="findings",
        row=view,
        page=read.page,
        read=read,
        explained=EXPLAINED[view.kind],
        place=place_of(view.finding, _article(room, read), snapshot),
        damaged=damaged,
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


def _shown_by(room: Room, view: FindingView) -> tuple[Snapshot | None, bool]:
    """The response that showed a Finding outside of the article; and whether its body is damaged."""
    if view.finding.region in {Region.ARTICLE, Region.TITLE}:
        return None, False
    try:
        return room.history.browsing.showing(view), False
    except BlobCorrupt:
        return None, True


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
