"""The pages: history → HTML. Every view has a link that stays; every filter lives in the URL."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from crawler.decode import decode
from crawler.diff import diff
from crawler.model import Severity
from store.views import FindingView
from web.render import diff_blocks, marked_paragraphs
from web.room import MAX_OFFSET, InRoom, Url, VersionNumber
from web.safe import RAW_POLICY
from web.timeline import timeline

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

TODAY_CHANGES = 40
TODAY_ALARMS = 6
TODAY_CREATED = 8
# New pages come in hundreds when a source is first walked; changes are looked for behind that many.
TODAY_SEARCHED = 200
ROWS = 100
CHECKS_SHOWN = 500
ALARMING = (Severity.CRITICAL, Severity.HIGH)
COUNTED = ("pages", "versions", "changes", "checks", "open_findings")
# A check may run late by a pass or two before anybody should worry.
OVERDUE_AFTER = timedelta(minutes=30)

Offset = Annotated[int, Query(ge=0, le=MAX_OFFSET)]


@router.get("/page")
def page(room: InRoom, url: Url) -> Response:
    """One page: how it stands, what is wrong with it, and everything that happened to it."""
    history = room.history
    view = history.page(url)
    checks = history.log(url, limit=CHECKS_SHOWN, newest_first=True)
    return room.page(
        "page.html",
        here="pages",
        page=view,
        overdue_before=room.clock() - OVERDUE_AFTER,
        findings=sorted(history.findings(page=url), key=_gravest),
        timeline=timeline(checks, history.changes(page=url, limit=CHECKS_SHOWN)),
        older=view.checks > len(checks),
        shown=len(checks),
    )


@router.get("/version")
def version(room: InRoom, url: Url, n: VersionNumber) -> Response:
    """The article as it was, with what was found on it marked."""
    history = room.history
    chosen = history.version(url, n)
    numbers = [one.number for one in history.versions(url)]
    found = [
        view
        for view in history.findings(page=url)
        if view.version <= n and (view.resolved_at is None or view.resolved_at > chosen.seen_at)
    ]
    return room.page(
        "version.html",
        here="pages",
        url=url,
        version=chosen,
        count=len(numbers),
        previous=max((number for number in numbers if number < n), default=None),
        following=min((number for number in numbers if number > n), default=None),
        findings=sorted(found, key=_gravest),
        paragraphs=marked_paragraphs(chosen.article, [view.finding for view in found]),
    )


@router.get("/diff")
def difference(room: InRoom, url: Url, a: VersionNumber, b: VersionNumber) -> Response:
    """What differs between two versions, the exact words marked."""
    before, after = room.history.version(url, a), room.history.version(url, b)
    found = diff(before.article, after.article)
    return room.page(
        "diff.html",
        here="pages",
        url=url,
        before=before,
        after=after,
        versions=room.history.versions(url),
        diff=found,
        blocks=diff_blocks(found.hunks),
        changed=any(hunk.op != "equal" for hunk in found.hunks),
    )


@router.get("/raw")
def raw(room: InRoom, url: Url, n: VersionNumber, download: bool = False) -> Response:
    """The HTML behind a version as plain text, under a policy that allows nothing; `download=1`: the exact bytes."""
    snapshot = room.history.snapshot(url, n)
    headers = {
        "Content-Security-Policy": RAW_POLICY,
        "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(snapshot.digest)).decode()}:",
    }
    if download:
        headers["Content-Disposition"] = f'attachment; filename="{snapshot.digest[:16]}.bin"'
        return Response(snapshot.body, media_type="application/octet-stream", headers=headers)
    del headers["Repr-Digest"]
    text = decode(snapshot).text.encode("utf-8", "replace")
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)


def _gravest(view: FindingView) -> tuple[bool, int, float]:
    """Sorts open findings before resolved ones, then the gravest first, then the newest."""
    return not view.is_open, -view.finding.severity.rank, -view.opened_at.timestamp()
