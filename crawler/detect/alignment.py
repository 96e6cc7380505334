"""The search for how a run of double-byte characters was shifted by one byte, and what it said before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from operator import add
from typing import NamedTuple

from crawler.decode.charsets import GB18030_SUBSTITUTES
from crawler.detect.language.tables import SIMPLIFIED
from crawler.detect.wording import LONGEST, Bridge, classed, onward, upto, weight, words

# What a mark weighs that stands for a lost byte, and a character that is not known yet.
MARK, UNREAD = -6.0, -8.0
# Half a byte that left no mark where the run ends: possible, but programs that drop it silently are few.
SILENT = -4.0
# An ASCII character taken for one of two bytes that was folded.
FOLDED = -8.0
# How many starts are looked at closely, how many endings, how many readings of a lost character are compared with the
# rest of the page, and what it counts for when the page has the same two characters elsewhere.
STARTS, ENDINGS, READINGS = 4, 5, 8
ELSEWHERE = {2: 1.5, 3: 2.0}
# A page keeps to one script.
OTHER_SCRIPT = -4.0
# Sentences end where lines end.
LINE_ENDS = {"。": 2.0, "，": -2.0, "、": -2.0}
# So much more than the likeliest ending another one can hardly bring.
BEYOND = 12.0
# What a reading is ahead of none.
UNRIVALLED = 20.0
# A stretch shorter than this is read with each ending in turn.
SHORT = 6
_LEADS = (*range(0x81, 0xFF),)
_TRAILS = (*range(0x40, 0x7F), *range(0x80, 0xFF))
_ALIEN = "\ue000"
# From what browsers show to what Python's codec takes for it, and back.
_TO_CODEC = {ord(shown): codec for codec, shown in GB18030_SUBSTITUTES.items() if shown != "\u3000"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`wide` are characters of two bytes each, as served; `before` and `after` what stands beside them in the line.

    `marks` is how much of the end of `before` may stand for lost bytes, `folded` how many of `wide` are shown as ASCII,
    and `page` the text that words are looked up in.
    """

    wide: str
    before: str
    after: str
    marks: int
    folded: int
    page: str
    traditional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """`plain` stands for the run from `start` on (-marks where a mark belongs to it) and `beyond` characters after it.

    `gain` is how much better it reads than what is served, `margin` how much better than the next best reading, both
    in natural logarithms; `fluent` what one of its characters weighs on average.
    """

    start: int
    beyond: int
    plain: str
    gain: float
    margin: float
    fluent: float
    how: str
    byte: int | None = None


@dataclass(frozen=True, slots=True)
class _Ending:
    """`text` is the run read one byte later, to its end; `worth` what speaks for its last character beside the
    words it makes, `near` what it all weighs where it ends."""

    text: str
    beyond: int
    worth: float
    near: float = 0.0


class _Begin(NamedTuple):
    """The damage begins at `at` in the run; `onto` is where the shifted text goes on behind the damaged character."""

    at: int
    onto: int
    character: str
    how: str
    byte: int | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    total: float
    begin: _Begin
    ending: _Ending

    @property
    def plain(self) -> str:
        return self.begin.character + self.ending.text[self.begin.onto :]


@lru_cache(maxsize=65_536)
def _pair(lead: int, trail: int) -> str:
    try:
        character = bytes((lead, trail)).decode("gb18030")
    except UnicodeDecodeError:
        return _ALIEN
    return GB18030_SUBSTITUTES.get(character, character) if len(character) == 1 else _ALIEN


def as_bytes(text: str) -> bytes:
    """The bytes in GB18030 that browsers read as this text."""
    return text.translate(_TO_CODEC).encode("gb18030", "replace")


def one_byte_later(raw: bytes) -> str:
    """The characters of two bytes each from the second byte on; the last byte is left over."""
    return "".join(map(_pair, raw[1:-1:2], raw[2::2]))


class _Lost(NamedTuple):
    """A character with the byte of it that is lost, as the tables of words know it, and whether it is Traditional."""

    byte: int
    character: str
    classed: str
    traditional: bool


def _in_use(lost: Iterable[tuple[int, str]]) -> tuple[_Lost, ...]:
    return tuple(
        _Lost(byte, one, classed(one), ord(one) in SIMPLIFIED)
        for byte, one in lost
        if one.translate(SIMPLIFIED) in words()
    )


@lru_cache(maxsize=512)
def _with_lead_lost(trail: int) -> tuple[_Lost, ...]:
    """The characters in use whose second byte this is."""
    return _in_use((lead, _pair(lead, trail)) for lead in _LEADS)


@lru_cache(maxsize=512)
def _with_trail_lost(lead: int) -> tuple[_Lost, ...]:
    """The characters in use whose first byte this is."""
    return _in_use((trail, _pair(lead, trail)) for trail in _TRAILS)


def mended(run: Run, enough: float) -> Mended | None:
    """The best reading of a shifted run against the text as served; None where none can be better by `enough`."""
    raw = as_bytes(run.wide)
    if not raw or len(raw) != 2 * len(run.wide):
        return None
    served = upto(run.before[-LONGEST:] + run.wide)
    endings = _endings(run, raw)
    if not endings:
        return None
    readings = _readings(run, raw, endings[0], served)
    beyond = endings[0].beyond
    served_so = served[-1] + MARK * beyond + weight(run.after[beyond:][:LONGEST]) - FOLDED * run.folded
    if readings[0].total + BEYOND < served_so + MARK * run.marks + enough:
        return None
    for ending in endings[1:]:
        if len(ending.text) < SHORT:
            readings += _readings(run, raw, ending, served)
        else:
            # How a long stretch ends has nothing to do with how it begins.
            total = readings[0].total + ending.near - endings[0].near
            readings.append(_Reading(total, readings[0].begin, ending))
    readings.sort(key=lambda one: -one.total)
    best = readings[0]
    marks = run.marks if best.begin.at < 0 else 0
    start = -marks if marks else best.begin.at
    other = next((one for one in readings if (one.plain, one.begin.at) != (best.plain, best.begin.at)), None)
    return Mended(
        start=start,
        beyond=beyond,
        plain=best.plain,
        gain=best.total - served_so - MARK * marks,
        margin=best.total - other.total if other else UNRIVALLED,
        fluent=weight(best.plain) / len(best.plain),
        how=best.begin.how,
        byte=best.begin.byte,
    )


def _endings(run: Run, raw: bytes) -> list[_Ending]:
    """The ways in which the shifted run may end, the likeliest first."""
    text = one_byte_later(raw)
    last, follows = raw[-1], run.after[:1]
    if last < 0x80:
        # The second byte is an ASCII character that a lone first byte has swallowed.
        return [_Ending(text + chr(last), 0, 0.0)]
    if "@" <= follows <= "~":
        # The second byte of the last character is an ASCII one and was read as itself.
        return [_Ending(text + _pair(last, ord(follows)), 1, 0.0)]
    beyond = 1 if follows and follows in "?\ufffd" else 0
    after = run.after[beyond:][:LONGEST]
    line_ends = not after or after[0] in "\r\n"
    silent = 0.0 if beyond or not run.after else SILENT
    bridge = Bridge(upto(text[-LONGEST:]), text[-LONGEST:], after, onward(after))
    weighed: list[tuple[float, float, str]] = []
    for lost in _with_trail_lost(last):
        worth = _bias(lost.traditional, run) + (LINE_ENDS.get(lost.character, 0.0) if line_ends else 0.0) + silent
        weighed.append((bridge.over(lost.classed) + worth, worth, lost.character))
    found: list[_Ending] = []
    for near, worth, character in nsmallest(2 * READINGS, weighed, key=lambda one: -one[0]):
        known = _elsewhere(run, text[-2:], character, (after or "\n")[:2])
        found.append(_Ending(text + character, beyond, worth + known, near + known))
    return sorted(found, key=lambda one: -one.near)[:ENDINGS]


def _elsewhere(run: Run, left: str, character: str, right: str) -> float:
    """What it counts that the page has a character between the same neighbours elsewhere."""
    line = left + character + right
    at = len(left)
    pairs = _pairs_of(run.page)
    known = [line[start : start + 2] in pairs for start in range(len(line) - 1)]
    found = ELSEWHERE[2] * sum(known[max(at - 1, 0) : at + 1])
    for start in range(max(at - 2, 0), min(at, len(line) - 3) + 1):
        # Where a page has not the pairs it has not the three either.
        if known[start] and known[start + 1] and line[start : start + 3] in run.page:
            found += ELSEWHERE[3]
    return found


@lru_cache(maxsize=2)
def _pairs_of(page: str) -> frozenset[str]:
    return frozenset(map(add, page, page[1:]))


def _bias(traditional: bool, run: Run) -> float:
    return OTHER_SCRIPT if traditional and not run.traditional else 0.0


def _readings(run: Run, raw: bytes, ending: _Ending, served: list[float]) -> list[_Reading]:
    left = run.before[-LONGEST:]
    own = len(left)
    line = left + run.wide
    text = ending.text + run.after[ending.beyond :][:LONGEST]
    tails = onward(text)
    weighed: list[tuple[float, _Begin]] = []
    for at, onto, begins in _begins(run, raw, ending, served[own:], tails):
        joint = own - run.marks if at < 0 else own + at
        low = max(joint - LONGEST, 0)
        right = slice(onto, onto + LONGEST + 1)
        bridge = Bridge(served[low : joint + 1], line[low:joint], text[right][:LONGEST], tails[right])
        for lost, how in begins:
            total = bridge.over(lost.classed) + ending.worth + _bias(lost.traditional, run)
            weighed.append((total, _Begin(at, onto, lost.character, how, lost.byte)))
    best = nsmallest(2 * READINGS, weighed, key=lambda one: -one[0])
    found = [_known(_Reading(total, begin, ending), run, line) for total, begin in best]
    return sorted(found, key=lambda one: -one.total)


def _known(one: _Reading, run: Run, line: str) -> _Reading:
    joint = len(line) - len(run.wide) + (one.begin.at if one.begin.at >= 0 else -run.marks)
    known = _elsewhere(run, line[max(joint - 2, 0) : joint], one.begin.character, one.plain[1:3])
    return _Reading(one.total + known, one.begin, one.ending)


# Where the damage begins, where the shifted text goes on, and with which characters it may have begun, and how.
_Place = tuple[int, int, list[tuple[_Lost, str]]]


def _begins(run: Run, raw: bytes, ending: _Ending, served: Sequence[float], tails: Sequence[float]) -> Iterator[_Place]:
    """The ways in which the damage may have begun: at the places that split the run best, and with every lost byte."""
    whole = len(ending.text)
    if run.marks:
        yield -1, 0, [(one, "a mark stands for the first byte of a character") for one in _with_lead_lost(raw[0])]
    places = nsmallest(STARTS, range(min(len(run.wide), whole)), key=lambda at: -served[at] - tails[at])
    for at in places:
        first = raw[2 * at]
        lead = [(one, "the first byte of a character is lost") for one in _with_lead_lost(first)]
        yield at, at, lead + [(one, "the second byte of a character is lost") for one in _with_trail_lost(first)]
    for at in range(min(len(run.wide), whole) - 1):
        if raw[2 * at + 1] < 0x80:
            character = _pair(raw[2 * at], raw[2 * at + 2])
            between = _Lost(raw[2 * at + 1], character, classed(character), ord(character) in SIMPLIFIED)
            yield at, at + 1, [(between, "a byte stands between the two of a character")]
