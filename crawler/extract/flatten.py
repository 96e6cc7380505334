"""Markup → Outline, in one pass over its tags, without building a tree.

The page is read as one stream by its indexes, so that nothing recurses, nothing is visited twice and no string is made
that nobody keeps: at a fraction of what parsing it costs. Where the standard's parser would end boxes by itself,
`nesting` says how many; where only the parser can say what a page means, the page goes through the parser first and is
read as that writes it.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64, mypyc_attr

from crawler.decode import Document
from crawler.extract.characters import BANG, DASH, LESS, SLASH, SPACE
from crawler.extract.hiding import Concealed, past_comment, past_element, past_raw
from crawler.extract.nesting import Unusual, ended_by_end, ended_by_start
from crawler.extract.outline import Outline
from crawler.extract.plaintags import PlainTags
from crawler.extract.quotes import TAG_STARTS, cut_short, end_of_tag, quoted_end
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
class Reader(PlainTags):
    """One page being read. `strict`: it is as somebody wrote it, and Unusual is raised where that is not plain."""

    def __init__(self, html: str, strict: bool) -> None:
        super().__init__(html, strict)
        self.broken = 0
        self.unfolded: i64 = 0  # where the panel last unfolded ends

    def read(self) -> Outline:
        """The whole page. Raises Unusual, if strict."""
        page = self.page
        at = self._text(0)
        while at < self.size:
            at = self._text(self._tag(at))
        self.end_line()
        self.end(len(page.boxes))
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
                if letter == LESS:
                    if at > begin and self.buffer:
                        self.buffer.append(" ")
                        if self.linking:
                            self.in_link += 1
                    return at
                if letter > SPACE or letter == 0:
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
            self.say(html[at:end])
        return end

    def _tag(self, at: i64) -> i64:
        """Does what the tag at an index means; the index where reading goes on."""
        html = self.html
        behind: i64 = 0
        if at + 12 < self.size:  # what is likely, told by its first letters
            first: i64 = ord(html[at + 1])
            if first == SLASH:
                behind = self.end_tag(at)
            elif first == BANG:
                if ord(html[at + 2]) == DASH and ord(html[at + 3]) == DASH:
                    behind = past_comment(html, at)
            else:
                behind = self.plain_tag(at)
        return behind or self._any_tag(at)

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
            self.end_line()
            if does <= PRE:
                self._open(step)
                if step.how:
                    self._fold(step, end + 1)
            elif does != BREAK:
                return self._pass_hidden(step, end + 1)
        else:
            return self._act(step, at, end)
        return end + 1

    def _open(self, step: Step) -> None:
        """A box begins, and with it others may end."""
        if self.strict and self.innermost().name in step.closes:
            self.end(ended_by_start(step.name, self.open_boxes()))
        self.opened.append(step)
        if step.does == PRE:
            self.pre = self.verbatim = True

    def _close(self, step: Step) -> None:
        """An end tag: its box ends, and those in it that have none of their own."""
        ends = 1
        if step.name != self.innermost().name:
            self.broken += 1
            if self.broken > _MOST_BROKEN and self.strict:
                raise Unusual
            ends = ended_by_end(step.name, self.open_boxes())
        if ends or step.name == "p":
            self.end_line()
            self.end(ends)
        if step.does == UNPRE:
            self.pre = False
            self.verbatim = self.marquee

    def _act(self, step: Step, at: i64, end: i64) -> i64:
        """Does what a tag from `at` to `end` means that breaks no line; the index where reading goes on."""
        page = self.page
        html = self.html
        does = step.does
        if does == LINK:
            self.link(at)
        elif does == UNLINK:
            self.linking = False
        elif does == SKIP:
            return self._behind(past_element(step.name, html, end + 1, self.strict))
        elif does == COMMENT:
            return past_comment(html, at)
        elif does == HIDDEN:
            return self._pass_hidden(step, end + 1)
        elif does == META:
            self.meta(html[at + 1 : end])
        elif does == TITLE:
            close: i64 = past_raw(step.name, html, end + 1)
            if page.title is None:
                page.title = fold_space(unescape(html[end + 1 : close]))
            return self._behind(close)
        else:
            self.marquee = does == MARQUEE
            self.verbatim = self.marquee or self.pre
        return end + 1

    def _fold(self, step: Step, begin: i64) -> None:
        """A panel to unfold is text for its reader, and hidden for whoever asks what the page keeps from being seen."""
        if begin >= self.unfolded:  # what is in one is hidden with it, and looked through once
            self.unfolded = self._conceal(step, begin)

    def _pass_hidden(self, step: Step, begin: i64) -> i64:
        if begin < self.unfolded:
            return self._behind(past_element(step.name, self.html, begin, self.strict))
        return self._behind(self._conceal(step, begin))

    def _conceal(self, step: Step, begin: i64) -> i64:
        """Notes an element that is not to be seen; the index of the tag that ends it."""
        end: i64 = past_element(step.name, self.html, begin, self.strict)
        self.page.hidden.append(Concealed(step, len(self.page.texts), begin, end))
        return end

    def _behind(self, at: i64) -> i64:
        """The index behind the tag at an index."""
        return end_of_tag(self.html, at) + 1 if at < self.size else self.size
