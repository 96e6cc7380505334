"""Snapshot → Document and Article, as the judge reads a page: an article, a listing with its items, or a feed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from crawler.decode import Document, decode
from crawler.discover import discover
from crawler.discover.feed import read_feed, recognise_feed
from crawler.extract import extract
from crawler.model import Article, Json, Link, PageKind, Snapshot, Source, bare_text

# More than any page lists; what is beyond is compared as text.
_MAX_ITEMS = 500
_FEW_LINES, _TITLE_LENGTH = 3, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A Snapshot and what was read from it."""

    snapshot: Snapshot
    document: Document
    article: Article


def read(source: Source, snapshot: Snapshot) -> Reading:
    """What a response says. A listing's items, with their addresses, are kept as evidence `items` of its Article."""
    document = decode(snapshot)
    if recognise_feed(snapshot):
        return Reading(snapshot=snapshot, document=document, article=_feed(source, snapshot))
    article = extract(document, selectors=source.article)
    if article.kind is PageKind.LISTING or _could_be_short_listing(article):
        links = _links(source, snapshot)
        if article.kind is PageKind.LISTING or _is_what_is_said(links, article):
            article = _with_items(article, links)
    return Reading(snapshot=snapshot, document=document, article=article)


def _could_be_short_listing(article: Article) -> bool:
    """Whether a page that was not found to be a listing may be one of few items: some lines, and titles all of them."""
    lines = article.paragraphs
    if article.kind is not PageKind.ARTICLE or len(lines) < _FEW_LINES or article.issuer:
        return False
    return sum(len(line) <= _TITLE_LENGTH and line[-1] not in "。！？.!?" for line in lines if line) >= 0.8 * len(lines)


def _is_what_is_said(links: tuple[Link, ...], article: Article) -> bool:
    """Whether items make up most of the page's lines."""
    titles = {bare_text(link.title or "") for link in links} - {""}
    lines = [bare_text(line) for line in article.paragraphs]
    named = sum(any(title in line for title in titles) for line in lines)
    return len(links) >= 2 and named >= 0.4 * len(lines) and sum(map(len, titles)) >= 0.6 * sum(map(len, lines))


def _links(source: Source, snapshot: Snapshot) -> tuple[Link, ...]:
    """The items of a page that was found to be a listing: all of them, whatever of it the Source follows."""
    everything = replace(source, kind="listing", include=(), exclude=(), next=None)
    if snapshot.url != source.url:
        everything = replace(everything, links=None)
    return discover(snapshot, everything).links


def _feed(source: Source, snapshot: Snapshot) -> Article:
    """A feed as the listing it is: a line an item, with its day, so that an item of the same name is another item."""
    found = read_feed(snapshot, replace(source, kind="feed", include=(), exclude=()))
    lines = tuple(" ".join(part for part in (link.title, link.date_text) if part) or link.url for link in found.links)
    kind = PageKind.LISTING if lines else PageKind.EMPTY
    article = Article(kind=kind, title=found.title, paragraphs=lines, evidence={} if lines else {"empty": found.why})
    return _with_items(article, found.links)


def _with_items(article: Article, links: tuple[Link, ...]) -> Article:
    items: list[Json] = [
        {"url": link.url, "title": link.title or "", "date": link.date_text} for link in links[:_MAX_ITEMS]
    ]
    return replace(article, evidence={**article.evidence, "items": items}) if items else article
