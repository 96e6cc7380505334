"""The parsed tree flattened to what a reader sees: lines of text, and the boxes they stand in.

The tree is serialised once and read as one stream of tags, so that nothing recurses and nothing is visited twice.
Everything later (body, metadata, page kind, visible text) works on these lists and never goes back to the tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser

from crawler.extract.hiding import Away, Concealed, how_hidden
from crawler.extract.rules import REVEALED_BODIES
from crawler.extract.tags import (
    BREAK,
    CLOSE,
    HREF,
    IMAGE,
    KINDS,
    LINK,
    MARQUEE,
    NOSCRIPT,
    OPEN,
    PRE,
    SKIP,
    UNLINK,
    UNMARQUEE,
    UNPRE,
    VOID,
    unescape,
)
from crawler.model import fold_space

# Articles that the page itself hides until its scripts have run: every reader sees them.
_REVEALED = re.compile(REVEALED_BODIES)
_NAME = re.compile(r'\s(?:id|class|itemprop|role)="([^"]*)"')


@dataclass(slots=True)
class Anchor:
    """One link: its address as written, its text, and the line it stands in (the next line, when it has no text)."""

    href: str
    text: str
    line: int


@dataclass(slots=True)
class Outline:
    """Lines in reading order and boxes in document order; parallel lists, because pages have thousands of each.

    `texts[i]` is line i with white space folded, `linked[i]` how many of its characters stand in links, `owner[i]` its
    innermost box. Box j spans lines `first[j]` up to (not including) `last[j]`; box 0 is the whole page.
    """

    texts: list[str] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)
    owner: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    attrs: list[str] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    hidden: list[Concealed] = field(default_factory=list)
    marquee: Concealed = field(default_factory=lambda: Concealed("marquee", 0))
    captions: set[int] = field(default_factory=set)
    images: int = 0

    def names(self, box: int) -> str:
        """The box's id, class, role and itemprop, lower case, joined by spaces."""
        attrs = self.attrs[box]
        return " ".join(_NAME.findall(attrs)).lower() if attrs else ""


def outline(tree: LexborHTMLParser) -> Outline:
    """Flatten a parsed page. Linear in its size; empty for a page without a body."""
    body = tree.body
    return outline_of_html((body.html if body is not None else None) or "")


def outline_of_html(html: str) -> Outline:
    """Flatten serialised HTML, as the parser writes it."""
    page = Outline(tags=["body"], attrs=[""], parent=[-1], first=[0], last=[0])
    if html:
        _read(html, page)
    page.last[0] = len(page.texts)
    return page


def _read(html: str, page: Outline) -> None:
    # One loop over the stream, since calls would double its cost. The parser writes no raw "<" or ">" into attribute
    # values, so that every "<" outside scripts and comments begins a tag and the next ">" ends it.
    texts, linked, owner = page.texts, page.linked, page.owner
    tags, attributes, parent, first, last = page.tags, page.attrs, page.parent, page.first, page.last
    kind_of = KINDS.get
    buffer: list[str] = []
    anchor: list[str] = []
    scrolling: list[str] = []
    box = in_link = anchor_line = 0
    link = pre = marquee = False
    href = ""
    away: Away | None = None

    def flush() -> None:
        nonlocal in_link
        text = "".join(buffer)
        text = " ".join((unescape(text) if "&" in text else text).split())
        if text:
            texts.append(text)
            linked.append(min(in_link, len(text)))
            owner.append(box)
        buffer.clear()
        in_link = 0

    for piece in html.split("<"):
        tag, _, text = piece.partition(">")
        if away is not None:
            if away.takes(piece, tag, text):
                continue
            if away.found is not None:
                page.hidden.append(away.found)
            text, away = away.rest, None
        else:
            kind = kind_of(tag)
            attrs = ""
            if kind is None and " " in tag:
                space = tag.index(" ")
                name, attrs = tag[:space], tag[space:]
                kind = kind_of(name)
            if kind is None:
                if tag[:3] == "!--":
                    away = Away("", None)
                    if away.takes(piece, tag, text):
                        continue
                    text, away, attrs = away.rest, None, ""
            elif kind in (OPEN, PRE):
                if buffer:
                    flush()
                if kind == PRE:
                    pre = True
                tags.append(name if attrs else tag)
                attributes.append(attrs)
                parent.append(box)
                first.append(len(texts))
                last.append(0)
                box = len(tags) - 1
            elif kind in (CLOSE, UNPRE):
                if buffer:
                    flush()
                if kind == UNPRE:
                    pre = False
                if box:
                    last[box] = len(texts)
                    box = parent[box]
            elif kind == LINK:
                found = HREF.search(attrs)
                if found is not None:
                    link, href, anchor_line, anchor = True, unescape(found[1]), len(texts), []
            elif kind == UNLINK:
                if link:
                    link = False
                    shown = fold_space(unescape("".join(anchor)))
                    page.anchors.append(Anchor(href, shown, anchor_line))
                    if marquee:
                        page.marquee.links.append((href, shown))
            elif kind == BREAK:
                if buffer:
                    flush()
            elif kind == SKIP:
                away = Away(name if attrs else tag, None)
                continue
            elif kind == NOSCRIPT:
                away = Away("noscript", Concealed("noscript", len(texts)))
                away.takes("", "", text)
                continue
            elif kind == MARQUEE:
                marquee = True
            elif kind == UNMARQUEE:
                marquee = False
            if attrs and kind != VOID and ("style=" in attrs or "hidden" in attrs) and kind != IMAGE:
                how = how_hidden(attrs)
                if how == "visibility" and _REVEALED.search(attrs):
                    how = None
                if how is not None:
                    if kind in (OPEN, PRE):
                        # The box stays, empty: a frame's width in lines is zero.
                        last[box] = len(texts)
                        box = parent[box]
                        pre = False
                    away = Away(name, Concealed(how, len(texts)))
                    if kind == LINK:
                        away.link, link = href, False
                    away.takes("", "", text)
                    continue
        if not text:
            continue
        if pre and "\n" in text:
            for part in text.split("\n"):
                buffer.append(part)
                flush()
        elif buffer or not text.isspace():
            buffer.append(text)
            if link:
                in_link += len(text)
        if link:
            anchor.append(text)
        if marquee:
            scrolling.append(text)
    if buffer:
        flush()
    page.marquee.text = fold_space(unescape("".join(scrolling)))
    while box:
        last[box] = len(texts)
        box = parent[box]
