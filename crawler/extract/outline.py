"""The parsed tree flattened to what a reader sees: lines of text, and the boxes they stand in.

The tree is serialised once and read as one stream of tags, so that nothing recurses and nothing is visited twice.
Everything later (body, metadata, page kind, visible text) works on these lists and never goes back to the tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser

from crawler.extract.hiding import Concealed, past_comment, past_element, read_hidden
from crawler.extract.roles import names_in
from crawler.extract.tags import (
    CLOSE,
    COMMENT,
    HIDDEN,
    HIDDEN_BOX,
    HREF,
    LINK,
    MARQUEE,
    OPEN,
    PLAIN_LINK,
    PRE,
    SKIP,
    STEPS,
    UNLINK,
    UNPRE,
    Step,
    step_of,
    unescape,
)
from crawler.model import fold_space

# Most of a page's tags have nothing but white space behind them; what such a piece means is kept with the white space.
_BLANK: dict[str, tuple[Step, str]] = {}
_MOST_BLANK = 16_384
_LONGEST_BLANK = 200
_NOTHING_KNOWN: dict[str, tuple[Step, str]] = {}


@dataclass(slots=True)
class Anchor:
    """One link as it was read: its tag, the pieces of its text, the line it stands in (the next, when it has none)."""

    tag: str
    pieces: list[str]
    line: int

    @property
    def href(self) -> str:
        """The address as written."""
        found = HREF.search(self.tag)
        return unescape(found[1]) if found is not None else ""

    @property
    def text(self) -> str:
        """What the link shows, white space folded."""
        return fold_space(unescape("".join(self.pieces)))


@dataclass(slots=True)
class Outline:
    """Lines in reading order and boxes in document order; parallel lists, because pages have thousands of each.

    `texts[i]` is line i with white space folded, `linked[i]` how many of its characters stand in links, `owner[i]` its
    innermost box. Box j spans lines `first[j]` up to (not including) `last[j]`; box 0 is the whole page. Boxes without
    lines are left out. `roles[j]` is what the box's tag and names say it is (crawler.extract.roles).
    """

    texts: list[str] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)
    owner: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    attrs: list[str] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    anchors: list[tuple[str, list[str], int]] = field(default_factory=list)
    hidden: list[Concealed] = field(default_factory=list)
    marquee: Concealed = field(default_factory=lambda: Concealed("marquee", 0))
    captions: set[int] = field(default_factory=set)

    def names(self, box: int) -> str:
        """The box's id, class, role and itemprop, lower case, joined by spaces."""
        return names_in(self.attrs[box])


def outline(tree: LexborHTMLParser) -> Outline:
    """Flatten a parsed page. Linear in its size; empty for a page without a body."""
    body = tree.body
    return outline_of_html((body.html if body is not None else None) or "")


def outline_of_html(html: str) -> Outline:
    """Flatten serialised HTML, as the parser writes it."""
    page = Outline(tags=["body"], attrs=[""], roles=[0], parent=[-1], first=[0], last=[0])
    if html:
        _read(html, page)
    page.last[0] = len(page.texts)
    return page


def _read(html: str, page: Outline) -> None:
    # One loop over the stream, since calls would double its cost. The parser writes no raw "<" or ">" into attribute
    # values, so that every "<" outside scripts and comments begins a tag and the next ">" ends it.
    texts, linked, owner = page.texts, page.linked, page.owner
    tags, attributes, roles = page.tags, page.attrs, page.roles
    parent, first, last, anchors = page.parent, page.first, page.last, page.anchors
    known, steps = _BLANK.get, STEPS.get
    buffer: list[str] = []
    anchor: list[str] | None = None
    scrolling: list[str] = []
    box = in_link = 0
    pre = marquee = False
    pieces = iter(html.split("<"))
    for piece in pieces:
        pair = known(piece)
        if pair is None:
            tag, _, text = piece.partition(">")
            if tag[:2] == "a " and ' href="' in tag and "style=" not in tag and "hidden" not in tag:
                step = PLAIN_LINK
            else:
                step = steps(tag) or step_of(tag)
            if (not text or text.isspace()) and step[0] != LINK:
                _keep_blank(piece, step, text)
        else:
            step, text = pair
        does = step[0]
        if does:
            if does <= HIDDEN_BOX:
                if buffer:
                    line = "".join(buffer) if len(buffer) > 1 else buffer[0]
                    line = " ".join((unescape(line) if "&" in line else line).split())
                    if line:
                        texts.append(line)
                        linked.append(min(in_link, len(line)) if in_link else 0)
                        owner.append(box)
                    buffer = []
                    in_link = 0
                if does in (CLOSE, UNPRE):
                    if box:
                        above = parent[box]
                        if first[box] < len(texts):
                            last[box] = len(texts)
                        else:
                            # An empty box is its parent's last one, as those in it have gone the same way.
                            tags.pop(), attributes.pop(), roles.pop(), parent.pop(), first.pop(), last.pop()
                        box = above
                    pre = pre and does == CLOSE
                elif does in (OPEN, PRE):
                    parent.append(box)
                    box = len(tags)
                    tags.append(step[1])
                    attributes.append(step[2])
                    roles.append(step[3])
                    first.append(len(texts))
                    last.append(0)
                    pre = pre or does == PRE
                elif does == HIDDEN_BOX:
                    concealed = Concealed(step[4], len(texts))
                    page.hidden.append(concealed)
                    text = read_hidden(step[1], text, pieces, concealed)
                known = _NOTHING_KNOWN.get if pre or marquee else _BLANK.get
            elif does == LINK:
                anchor = []
                anchors.append((tag, anchor, len(texts)))
            elif does == UNLINK:
                if anchor is not None:
                    if marquee:
                        one = Anchor(*anchors[-1])
                        page.marquee.links.append((one.href, one.text))
                    anchor = None
            elif does == SKIP:
                text = past_element(step[1], pieces)
            elif does == COMMENT:
                text = past_comment(piece, pieces)
            elif does == HIDDEN:
                concealed = Concealed(step[4], len(texts))
                page.hidden.append(concealed)
                href = HREF.search(step[2]) if step[1] == "a" else None
                link = unescape(href[1]) if href else None
                text = read_hidden(step[1], text, pieces, concealed, link)
            else:
                marquee = does == MARQUEE
                known = _NOTHING_KNOWN.get if pre or marquee else _BLANK.get
        if not text:
            continue
        if pre and "\n" in text:
            for part in text.split("\n"):
                buffer.append(part)
                line = fold_space(unescape("".join(buffer)))
                if line:
                    texts.append(line)
                    linked.append(min(in_link, len(line)))
                    owner.append(box)
                buffer = []
                in_link = 0
        elif buffer or not text.isspace():
            buffer.append(text)
            if anchor is not None:
                in_link += len(text)
        if anchor is not None:
            anchor.append(text)
        if marquee:
            scrolling.append(text)
    _finish(page, buffer, in_link, box)
    page.marquee.text = fold_space(unescape("".join(scrolling)))


def _keep_blank(piece: str, step: Step, text: str) -> None:
    if step[0] != COMMENT and len(piece) < _LONGEST_BLANK:
        if len(_BLANK) >= _MOST_BLANK:
            _BLANK.clear()
        _BLANK[piece] = (step, " " if text else "")


def _finish(page: Outline, buffer: list[str], in_link: int, box: int) -> None:
    line = fold_space(unescape("".join(buffer)))
    if line:
        page.texts.append(line)
        page.linked.append(min(in_link, len(line)))
        page.owner.append(box)
    while box:
        page.last[box] = len(page.texts)
        box = page.parent[box]
