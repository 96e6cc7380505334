"""Snapshot → Links: what an entry page is (listing, feed, sitemap, JSON, single page) and which pages it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.discover.discovery import Discovery
from crawler.discover.feed import read_feed, recognise_feed
from crawler.discover.json_list import read_json
from crawler.discover.listing import read_html, read_page
from crawler.discover.sitemap import read_sitemap, recognise_sitemap
from crawler.model import Snapshot, Source, SourceKind

__all__ = ["DISCOVERERS", "Discoverer", "Discovery", "discover"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discoverer:
    """One kind of entry page: how it is recognised by its bytes, and how it is read."""

    kind: SourceKind
    recognise: Callable[[Snapshot], bool]
    read: Callable[[Snapshot, Source], Discovery]


def _always(_: Snapshot) -> bool:
    return True


def _never(_: Snapshot) -> bool:
    return False


# Asked in this order; the first that recognises the entry reads it. HTML comes last: `read_html` itself tells a
# listing from a single page, and `page` and `json` are reached only where the configuration says so.
DISCOVERERS: tuple[Discoverer, ...] = (
    Discoverer(kind="sitemap", recognise=recognise_sitemap, read=read_sitemap),
    Discoverer(kind="feed", recognise=recognise_feed, read=read_feed),
    Discoverer(kind="listing", recognise=_always, read=read_html),
    Discoverer(kind="page", recognise=_always, read=read_page),
    Discoverer(kind="json", recognise=_never, read=read_json),
)


def discover(snapshot: Snapshot, source: Source) -> Discovery:
    """What the entry page of `source` is and names. The Source's `kind` decides where it is set, else the bytes do.

    Never raises on hostile input: what cannot be read yields a Discovery without links whose `why` says so.
    """
    for discoverer in DISCOVERERS:
        if source.kind == discoverer.kind or (source.kind is None and discoverer.recognise(snapshot)):
            return discoverer.read(snapshot, source)
    return read_page(snapshot, source)
