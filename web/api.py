"""REST under /api/v1: the objects of the listing commands, in JSON arrays, newest first.

What is left of a list is named by a `Link: <…>; rel="next"` header. Errors are problem+json.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Protocol
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from crawler.diff import diff
from crawler.model import Article, ChangeKind, FindingKind, Json, Version
from store.views import iso
from web.room import MAX_OFFSET, InRoom, SourceName, Url, VersionNumber

router = APIRouter(prefix="/api/v1")

Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most")]
Offset = Annotated[int, Query(ge=0, le=MAX_OFFSET, description="How many to pass over")]
PageUrl = Annotated[str | None, Query(description="Only this page")]


class Listed(Protocol):
    """Anything that a listing shows."""

    def as_json(self) -> dict[str, Json]:
        """Its object in the listing."""


def json_response(value: object, *, status: int = 200, media_type: str = "application/json") -> Response:
    """JSON in UTF-8. Lone surrogates, which pages can smuggle in, stay escaped: they have no bytes of their own."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode("utf-8", "backslashreplace"), status, media_type=media_type)


def _listing(request: Request, rows: Sequence[Listed], limit: int, offset: int) -> Response:
    """The first `limit` rows; one row more than that means that there is a next part."""
    response = json_response([row.as_json() for row in rows[:limit]])
    if len(rows) > limit:
        asked = [(name, value) for name, value in request.query_params.multi_items() if name not in {"limit", "offset"}]
        query = urlencode([*asked, ("limit", str(limit)), ("offset", str(offset + limit))], errors="replace")
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return response


@router.get("/sources", summary="Sources and their health")
def sources(room: InRoom) -> Response:
    """As `palimpsest sources --json`."""
    return json_response([view.as_json() for view in room.history.sources()])


@router.get("/pages", summary="Tracked pages")
def pages(
    request: Request, room: InRoom, source: SourceName = None, limit: Limit = 100, offset: Offset = 0
) -> Response:
    """As `palimpsest pages --json`."""
    rows = room.history.pages(source=source, limit=limit + 1, offset=offset)
    return _listing(request, rows, limit, offset)


@router.get("/changes", summary="Changes, newest first")
def changes(
    request: Request,
    room: InRoom,
    page: PageUrl = None,
    source: SourceName = None,
    kind: ChangeKind | None = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """As `palimpsest changes --json`."""
    rows = room.history.changes(page=page, source=source, kind=kind, limit=offset + limit + 1)[offset:]
    return _listing(request, rows, limit, offset)


@router.get("/findings", summary="Findings, newest first")
def findings(
    request: Request,
    room: InRoom,
    page: PageUrl = None,
    source: SourceName = None,
    kind: FindingKind | None = None,
    only_open: Annotated[bool, Query(alias="open", description="Only what is not resolved")] = False,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """As `palimpsest findings --json`."""
    rows = room.history.findings(page=page, source=source, kind=kind, open_only=only_open, limit=offset + limit + 1)[
        offset:
    ]
    return _listing(request, rows, limit, offset)


@router.get("/log", summary="Every check of a page, newest first")
def log(request: Request, room: InRoom, url: Url, limit: Limit = 100, offset: Offset = 0) -> Response:
    """As `palimpsest log URL --json`."""
    checks = room.history.log(url, limit=offset + limit + 1, newest_first=True)[offset:]
    return _listing(request, checks, limit, offset)


@router.get("/versions", summary="A page's versions, without their text")
def versions(room: InRoom, url: Url) -> Response:
    """Number, time, title and digests of each."""
    return json_response([view.as_json() for view in room.history.versions(url)])


@router.get("/version", summary="One version, whole")
def version(room: InRoom, url: Url, n: VersionNumber) -> Response:
    """The article as it was."""
    return json_response(version_json(url, room.history.version(url, n)))


@router.get("/diff", summary="What differs between two versions")
def difference(room: InRoom, url: Url, a: VersionNumber, b: VersionNumber) -> Response:
    """Fields before and after, and the body as paragraphs of spans that stayed, came or went."""
    return json_response(diff_json(url, room.history.version(url, a), room.history.version(url, b)))


# ---- shapes ------------------------------------------------------------------------------------------------------


def article_json(article: Article) -> dict[str, Json]:
    """What a page says, with the keys of `inspect --json`."""
    return {
        "page_kind": article.kind.value,
        "title": article.title,
        "published": article.published,
        "issuer": article.issuer,
        "author": article.author,
        "document_number": article.document_number,
        "paragraphs": list(article.paragraphs),
        "text": article.text,
        "attachments": [{"url": one.url, "name": one.name} for one in article.attachments],
    }


def version_json(url: str, version: Version) -> dict[str, Json]:
    """One version of a page, whole."""
    return {
        "page": url,
        "version": version.number,
        "seen_at": iso(version.seen_at),
        "digest": version.article.digest,
        "snapshot": version.snapshot_digest,
        "rules": version.rules,
        **article_json(version.article),
    }


def diff_json(url: str, before: Version, after: Version) -> dict[str, Json]:
    """The exact difference of two versions."""
    found = diff(before.article, after.article)
    return {
        "page": url,
        "change": f"{before.number}..{after.number}",
        "added": found.added,
        "removed": found.removed,
        "fields": [asdict(field) for field in found.fields],
        "hunks": [{**hunk._asdict(), "spans": [span._asdict() for span in hunk.spans]} for hunk in found.hunks],
    }
