"""Markup → Outline, in one pass over its tags, without building a tree.

The page is cut before each tag and read as one stream, so that nothing recurses and nothing is visited twice: at a
fraction of what parsing it costs. Where the standard's parser would end boxes by itself, `nesting` says how many; where
only the parser can say what a page means, the page goes through the parser first and is read as that writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy_extensions import mypyc_attr

from crawler.decode import Document
from crawler.extract.hiding import Concealed, behind, past_comment, past_element, read_text
from crawler.extract.nesting import Unusual, ended_by_end, ended_by_start
from crawler.extract.outline import Outline
from crawler.extract.quotes import TAG_STARTS, cut_short, mend
from crawler.extract.references import unescape
from crawler.extract.tags import (
    BREAK,
    COMMENT,
    HIDDEN,
    HIDDEN_BOX,
    INLINE,
    LINK,
    MARQUEE,
    META,
    PLAIN_LINK,
    PRE,
    SKIP,
    STEPS,
    TITLE,
    UNLINK,
    UNPRE,
    Step,
    work_out,
)
from crawler.model import fold_space

# Most of a page's tags are plain and have nothing but white space behind them; what such a piece means is kept.
_BLANK: Final[dict[str, Step]] = {}
_MOST_BLANK: Final = 512
_LONGEST_BLANK: Final = 64
# Pages that break more rules than this are the parser's business.
_MOST_BROKEN: Final = 200
_TABLE_FRAMES: Final = frozenset(("table", "tbody", "thead", "tfoot", "tr"))


def outline(document: Document) -> Outline:
    """Flatten a page. Linear in its size; without lines for a page without text."""
    try:
        return Reader(document.text, True).read()
    except Unusual:
        return outline_of_html(document.tree.html or "")


def outline_of_html(html: str) -> Outline:
    """Flatten serialised HTML, as the parser writes it."""
    return Reader(html, False).read()


@mypyc_attr(acyclic=True)
class Reader:
    """One page being read. `strict`: it is as somebody wrote it, and Unusual is raised where that is not plain."""

    def __init__(self, html: str, strict: bool) -> None:
        self.page = Outline(html.split("<"))
        self.strict = strict
        self.at = 1  # the next piece
        self.text = self.page.pieces[0]  # what stands behind the tag being read
        self.buffer: list[str] = []  # the line being read
        self.in_link = 0  # how much of it stands in links
        self.box = 0  # the innermost box with a line
        self.opened: list[Step] = []  # boxes in it without a line so far; many never get one
        self.broken = 0
        self.linking = False
        self.pre = False
        self.marquee = False
        self.scrolled: list[str] = []

    def read(self) -> Outline:
        """The whole page. Raises Unusual, if strict."""
        page = self.page
        count = len(page.pieces)
        if self.text:
            self._say()
        while self.at < count:
            step = self._next()
            does = step.does
            if does != INLINE:
                if does <= HIDDEN_BOX:
                    self._break(step)
                elif does == LINK:
                    self._link()
                elif does == UNLINK:
                    self.linking = False
                else:
                    self._act(step)
            if self.text:
                self._say()
        self._end_line()
        self._end(len(page.boxes))
        page.last[0] = len(page.texts)
        if self.scrolled:
            page.marquee = fold_space(unescape("".join(self.scrolled)))
        page.roles = [step.role for step in page.boxes]
        if self.strict:
            for box in page.owner:
                if page.boxes[box].name in _TABLE_FRAMES:
                    raise Unusual  # text that stands in a table but in no cell: the parser moves it
        return page

    def _next(self) -> Step:
        """Moves on to the next piece: what its tag means. `text` is then what stands behind the tag."""
        piece = self.page.pieces[self.at]
        self.at += 1
        # One that ends in a letter has text behind its tag.
        short = (
            len(piece) < _LONGEST_BLANK
            and (piece.endswith(">") or piece.endswith("\n") or piece.endswith(" ") or piece.endswith("\t"))  # noqa: PIE810
            and not self.pre
            and not self.marquee
        )
        if short:
            known = _BLANK.get(piece)
            if known is not None:
                self.text = known.gap
                return known
        end = piece.find(">")
        tag = piece if end < 0 else piece[:end]
        text = "" if end < 0 else piece[end + 1 :]
        if tag.startswith('a href="') and tag.find('"', 8) == len(tag) - 1 and end > 0:
            self.text = text
            return PLAIN_LINK
        if tag.startswith("a ") and ' href="' in tag:
            low = tag.lower()
            plain = "style" not in low and "hidden" not in low
            if plain and end >= 0 and not (self.strict and cut_short(tag)):
                self.text = text
                return PLAIN_LINK
        step = STEPS.get(tag)
        if step is None or end < 0:
            if self.strict and (end < 0 or cut_short(tag)) and not tag.startswith("!--"):
                here = self.at - 1
                self.at = mend(self.page.pieces, here)
                tag, _, text = self.page.pieces[here].partition(">")
                short = False  # what was mended says nothing of others that begin so
            step = work_out(tag)
        self.text = text
        if step.does < SKIP:
            if step.does == INLINE and self.strict and tag[:1] not in TAG_STARTS:
                raise Unusual
            if short and step is not PLAIN_LINK and (not text or text.isspace()):
                if len(_BLANK) >= _MOST_BLANK:
                    _BLANK.clear()
                _BLANK[piece] = step.spaced() if text else step
        return step

    def _say(self) -> None:
        """Adds the text behind a tag to the line."""
        text = self.text
        if self.pre and "\n" in text:
            for part in text.split("\n"):
                self.buffer.append(part)
                self._end_line()
        elif self.buffer or not text.isspace():
            self.buffer.append(text)
            if self.linking:
                self.in_link += len(text)
        if self.marquee:
            self.scrolled.append(text)

    def _break(self, step: Step) -> None:
        """A tag that breaks the line: the line ends, and boxes end or begin."""
        does = step.does
        ends = 1
        if does <= UNPRE:
            if step.name != self._innermost():
                self.broken += 1
                if self.broken > _MOST_BROKEN and self.strict:
                    raise Unusual
                ends = ended_by_end(step.name, self._open_boxes())
            if ends or step.name == "p":
                self._end_line()
                self._end(ends)
            if does == UNPRE:
                self.pre = False
            return
        self._end_line()
        if does <= PRE:
            if self._innermost() in step.closes and self.strict:
                self._end(ended_by_start(step.name, self._open_boxes()))
            self.opened.append(step)
            if does == PRE:
                self.pre = True
        elif does != BREAK:
            self._pass_hidden(step)

    def _end_line(self) -> None:
        """The line that was being read, if any, and the boxes that begin with it."""
        buffer = self.buffer
        if not buffer:
            return
        line = buffer[0] if len(buffer) == 1 else "".join(buffer)
        line = " ".join((unescape(line) if "&" in line else line).split())
        if line:
            if self.strict and "\0" in line:
                raise Unusual
            page = self.page
            for step in self.opened:
                page.parent.append(self.box)
                self.box = len(page.boxes)
                page.boxes.append(step)
                page.first.append(len(page.texts))
                page.last.append(0)
            self.opened.clear()
            page.texts.append(line)
            page.linked.append(min(self.in_link, len(line)))
            page.owner.append(self.box)
        self.buffer = []
        self.in_link = 0

    def _end(self, count: int) -> None:
        """Ends so many of the innermost boxes."""
        page = self.page
        while count > 0:
            if self.opened:
                self.opened.pop()
            elif self.box:
                page.last[self.box] = len(page.texts)
                self.box = page.parent[self.box]
            else:
                break
            count -= 1

    def _innermost(self) -> str:
        opened = self.opened
        return opened[-1].name if opened else self.page.boxes[self.box].name

    def _open_boxes(self) -> Iterator[str]:
        """The names of the boxes that are open, the innermost first."""
        for step in reversed(self.opened):
            yield step.name
        box = self.box
        while box:
            yield self.page.boxes[box].name
            box = self.page.parent[box]

    def _link(self) -> None:
        self.linking = True
        page = self.page
        if self.marquee:
            page.scrolling.append(len(page.anchors))
        page.anchors.append(self.at)
        page.anchored.append(len(page.texts))

    def _act(self, step: Step) -> None:
        """A tag that neither breaks the line nor links."""
        page = self.page
        does = step.does
        if does == SKIP:
            self._move_to(past_element(step.name, page.pieces, self.at, self.strict))
        elif does == COMMENT:
            end = past_comment(page.pieces, self.at)
            self.text = page.pieces[end].partition("-->")[2] if end < len(page.pieces) else ""
            self.at = end + 1
        elif does == HIDDEN:
            self._pass_hidden(step)
        elif does == META:
            page.metas.append((page.pieces[self.at - 1].partition(">")[0], not self.opened and not self.box))
        elif does == TITLE:
            title, end = read_text(step.name, page.pieces, self.at)
            if page.title is None:
                page.title = fold_space(unescape(title))
            self._move_to(end)
        else:
            self.marquee = does == MARQUEE

    def _pass_hidden(self, step: Step) -> None:
        end = past_element(step.name, self.page.pieces, self.at, self.strict)
        self.page.hidden.append(Concealed(step, len(self.page.texts), self.at, end))
        self._move_to(end)

    def _move_to(self, end: int) -> None:
        """Goes on behind the tag that piece `end` begins with."""
        pieces = self.page.pieces
        self.text = behind(pieces[end]) if end < len(pieces) else ""
        self.at = end + 1
