"""HTML: a listing with its block of article links found by itself, or a single page."""

from __future__ import annotations

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.decode import Document, decode
from crawler.discover import islands
from crawler.discover.admit import MAX_LINKS, admit, base_of, resolve
from crawler.discover.blocks import Block, find_block
from crawler.discover.dates import date_in
from crawler.discover.discovery import Discovery
from crawler.discover.outline import Outline, outline
from crawler.discover.pagination import next_pages
from crawler.discover.rows import groups
from crawler.discover.signs import Signs, looks_like_listing, read_signs
from crawler.model import Link, Snapshot, Source, fold_space
from crawler.urls import as_sent

# A sitemap may be larger, but that is read as a stream.
MAX_BYTES = 16 * 1024 * 1024
_ISLAND = 3  # records from which a page's data island is its listing
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A decoded entry page with what its links count from and the addresses that are itself."""

    document: Document
    page: Outline
    base: str
    own: frozenset[str]


def read_html(snapshot: Snapshot, source: Source) -> Discovery:
    """A listing with its links and the way on, or a single page where the text outweighs every block of links."""
    if len(snapshot.body) > MAX_BYTES:
        why = f"its {len(snapshot.body):,} bytes are more than any listing has; the cap is {MAX_BYTES:,}"
        return Discovery(kind="listing", why=why)
    entry = _open(snapshot)
    if source.links and source.kind in {None, "listing"}:
        return _selected(entry, source)
    data = islands.records(entry.document.text)
    block = find_block(entry.page, groups(entry.page, entry.base), certain=source.kind == "listing")
    onward = next_pages(entry.document, entry.page, entry.base, entry.own, source.next)
    signs = read_signs(
        entry.document.tree, entry.page, block, paged=bool(onward or source.next), url=snapshot.final_url
    )
    if source.kind is None and len(data) < _ISLAND and not looks_like_listing(signs):
        return page_of(entry.document.tree, snapshot, source, _page_reason(signs), entry.base)
    links = admit(_with_data(block, data), base=entry.base, source=source, own=entry.own)
    group = islands.next_group(entry.document.text)
    target = resolve(group, entry.base) if group and not source.next else None
    if target and target not in entry.own:
        onward = tuple(dict.fromkeys((target, *onward)))
    return _listing(entry, links, onward, _listing_reason(links, _place(entry.page, block, data), onward))


def read_page(snapshot: Snapshot, source: Source) -> Discovery:
    """The entry taken as one single page, because the configuration says so."""
    document = decode(snapshot)
    base = base_of(document.tree, snapshot.final_url)
    return page_of(document.tree, snapshot, source, "a single page, as configured", base)


def page_of(tree: LexborHTMLParser, snapshot: Snapshot, source: Source, why: str, base: str) -> Discovery:
    """A single page: its one link is the page itself, under the URL that was asked for."""
    title = _title(tree)
    url = resolve(snapshot.url, snapshot.url) or snapshot.url
    return Discovery(kind="page", links=(Link(url=url, title=title),), title=title, feeds=_feeds(tree, base), why=why)


def _open(snapshot: Snapshot) -> _Entry:
    document = decode(snapshot)
    base = base_of(document.tree, snapshot.final_url)
    own = {resolve(url, url) for url in (snapshot.url, snapshot.final_url)}
    return _Entry(
        document=document,
        page=outline(document.tree, document.encoding),
        base=base,
        own=frozenset(url for url in own if url),
    )


def _selected(entry: _Entry, source: Source) -> Discovery:
    """Exactly the anchors that the Source's `links` matches, or those inside what it matches."""
    try:
        nodes = entry.document.tree.css(source.links or "")
    except (SelectolaxError, ValueError):
        nodes = []
    anchors: list[LexborNode] = []
    for node in nodes:
        anchors.extend([node] if node.tag == "a" else node.css("a[href]"))
        if len(anchors) >= MAX_LINKS:
            break
    rows = {row.anchor.element: row for group in groups(entry.page, entry.base) for row in group.rows}
    shown: dict[str, Link] = {}
    for row in rows.values():
        shown.setdefault(row.url, Link(url=row.url, title=row.title, date_text=row.date_text))
    found = []
    for anchor in anchors[:MAX_LINKS]:
        href = as_sent(anchor.attributes.get("href") or "", entry.document.encoding)
        known = shown.get(resolve(href, entry.base) or "")
        own_text = fold_space(anchor.text() or "") or (anchor.attributes.get("title") or "")
        found.append(known or Link(url=href, title=own_text, date_text=date_in(own_text)))
    links = admit(found, base=entry.base, source=source, own=entry.own)
    onward = next_pages(entry.document, entry.page, entry.base, entry.own, source.next)
    return _listing(entry, links, onward, f"{len(links)} links by the configured selector {source.links}{_on(onward)}")


def _with_data(block: Block, data: list[Link]) -> list[Link]:
    """The links of the page's data islands before those drawn in the page, if it has islands; else the drawn ones."""
    drawn = [Link(url=row.anchor.href, title=row.title, date_text=row.date_text) for row in block.rows]
    return data if len(data) >= _ISLAND else [*data, *drawn]


def _listing(entry: _Entry, links: tuple[Link, ...], onward: tuple[str, ...], why: str) -> Discovery:
    tree = entry.document.tree
    return Discovery(
        kind="listing", links=links, next=onward, title=_title(tree), feeds=_feeds(tree, entry.base), why=why
    )


def _place(page: Outline, block: Block, data: list[Link]) -> str:
    """Where the links stand, in words: the list that holds them, named as the page names it."""
    if len(data) >= _ISLAND:
        return "in the page's own data"
    if len(block.groups) != 1:
        return f"in {len(block.groups)} blocks"
    element = page.parent[block.groups[0].rows[0].element]
    for _ in range(6):
        if element >= 0 and page.name[element].strip():
            return f"in <{page.tag[element]}> {page.name[element].split()[0]!r}"
        element = page.parent[element] if element >= 0 else element
    return "in one block"


def _listing_reason(links: tuple[Link, ...], where: str, onward: tuple[str, ...]) -> str:
    dated = sum(link.date_text is not None for link in links)
    if not links:
        return "a listing in which no article links were found"
    return f"{len(links)} article links, {dated} of them dated, {where}{_on(onward)}"


def _page_reason(signs: Signs) -> str:
    if signs.article_meta:
        return "a single page: it carries the marks of an article"
    return f"a single page: about {signs.prose:.0f} characters of running text against {signs.rows} article links"


def _on(onward: tuple[str, ...]) -> str:
    if not onward:
        return ""
    return f"; goes on at {onward[0]}" + (f" and {len(onward) - 1} more" if len(onward) > 1 else "")


def _title(tree: LexborHTMLParser) -> str | None:
    node = tree.css_first("title")
    return fold_space(node.text() or "")[:500] or None if node is not None else None


def _feeds(tree: LexborHTMLParser, base: str) -> tuple[str, ...]:
    """The feeds that the page names in <link rel=alternate>, canonical."""
    found = []
    for node in tree.css('link[rel~="alternate"][href]')[:50]:
        kind = (node.attributes.get("type") or "").partition(";")[0].strip().lower()
        url = resolve(node.attributes.get("href") or "", base) if kind in _FEED_TYPES else None
        if url:
            found.append(url)
    return tuple(dict.fromkeys(found))
