"""Lines and boxes of a page as its tags make them."""

from __future__ import annotations

from collections.abc import Iterator

from mypy_extensions import i64, mypyc_attr

from crawler.extract.nesting import Unusual
from crawler.extract.outline import Outline
from crawler.extract.references import folded
from crawler.extract.tags import Step


@mypyc_attr(acyclic=True, allow_interpreted_subclasses=False)
class Lines:
    """What has been read of a page, and the line that is being read.

    `strict`: the page is as somebody wrote it, and Unusual is raised where that is not plain.
    """

    def __init__(self, page: Outline, strict: bool) -> None:
        self.page = page
        self.strict = strict
        self.buffer: list[str] = []  # the line being read
        self.in_link = 0  # how much of it stands in links
        self.box = 0  # the innermost box with a line
        self.opened: list[Step] = []  # boxes in it without a line so far; many never get one
        self.linking = False
        self.pre = False
        self.marquee = False
        self.verbatim = False  # white space counts
        self.scrolled: list[str] = []

    def say(self, text: str) -> None:
        """Adds a text to the line; where white space counts, its line breaks end lines."""
        if self.pre and "\n" in text:
            for part in text.split("\n"):
                self.buffer.append(part)
                self.end_line()
        elif self.buffer or not text.isspace():
            self.buffer.append(text)
            if self.linking:
                self.in_link += len(text)
        if self.marquee:
            self.scrolled.append(text)

    def end_line(self) -> None:
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

    def end(self, count: int) -> None:
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

    def innermost(self) -> Step:
        """The box that is open and has no other open in it; the page itself where none is."""
        opened = self.opened
        return opened[-1] if opened else self.page.boxes[self.box]

    def open_boxes(self) -> Iterator[str]:
        """The names of the boxes that are open, the innermost first."""
        for step in reversed(self.opened):
            yield step.name
        box = self.box
        while box:
            yield self.page.boxes[box].name
            box = self.page.parent[box]

    def meta(self, tag: str) -> None:
        """A meta tag: it stands in the head as long as no box is open."""
        self.page.metas.append((tag, not self.opened and not self.box))

    def link(self, at: i64) -> None:
        """The link whose tag begins at an index: what follows stands in it."""
        self.linking = True
        page = self.page
        if self.marquee:
            page.scrolling.append(len(page.anchors))
        page.anchors.append(int(at))
        page.anchored.append(len(page.texts))
