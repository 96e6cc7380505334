"""What a reader of the whole page sees, and what the page keeps from being seen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from crawler.decode import Document
from crawler.extract.flatten import outline
from crawler.extract.hiding import link_text, read_hidden
from crawler.extract.outline import Outline


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenBlock:
    """A piece of the page that is in the markup but not to be seen: its text, how it is hidden, its links.

    `how` is one of display:none, visibility, off-screen, zero-size, font-size 0, same-colour, overflow, marquee,
    noscript.
    `links` holds (address as written, text) of each link in it.
    """

    text: str
    how: str
    links: tuple[tuple[str, str], ...] = ()


# Every reader of one page asks for it.
@lru_cache(maxsize=2)
def outline_of(document: Document) -> Outline:
    """The document's outline; kept for the last two documents."""
    return outline(document)


def visible_text(document: Document) -> str:
    """The whole visible text, a line for each block; of plain text, exactly the text."""
    if not document.markup:
        return document.text
    return "\n".join(outline_of(document).texts)


def hidden_blocks(document: Document) -> tuple[HiddenBlock, ...]:
    """Every hidden piece of the page that has text or links, in document order; what scrolls in marquees comes last."""
    if not document.markup:
        return ()
    page = outline_of(document)
    found = [(*read_hidden(page.html, hidden), hidden.step.how) for hidden in page.hidden]
    scrolling = [(page.href(link), link_text(page.html, page.anchors[link])) for link in page.scrolling]
    found.append((page.marquee, scrolling, "marquee"))
    return tuple(HiddenBlock(text=text, how=how, links=tuple(links)) for text, links, how in found if text or links)
