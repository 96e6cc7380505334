"""Document → Article, all of it: the order in which a page is read."""

from __future__ import annotations

from typing import Final

from crawler.decode import Document
from crawler.extract.attachments import attachments_in
from crawler.extract.body import Body, body_in, find_box, first_prose, weigh_lines, whole_main
from crawler.extract.headings import Heading, find_heading, kicker_of, subtitle_of
from crawler.extract.joining import join_broken
from crawler.extract.metadata import (
    author_in,
    issuer_in,
    labelled_lines,
    meta_date,
    meta_tags,
    number_in,
    published_in,
    zone_of,
)
from crawler.extract.outline import Outline
from crawler.extract.overrides import override
from crawler.extract.pagekind import is_listing, kind_of
from crawler.extract.plaintext import read_plain
from crawler.extract.profile import SiteProfile
from crawler.extract.visible import outline_of
from crawler.model import Article, ArticleSelectors, Json, PageKind

_NO_SELECTORS: Final = ArticleSelectors()


def extract(
    document: Document, *, selectors: ArticleSelectors = _NO_SELECTORS, profile: SiteProfile | None = None
) -> Article:
    """The Article of a Document, its kind set. Never raises; what the page does not show is None.

    `selectors` override what would have been read; where the two disagree, evidence keeps the other under the field's
    name. `profile` names blocks known to be the frame of the Source's pages.
    """
    if not document.markup:
        return read_plain(document.text)
    page = outline_of(document)
    meta = meta_tags(page)
    body, heading, frame = _read_body(page, meta, profile)
    zone = zone_of(page, body, heading)
    begin = body.lines[0] if body.lines else len(page.texts)
    published = published_in(page, zone, heading, begin)
    stated = published is not None and heading is not None
    listing = not stated and is_listing(page, body, frame)
    kind, said = kind_of(page, body, meta, document.text, dated=published is not None, listing=listing)
    if kind is PageKind.LISTING or (page.texts and not body.lines):
        body = whole_main(page, frame, (heading.first, heading.last) if heading else None)
    evidence: dict[str, Json] = {}
    if said is not None:
        evidence["empty" if kind is PageKind.EMPTY else "notice"] = said
    in_meta = meta_date(meta)
    if published is not None and in_meta is not None and in_meta[:10] != published[:10]:
        evidence["date_conflict"] = {"shown": published, "meta": in_meta}
    stating = labelled_lines(page, zone)
    title = heading.title if heading else None
    if title is None and kind is PageKind.ARTICLE and (title := meta.get("articletitle")) is not None:
        evidence["title_from"] = "meta ArticleTitle"
    paragraphs, joins = join_broken(tuple(page.texts[i] for i in body.lines if i not in page.captions))
    if joins:
        evidence["joined"] = list(joins)
    article = Article(
        kind=kind,
        title=title,
        published=published,
        issuer=issuer_in(page, stating),
        author=author_in(page, stating),
        document_number=number_in(page, stating, body),
        paragraphs=paragraphs,
        attachments=attachments_in(page, body, document.url),
        kicker=kicker_of(page, heading),
        subtitle=subtitle_of(page, heading),
        captions=tuple(page.texts[i] for i in sorted(page.captions) if body.start <= i < body.end),
        evidence=evidence,
    )
    return override(document, article, selectors) if selectors != _NO_SELECTORS else article


def _read_body(
    page: Outline, meta: dict[str, str], profile: SiteProfile | None
) -> tuple[Body, Heading | None, bytearray]:
    weights, marks, frame = weigh_lines(page)
    box = find_box(page, weights)
    heading = find_heading(page, first_prose(page, box, weights), meta)
    if heading is not None and heading.score > 75 and _begins_late(page, box, heading.first, weights):
        weights[: heading.first] = [min(w, 0.0) for w in weights[: heading.first]]
        box = find_box(page, weights)
    under = subtitle_of(page, heading) is not None
    span = (heading.first, heading.last + under) if heading else None
    known = profile.boilerplate if profile else frozenset()
    return body_in(page, box, weights, marks, span, known), heading, frame


def _begins_late(page: Outline, box: int, heading: int, weights: list[float]) -> bool:
    """Whether much of a box's text stands before the article's heading: then it is not the article's box."""
    first, last = page.first[box], page.last[box]
    before = sum([w for w in weights[first : max(first, min(heading, last))] if w > 0], 0.0)
    return before * 10 > sum([w for w in weights[first:last] if w > 0], 0.0)
