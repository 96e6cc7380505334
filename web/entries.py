"""Changes, Findings and Versions that were found → entries of a feed, and a feed as Atom or as JSON Feed 1.1."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree

from crawler.model import Json
from store.search import FoundVersion
from store.views import ChangeView, FindingView
from web.render import change_path, query
from web.words import label

ATOM = "http://www.w3.org/2005/Atom"
# Characters that XML 1.0 cannot hold at all, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry: a stable name that makes its id, a path in the reading room, and plain text."""

    name: str
    path: str
    title: str
    published: datetime
    updated: datetime
    text: str
    category: str

    @property
    def id(self) -> str:
        """The same for as long as the entry tells of the same thing."""
        return _urn(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed. `path` is its own with its query, `base` the reading room's origin, without a slash at its end."""

    title: str
    path: str
    base: str
    entries: Sequence[FeedEntry]

    @property
    def updated(self) -> datetime:
        """When the newest of its entries was updated."""
        return max((entry.updated for entry in self.entries), default=_NEVER)


def change_entries(views: Iterable[ChangeView]) -> Sequence[FeedEntry]:
    """An entry for each Change."""
    return [
        FeedEntry(
            name=f"change {view.id} {view.page} {view.at.isoformat()} {view.kind}",
            path=change_path(view),
            title=f"{label(view.kind, 'change')}: {view.title or view.page}",
            published=view.at,
            updated=view.at,
            text="\n".join(filter(None, (view.change.summary, f"{view.source}  {view.page}"))),
            category=view.kind.value,
        )
        for view in views
    ]


def finding_entries(views: Iterable[FindingView]) -> Sequence[FeedEntry]:
    """An entry for each Finding; one that resolves is updated, not repeated."""
    return [
        FeedEntry(
            name=f"finding {view.id} {view.page} {view.finding.fingerprint} {view.opened_at.isoformat()}",
            path=f"/finding?id={view.id}",
            title=f"{view.finding.severity.value} {label(view.kind, 'finding')}: {view.title or view.page}"
            + ("" if view.is_open else " (resolved)"),
            published=view.opened_at,
            updated=view.resolved_at or view.opened_at,
            text=f"{view.finding.quote[:1000]}\n{view.source}  {view.page}",
            category=view.kind.value,
        )
        for view in views
    ]


def found_entries(views: Iterable[FoundVersion]) -> Sequence[FeedEntry]:
    """An entry for each Version that says what was asked for."""
    return [
        FeedEntry(
            name=f"version {view.page} {view.version} {view.seen_at.isoformat()}",
            path=f"/version?{query({'url': view.page, 'n': view.version})}",
            title=view.title or view.page,
            published=view.seen_at,
            updated=view.seen_at,
            text=f"{view.snippet}\n{view.source}  {view.page}",
            category=view.source,
        )
        for view in views
    ]


def json_feed(feed: Feed) -> dict[str, Json]:
    """A JSON Feed 1.1."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.base + "/",
        "feed_url": feed.base + feed.path,
        "authors": [{"name": "Palimpsest"}],
        "items": [
            {
                "id": entry.id,
                "url": feed.base + entry.path,
                "title": entry.title,
                "content_text": entry.text,
                "date_published": _stamp(entry.published),
                "date_modified": _stamp(entry.updated),
                "tags": [entry.category],
            }
            for entry in feed.entries
        ],
    }


def atom(feed: Feed) -> bytes:
    """An Atom document."""
    root = ElementTree.Element("feed", {"xmlns": ATOM})
    _add(root, "id", _urn(f"palimpsest {feed.path}"))
    _add(root, "title", feed.title)
    _add(root, "updated", _stamp(feed.updated))
    _add(_add(root, "author"), "name", "Palimpsest")
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.base + feed.path)
    _add(root, "link", rel="alternate", type="text/html", href=feed.base + "/")
    for entry in feed.entries:
        node = _add(root, "entry")
        _add(node, "id", entry.id)
        _add(node, "title", entry.title)
        _add(node, "published", _stamp(entry.published))
        _add(node, "updated", _stamp(entry.updated))
        _add(node, "link", rel="alternate", type="text/html", href=feed.base + entry.path)
        _add(node, "category", term=entry.category)
        _add(node, "summary", entry.text, type="text")
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _urn(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name.encode('utf-8', 'replace').decode('utf-8'))}"


def _add(parent: ElementTree.Element, tag: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    node = ElementTree.SubElement(
        parent, tag, {name: _NOT_XML.sub("\ufffd", value) for name, value in attributes.items()}
    )
    node.text = None if text is None else _NOT_XML.sub("\ufffd", text)
    return node


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
