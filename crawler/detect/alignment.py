"""The search for how a run of double-byte characters was shifted by one byte, and what it said before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawler.decode.charsets import GB18030_SUBSTITUTES
from crawler.detect.language.tables import SIMPLIFIED
from crawler.detect.wording import LONGEST, bridged, onward, upto, weight, words

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


@dataclass(frozen=True, slots=True)
class _Begin:
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


@lru_cache(maxsize=512)
def _with_lead_lost(trail: int) -> tuple[tuple[int, str], ...]:
    """(lost byte, character) for the characters in use whose second byte this is."""
    return tuple((lead, one) for lead in _LEADS if (one := _pair(lead, trail)).translate(SIMPLIFIED) in words())


@lru_cache(maxsize=512)
def _with_trail_lost(lead: int) -> tuple[tuple[int, str], ...]:
    """(lost byte, character) for the characters in use whose first byte this is."""
    return tuple((trail, one) for trail in _TRAILS if (one := _pair(lead, trail)).translate(SIMPLIFIED) in words())


def mended(run: Run) -> Mended | None:
    """The best reading of a shifted run against the text as served; None where there is none."""
    raw = as_bytes(run.wide)
    if not raw or len(raw) != 2 * len(run.wide):
        return None
    served = upto(run.before[-LONGEST:] + run.wide)
    endings = _endings(run, raw)
    if not endings:
        return None
    readings = _readings(run, raw, endings[0], served)
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
    beyond = best.ending.beyond
    as_served = served[-1] + MARK * (beyond + marks) + weight(run.after[beyond:][:LONGEST])
    return Mended(
        start=start,
        beyond=beyond,
        plain=best.plain,
        gain=best.total - as_served + FOLDED * run.folded,
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
    found: list[_Ending] = []
    for _, character in _with_trail_lost(last):
        worth = _bias(character, run) + (LINE_ENDS.get(character, 0.0) if line_ends else 0.0) + silent
        near = weight(text[-LONGEST:] + character + after) + worth
        found.append(_Ending(text + character, beyond, worth, near))
    found.sort(key=lambda one: -one.near)
    for number, one in enumerate(found[: 2 * READINGS]):
        known = _elsewhere(run, text[-2:], one.text[-1], (after or "\n")[:2])
        found[number] = _Ending(one.text, beyond, one.worth + known, one.near + known)
    return sorted(found[: 2 * READINGS], key=lambda one: -one.near)[:ENDINGS]


def _elsewhere(run: Run, left: str, character: str, right: str) -> float:
    """What it counts that the page has a character between the same neighbours elsewhere."""
    line = left + character + right
    at = len(left)
    return sum(
        ELSEWHERE[size]
        for size in (2, 3)
        for start in range(max(at - size + 1, 0), at + 1)
        if start + size <= len(line) and line[start : start + size] in run.page
    )


def _bias(character: str, run: Run) -> float:
    return OTHER_SCRIPT if ord(character) in SIMPLIFIED and not run.traditional else 0.0


def _readings(run: Run, raw: bytes, ending: _Ending, served: list[float]) -> list[_Reading]:
    left = run.before[-LONGEST:]
    own = len(left)
    line = left + run.wide
    text = ending.text + run.after[ending.beyond :][:LONGEST]
    tails = onward(text)
    found: list[_Reading] = []
    for begin in _begins(run, raw, ending, served[own:], tails):
        joint = own - run.marks if begin.at < 0 else own + begin.at
        low = max(joint - LONGEST, 0)
        total = bridged(
            served[low : joint + 1],
            line[low:joint],
            begin.character,
            text[begin.onto : begin.onto + LONGEST],
            tails[begin.onto : begin.onto + LONGEST + 1],
        )
        found.append(_Reading(total + ending.worth + _bias(begin.character, run), begin, ending))
    found.sort(key=lambda one: -one.total)
    return sorted((_known(one, run, line) for one in found[: 2 * READINGS]), key=lambda one: -one.total)


def _known(one: _Reading, run: Run, line: str) -> _Reading:
    joint = len(line) - len(run.wide) + (one.begin.at if one.begin.at >= 0 else -run.marks)
    known = _elsewhere(run, line[max(joint - 2, 0) : joint], one.begin.character, one.plain[1:3])
    return _Reading(one.total + known, one.begin, one.ending)


def _begins(run: Run, raw: bytes, ending: _Ending, served: Sequence[float], tails: Sequence[float]) -> Iterator[_Begin]:
    """The ways in which the damage may have begun: at the places that split the run best, and with every lost byte."""
    whole = len(ending.text)
    if run.marks:
        for lead, character in _with_lead_lost(raw[0]):
            yield _Begin(-1, 0, character, "a mark stands for the first byte of a character", lead)
    places = sorted(range(min(len(run.wide), whole)), key=lambda at: -served[at] - tails[at])[:STARTS]
    for at in places:
        first = raw[2 * at]
        for lead, character in _with_lead_lost(first):
            yield _Begin(at, at, character, "the first byte of a character is lost", lead)
        for trail, character in _with_trail_lost(first):
            yield _Begin(at, at, character, "the second byte of a character is lost", trail)
    for at in range(min(len(run.wide), whole) - 1):
        if raw[2 * at + 1] < 0x80:
            character = _pair(raw[2 * at], raw[2 * at + 2])
            yield _Begin(at, at + 1, character, "a byte stands between the two of a character", raw[2 * at + 1])
