"""Reading one page: its history a part at a time, one version, and what differs between two."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from crawler.compare import compare
from crawler.diff import diff
from crawler.errors import ConfigurationError
from crawler.model import Change, Version
from crawler.tables import is_figure
from store import ChangeView, Cursor
from store.browsing import FINDINGS
from web.asked import query_of
from web.exports import AT_ONCE, Form, download, rows_of
from web.lists import AsFile, Oldest
from web.parts import part_of
from web.render import marked_paragraphs, query
from web.room import MAX_NUMBER, InRoom, Room, Url, VersionNumber
from web.timeline import timeline

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

# A check may run late by a pass or two before anybody should worry.
OVERDUE_AFTER = timedelta(minutes=30)
# More versions than this are chosen by their numbers: a list of thousands helps nobody.
LISTED = 60
# So many of a Finding's kind are marked in an article; a header or a URL longer than this is cut.
LONGEST_HEADER = 500
# Bytes of the line that stands for what is folded, without its address.
FOLD = 150
# Of a title or a list of files that differs; the JSON has all of it.
LONGEST_FIELD = 1500


@router.get("/page")
def page(room: InRoom, url: Url, after: str | None = None, oldest: Oldest = False, form: AsFile = None) -> Response:
    """One page: how it stands, what is wrong with it, and what happened to it; `after` goes on where a part ended.

    As a file it is every check of the page.
    """
    if form is not None:
        return _log(room, url, form, oldest)
    browsing = room.history.browsing
    part = browsing.page(url, _cursor(after), newest_first=not oldest)
    findings = () if after else browsing.findings(url)
    query = query_of({"url": url, "oldest": "1" if oldest else None})
    return room.page(
        "page.html",
        here="pages",
        page=part.page,
        overdue_before=room.clock() - OVERDUE_AFTER,
        first=after is None,
        findings=findings,
        further=browsing.count_findings(url) - FINDINGS if len(findings) == FINDINGS else 0,
        files=() if after else room.history.files(url),
        timeline=timeline(part),
        oldest=oldest,
        query=query,
        more=query | {"after": str(part.next)} if part.next is not None else None,
    )


def _log(room: Room, url: str, form: Form, oldest: bool) -> Response:
    # Asked for first: what is not tracked is no empty file.
    room.history.page(url)
    read = partial(room.history.parts.log, url, limit=AT_ONCE, newest_first=not oldest)
    return download(rows_of(lambda place: read(after=place)), form, "log")


def _cursor(text: str | None) -> Cursor | None:
    try:
        cursor = None if text is None else Cursor.read(text)
    except ConfigurationError as error:
        raise HTTPException(400, str(error)) from error
    if cursor is not None and cursor.at is None:
        raise HTTPException(400, f"{cursor} is a place in another list; begin without it.")
    return cursor


@router.get("/version")
def version(room: InRoom, url: Url, n: VersionNumber) -> Response:
    """The article as it was, with what was found on it marked, and what proves that it was so."""
    read = room.history.browsing.version(url, n)
    article = read.version.article
    return room.page(
        "version.html",
        here="pages",
        url=url,
        page=read.page,
        version=read.version,
        view=read.view,
        response=read.response,
        longest=LONGEST_HEADER,
        previous=n - 1,
        following=n + 1 if n < read.page.versions else None,
        findings=read.findings,
        further=read.further,
        paragraphs=[
            (is_figure(paragraph), runs)
            for paragraph, runs in zip(
                article.paragraphs, marked_paragraphs(article, [view.finding for view in read.findings]), strict=True
            )
        ],
    )


@router.get("/diff")
def difference(
    room: InRoom,
    url: Url,
    a: VersionNumber,
    b: VersionNumber,
    view: Annotated[Literal["inline", "sides"], Query()] = "inline",
    part: Annotated[int, Query(ge=1, le=MAX_NUMBER)] = 1,
    whole: Annotated[bool, Query(alias="all")] = False,
    at: Annotated[int | None, Query(ge=0, le=MAX_NUMBER)] = None,
) -> Response:
    """What differs between two versions, the exact words marked: in one text, or side by side.

    Where it is too large for one answer, `part` of it, or the one with the character `at`; `all` folds nothing away.
    """
    history = room.history
    standing = history.page(url)
    before, after = history.version(url, a), history.version(url, b)
    found = diff(before.article, after.article)
    beside = 3 * sum(len((text or "")[:LONGEST_FIELD]) for one in found.fields for text in (one.before, one.after))
    here: dict[str, str | int] = {"url": url, "a": a, "b": b}
    if view != "inline":
        here["view"] = view
    line = FOLD + len(_link(**here))
    shown = part_of(found.hunks, part, at=at, folded=not whole, twice=view == "sides", beside=beside, line=line)
    if shown is None:
        raise HTTPException(404, f"This diff has no part {part}.")
    told = _told(room, url, before, after)
    return room.page(
        "diff.html",
        here="pages",
        url=url,
        page=standing,
        before=before,
        after=after,
        view=view,
        times=history.browsing.times(url, range(1, standing.versions + 1)) if standing.versions <= LISTED else None,
        diff=found,
        most=LONGEST_FIELD,
        part=shown,
        whole=whole,
        at=at,
        link=partial(_link, **here, **({"all": 1} if whole else {})),
        everything=_link(**here, all=1),
        changed_only=_link(**here),
        changed=any(hunk.op != "equal" for hunk in found.hunks),
        change=told.change if told else _compared(before, after),
        told=told,
    )


def _link(**asked: str | int) -> str:
    return f"/diff?{query(asked)}"


def _told(room: Room, url: str, before: Version, after: Version) -> ChangeView | None:
    """The Change that was told between two versions, where they are neighbours."""
    if after.number != before.number + 1:
        return None
    until = after.seen_at + timedelta(microseconds=1)
    there = room.history.parts.changes(page=url, since=after.seen_at, until=until, limit=20).rows
    return next((view for view in there if view.change.address == f"{before.number}..{after.number}"), None)


def _compared(before: Version, after: Version) -> Change | None:
    """What would have been told between two versions, had nothing been between them."""
    return compare(before.article, after.article, numbers=(before.number, after.number))
