"""`fake_document`: a text in the form of an official document that offers what no office offers.

Lottery tips as "policy documents", subsidies to be claimed with a card's balance, invoices for sale under a document
number: put on a hijacked page they borrow its reputation, and read like one of its own. Two things together prove it:
the frame (headline, number, addressees, sections, words of office), which any genuine document has, and the offer,
which none has. Who warns of the offer or tells of a raid names it too: a name counts only where nobody warns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from crawler.detect.case import Case, Scope
from crawler.detect.language.offers import BORROWED, FRAME, LEAST_SECTIONS, TRADES, WARNING, Trade
from crawler.detect.language.pairs import pairs_of, places_of
from crawler.detect.language.tables import SIMPLIFIED
from crawler.detect.pinyin_gloss import machine_glosses
from crawler.detect.stretches import Stretch, merged
from crawler.model import Article, Finding, FindingKind, Region, Severity

KINDS = (FindingKind.FAKE_DOCUMENT,)

# Enough of a text to know it by (characters).
READ = 8_000
# What a name and a word are worth, what words can add at most, and what makes an offer.
NAME, WORD, WORDS, ENOUGH, SURE = 3, 1, 6, 6, 9
# Parts of the frame that make a document of a text, and that make a forged one sure. Under a frame as full as only a
# document has it, a name and a word are an offer.
FRAMED, SURELY_FRAMED, FULLY_FRAMED, ENOUGH_THERE = 2, 3, 4, 4
# Different words of warning that are not borrowed: a text with so many is about the trade.
ABOUT = 2
# How far from its gate a name may reach, and how far its sentence is read for a warning (characters).
NEAR, AROUND = 24, 80
# The gates by their first two characters, each with the number of its trade.
_GATES: dict[str, list[tuple[str, int]]] = {}
for _number, _trade in enumerate(TRADES):
    for _gate in _trade.gates.split():
        _GATES.setdefault(_gate[:2], []).append((_gate, _number))
_SHORT = tuple(head for head in _GATES if len(head) < 2)
_HEADS = pairs_of([(1.0, "".join(head for head in _GATES if len(head) == 2))])
# What every text with machine glosses has.
_TONES = "āáǎàīíǐìēéěè"
_SENTENCE = re.compile("[。！？!?\n；;]")


@dataclass(frozen=True, slots=True)
class _Text:
    """A text without machine glosses, and for each character its place in what was served (None: the same)."""

    scope: Scope
    plain: str
    places: tuple[int, ...] | None

    def quoted(self, start: int, end: int) -> tuple[int, int]:
        """The place in the served text of a stretch of the plain one."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end] if end < len(self.places) else len(self.scope.text)


@dataclass(frozen=True, slots=True)
class _Name:
    """A ware as it is named, in simplified characters, and its place in the plain text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Offer:
    trade: Trade
    names: tuple[_Name, ...]
    words: tuple[str, ...]

    @property
    def weight(self) -> int:
        return NAME * len(self.names) + min(WORD * len(self.words), WORDS)


def detect(case: Case) -> Iterator[Finding]:
    """At most one finding: the offer's most telling name, with every part of the frame and of the offer in evidence."""
    body = case.body
    title = Scope(Region.TITLE, case.article.title or "") if case.document.markup else Scope(Region.TITLE, "")
    texts = [_read(scope) for scope in (body, title) if scope.text]
    offers = [(text, offer) for text in texts for offer in _offers(text.plain)]
    if not offers:
        return
    served = f"{title.text}\n{body.text[:READ]}"
    whole = served.translate(SIMPLIFIED)
    frame = _frame(whole, served)
    warned = set(WARNING.findall(whole))
    if len(frame) < FRAMED or len(warned - set(BORROWED.findall(whole))) >= ABOUT:
        return
    trade = max(offers, key=lambda one: one[1].weight)[1].trade
    same = [(text, offer) for text, offer in offers if offer.trade is trade]
    weight = sum(offer.weight for _, offer in same)
    named = any(offer.names for _, offer in same)
    enough = ENOUGH_THERE if named and trade.by_name and len(frame) >= FULLY_FRAMED else ENOUGH
    if weight < enough or (not named and len(frame) < SURELY_FRAMED):
        return
    yield _finding(case, same, weight, frame, sorted(warned))


def _finding(
    case: Case, offers: list[tuple[_Text, _Offer]], weight: int, frame: dict[str, str], warned: list[str]
) -> Finding:
    text, offer = offers[0]
    start, end = _telling(text, offer)
    severity = _severity(case, offers, weight, frame)
    return text.scope.finding(
        FindingKind.FAKE_DOCUMENT,
        severity,
        *text.quoted(start, end),
        score=min(0.4 + weight / 60 + len(frame) / 20, 0.98),
        evidence={
            "trade": offer.trade.name,
            "frame": {**frame},
            "names": [*islice(dict.fromkeys(name.text for _, one in offers for name in one.names), 12)],
            "words": [*islice(dict.fromkeys(word for _, one in offers for word in one.words), 12)],
            "names_counted": sum(len(one.names) for _, one in offers),
            "warnings": [*warned[:8]],
            "arrived_with_this_version": _arrived(case),
        },
    )


def _severity(case: Case, offers: list[tuple[_Text, _Offer]], weight: int, frame: dict[str, str]) -> Severity:
    sure = weight >= SURE and any(len(offer.names) >= 2 for _, offer in offers)
    if not sure:
        return Severity.MEDIUM
    if _arrived(case):
        return Severity.CRITICAL
    return Severity.HIGH if len(frame) >= FRAMED else Severity.MEDIUM


def _arrived(case: Case) -> bool:
    """Whether the Version before did not offer it, or the offer was found to have arrived when it was new."""
    known = [one for one in case.earlier if one.kind is FindingKind.FAKE_DOCUMENT]
    if known:
        return any(one.evidence.get("arrived_with_this_version") is True for one in known)
    return case.previous is not None and not _offering(case.previous)


def _offering(article: Article) -> bool:
    text = _read(Scope(Region.ARTICLE, f"{article.title or ''}\n{article.text}"))
    return any(True for _ in _offers(text.plain))


def _read(scope: Scope) -> _Text:
    served = scope.text[:READ]
    glosses = machine_glosses(served) if any(tone in served for tone in _TONES) else []
    if not glosses:
        return _Text(scope, served, None)
    places: list[int] = []
    at = 0
    for match in glosses:
        places.extend(range(at, match.end(1)))
        at = match.end()
    places.extend(range(at, len(served)))
    return _Text(scope, "".join(served[place] for place in places), tuple(places))


def _offers(plain: str) -> Iterator[_Offer]:
    """What each trade has in this text; names whose own sentence warns are left out."""
    for number, windows in sorted(_windows(plain).items()):
        trade = TRADES[number]
        names = tuple(name for low, high in windows for name in _names(plain, low, high, trade))
        if names and trade.licensed and trade.licensee.search(plain):
            names = tuple(name for name in names if not trade.licensed.fullmatch(name.text))
        if not names and (not trade.sets or not trade.by_name):
            continue
        simplified = plain.translate(SIMPLIFIED)
        if (names and trade.by_name) or all(one.search(simplified) for one in trade.sets):
            yield _Offer(trade, names, tuple(match[0] for match in trade.words.finditer(simplified)))


def _windows(plain: str) -> dict[int, list[Stretch]]:
    """The stretches in which a name can stand, in order, by the number of its trade."""
    found: dict[int, list[Stretch]] = {}
    places = [place for place, _ in places_of(plain, _HEADS, floor=0)]
    for head in _SHORT:
        at = -1
        while (at := plain.find(head, at + 1)) >= 0:
            places.append(at)
    for at in places:
        for gate, number in (*_GATES.get(plain[at : at + 2], ()), *_GATES.get(plain[at], ())):
            if plain.startswith(gate, at):
                found.setdefault(number, []).append((max(at - NEAR, 0), at + NEAR))
    return {number: merged(stretches) for number, stretches in found.items()}


def _names(plain: str, low: int, high: int, trade: Trade) -> Iterator[_Name]:
    for match in trade.names.finditer(plain[low:high].translate(SIMPLIFIED)):
        start, end = low + match.start(), low + match.end()
        if not _warned(plain, start, end):
            yield _Name(start, end, match[0])


def _warned(plain: str, start: int, end: int) -> bool:
    """Whether the sentence of a name warns of it."""
    low = max(start - AROUND, 0)
    before = _SENTENCE.split(plain[low:start])[-1]
    after = _SENTENCE.split(plain[end : end + AROUND], maxsplit=1)[0]
    return WARNING.search(f"{before}{plain[start:end]}{after}".translate(SIMPLIFIED)) is not None


def _frame(plain: str, served: str) -> dict[str, str]:
    """The parts of the frame in simplified characters, each with the piece of the served text that shows it."""
    found: dict[str, str] = {}
    for name, pattern in FRAME:
        matches = [match for match, _ in zip(pattern.finditer(plain), range(LEAST_SECTIONS), strict=False)]
        if len(matches) >= (LEAST_SECTIONS if name == "numbered sections" else 1):
            found[name] = served[slice(*matches[0].span())].strip()[:60]
    return found


def _telling(text: _Text, offer: _Offer) -> tuple[int, int]:
    """The longest name, the first of its length; where there is none, the first word that is offered."""
    if offer.names:
        longest = max(offer.names, key=lambda name: name.end - name.start)
        return longest.start, longest.end
    simplified = text.plain.translate(SIMPLIFIED)
    first = offer.trade.words.search(simplified) or offer.trade.sets[-1].search(simplified)
    return first.span() if first else (0, min(len(text.plain), 1))
