"""Tags that are written as most are, done without making a string of them."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64, mypyc_attr

from crawler.extract.characters import (
    DASH,
    EQUALS,
    GREATER,
    QUOTE,
    SLASH,
    SMALL_A,
    SMALL_Z,
    SPACE,
    name_key,
)
from crawler.extract.lines import Lines
from crawler.extract.outline import Outline
from crawler.extract.tags import PRE

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


@mypyc_attr(acyclic=True, allow_interpreted_subclasses=False)
class PlainTags(Lines):
    """The commonest tags of a page, told by their letters; what crawler.extract.tags says of them is done at once."""

    def __init__(self, html: str, strict: bool) -> None:
        super().__init__(Outline(html), strict)
        self.html = html
        self.size: i64 = len(html)
        self.hiding = False  # of the attributes last read: whether one may hide the element
        self.addressed = False  # and whether one is an address

    def end_tag(self, at: i64) -> i64:
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
            if letter == GREATER:
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
        if not self.opened and not self.box:
            return 0
        step = self.innermost()
        if step.key != key or step.does == PRE:
            return 0
        self.end_line()
        self.end(1)
        return behind

    def plain_tag(self, at: i64) -> i64:
        """Does the tag of a link, of what has no content, or of what means nothing: the index behind it, or 0."""
        html = self.html
        key: i64 = 0
        letter: i64 = 0
        end: i64 = at + 1
        stop = at + 8
        while end < stop:
            letter = ord(html[end])
            if letter < SMALL_A or letter > SMALL_Z:
                break
            key = (key << 8) | letter
            end += 1
        inline = key in (_SPAN, _I, _STRONG, _EM, _FONT, _B)
        if letter != SPACE:
            return end + 1 if inline and letter == GREATER else 0
        link = key == _A
        meta = key == _META
        if not (link or meta or inline or key in (_IMG, _LINK_TAG, _INPUT)):
            return 0
        end = self._attributes(end)
        if not end or (self.hiding and (link or inline)):
            return 0
        if meta:
            self.meta(html[at + 1 : end])
        elif link and self.addressed:
            self.link(at)
        return end + 1

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
            if letter == SPACE:
                continue
            if letter == GREATER:
                return at
            if letter == SLASH:
                return at + 1 if ord(html[at + 1]) == GREATER else 0
            key: i64 = 0
            while (SMALL_A <= letter <= SMALL_Z or letter == DASH) and at < last:
                key = ((key << 8) | letter) & _SIX_LETTERS
                at += 1
                letter = ord(html[at])
            if letter != EQUALS or ord(html[at + 1]) != QUOTE:
                return 0
            if key in (_STYLE, _HIDDEN):
                self.hiding = True
            elif key == _HREF:
                self.addressed = True
            at = html.find('"', at + 2)
            if at < 0 or at > last:
                return 0
            letter = ord(html[at + 1])
            if letter != SPACE and letter != GREATER and letter != SLASH:
                return 0
        return 0
