"""Two readings of one listing: which items entered, left, or say something else, and what differs beside the items.

An item that the others push over the end of the page, or that moves up from the next page, neither left nor entered;
its order is nobody's news, and neither are its date, the numbers of the pages, or the day that the site prints.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler.model import Article, Json, bare_text

# Lines of a listing that differ by themselves: page numbers, counts of items, days and times alone on a line.
_PAGES = re.compile(
    r"^(?:(?:首页|上一?页|下一?页|尾页|末页|前一页|后一页|共|第|页|条|总计|记录|跳转到?|转到?|每页|当前|到|确定|GO|"
    r"first|prev(?:ious)?|next|last|pages?|of|showing|results?|to|total|items?|load more|more|read more|更多|查看更多)"
    r"|[\s\d/|<>«»‹›…,.:：，、()（）\[\]-])++$",
    re.IGNORECASE,
)
_BEFORE_DATE = (
    r"[\[（(]?\s*(?:(?:今天是|更新时间|更新日期|最后更新|最近更新|发布时间|发布日期|日期|时间"
    r"|(?:page )?(?:last )?(?:updated|reviewed|modified)|published|posted|date)(?: on)?\s*[:：]?\s*)?"
)
_DAY = (
    r"(?:\d{2,4}\s?[-/.年]\s?)?\d{1,2}\s?[-/.月]\s?\d{1,4}\s?日?(?:\s*(?:星期|周)[一二三四五六日天])?"
    r"|(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?\d{1,2}\s+[a-z]{3,9}\.?,?\s+\d{4}|[a-z]{3,9}\.?\s+\d{1,2},?\s+\d{4}"
    r"|\d+\s*(?:秒|分钟|小时|天|周|个月)前|刚刚|昨天|前天|\d+\s+(?:second|minute|hour|day|week|month)s?\s+ago"
)
_TIME = r"(?:,?\s+(?:at )?\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]m)?)?"
_DATE = re.compile(rf"{_BEFORE_DATE}(?:{_DAY}){_TIME}\s*[\]）)]?", re.IGNORECASE)
# An item's own lines (a summary, a date) follow its title; the last item's may be followed by the frame of the page.
_ITEM_LINES = 6
# Places in the list between which an item is taken for the same one at another address.
_NEAR = 2
_WHOLE_LIST = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a listing as the page shows it; `date` as it stands beside the title, if it does."""

    url: str
    title: str
    date: str | None = None

    def as_json(self) -> dict[str, Json]:
        """For evidence and for people: what it is called and where it leads."""
        return {"title": self.title, "url": self.url}


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """How the items of a listing differ. `over_the_end` and `moved_up` changed pages; `readdressed` kept its title.

    `rest` holds the lines of both readings that are compared as text: what is neither an item nor a page number or day.
    """

    entered: tuple[Item, ...]
    left: tuple[Item, ...]
    retitled: tuple[tuple[Item, Item], ...]
    readdressed: tuple[tuple[Item, Item], ...]
    over_the_end: tuple[Item, ...]
    moved_up: tuple[Item, ...]
    reordered: bool
    rest: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def evidence(self) -> dict[str, Json]:
        """What differs, for programs; what does not is left out."""
        lists: dict[str, Sequence[Item]] = {
            "entered": self.entered,
            "left": self.left,
            "over_the_end": self.over_the_end,
            "moved_up": self.moved_up,
        }
        found: dict[str, Json] = {name: [item.as_json() for item in items] for name, items in lists.items() if items}
        for name, pairs in (("retitled", self.retitled), ("readdressed", self.readdressed)):
            if pairs:
                found[name] = [{"before": one.as_json(), "after": other.as_json()} for one, other in pairs]
        return found

    @property
    def told(self) -> tuple[str, ...]:
        """Each difference in words, what is missing first."""
        parts = [f"left: {_named(item)}" for item in self.left]
        parts += [f"retitled: {one.title}→{_named(other)}" for one, other in self.retitled]
        parts += [f"entered: {_named(item)}" for item in self.entered]
        parts += [f"new address: {_named(other)}" for _, other in self.readdressed]
        return tuple(parts)


def items_of(article: Article) -> tuple[Item, ...]:
    """The items that were read with a listing; none for any other page, or where they were not read."""
    listed = article.evidence.get("items")
    if not isinstance(listed, list):
        return ()
    items = [one for one in listed if isinstance(one, Mapping)]
    return tuple(
        Item(url=str(one.get("url", "")), title=str(one.get("title", "")), date=str(one.get("date") or "") or None)
        for one in items
    )


def compare_items(before: Article, after: Article) -> Items | None:
    """How two readings of a listing differ; None where one of them has no items to compare."""
    old, new = items_of(before), items_of(after)
    if not old or not new:
        return None
    was, now = {item.url: item for item in old}, {item.url: item for item in new}
    left = [item for item in old if item.url not in now]
    entered = [item for item in new if item.url not in was]
    # By their places in the two lists: under the same title, last month's item made room for this month's.
    places = {item: place for listed in (old, new) for place, item in enumerate(listed)}
    readdressed = _readdressed(left, entered, places)
    moved = {item.url for pair in readdressed for item in pair}
    left = [item for item in left if item.url not in moved]
    entered = [item for item in entered if item.url not in moved]
    over = _over_the_end(old, left, room=len(entered))
    up = _over_the_end(new, entered, room=len(left) - len(over))
    kept = [url for url in was if url in now]
    return Items(
        entered=tuple(item for item in entered if item not in up),
        left=tuple(item for item in left if item not in over),
        retitled=tuple((was[url], now[url]) for url in kept if bare_text(was[url].title) != bare_text(now[url].title)),
        readdressed=() if len(readdressed) >= _WHOLE_LIST * len(new) else tuple(readdressed),
        over_the_end=over,
        moved_up=up,
        reordered=kept != [url for url in now if url in was],
        rest=(_rest(before.paragraphs, old, now), _rest(after.paragraphs, new, was)),
    )


def _readdressed(left: Sequence[Item], entered: Sequence[Item], places: Mapping[Item, int]) -> list[tuple[Item, Item]]:
    """Items that only changed their address: the same title once among those that left and once among the new.

    They show the same date, or stand at about the same place where they show none.
    """
    counts = Counter(bare_text(item.title) for item in left), Counter(bare_text(item.title) for item in entered)
    by_title = {bare_text(item.title): item for item in entered}
    return [
        (item, by_title[title])
        for item in left
        if (title := bare_text(item.title))
        and counts[0][title] == counts[1][title] == 1
        and _same_one(item, by_title[title], places)
    ]


def _same_one(item: Item, other: Item, places: Mapping[Item, int]) -> bool:
    if item.date and other.date:
        return item.date == other.date
    return abs(places[item] - places[other]) <= _NEAR


def _over_the_end(listed: Sequence[Item], gone: Sequence[Item], *, room: int) -> tuple[Item, ...]:
    """Those of `gone` that end the list, as many as came in before them: they are on the next page."""
    missing = set(gone)
    tail: list[Item] = []
    for item in reversed(listed):
        if item not in missing or len(tail) >= room:
            break
        tail.append(item)
    return tuple(reversed(tail))


def _rest(lines: Sequence[str], items: Sequence[Item], other: Mapping[str, Item]) -> tuple[str, ...]:
    """The lines to compare as text. Items that the other reading lacks are left out with the lines that follow them.

    What stands under an item goes by its address, so that an item that changed its place changed no line.
    """
    starts = _title_lines(lines, items)
    own = _own_lines(sorted(starts))
    frame: list[str] = []
    under: dict[str, list[str]] = {}
    current, since = "", 0
    for place, line in enumerate(lines):
        if place in starts:
            current, since = starts[place], place
            continue
        if current and place - since > own:
            current = ""
        if _pages(line) or _day(line):
            continue
        if not current:
            frame.append(line)
        elif current in other:
            under.setdefault(current, []).append(line)
    ordered = [line for url in sorted(under) for line in under[url]]
    return (*frame, *ordered)


def _own_lines(starts: Sequence[int]) -> int:
    """How many lines follow a title at most: as between two titles, for after the last one comes the page's frame."""
    return min(_ITEM_LINES, max((after - before - 1 for before, after in pairwise(starts)), default=0))


def _title_lines(lines: Sequence[str], items: Sequence[Item]) -> dict[int, str]:
    """Which line is which item's title, in order; the items stand on the page as they are listed."""
    starts: dict[int, str] = {}
    bare = [bare_text(line) for line in lines]
    place = 0
    for item in items:
        title = bare_text(item.title)
        for at in range(place, len(bare)):
            line = bare[at]
            if title and (title[:24] in line or (len(line) >= 8 and title.startswith(line.rstrip("….")))):
                starts[at] = item.url
                place = at + 1
                break
    return starts


def _pages(line: str) -> bool:
    return len(line) <= 120 and _PAGES.match(line) is not None


def _day(line: str) -> bool:
    return len(line) <= 60 and _DATE.fullmatch(line.strip()) is not None


def _named(item: Item) -> str:
    title = item.title if len(item.title) <= 60 else item.title[:59] + "…"
    return f"{title} <{item.url}>"
