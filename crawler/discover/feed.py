"""RSS, Atom and JSON Feed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from crawler.discover.admit import MAX_LINKS, admit, resolve
from crawler.discover.bearable import bearable
from crawler.discover.discovery import Discovery
from crawler.discover.head import readable_head, root_name
from crawler.discover.json_value import Unreadable, json_value
from crawler.model import Link, Snapshot, Source
from crawler.urls import same_host

_JSON_FEED = "https://jsonfeed.org/version/"


def recognise_feed(snapshot: Snapshot) -> bool:
    """True if the bytes are RSS, Atom or JSON Feed, whatever the Content-Type says."""
    head = readable_head(snapshot.body)
    if head.startswith(b"{"):
        try:
            return bool(_JSON_FEED.encode() in snapshot.body.replace(b"\\/", b"/") and _json_feed(snapshot))
        except Unreadable:
            return False
    name = root_name(head)
    return name in {b"rss", b"feed", b"rdf", b"rdf:rdf"}


def read_feed(snapshot: Snapshot, source: Source) -> Discovery:
    """The items of a feed as links; an item without a link counts by its guid where that is a URL."""
    if readable_head(snapshot.body).startswith(b"{"):
        return _read_json(snapshot, source)
    return _read_xml(snapshot, source)


def _read_xml(snapshot: Snapshot, source: Source) -> Discovery:
    content_type = snapshot.header("content-type") or ""
    headers = {"content-type": content_type, "content-location": snapshot.final_url}
    # A stream, because bytes themselves would be tried as a file's name. Nothing is shown, so nothing is sanitised.
    body, trouble = bearable(snapshot.body)
    # Loaded where there is a feed: most passes have none, and it is two megabytes.
    import feedparser

    parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    found = [link for entry in parsed.entries[:MAX_LINKS] if (link := _entry(entry)) is not None]
    base = snapshot.final_url
    links = admit(found, base=base, source=source, own=frozenset())
    following = [item.get("href", "") for item in parsed.feed.get("links", []) if item.get("rel") == "next"]
    version = parsed.get("version") or "feed"
    return Discovery(
        kind="feed",
        links=links,
        next=_onward(following[0] if following else None, base),
        title=_text(parsed.feed.get("title")),
        why=f"a feed ({version}) of {len(links)} items{trouble}",
    )


def _onward(following: object, base: str) -> tuple[str, ...]:
    """The feed's next page, where it names one and that is another of the same host."""
    url = resolve(following, base) if isinstance(following, str) else None
    return (url,) if url and url != resolve(base, base) and same_host(url, base) else ()


def _entry(entry: Mapping[str, Any]) -> Link | None:
    url = entry.get("link") or ""
    if not url:
        guid = str(entry.get("id") or entry.get("guid") or "")
        url = guid if guid.startswith(("http://", "https://")) else ""
    if not url:
        return None
    date = entry.get("published") or entry.get("updated") or entry.get("created")
    return Link(url=str(url), title=_text(entry.get("title")), date_text=_text(date))


def _text(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _json_feed(snapshot: Snapshot) -> dict[str, Any]:
    """The JSON Feed in a body. Raises Unreadable."""
    data = json_value(snapshot)
    version = data.get("version") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(version, str) or not version.startswith(_JSON_FEED):
        raise Unreadable(f"nothing in it names a version of {_JSON_FEED}")
    return data


def _read_json(snapshot: Snapshot, source: Source) -> Discovery:
    try:
        data = _json_feed(snapshot)
    except Unreadable as unreadable:
        return Discovery(kind="feed", why=f"a JSON Feed was expected, but {unreadable}")
    items = data.get("items")
    found = []
    for item in items[:MAX_LINKS] if isinstance(items, list) else []:
        if not isinstance(item, dict):
            continue
        own = item.get("id")
        url = item.get("url") or item.get("external_url") or own
        if isinstance(url, str) and (url != own or url.startswith(("http://", "https://"))):
            date = item.get("date_published") or item.get("date_modified")
            found.append(Link(url=url, title=_text(item.get("title")), date_text=_text(date)))
    links = admit(found, base=snapshot.final_url, source=source)
    return Discovery(
        kind="feed",
        links=links,
        next=_onward(data.get("next_url"), snapshot.final_url),
        title=_text(data.get("title")),
        why=f"a JSON Feed of {len(links)} items",
    )
