"""The parts that a summary is made of: of an article's Change, and of foreign matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import inf

from crawler.model import INJECTION_KINDS
from web.language import N_
from web.retold.readings import BETWEEN, KNOWN, RANKS, Line, Part, Piece
from web.words import label

# As crawler.summary and crawler.foreign cut them: a text, a quote of a paragraph, a file, a quote of a finding.
_TEXT, _QUOTE, _FILE, _FOUND = 40, 30, 80, 60
_MARK = re.compile("[→−+]")
# The words that stand before a text which went and behind one which came: few, and none of another sentence
# (crawler.facts), fewer in Han.
_END, _STOP = "。；;！!？?\n", "，,、：:"
_WENT = re.compile(rf"(?:[^\x80-\U0010ffff{_END}]{{0,20}}[^{_END}]{{1,8}} )?.{{1,{_TEXT}}}", re.DOTALL)
_CAME = re.compile(
    rf".{{1,{_TEXT}}}(?: [^{_END}，,、][^{_END}{_STOP}]{{0,7}}[^\x80-\U0010ffff{_END}{_STOP}]{{0,20}})?", re.DOTALL
)

# The order of parts. What a Change knows of itself stands behind the title; other words that differ near the end.
_REMOVED, _ADDED, _OTHER, _MOVED = 6, 7, 8, 9
_FIELDS = {"title": N_("title %(text)s"), "published": N_("published %(text)s"), "issuer": N_("issuer %(text)s")}
_SPACES, _NOTHING = N_("spaces only"), N_("(none)")
_FILES = {
    "attachment removed": (4, N_("attachment removed: %(text)s")),
    "attachments removed": (4, N_("%(number)s attachments removed: %(text)s …")),
    "attachment added": (5, N_("attachment added: %(text)s")),
    "attachments added": (5, N_("%(number)s attachments added: %(text)s …")),
}
_FILES_SHAPE = re.compile(r"(?:(?P<number>\d+) )?(?P<what>attachments? (?:removed|added)): ")
_PARAGRAPHS = {
    "paragraph removed": (_REMOVED, N_("paragraph %(first)s removed: “%(text)s”")),
    "paragraphs removed": (_REMOVED, N_("paragraphs %(first)s–%(last)s removed: “%(text)s”")),
    "paragraph added": (_ADDED, N_("paragraph %(first)s added: “%(text)s”")),
    "paragraphs added": (_ADDED, N_("paragraphs %(first)s–%(last)s added: “%(text)s”")),
}
_PARAGRAPHS_SHAPE = re.compile(r"(?P<what>paragraphs?) (?P<first>\d+)(?:–(?P<last>\d+))? (?P<verb>removed|added): “")
_MOVED_SHAPE, _MOVED_SAID = re.compile(r"paragraph (?P<first>\d+) moved"), N_("paragraph %(first)s moved")
_KIND = re.compile(rf"(?P<kind>{'|'.join(sorted(INJECTION_KINDS))})(?: of (?P<number>\d+) items)?: ")
_ITEMS, _QUOTES = N_(" of %(number)s items: "), N_(": ")


def article_parts(line: Line, start: int, end: int) -> Sequence[Part]:
    """What a stretch of an article's line can be, if it is one part."""
    run, fields = line.text[start:end], line.fields
    for known in line.known:
        if known.text == run:
            own = known.own
            pieces = (own._replace(start=start + own.start, end=start + own.end),) if own else ()
            return (Part(start, KNOWN, pieces, came=known.came, went=known.went),)
    found: list[Part] = []
    word = run.partition(" ")[0]
    if word in _FIELDS:
        if fields is None or word in fields:
            found += _field(run, start, word)
    elif "attachment" in run[:20] and (fields is None or "attachments" in fields):
        found += _file(run, start)
    if fields is None or "body" in fields:
        if run.startswith("paragraph"):
            found += _paragraph(run, start)
        found += dict.fromkeys(_other_fact(run, start))
    return found


def _field(run: str, start: int, word: str) -> Iterator[Part]:
    at, end = start + len(word) + 1, start + len(run)
    text = run[len(word) + 1 :]
    pieces = [Piece(start, at, _FIELDS[word])]
    if text == _SPACES:
        pieces.append(Piece(at, end, _SPACES))
    # A date is one in any language.
    elif not _may_be_sides(text) or (word == "published" and BETWEEN in text):
        return
    if text.startswith(f"{_NOTHING}→"):
        pieces.append(Piece(at, at + len(_NOTHING), _NOTHING))
    if text.endswith(f"→{_NOTHING}"):
        pieces.append(Piece(end - len(_NOTHING), end, _NOTHING))
    yield Part(start, RANKS[word], tuple(pieces), name=word, spread=BETWEEN in text)


def _may_be_sides(text: str) -> bool:
    """Whether a text can say how a field was and is, or where it differs: each `; ` in it is of either."""
    marks = [found.start() for found in _MARK.finditer(text)]
    if BETWEEN not in text or not marks:
        return bool(marks)
    commas = [found.start() for found in re.finditer(", ", text)]
    begins, ends = [0, *(comma + 2 for comma in commas)], [*commas, len(text)]
    return all(
        any(_went(text, place.start(), mark, begins) or _came(text, place.start(), mark, ends) for mark in marks)
        for place in re.finditer(BETWEEN, text)
    )


def _went(text: str, place: int, mark: int, begins: Sequence[int]) -> bool:
    """Whether a place may be of what went, up to a mark, from one of the `begins` on with other words before it."""
    if text[mark] != "→" or not mark - _TEXT <= place < mark:
        return False
    return any(_WENT.fullmatch(text, begin, mark) is not None for begin in begins if begin <= place)


def _came(text: str, place: int, mark: int, ends: Sequence[int]) -> bool:
    """Whether a place may be of what came, from a mark on, up to one of the `ends` with other words behind it."""
    if not mark < place <= mark + _TEXT:
        return False
    return any(_CAME.fullmatch(text, mark + 1, end) is not None for end in ends if end > place)


def _file(run: str, start: int) -> Iterator[Part]:
    fits = _FILES_SHAPE.match(run)
    many = fits is not None and fits["what"].startswith("attachments")
    # A list of files is cut at every `; `, also at those in their names.
    if fits is None or BETWEEN in run or many != bool(fits["number"]) or (many and not run.endswith(" …")):
        return
    if len(run) - fits.end() - 2 * many <= _FILE:
        rank, message = _FILES[fits["what"]]
        filled = (("number", fits["number"]),) if many else ()
        yield Part(start, rank, (Piece(start, start + fits.end(), message, filled),), name="attachments")


def _paragraph(run: str, start: int) -> Iterator[Part]:
    if moved := _MOVED_SHAPE.fullmatch(run):
        yield Part(start, _MOVED, (Piece(start, start + len(run), _MOVED_SAID, (("first", moved["first"]),)),))
    fits = _PARAGRAPHS_SHAPE.match(run) if run.endswith("”") else None
    size = len(run) - fits.end() - 1 if fits else 0
    if fits is None or not 0 <= size <= _QUOTE or (fits["what"] == "paragraphs") != bool(fits["last"]):
        return
    rank, message = _PARAGRAPHS[f"{fits['what']} {fits['verb']}"]
    filled = tuple((name, fits[name]) for name in ("first", "last") if fits[name])
    # Of several the first is quoted, and a long one is cut.
    count = (size, inf if fits["last"] or run[-2] == "…" else size)
    came, went = (count, None) if rank == _ADDED else (None, count)
    pieces = (Piece(start, start + fits.end(), message, filled),)
    yield Part(start, rank, pieces, came=came, went=went, spread=BETWEEN in run)


def _other_fact(run: str, start: int) -> Iterator[Part]:
    """A place of a paragraph where other words differ, by each mark it can be one: around those words is no `; `."""
    most = inf if "…" in run else len(run)
    if BETWEEN not in run:
        if _MARK.search(run):
            yield Part(start, _OTHER, came=(0, most), went=(0, most))
        return
    first, last = run.find(BETWEEN), run.rfind(BETWEEN)
    for found in _MARK.finditer(run):
        mark, before, behind = found.start(), 0, 0
        if first < mark:
            if not _went(run, first, mark, (0,)):
                continue
            before = mark - first
        if last > mark:
            if not _came(run, last, mark, (len(run),)):
                continue
            # The space behind its sign may be the one before the words that follow.
            behind = last - mark
        came, went = (0, behind) if run[mark] == "−" else (behind, before)
        yield Part(start, _OTHER, came=(came, most), went=(went, most), spread=True)


def foreign_parts(line: Line, start: int, end: int) -> Sequence[Part]:
    """What a stretch of a line about foreign matter can be: a Finding's kind and what it quotes."""
    fits = _KIND.match(line.text, start, end)
    if fits is None or end - fits.end() > _FOUND:
        return ()
    kind = Piece(start, fits.end("kind"), label(fits["kind"], "finding"))
    count = (("number", fits["number"]),) if fits["number"] else ()
    return (Part(start, 0, (kind, Piece(kind.end, fits.end(), _ITEMS if count else _QUOTES, count))),)
