"""The summary of a Change in the reader's language, by the same evidence that it was written from.

A summary is phrases of the judge and, between them, what stood on the page; and the page may say anything, phrases of
the judge among it. So a line is read in every way in which the judge could have written it (web/retold/readings.py),
and a phrase is said in the reader's language only where all of them have it. What the page says is not touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from math import inf
from urllib.parse import unquote, urlsplit

from crawler.facts import Fact
from crawler.listings import Item, Items
from crawler.model import Change, ChangeKind, Json
from crawler.summary import cell_told, fact_told, short
from crawler.tables import Cell
from web.language import ENGLISH, N_, Catalogue
from web.retold.parts import article_parts, foreign_parts
from web.retold.phrases import LONGEST
from web.retold.readings import BETWEEN, BETWEEN_PARTS, Known, Line, Piece, agreed, more_said
from web.retold.reasons import became_retold, reason_retold

# So many parts are told of an edit, and so many of foreign matter.
_PARTS, _FOREIGN = 4, 3
# Of each kind the first are told, and one may be told once where it stands in many places.
_ENOUGH = 6
# Without any of these a line has nothing of ours in it.
_OURS = re.compile("; |title |published |issuer |attachment|paragraph|, column ")
_FIXED = frozenset(
    (N_("typography only"), N_("items in another order only"), N_("page numbers or days of the listing only"))
)
_BACK_AS_WAS = N_("back as it was")
_BACK, _TEMPLATE = N_("back, %(text)s"), N_("template of the source: %(text)s")
_GONE, _MOVED, _SAME = N_("gone: %(text)s"), N_("moved to %(text)s"), N_("same article as %(text)s")
_COLUMN = N_(", column %(number)s: ")
_LEFT, _RETITLED = N_("left: %(text)s"), N_("retitled: %(text)s")
_ENTERED, _READDRESSED = N_("entered: %(text)s"), N_("new address: %(text)s")
_BACK_FILE = N_("attachment %(file)s is back as it was")
_GONE_FILE = N_("attachment %(file)s gone: %(detail)s")
_OTHER_FILE = (
    N_("attachment %(file)s replaced behind the same link: %(detail)s"),
    N_("attachment %(file)s is back, and another file: %(detail)s"),
)


def retold(change: Change, words: Catalogue) -> str:
    """The summary of a Change in the language of `words`; what of it is not surely the judge's stays as it is."""
    text = change.summary
    if words.language == ENGLISH or not text or len(text) > LONGEST:
        return text
    match change.kind:
        # Else it is the title of the page.
        case ChangeKind.CREATED:
            return (change.minor and _behind(_SAME, text, words, str)) or text
        case ChangeKind.MOVED:
            return _behind(_MOVED, text, words, str) or text
        case ChangeKind.REMOVED:
            return _behind(_GONE, text, words, lambda why: reason_retold(why, words)) or text
        case ChangeKind.INJECTED:
            return _foreign(text, words)
        case ChangeKind.CLEANED:
            return _behind(_GONE, text, words, lambda rest: _foreign(rest, words)) or text
        case ChangeKind.RESTORED:
            if text == _BACK_AS_WAS:
                return words.gettext(text)
            return _behind(_BACK, text, words, lambda rest: _content(change, rest, words)) or text
    if change.minor and (told := _behind(_TEMPLATE, text, words, lambda rest: _content(change, rest, words))):
        return told
    return _of_file(change, words) or _content(change, text, words)


def event_retold(summary: str, words: Catalogue) -> str:
    """The same for an event of a Source, of whose Changes nothing else is known."""
    if words.language == ENGLISH or len(summary) > LONGEST:
        return summary
    return _behind(_TEMPLATE, summary, words, lambda rest: _article(Line(text=rest), words)) or summary


def _behind(message: str, text: str, words: Catalogue, say: Callable[[str], str]) -> str:
    """A text that begins as a message does, and what `say` makes of the rest; nothing where it begins otherwise."""
    before = message.partition("%(text)s")[0]
    if not text.startswith(before):
        return ""
    return words.gettext(message).partition("%(text)s")[0] + say(text.removeprefix(before))


def _foreign(text: str, words: Catalogue) -> str:
    return agreed(Line(text=text), foreign_parts, words, most=_FOREIGN)


def _article(line: Line, words: Catalogue) -> str:
    return agreed(line, article_parts, words, most=_PARTS, more=True)


def _content(change: Change, text: str, words: Catalogue) -> str:
    """What differs between two readings of a page, as crawler.compare tells it."""
    if text in _FIXED:
        return words.gettext(text)
    listed = _of_items(change, words)
    shown = BETWEEN.join(list(listed)[:_PARTS])
    if not listed or not text.startswith(shown):
        return _of_article(change, text, words, counted=not listed)
    told, rest = words.gettext(BETWEEN_PARTS).join(list(listed.values())[:_PARTS]), text.removeprefix(shown)
    if not rest:
        return told
    if not rest.startswith(BETWEEN):
        return text
    rest = rest.removeprefix(BETWEEN)
    beside = more_said(rest, words) if len(listed) >= _PARTS else _of_article(change, rest, words, counted=False)
    return told + words.gettext(BETWEEN_PARTS) + beside


def _of_article(change: Change, text: str, words: Catalogue, *, counted: bool) -> str:
    if _OURS.search(text) is None:
        return text
    known = tuple(_known(change)) if change.evidence else ()
    line = Line(
        text=text,
        known=known,
        all_known=len(known) < _ENOUGH,
        fields=frozenset(change.fields),
        came=change.added if counted else None,
        went=change.removed if counted else None,
    )
    return _article(line, words)


# ---- what a Change knows of itself -------------------------------------------------------------------------------


def _known(change: Change) -> Iterator[Known]:
    """The parts that the evidence makes again, letter for letter."""
    cells = _objects(change.evidence.get("cells"))
    for key in ("figures", "dates", "names", "offices"):
        for one in _objects(change.evidence.get(key))[:_ENOUGH]:
            sides = {name: _text(one, name) for name in ("before", "after", "left", "right")}
            came, went = len(sides["after"]), len(sides["before"])
            # Beside cells there are figures that are not told by themselves.
            most = inf if cells else 0
            yield Known(fact_told(Fact(kind="other", **sides)), None, (came, came + most), (went, went + most))
    for one in cells[:_ENOUGH]:
        yield _cell(one, change.summary)


def _cell(one: Mapping[str, Json], text: str) -> Known:
    """A cell of a table; with its column where there are several, which the evidence does not say but the text does."""
    column = one.get("column")
    cell = Cell(
        label=_text(one, "row"),
        column=column if isinstance(column, int) else 0,
        columns=2,
        heading=_text(one, "heading") or None,
        before=_text(one, "before"),
        after=_text(one, "after"),
    )
    beside = cell_told(cell)
    if beside not in text:
        return Known(cell_told(replace(cell, columns=1)), None, (0, inf), (0, inf))
    start, number = len(short(cell.label)), str(cell.column)
    own = Piece(start, start + len(_COLUMN % {"number": number}), _COLUMN, (("number", number),))
    return Known(beside, None if cell.heading else own, (0, inf), (0, inf))


def _of_items(change: Change, words: Catalogue) -> dict[str, str]:
    """What is told of the items of a listing, in its order, and each in the reader's language."""
    given = change.evidence.get("items")
    if not isinstance(given, Mapping):
        return {}
    items = Items(
        entered=_items(given, "entered"),
        left=_items(given, "left"),
        retitled=_pairs(given, "retitled"),
        readdressed=_pairs(given, "readdressed"),
        over_the_end=(),
        moved_up=(),
        reordered=False,
        rest=((), ()),
    )
    counted = (
        (_LEFT, items.left),
        (_RETITLED, items.retitled),
        (_ENTERED, items.entered),
        (_READDRESSED, items.readdressed),
    )
    messages = [message for message, of in counted for _ in of]
    return {told: _behind(message, told, words, str) for message, told in zip(messages, items.told, strict=True)}


def _items(given: Mapping[str, Json], name: str) -> tuple[Item, ...]:
    return tuple(_item(one) for one in _objects(given.get(name)))


def _pairs(given: Mapping[str, Json], name: str) -> tuple[tuple[Item, Item], ...]:
    pairs = [(_objects([one.get("before")]), _objects([one.get("after")])) for one in _objects(given.get(name))]
    return tuple((_item(was[0]), _item(now[0])) for was, now in pairs if was and now)


def _item(one: Mapping[str, Json]) -> Item:
    return Item(url=_text(one, "url"), title=_text(one, "title"))


def _of_file(change: Change, words: Catalogue) -> str:
    """What became of the file behind a link, as crawler.attached tells it; nothing for any other Change."""
    for file in _objects(change.evidence.get("files"))[:1]:
        name, own = _text(file, "name"), unquote(urlsplit(_text(file, "url")).path.rpartition("/")[2])
        called = f"{name} ({own})" if own and own not in name else name
        if change.summary == _BACK_FILE % {"file": called}:
            return words.gettext(_BACK_FILE) % {"file": called}
        for message in (_GONE_FILE, *_OTHER_FILE):
            before = message % {"file": called, "detail": ""}
            if change.summary.startswith(before):
                detail = change.summary.removeprefix(before)
                detail = reason_retold(detail, words) if message is _GONE_FILE else became_retold(detail, words)
                return words.gettext(message) % {"file": called, "detail": detail}
    return ""


def _objects(value: Json) -> list[Mapping[str, Json]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def _text(one: Mapping[str, Json], name: str) -> str:
    value = one.get(name)
    return value if isinstance(value, str) else ""
