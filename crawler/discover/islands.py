"""Listings kept as data inside the page: hanweb's `jpage` records, which a script draws in the visitor's browser."""

from __future__ import annotations

import html
import re

from selectolax.lexbor import LexborHTMLParser

from crawler.discover.dates import date_in
from crawler.discover.shape import is_navigation
from crawler.discover.titles import whole_title
from crawler.model import Link, fold_space

_OPENING = re.compile(r"<(?:datastore|recordset|nextgroup)", re.IGNORECASE)
_CDATA = "<![CDATA["
MAX_RECORDS = 50_000
_GROUP = re.compile(r"<nextgroup", re.IGNORECASE)
_NEXT_GROUP = re.compile(r"""href\s{0,2}=\s{0,2}["']([^"'<>]{1,2000})["']""", re.IGNORECASE)
_BLANKS = re.compile(r"<[^<>]{0,2000}>")


def records(text: str) -> list[Link]:
    """The links of every CDATA record of the page's data islands, as written, with title and date; [] without any."""
    opening = _OPENING.search(text)
    start = opening.start() if opening else -1
    found: list[Link] = []
    while start >= 0 and len(found) < MAX_RECORDS:
        start = text.find(_CDATA, start)
        if start < 0:
            break
        end = text.find("]]>", start)
        if end < 0:
            break
        record = text[start + len(_CDATA) : end][:20_000]
        if "<nextgroup" not in text[max(0, start - 60) : start].lower():
            link = _record(record)
            if link:
                found.append(link)
        start = end
    return found


def next_group(text: str) -> str | None:
    """The URL as written under which the island's next records are served, or None."""
    opening = _GROUP.search(text)
    if opening is None:
        return None
    match = _NEXT_GROUP.search(text[opening.start() : opening.start() + 5_000].partition("]]>")[0])
    return html.unescape(match[1]) if match else None


def _record(record: str) -> Link | None:
    """The article link of one record: its longest, with the date that stands beside it."""
    tree = LexborHTMLParser(record if "<" in record else html.unescape(record))
    best: tuple[int, str, str] | None = None
    for node in tree.css("a[href]")[:20]:
        href, hint = node.attributes.get("href") or "", node.attributes.get("title") or ""
        shown = fold_space(node.text() or "")
        title = whole_title(shown, hint) or shown
        if href and title and not is_navigation(title) and (best is None or len(title) > best[0]):
            best = (len(title), href, title)
    if best is None:
        return None
    date = None
    for chunk in _BLANKS.split(record)[:80]:
        date = date_in(html.unescape(chunk)) if chunk.strip() and chunk.strip() not in best[2] else None
        if date:
            break
    return Link(url=best[1], title=best[2], date_text=date)
