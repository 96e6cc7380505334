"""Whether a page of HTML is a listing or the page of one article: the signs of either, weighed."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from crawler.discover import words
from crawler.discover.blocks import Block
from crawler.discover.outline import Outline
from crawler.discover.shape import text_units, url_likeness
from crawler.model import bare_text

_SHORTEST_PROSE = 18.0  # units: a text shorter than this is a label
_MUCH_PROSE = 250.0  # units that no menu or footer holds
_HEADLINE = 9.0  # units: the names of columns are shorter; in Latin letters they are up to twice as long


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What tells a listing from an article's page.

    `rows` are the links of the block, `dated` the share with dates, `worth` what a row is worth (rows.Group),
    `weight` less than 1 where the block stands in a frame. `prose` counts units of running text outside links and rows,
    `body_prose` those inside a frame named as an article's text, `linked` units of the block's titles. `headline`: the
    <title> begins with a text that the page shows; `byline`: it shows marks that stand under headlines. `url` is the
    likeness of the page's own address (shape.url_likeness).
    """

    rows: int
    dated: float
    worth: float
    weight: float
    linked: float
    prose: float
    body_prose: float
    title_meta: bool
    article_meta: bool
    issue_meta: bool
    column_meta: bool
    headline: bool
    byline: bool
    paged: bool
    url: float


def read_signs(tree: LexborHTMLParser, page: Outline, block: Block, *, paged: bool, url: str) -> Signs:
    """The signs of a page whose strongest block of links is `block`."""
    metas = _metas(tree)
    prose, body_prose = _prose(page, block)
    groups = block.groups
    return Signs(
        rows=len({row.url for row in block.rows}),
        dated=block.dated,
        worth=max((group.worth for group in groups), default=0.0),
        weight=max((group.weight for group in groups), default=0.0),
        linked=sum(text_units(row.title) for row in block.rows),
        prose=prose,
        body_prose=body_prose,
        title_meta=bool(metas & words.TITLE_METAS),
        article_meta=bool(metas & words.ARTICLE_METAS),
        issue_meta=bool(metas & words.ISSUE_METAS),
        column_meta=bool(metas & words.COLUMN_METAS),
        headline=_headline(tree, page, _Spans.of_rows(page, block)),
        byline=_byline(page, _Spans.of_rows(page, block)),
        paged=paged,
        url=url_likeness(url),
    )


def looks_like_listing(signs: Signs) -> bool:
    """True if the signs of a listing outweigh those of an article."""
    return weigh(signs) > 0


def weigh(signs: Signs) -> float:
    """The balance: above 0 a listing, below 0 a single page."""
    if not signs.rows:
        return -1.0
    rows = min(signs.rows, 30) / 30
    balance = (0.6 + 2.2 * rows + 1.2 * signs.dated) * signs.weight * min(1.0, signs.worth / 0.6)
    balance += 0.9 * signs.paged + 0.6 * (signs.column_meta and not signs.article_meta)
    balance -= 2.0 * signs.article_meta + 2.0 * signs.title_meta + 0.4 * signs.issue_meta
    balance -= 2.4 * signs.prose / (signs.prose + signs.linked + 60)
    balance -= 1.2 * signs.headline + 0.8 * signs.byline
    balance -= 1.5 * min(1.0, signs.body_prose / 150)
    balance += 0.8 * (0.4 - signs.url)
    balance -= 0.5 * min(1.0, signs.prose / 1500)
    return balance - 0.35


def _metas(tree: LexborHTMLParser) -> set[str]:
    """The names of the page's <meta> that have content, in lower case; og:type=article counts as article's own."""
    names = set()
    for node in tree.css("meta[content]")[:200]:
        attributes = node.attributes
        name = (attributes.get("name") or attributes.get("property") or "").strip().lower()
        content = (attributes.get("content") or "").strip()
        if content:
            names.add(name)
    return names


def _prose(page: Outline, block: Block) -> tuple[float, float]:
    """Units of running text outside links, rows and menus: in all, and inside frames named as an article's text.

    A menu that holds most of the running text is a frame with a misleading name: its text counts.
    """
    spans = _Spans.of_rows(page, block)
    inside_link = bytearray(len(page.tag))
    body = bytearray(len(page.tag))
    menu = [-1] * len(page.tag)
    for element, parent in enumerate(page.parent):
        above = parent >= 0
        inside_link[element] = (above and inside_link[parent]) or page.tag[element] == "a"
        body[element] = (above and body[parent]) or _is_body(page.name[element])
        menu[element] = menu[parent] if above and menu[parent] >= 0 else element if page.frame[element] <= 0.1 else -1
    free = body_prose = 0.0
    in_menus: dict[int, float] = {}
    for chunk, owner in zip(page.chunks, page.chunk_owner, strict=True):
        units = text_units(chunk)
        if units < _SHORTEST_PROSE or inside_link[owner] or spans.hold(owner):
            continue
        units += 0.6 * max(0, len(chunk) - 400)
        if menu[owner] >= 0:
            in_menus[menu[owner]] = in_menus.get(menu[owner], 0.0) + units
        else:
            free += units
        body_prose += units * bool(body[owner])
    largest = max(in_menus.values(), default=0.0)
    return free + (largest if largest > max(free, _MUCH_PROSE) else 0.0), body_prose


def _headline(tree: LexborHTMLParser, page: Outline, spans: _Spans) -> bool:
    """True if the beginning of the page's <title> stands in the page as a text of its own, outside links and rows."""
    node = tree.css_first("title")
    title = bare_text(node.text() or "")[:200] if node is not None else ""
    for chunk, owner in zip(page.chunks, page.chunk_owner, strict=True):
        shown = bare_text(chunk[:200])
        if (
            text_units(shown) >= _HEADLINE * (1 + shown[0].isascii())
            and title.startswith(shown)
            and page.tag[owner] != "a"
        ):
            element = page.parent[owner]
            if not spans.hold(owner) and (element < 0 or page.tag[element] != "a"):
                return True
    return False


def _byline(page: Outline, spans: _Spans) -> bool:
    """True if the page shows what stands under an article's headline or at its end: source, editor, print, size."""
    return any(
        len(chunk) <= 200 and any(mark in chunk for mark in words.BYLINE_MARKS) and not spans.hold(owner)
        for chunk, owner in zip(page.chunks, page.chunk_owner, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spans:
    """The ranges of elements that the rows of a block take, for asking whether an element lies in one."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @staticmethod
    def of_rows(page: Outline, block: Block) -> _Spans:
        rows = [row for group in block.groups if len(group.rows) >= 3 for row in group.rows]
        spans = sorted((row.element, page.end[row.element]) for row in rows)
        return _Spans(starts=tuple(start for start, _ in spans), ends=tuple(end for _, end in spans))

    def hold(self, element: int) -> bool:
        index = bisect_right(self.starts, element) - 1
        return index >= 0 and element < self.ends[index]


def _is_body(name: str) -> bool:
    return any("".join(filter(str.isalpha, part)) in words.BODY_PARTS for part in name.split())
