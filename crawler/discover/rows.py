"""Links that stand in the same place of the same structure, each with its row and the date beside it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

from crawler.discover.admit import resolve
from crawler.discover.dates import date_in, split_date
from crawler.discover.outline import Anchor, Outline
from crawler.discover.shape import is_navigation, text_likeness, text_units, url_likeness
from crawler.discover.titles import whole_title
from crawler.model import Link

_SOFT = 0.1  # frames that weigh this or more are known by a name that may mean something else
_CLIMB = 30  # levels that are climbed to find where two links' rows part
_LONGEST_LEAD = 12.0  # units of text before a link in its row, from which the row is a paragraph and not an item
_ROW_TEXTS = 60  # texts of a row in which its date is looked for
_DATE_CELL = 40  # characters of a text that may be a date and its label
_CARD_DEPTH = 8  # levels inside a link that are climbed for its heading
_TITLE_PARTS = ("title", "tit", "headline", "bt", "biaoti")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One link of a group: its title and date as shown, the element of its row, how much it looks like an article's.

    `likeness` is 0..1 without regard to dates and frames.
    """

    anchor: Anchor
    url: str
    title: str
    date_text: str | None
    element: int
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows whose links stand in the same structural place, in page order. `weight` is 1.0, or less inside frames."""

    rows: tuple[Row, ...]
    weight: float

    @property
    def dated(self) -> float:
        """The share of rows with a date beside them."""
        return sum(row.date_text is not None for row in self.rows) / len(self.rows)

    @property
    def likeness(self) -> float:
        """The mean likeness of the rows."""
        return sum(row.likeness for row in self.rows) / len(self.rows)

    @property
    def distinct(self) -> int:
        """How many different URLs the rows name."""
        return len({row.url for row in self.rows})

    @property
    def worth(self) -> float:
        """What a row is worth on average, 0..1: its likeness and its date."""
        return 0.6 * self.likeness + 0.4 * self.dated

    @property
    def score(self) -> float:
        """How strongly this is the listing's block of articles; 0 and up, grows with the number of rows up to 60."""
        return self.worth**2 * min(self.distinct, 60) * self.weight

    @property
    def links(self) -> list[Link]:
        """The rows as links, not yet canonical."""
        return [Link(url=row.url, title=row.title, date_text=row.date_text) for row in self.rows]


def groups(page: Outline, base: str) -> list[Group]:
    """Every group of links of the page that lead to pages of the web and are not mere navigation, in page order."""
    places: dict[int, list[tuple[Anchor, str]]] = defaultdict(list)
    for anchor in page.anchors:
        url = resolve(anchor.href, base)
        if url is not None:
            places[page.path[anchor.element]].append((anchor, url))
    found = []
    for place in places.values():
        rows = _rows(page, _main_of_each_row(page, _with_text(page, place)))
        if rows:
            found.append(Group(rows=rows, weight=0.0))
    return weigh(page, found)


def weigh(page: Outline, found: list[Group]) -> list[Group]:
    """The groups with the weight of the frames they stand in. A frame that holds most of all rows is misnamed."""
    frames: dict[int, float] = {}
    total = sum(len(group.rows) * group.worth for group in found) or 1.0
    held: dict[int, float] = defaultdict(float)
    chains: list[list[int]] = []
    for group in found:
        chain = []
        element = group.rows[len(group.rows) // 2].element
        for _ in range(_CLIMB * 2):
            if element < 0:
                break
            if page.frame[element] < 1.0:
                chain.append(element)
                held[element] += len(group.rows) * group.worth
            element = page.parent[element]
        chains.append(chain)
    for element, amount in held.items():
        misnamed = page.frame[element] >= _SOFT and page.tag[element] != "aside" and amount > 0.6 * total
        frames[element] = 1.0 if misnamed else page.frame[element]
    return [
        replace(group, weight=min((frames[element] for element in chain), default=1.0))
        for group, chain in zip(found, chains, strict=True)
    ]


def _with_text(page: Outline, place: list[tuple[Anchor, str]]) -> list[tuple[Anchor, str, str]]:
    """The links of one place with what they call themselves; pictures and mere navigation are left out."""
    named = []
    for anchor, url in place:
        text = _title(page, anchor)
        if text_units(text) >= 2 and not is_navigation(text):
            named.append((anchor, url, text))
    return named


def _main_of_each_row(page: Outline, place: list[tuple[Anchor, str, str]]) -> list[tuple[Anchor, str, str]]:
    """Where most parents hold a short and a long link ("[Column] Headline"), only the long ones."""
    by_parent: dict[int, list[tuple[Anchor, str, str]]] = defaultdict(list)
    for item in place:
        by_parent[page.parent[item[0].element]].append(item)
    if len(by_parent) < 3:
        return place
    paired = 0
    for items in by_parent.values():
        units = sorted(text_units(text) for _, _, text in items)
        paired += 2 <= len(units) <= 4 and units[-1] >= 1.7 * units[-2]
    if paired < 0.6 * len(by_parent):
        return place
    return [max(items, key=lambda item: text_units(item[2])) for items in by_parent.values()]


def _title(page: Outline, anchor: Anchor) -> str:
    """What a link calls itself: its text, the title attribute where that is cut or missing, or a heading inside."""
    text = page.text_in(anchor.element, 600)
    if anchor.hint and (whole := whole_title(text, anchor.hint)):
        return whole
    start, end = page.chunk_start[anchor.element], page.chunk_end[anchor.element]
    if end - start > 1:
        return _heading(page, anchor, start, min(end, start + 50)) or text
    return text


def _heading(page: Outline, anchor: Anchor, start: int, end: int) -> str | None:
    """The headline of a link that wraps a whole card: the text of its heading, or of what is named a title."""
    for index in range(start, end):
        owner = page.chunk_owner[index]
        for _ in range(_CARD_DEPTH):
            if owner <= anchor.element:
                break
            if page.tag[owner] in {"h1", "h2", "h3", "h4", "h5", "h6"} or any(
                part in page.name[owner] for part in _TITLE_PARTS
            ):
                return page.text_in(owner, 600)
            owner = page.parent[owner]
    return None


def _rows(page: Outline, place: list[tuple[Anchor, str, str]]) -> tuple[Row, ...]:
    elements = _row_elements(page, [anchor.element for anchor, _, _ in place])
    dates = [_date_inside(page, row, item[0].element) for row, item in zip(elements, place, strict=True)]
    if sum(date is not None for date in dates) < 0.3 * len(dates):
        dates = _better(dates, _dates_between(page, elements))
    repeated = Counter(text for _, _, text in place)
    rows = []
    for (anchor, url, text), element, date in zip(place, elements, dates, strict=True):
        title, own_date = split_date(text)
        if date and own_date != date:
            title, own_date = text, None  # a headline that names a day, not a date that stands in the link
        likeness = 0.55 * text_likeness(title) + 0.45 * url_likeness(url)
        if not date and text_units(page.text_between(*_lead(page, anchor, element), 100)) > _LONGEST_LEAD:
            likeness *= 0.4  # a link inside running text
        if repeated[text] > 2 and repeated[text] > 0.3 * len(place):
            likeness *= 0.7  # "Agenda", "Minutes", "Download" under every item
        rows.append(
            Row(anchor=anchor, url=url, title=title, date_text=own_date or date, element=element, likeness=likeness)
        )
    return tuple(rows)


def _lead(page: Outline, anchor: Anchor, element: int) -> tuple[int, int]:
    """The range of texts that stand in a row before its link."""
    return page.chunk_start[element], page.chunk_start[anchor.element]


def _row_elements(page: Outline, anchors: list[int]) -> list[int]:
    """For each link the outermost element that holds it and no other link of the group."""
    tops = []
    for index, element in enumerate(anchors):
        candidates = [element]
        if index:
            candidates.append(_parting(page, element, anchors[index - 1]))
        if index + 1 < len(anchors):
            candidates.append(_parting(page, element, anchors[index + 1]))
        tops.append(max(candidates[1:], default=_alone(page, element)))
    return tops


def _parting(page: Outline, element: int, other: int) -> int:
    """The ancestor of `element` (or itself) just under the nearest ancestor that it shares with `other`."""
    for _ in range(_CLIMB):
        above, beside = page.parent[element], page.parent[other]
        if above == beside or above < 0 or beside < 0:
            break
        element, other = above, beside
    return element


def _alone(page: Outline, element: int) -> int:
    """The row of a link that is the only one of its kind: its nearest ancestor that is drawn as a row, else itself."""
    row = element
    for _ in range(4):
        if page.parent[row] < 0:
            break
        row = page.parent[row]
        if page.tag[row] in {"li", "tr", "article", "dl"}:
            return row
    return element


def _date_inside(page: Outline, element: int, anchor: int) -> str | None:
    """The date of a row: a short text of its own, then two halves of one ("11" above "2026-03"), then any text.

    What stands in the link itself counts only where it is a date and nothing else: headlines name other days.
    """
    start, end = page.chunk_start[element], min(page.chunk_end[element], page.chunk_start[element] + _ROW_TEXTS)
    own = range(page.chunk_start[anchor], page.chunk_end[anchor])
    texts = [(index, page.chunks[index]) for index in range(start, end)]
    short = [(index, text) for index, text in texts if len(text) <= _DATE_CELL]
    for index, text in short:
        found = date_in(text)
        if found and (index not in own or len(text.strip()) <= len(found) + 4):
            return _with_neighbour(page, start, index, end, found)
    for (index, text), (_, following) in pairwise(texts):
        found = date_in(f"{text[:_DATE_CELL]} {following[:_DATE_CELL]}") if index not in own else None
        if found:
            return found
    return next((found for index, text in texts if index not in own and (found := date_in(text))), None)


def _with_neighbour(page: Outline, start: int, index: int, end: int, found: str) -> str:
    """A month without its day takes the number drawn above or under it."""
    for pair in ((index - 1, index), (index, index + 1)):
        if start <= pair[0] and pair[1] < end:
            number = page.chunks[pair[0] if pair[1] == index else pair[1]].strip()
            if number.isdigit() and len(number) <= 4:
                joined = f"{page.chunks[pair[0]].strip()} {page.chunks[pair[1]].strip()}"
                return date_in(joined) or found
    return found


def _dates_between(page: Outline, elements: list[int]) -> list[str | None]:
    """Dates that stand not in the rows but after each of them, or else before each (dt and dd, flat markup)."""
    after: list[str | None] = []
    before: list[str | None] = []
    for index, element in enumerate(elements):
        limit = page.chunk_end[page.parent[element]] if page.parent[element] >= 0 else len(page.chunks)
        stop = page.chunk_start[elements[index + 1]] if index + 1 < len(elements) else limit
        after.append(_first_date(page, page.chunk_end[element], min(stop, limit)))
        floor = page.chunk_start[page.parent[element]] if page.parent[element] >= 0 else 0
        begin = page.chunk_end[elements[index - 1]] if index else floor
        before.append(_first_date(page, max(begin, floor), page.chunk_start[element]))
    return _better(after, before)


def _first_date(page: Outline, start: int, end: int) -> str | None:
    for index in range(start, min(end, start + 12)):
        found = date_in(page.chunks[index])
        if found:
            return found
    return None


def _better(one: list[str | None], other: list[str | None]) -> list[str | None]:
    """The list with more dates in it; the first where they are even."""
    return other if sum(map(bool, other)) > sum(map(bool, one)) else one
