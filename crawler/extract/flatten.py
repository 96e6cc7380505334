"""Markup → Outline, in one pass over its tags, without building a tree.

The page is read as one stream by its indexes, so that nothing recurses, nothing is visited twice and no string is made
that nobody keeps: at a fraction of what parsing it costs. Where the standard's parser would end boxes by itself,
`nesting` says how many; where only the parser can say what a page means, the page goes through the parser first and is
read as that writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy_extensions import i64, mypyc_attr

from crawler.decode import Document
from crawler.extract.hiding import Concealed, past_comment, past_element, past_raw
from crawler.extract.nesting import Unusual, ended_by_end, ended_by_start
from crawler.extract.outline import Outline
from crawler.extract.quotes import TAG_STARTS, cut_short, end_of_tag, quoted_end
from crawler.extract.references import folded, unescape
from crawler.extract.tags import (
    BREAK,
    COMMENT,
    HIDDEN,
    HIDDEN_BOX,
    INLINE,
    LINK,
    MARQUEE,
    META,
    PRE,
    SKIP,
    STEPS,
    TITLE,
    UNLINK,
    UNPRE,
    Step,
    name_key,
    work_out,
)
from crawler.model import fold_space

# Pages that break more rules than this are the parser's business.
_MOST_BROKEN: Final = 200
_TABLE_FRAMES: Final = frozenset(("table", "tbody", "thead", "tfoot", "tr"))
# Characters by their numbers, as indexing gives them at no cost once compiled.
_LESS: Final = 60
_GREATER: Final = 62
_SLASH: Final = 47
_SPACE: Final = 32
_QUOTE: Final = 34
_EQUALS: Final = 61
_BANG: Final = 33
_DASH: Final = 45
_SMALL_A: Final = 97
_SMALL_Z: Final = 122
# Names by their keys.
_A: Final = name_key("a")
_SPAN: Final = name_key("span")
_I: Final = name_key("i")
_EM: Final = name_key("em")
_B: Final = name_key("b")
_STRONG: Final = name_key("strong")
_FONT: Final = name_key("font")
_IMG: Final = name_key("img")
_LINK_TAG: Final = name_key("link")
_INPUT: Final = name_key("input")
_META: Final = name_key("meta")
_HREF: Final = name_key("href")
_STYLE: Final = name_key("style")
_HIDDEN: Final = name_key("hidden")
_SIX_LETTERS: Final = 0xFFFFFFFFFFFF


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
        self.html = html
        self.size: i64 = len(html)
        self.page = Outline(html)
        self.strict = strict
        self.buffer: list[str] = []  # the line being read
        self.in_link = 0  # how much of it stands in links
        self.box = 0  # the innermost box with a line
        self.opened: list[Step] = []  # boxes in it without a line so far; many never get one
        self.broken = 0
        self.linking = False
        self.pre = False
        self.marquee = False
        self.verbatim = False  # white space counts
        self.scrolled: list[str] = []
        self.hiding = False  # of the attributes last read: whether one may hide the element
        self.addressed = False  # and whether one is an address

    def read(self) -> Outline:
        """The whole page. Raises Unusual, if strict."""
        page = self.page
        at = self._text(0)
        while at < self.size:
            at = self._text(self._tag(at))
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

    def _text(self, begin: i64) -> i64:
        """Adds what stands behind a tag to the line; the index of the next tag, the page's length where none comes."""
        html = self.html
        size = self.size
        at = begin
        if not self.verbatim:
            while at < size:
                letter: i64 = ord(html[at])
                if letter == _LESS:
                    if at > begin and self.buffer:
                        self.buffer.append(" ")
                        if self.linking:
                            self.in_link += 1
                    return at
                if letter > _SPACE or letter == 0:
                    break
                at += 1
            if self.buffer:
                at = begin
        if at >= size:
            return size
        end: i64 = html.find("<", at)
        if end < 0:
            end = size
        if end > at:
            self._say(html[at:end])
        return end

    def _say(self, text: str) -> None:
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

    def _tag(self, at: i64) -> i64:
        """Does what the tag at an index means; the index where reading goes on."""
        html = self.html
        behind: i64 = 0
        if at + 12 < self.size:  # what is likely, told by its first letters
            first: i64 = ord(html[at + 1])
            if first == _SLASH:
                behind = self._end_tag(at)
            elif first == _BANG:
                if ord(html[at + 2]) == _DASH and ord(html[at + 3]) == _DASH:
                    behind = past_comment(html, at)
            else:
                behind = self._plain_tag(at)
        return behind or self._any_tag(at)

    def _end_tag(self, at: i64) -> i64:
        """Does an end tag of the commonest kinds: the index behind it, or 0 where it is none of them."""
        html = self.html
        key: i64 = 0
        behind: i64 = at + 2
        stop = at + 9
        if stop > self.size:
            stop = self.size
        while behind < stop:
            letter: i64 = ord(html[behind])
            behind += 1
            if letter == _GREATER:
                break
            if letter > 127:
                return 0
            key = (key << 8) | letter
        else:
            return 0
        if key == _A:
            self.linking = False
            return behind
        if key == _SPAN:
            return behind
        opened = self.opened
        if opened:
            if opened[-1].key != key or opened[-1].does == PRE:
                return 0
            self._end_line()
            if opened:
                opened.pop()
            else:
                self._end(1)
            return behind
        if not self.box:
            return 0
        step = self.page.boxes[self.box]
        if step.key != key or step.does == PRE:
            return 0
        self._end_line()
        self._end(1)
        return behind

    def _plain_tag(self, at: i64) -> i64:
        """Does the tag of a link, of what has no content or means nothing, written as most are: the index behind, or 0."""
        html = self.html
        key: i64 = 0
        letter: i64 = 0
        end: i64 = at + 1
        stop = at + 8
        while end < stop:
            letter = ord(html[end])
            if letter < _SMALL_A or letter > _SMALL_Z:
                break
            key = (key << 8) | letter
            end += 1
        inline = key == _SPAN or key == _I or key == _STRONG or key == _EM or key == _FONT or key == _B
        if letter != _SPACE:
            return end + 1 if inline and letter == _GREATER else 0
        if key == _A:
            end = self._attributes(end)
            if end and not self.hiding:
                if self.addressed:
                    self._link(at)
                return end + 1
        elif inline:
            end = self._attributes(end)
            if end and not self.hiding:
                return end + 1
        elif key == _IMG or key == _LINK_TAG or key == _INPUT:
            end = self._attributes(end)
            if end:
                return end + 1
        elif key == _META:
            end = self._attributes(end)
            if end:
                page = self.page
                page.metas.append((html[at + 1 : end], not self.opened and not self.box))
                return end + 1
        return 0

    def _attributes(self, at: i64) -> i64:
        """Reads attributes from the space before them on, if their names are in small letters and their values in
        double quotes: the index of the ">" behind them, or 0 where something is written otherwise.

        Says whether one may hide the element (`hiding`), and whether one is an address (`addressed`).
        """
        html = self.html
        last = self.size - 2
        self.hiding = self.addressed = False
        while at < last:
            at += 1
            letter: i64 = ord(html[at])
            if letter == _SPACE:
                continue
            if letter == _GREATER:
                return at
            if letter == _SLASH:
                return at + 1 if ord(html[at + 1]) == _GREATER else 0
            key: i64 = 0
            while (_SMALL_A <= letter <= _SMALL_Z or letter == _DASH) and at < last:
                key = ((key << 8) | letter) & _SIX_LETTERS
                at += 1
                letter = ord(html[at])
            if letter != _EQUALS or ord(html[at + 1]) != _QUOTE:
                return 0
            if key == _STYLE or key == _HIDDEN:
                self.hiding = True
            elif key == _HREF:
                self.addressed = True
            at = html.find('"', at + 2)
            if at < 0 or at > last:
                return 0
            letter = ord(html[at + 1])
            if letter != _SPACE and letter != _GREATER and letter != _SLASH:
                return 0
        return 0

    def _any_tag(self, at: i64) -> i64:
        html = self.html
        end: i64 = html.find(">", at)
        if end < 0:
            if self.strict:
                raise Unusual
            end = self.size
        tag = html[at + 1 : end]
        step = STEPS.get(tag)
        if step is None:
            whole = not cut_short(tag)
            if not whole and not tag.startswith("!--"):
                quoted = quoted_end(html, at)
                if quoted is not None:
                    end = quoted
                    tag = html[at + 1 : end]
                elif self.strict:
                    raise Unusual
            step = work_out(tag, whole)
        does = step.does
        if does == INLINE:
            if self.strict and tag[:1] not in TAG_STARTS:
                raise Unusual
        elif does <= UNPRE:
            self._close(step)
        elif does <= HIDDEN_BOX:
            self._end_line()
            if does <= PRE:
                self._open(step)
            elif does != BREAK:
                return self._pass_hidden(step, end + 1)
        else:
            return self._act(step, at, end)
        return end + 1

    def _open(self, step: Step) -> None:
        """A box begins, and with it others may end."""
        if self.strict and self._innermost() in step.closes:
            self._end(ended_by_start(step.name, self._open_boxes()))
        self.opened.append(step)
        if step.does == PRE:
            self.pre = self.verbatim = True

    def _close(self, step: Step) -> None:
        """An end tag: its box ends, and those in it that have none of their own."""
        ends = 1
        if step.name != self._innermost():
            self.broken += 1
            if self.broken > _MOST_BROKEN and self.strict:
                raise Unusual
            ends = ended_by_end(step.name, self._open_boxes())
        if ends or step.name == "p":
            self._end_line()
            self._end(ends)
        if step.does == UNPRE:
            self.pre = False
            self.verbatim = self.marquee

    def _end_line(self) -> None:
        """The line that was being read, if any, and the boxes that begin with it."""
        buffer = self.buffer
        if not buffer:
            return
        line = folded(buffer[0] if len(buffer) == 1 else "".join(buffer))
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

    def _link(self, at: i64) -> None:
        self.linking = True
        page = self.page
        if self.marquee:
            page.scrolling.append(len(page.anchors))
        page.anchors.append(int(at))
        page.anchored.append(len(page.texts))

    def _act(self, step: Step, at: i64, end: i64) -> i64:
        """Does what a tag from `at` to `end` means that breaks no line; the index where reading goes on."""
        page = self.page
        html = self.html
        does = step.does
        if does == LINK:
            self._link(at)
        elif does == UNLINK:
            self.linking = False
        elif does == SKIP:
            return self._behind(past_element(step.name, html, end + 1, self.strict))
        elif does == COMMENT:
            return past_comment(html, at)
        elif does == HIDDEN:
            return self._pass_hidden(step, end + 1)
        elif does == META:
            page.metas.append((html[at + 1 : end], not self.opened and not self.box))
        elif does == TITLE:
            close: i64 = past_raw(step.name, html, end + 1)
            if page.title is None:
                page.title = fold_space(unescape(html[end + 1 : close]))
            return self._behind(close)
        else:
            self.marquee = does == MARQUEE
            self.verbatim = self.marquee or self.pre
        return end + 1

    def _pass_hidden(self, step: Step, begin: i64) -> i64:
        end: i64 = past_element(step.name, self.html, begin, self.strict)
        self.page.hidden.append(Concealed(step, len(self.page.texts), begin, end))
        return self._behind(end)

    def _behind(self, at: i64) -> i64:
        """The index behind the tag at an index."""
        return end_of_tag(self.html, at) + 1 if at < self.size else self.size
