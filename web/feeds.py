"""Changes and Findings → Atom feeds."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode
from xml.etree import ElementTree

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from crawler.model import FindingKind
from store.views import ChangeView, FindingView
from web.render import change_path
from web.room import InRoom, SourceName
from web.words import label

router = APIRouter(prefix="/feeds", include_in_schema=False)

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
ENTRIES = 100
# Characters that XML 1.0 cannot hold at all, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry: a stable name that makes its id, a path in the reading room, and plain text."""

    name: str
    path: str
    title: str
    updated: datetime
    text: str
    category: str


def change_entries(views: Iterable[ChangeView]) -> Sequence[FeedEntry]:
    """A feed entry for each Change."""
    return [
        FeedEntry(
            name=f"change {view.id} {view.page} {view.at.isoformat()} {view.kind}",
            path=change_path(view),
            title=f"{label(view.kind, 'change')}: {view.title or view.page}",
            updated=view.at,
            text="\n".join(filter(None, (view.change.summary, f"{view.source}  {view.page}"))),
            category=view.kind.value,
        )
        for view in views
    ]


def finding_entries(views: Iterable[FindingView]) -> Sequence[FeedEntry]:
    """A feed entry for each Finding; one that resolves is updated, not repeated."""
    return [
        FeedEntry(
            name=f"finding {view.id} {view.page} {view.finding.fingerprint} {view.opened_at.isoformat()}",
            path=f"/page?{urlencode({'url': view.page}, errors='replace')}#f-{view.finding.fingerprint}",
            title=f"{view.finding.severity.value} {label(view.kind, 'finding')}: {view.title or view.page}"
            + ("" if view.is_open else " (resolved)"),
            updated=view.resolved_at or view.opened_at,
            text=f"{view.finding.quote[:1000]}\n{view.source}  {view.page}",
            category=view.kind.value,
        )
        for view in views
    ]


def atom(title: str, path: str, base: str, entries: Sequence[FeedEntry]) -> bytes:
    """An Atom document. `base` is the reading room's own origin, without a slash at its end."""
    feed = ElementTree.Element("feed", {"xmlns": ATOM})
    _add(feed, "id", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'palimpsest {path}')}")
    _add(feed, "title", title)
    _add(feed, "updated", _stamp(max((entry.updated for entry in entries), default=datetime(1970, 1, 1, tzinfo=UTC))))
    _add(_add(feed, "author"), "name", "Palimpsest")
    _add(feed, "link", rel="self", type="application/atom+xml", href=base + path)
    _add(feed, "link", rel="alternate", type="text/html", href=base + "/")
    for entry in entries:
        node = _add(feed, "entry")
        name = entry.name.encode("utf-8", "replace").decode("utf-8")
        _add(node, "id", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}")
        _add(node, "title", entry.title)
        _add(node, "updated", _stamp(entry.updated))
        _add(node, "link", rel="alternate", type="text/html", href=base + entry.path)
        _add(node, "category", term=entry.category)
        _add(node, "summary", entry.text, type="text")
    document: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document


def _add(parent: ElementTree.Element, tag: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    node = ElementTree.SubElement(
        parent, tag, {name: _NOT_XML.sub("\ufffd", value) for name, value in attributes.items()}
    )
    node.text = None if text is None else _NOT_XML.sub("\ufffd", text)
    return node


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


# ---- routes ------------------------------------------------------------------------------------------------------


@router.get("/changes.atom")
def changes(request: Request, room: InRoom, source: SourceName = None) -> Response:
    """The newest changes, of all sources or one."""
    views = room.history.changes(source=source or None, limit=ENTRIES)
    return _feed(request, "Palimpsest: changes", change_entries(views))


@router.get("/findings.atom")
def findings(
    request: Request,
    room: InRoom,
    source: SourceName = None,
    kind: FindingKind | None = None,
    only_open: Annotated[bool, Query(alias="open")] = False,
) -> Response:
    """The newest findings, of all sources and kinds or one."""
    views = room.history.findings(source=source or None, kind=kind, open_only=only_open, limit=ENTRIES)
    return _feed(request, "Palimpsest: findings", finding_entries(views))


def _feed(request: Request, title: str, entries: Sequence[FeedEntry]) -> Response:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    base = str(request.base_url).rstrip("/")
    return Response(atom(title, path, base, entries), media_type=MEDIA_TYPE)
