"""The parsed tree flattened to what a reader sees: lines of text, and the boxes they stand in.

The tree is serialised once and read as one stream of tags, so that nothing recurses and nothing is visited twice.
Everything later (body, metadata, page kind, visible text) works on these lists and never goes back to the tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import length_hint

from selectolax.lexbor import LexborHTMLParser

from crawler.extract.hiding import Concealed, past_comment, past_element
from crawler.extract.roles import names_in
from crawler.extract.tags import (
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

# Most of a page's tags are plain and have nothing but white space behind them; what such a piece means is kept.
_BLANK: dict[str, tuple[Step, str]] = {}
_MOST_BLANK = 4_096
_LONGEST_BLANK = 40
_NOTHING_KNOWN: dict[str, tuple[Step, str]] = {}


@dataclass(frozen=True, slots=True)
class Anchor:
    """One link: its tag, the line it stands in (the next, when it has none), and the piece of the page that begins its
    text."""

    tag: str
    line: int
    begin: int

    @property
    def href(self) -> str:
        """The address as written."""
        found = HREF.search(self.tag)
        return unescape(found[1]) if found is not None else ""


@dataclass(slots=True)
class Outline:
    """Lines in reading order and boxes in document order; parallel lists, because pages have thousands of each.

    `texts[i]` is line i with white space folded, `linked[i]` how many of its characters stand in links, `owner[i]` its
    innermost box. Box j spans lines `first[j]` up to (not including) `last[j]`; box 0 is the whole page. Boxes without
    lines are left out. `roles[j]` is what the box's tag and names say it is (crawler.extract.roles). `pieces` is the
    page cut before each tag; what links and hidden elements say is read from there when somebody asks.
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
    anchors: list[tuple[str, int, int]] = field(default_factory=list)
    hidden: list[Concealed] = field(default_factory=list)
    marquee: str = ""
    scrolling: list[int] = field(default_factory=list)
    captions: set[int] = field(default_factory=set)
    pieces: list[str] = field(default_factory=list)

    def names(self, box: int) -> str:
        """The box's id, class, role and itemprop, lower case, joined by spaces."""
        return names_in(self.attrs[box])


def outline(tree: LexborHTMLParser) -> Outline:
    """Flatten a parsed page. Linear in its size; empty for a page without a body."""
    body = tree.body
    return outline_of_html((body.html if body is not None else None) or "")


def outline_of_html(html: str) -> Outline:
    """Flatten serialised HTML, as the parser writes it."""
    page = Outline(parent=[-1], first=[0], last=[0])
    steps = [Step(OPEN, "body")]
    if html:
        page.pieces = html.split("<")
        _read(page, steps)
    page.last[0] = len(page.texts)
    _, page.tags, page.attrs, page.roles, _ = map(list, zip(*steps, strict=True))
    return page


def _read(page: Outline, boxes: list[Step]) -> None:
    # One loop over the stream, since calls would double its cost. The parser writes no raw "<" or ">" into attribute
    # values, so that every "<" outside scripts and comments begins a tag and the next ">" ends it.
    texts, linked, owner = page.texts, page.linked, page.owner
    parent, first, last, anchors = page.parent, page.first, page.last, page.anchors
    known, steps = _BLANK.get, STEPS.get
    buffer: list[str] = []
    scrolling: list[str] = []
    box = in_link = 0
    linking = pre = marquee = False
    count = len(page.pieces)
    pieces = iter(page.pieces)
    for piece in pieces:
        pair = known(piece)
        if pair is None:
            tag, _, text = piece.partition(">")
            if tag[:2] == "a " and ' href="' in tag and "style=" not in tag and "hidden" not in tag:
                does, step = LINK, PLAIN_LINK
            else:
                step = steps(tag) or step_of(tag)
                does = step[0]
                if (not text or text.isspace()) and len(piece) < _LONGEST_BLANK and does != LINK:
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
                if does <= UNPRE:
                    if box:
                        if first[box] < len(texts):
                            last[box] = len(texts)
                            box = parent[box]
                        else:
                            # An empty box is its parent's last one, as those in it have gone the same way.
                            del boxes[box], first[box], last[box]
                            box = parent.pop()
                    if does == UNPRE:
                        pre = False
                        known = _NOTHING_KNOWN.get if marquee else _BLANK.get
                elif does <= PRE:
                    parent.append(box)
                    box = len(boxes)
                    boxes.append(step)
                    first.append(len(texts))
                    last.append(0)
                    if does == PRE:
                        pre = True
                        known = _NOTHING_KNOWN.get
                elif does == HIDDEN_BOX:
                    page.hidden.append(Concealed(step, len(texts), count - length_hint(pieces)))
                    text = past_element(step[1], pieces)
            elif does == LINK:
                linking = True
                if marquee:
                    page.scrolling.append(len(anchors))
                anchors.append((tag, len(texts), count - length_hint(pieces)))
            elif does == UNLINK:
                linking = False
            elif does == SKIP:
                text = past_element(step[1], pieces)
            elif does == COMMENT:
                text = past_comment(piece, pieces)
            elif does == HIDDEN:
                page.hidden.append(Concealed(step, len(texts), count - length_hint(pieces)))
                text = past_element(step[1], pieces)
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
            if linking:
                in_link += len(text)
        if marquee:
            scrolling.append(text)
    _finish(page, buffer, in_link, box)
    page.marquee = fold_space(unescape("".join(scrolling)))


def _keep_blank(piece: str, step: Step, text: str) -> None:
    if step[0] != COMMENT:
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
