"""A page flattened to what a reader sees: lines of text, and the boxes they stand in.

Everything later (body, metadata, page kind, visible text) works on these lists and never goes back to the markup.
"""

from __future__ import annotations

from mypy_extensions import mypyc_attr

from crawler.extract.hiding import Concealed
from crawler.extract.quotes import end_of_tag
from crawler.extract.tags import OPEN, Step, href_of


@mypyc_attr(acyclic=True)
class Outline:
    """Lines in reading order and boxes in document order; parallel lists, because pages have thousands of each.

    `texts[i]` is line i with white space folded, `linked[i]` how many of its characters stand in links, `owner[i]` its
    innermost box. Box j spans lines `first[j]` up to (not including) `last[j]`; box 0 is the whole page. Boxes without
    lines are left out. `roles[j]` is what the box's tag and names say it is (crawler.extract.roles). `html` is the page
    itself; what links and hidden elements say is read from there when somebody asks. Link k's tag begins at
    `anchors[k]` and its text in line `anchored[k]` (the next, when it has none); `scrolling` numbers the links in
    marquees. `metas` holds the meta tags and whether each stands in the head, `title` the text of the title element.
    """

    def __init__(self, html: str) -> None:
        self.texts: list[str] = []
        self.linked: list[int] = []
        self.owner: list[int] = []
        self.boxes: list[Step] = [Step(OPEN, "body")]
        self.parent: list[int] = [-1]
        self.first: list[int] = [0]
        self.last: list[int] = [0]
        self.roles: list[int] = []
        self.anchors: list[int] = []
        self.anchored: list[int] = []
        self.hidden: list[Concealed] = []
        self.marquee: str = ""
        self.scrolling: list[int] = []
        self.captions: set[int] = set()
        self.html = html
        self.metas: list[tuple[str, bool]] = []
        self.title: str | None = None

    def href(self, link: int) -> str:
        """A link's address, references undone."""
        at = self.anchors[link]
        return href_of(self.html[at + 1 : end_of_tag(self.html, at)]) or ""
