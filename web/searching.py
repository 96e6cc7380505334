"""Search over all versions, Chinese too: what was said once is found, also where it was replaced since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from crawler.errors import ConfigurationError
from crawler.model import Json
from store import FoundVersions
from store.words import Asked
from web.asked import query_of
from web.exports import download
from web.lists import AsFile
from web.room import InRoom, Room, SourceName

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 20
# So many parts of an answer are read for one file; a part looks through a bounded number of versions.
PARTS_EXPORTED = 200
Question = Annotated[str, Query(max_length=500, description="Words, or Chinese of two characters or more")]
Before = Annotated[int | None, Query(ge=0, le=2**63 - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of text, which was asked for or not."""

    text: str
    asked: bool


def marked(text: str, question: Asked) -> tuple[Run, ...]:
    """The text in runs, those that say a word of the question marked, as search itself compares them."""
    runs: list[Run] = []
    place = 0
    for start, end in question.places(text):
        runs += [Run(text=text[place:start], asked=False), Run(text=text[start:end], asked=True)]
        place = end
    runs.append(Run(text=text[place:], asked=False))
    return tuple(run for run in runs if run.text)


@router.get("/search")
def search(
    room: InRoom, q: Question = "", source: SourceName = None, before: Before = None, form: AsFile = None
) -> Response:
    """Versions that say every word of `q`, the last recorded first."""
    found = _found(room, q, source, before) if q.strip() else None
    if form is not None:
        return download(_rows(room, q, source), form, "search")
    query, asked = query_of({"q": q, "source": source}), Asked(q)
    return room.page(
        "search.html",
        here="search",
        q=q,
        rows=[(view, marked(view.snippet, asked)) for view in found.versions] if found else [],
        chosen_source=source,
        searched=found is not None,
        query=query,
        first=query if before is not None else None,
        more=query | {"before": str(found.before)} if found is not None and found.before is not None else None,
        unindexed=room.history.unindexed(),
        source_names=room.source_names(),
    )


def _found(room: Room, question: str, source: str | None, before: int | None) -> FoundVersions:
    try:
        return room.history.search(question, source=source or None, limit=ROWS, before=before)
    except ConfigurationError as error:
        raise HTTPException(400, str(error)) from None


def _rows(room: Room, question: str, source: str | None) -> Iterator[dict[str, Json]]:
    """What is found, part after part, as far as a file goes."""
    before: int | None = None
    for _ in range(PARTS_EXPORTED):
        found = _found(room, question, source, before)
        yield from (view.as_json() for view in found.versions)
        before = found.before
        if before is None:
            return
