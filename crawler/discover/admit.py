"""From hrefs as written to Links: canonical, of the web, wanted by the Source, each once and in order."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawler.model import Link, Source, fold_space
from crawler.urls import canonical

MAX_LINKS = 50_000
MAX_HREF = 4_096
MAX_TITLE = 500


def admit(found: Iterable[Link], *, base: str, source: Source, own: frozenset[str] = frozenset()) -> tuple[Link, ...]:
    """The links of `found` (urls as written, relative to `base`) that the Source wants, canonical, each once.

    A link seen again lends a title or date that the first lacked. `own` are the entry's own addresses: never links.
    """
    links: dict[str, Link] = {}
    for link in found:
        if len(links) >= MAX_LINKS:
            break
        url = resolve(link.url, base)
        if url is None or url in own or not wanted(url, source):
            continue
        title = fold_space(link.title)[:MAX_TITLE] if link.title else None
        date = fold_space(link.date_text)[:100] if link.date_text else None
        first = links.get(url)
        links[url] = Link(
            url=url,
            title=(first.title if first else None) or title or None,
            date_text=(first.date_text if first else None) or date or None,
        )
    return tuple(links.values())


def resolve(href: str, base: str) -> str | None:
    """The canonical http(s) URL of an href as written, or None for anything else (scripts, mail, fragments)."""
    href = href.strip()
    if not href or href[0] == "#" or len(href) > MAX_HREF:
        return None
    try:
        url = canonical(href, base)
    except ValueError:
        return None
    return url if url and url.startswith(("http://", "https://")) else None


def base_of(tree: LexborHTMLParser, url: str) -> str:
    """What relative links of the page count from: the first <base href> of the web, else the page's own URL."""
    node = tree.css_first("base[href]")
    href = (node.attributes.get("href") or "").strip() if node is not None else ""
    if not href or len(href) > MAX_HREF:
        return url
    try:
        base = urljoin(url, href)
        return base if urlsplit(base).scheme in {"http", "https"} and urlsplit(base).hostname else url
    except ValueError:
        return url


def wanted(url: str, source: Source) -> bool:
    """True if `url` holds one of the Source's `include` parts (when there are any) and none of its `exclude` parts."""
    if source.include and not any(holds(url, part) for part in source.include):
        return False
    return not any(holds(url, part) for part in source.exclude)


def holds(url: str, part: str) -> bool:
    """True if `part` occurs in `url`; a `*` in it stands for anything."""
    place = 0
    for piece in part.split("*"):
        place = url.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return True
