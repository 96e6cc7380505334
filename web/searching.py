"""Search over all versions, Chinese too: what was said once is found, also where it was replaced since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from crawler.errors import ConfigurationError
from crawler.model import Json
from store import FoundVersions
from store.words import Asked
from web.asked import query_of
from web.exports import download
from web.lists import AsFile, Oldest
from web.room import InRoom, Room, SourceName

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 20
# So many parts of an answer are read for one file; a part looks through a bounded number of versions.
PARTS_EXPORTED = 200
Question = Annotated[str, Query(max_length=500, description="Words, or Chinese of two characters or more")]
Recorded = Annotated[int | None, Query(ge=0, le=2**63 - 1)]


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
    room: InRoom,
    q: Question = "",
    source: SourceName = None,
    oldest: Oldest = False,
    before: Recorded = None,
    after: Recorded = None,
    form: AsFile = None,
) -> Response:
    """Versions that say every word of `q`, the last recorded first, or the first: behind `before`, or `after`."""
    place = after if oldest else before
    asked = partial(_found, room, q, source or None, oldest)
    found = asked(place) if q.strip() else FoundVersions(versions=())
    if form is not None:
        return download(_rows(asked) if q.strip() else (), form, "search")
    query, words = query_of({"q": q, "source": source, "oldest": "1" if oldest else None}), Asked(q)
    return room.page(
        "search.html",
        here="search",
        q=q,
        rows=[(view, marked(view.snippet, words)) for view in found.versions],
        chosen_source=source,
        oldest=oldest,
        searched=bool(q.strip()),
        query=query,
        first=query if place is not None else None,
        more=query | {"after" if oldest else "before": str(found.next)} if found.next is not None else None,
        unindexed=room.history.unindexed(),
        source_names=room.source_names(),
    )


def _found(room: Room, question: str, source: str | None, oldest: bool, place: int | None) -> FoundVersions:
    where = {"after" if oldest else "before": place}
    try:
        return room.history.search(question, source=source, limit=ROWS, newest_first=not oldest, **where)
    except ConfigurationError as error:
        raise HTTPException(400, str(error)) from None


def _rows(asked: Callable[[int | None], FoundVersions]) -> Iterator[dict[str, Json]]:
    """What is found, part after part, as far as a file goes."""
    place: int | None = None
    for _ in range(PARTS_EXPORTED):
        found = asked(place)
        yield from (view.as_json() for view in found.versions)
        place = found.next
        if place is None:
            return
