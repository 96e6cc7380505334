"""`gbk_shift`: a text in GBK that was read one byte late, and what it said.

In GBK two bytes make a character. Where one byte is lost, or a foreign one gets between two, every following pair is
read one byte late until an ASCII byte puts the reader right again: 海”建設 (BAA3 A1B1 BDA8 D44F) without its first
byte reads ！苯ㄔO. Served characters are encoded back and read one byte earlier; the place, the way it was damaged
and the byte that is missing are those that together read best as Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.detect.alignment import Mended, Run, as_bytes, mended, one_byte_later
from crawler.detect.case import Case
from crawler.detect.rare import LETTERS, ODD, odd_places
from crawler.detect.reading import Reading, reading_of
from crawler.detect.wording import cut, weight
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.GBK_SHIFT,)

# Marks that stand for a lost byte, and before them an ASCII byte that was put in and took the first half along.
_MARK = re.compile("[?\ufffd]{1,2}\\Z|\ufffd[\x00-\x3f]\\Z")
# Characters that GB18030 writes with four bytes: none of them came about by a shift.
_FOUR_BYTES = "".join(one for one in map(chr, range(0x80, 0x3100)) if len(as_bytes(one)) == 4)
# Runs of double-byte characters: nothing ASCII in them, but for marks where a text has its full-width ones folded.
_APART = re.compile(f"[\x00-\x7f\ufffd\U00010000-\U0010ffff{_FOUR_BYTES}]")
_APART_FOLDED = re.compile(f"[\x00-\x20?\x7f\ufffd\U00010000-\U0010ffff{_FOUR_BYTES}]")
_FOLDED_END = re.compile("[@-~]")
_TO_WIDE = {narrow: narrow + 0xFEE0 for narrow in range(0x21, 0x7F)}
_TRADITIONAL = re.compile("[國個這為們來時會說對開發]")
_GLOSS = re.compile(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}\)")
# Characters read one byte late are to more than half such as no text has side by side: looked for among so many.
NEAR, DENSE, SPARE, BETTER = 10, 0.2, 0.2, 4.0
# A place costs milliseconds; damaged pages have a few, and made-up ones may have thousands.
MOST, LONGEST, FOLDED_REACH = 60, 3_000, 16
# So many places without a mark that come to nothing when glanced at, or when read, are how this page is: a list of rare
# names, another language. Only marks are looked at from there on.
GLANCES, READ = 300, 4
# How far around a place commas show whether its text has full-width marks.
HABIT = 400
# What the reading must be better by than the text as served, and a repair than the next best one (natural logarithms).
ENOUGH, MARGIN = 14.0, 2.5
# What a character of it weighs on average: Chinese prose about -4, names and rare words down to -7.
FLUENT = -9.0


def detect(case: Case) -> Iterator[Finding]:
    """Each shifted stretch, with what it said where one reading is clearly the best."""
    reading = reading_of(case)
    text = reading.text
    if text.isascii():
        return
    done = passed = looked = glanced = read = 0
    for place in odd_places(text):
        if place < max(done, passed):
            continue
        if (glanced >= GLANCES or read >= READ) and not _is_marked(text, place, place + NEAR):
            mark = _MARKED.search(text, place + NEAR)
            if mark is None:
                return
            passed = mark.start() - NEAR
            continue
        glanced += 1
        if not _suspicious(text, place):
            continue
        looked += 1
        if looked > MOST:
            return
        best, done = _best(text, place, done)
        if best is None:
            read += 1
        else:
            glanced = read = 0
            yield _finding(reading, *best)


def _best(text: str, place: int, floor: int) -> tuple[tuple[Mended, int, int] | None, int]:
    """What reads best around a place, from where to where it is served, if it reads well; and where to go on."""
    best: tuple[Mended, int] | None = None
    done, size = floor, 0
    for start, run in _runs(text, place, floor):
        found = mended(run, ENOUGH)
        if found is not None and (best is None or found.gain > best[0].gain):
            best, size = (found, start), len(run.wide)
        done = max(done, start + len(run.wide))
    if best is None or best[0].gain < ENOUGH or best[0].fluent < FLUENT:
        return None, done
    found, start = best
    done = start + size + found.beyond
    return (found, start + found.start, done), done


def _suspicious(text: str, at: int) -> bool:
    """Whether what stands here is odd as served and ordinary when it is read one byte later: a quick look."""
    near = _APART.split(text[at : at + NEAR], maxsplit=1)[0]
    odd = len(ODD.findall(near))
    marked = _is_marked(text, at, at + len(near) + 1)
    if odd < DENSE * len(near) or (odd < 2 and not marked) or 2 * len(LETTERS.findall(near)) > len(near):
        return False
    # A lone character before a mark has nothing to be read with.
    later = one_byte_later(as_bytes(near.translate(_TO_WIDE)))
    if len(ODD.findall(later)) > SPARE * len(later):
        return False
    # With one character of it read rightly there is nothing to go by yet but its price.
    return len(later) < 2 or weight(later) - weight(near[1:]) >= BETTER


_MARKED = re.compile("[?\ufffd]")


def _is_marked(text: str, at: int, end: int) -> bool:
    return _MARKED.search(text, max(at - 3, 0), end) is not None


def _runs(text: str, at: int, floor: int) -> Iterator[tuple[int, Run]]:
    """(where it begins, the run) for the ways to take the run around a place."""
    beside = text[max(at - HABIT, 0) : at + HABIT]
    folded = beside.count(",") > beside.count("，")
    start = _run_begins(text, at, max(floor, at - LONGEST), _APART)
    stop = _APART.search(text, at, start + LONGEST)
    yield start, _run(text, start, stop.start() if stop else min(len(text), start + LONGEST), floor)
    if not folded:
        return
    begin = _run_begins(text, at, max(floor, at - FOLDED_REACH), _APART_FOLDED)
    if begin < start:
        for end in _FOLDED_END.finditer(text, at, at + FOLDED_REACH):
            if not _APART_FOLDED.search(text, at, end.start()):
                yield begin, _run(text, begin, end.start(), floor)


def _run_begins(text: str, at: int, floor: int, apart: re.Pattern[str]) -> int:
    while at > floor and not apart.match(text[at - 1]):
        at -= 1
    return at


def _run(text: str, start: int, end: int, floor: int) -> Run:
    mark = _MARK.search(text, max(start - 2, floor), start)
    marks = mark.end() - mark.start() if mark else 0
    wide = text[start:end]
    return Run(
        wide=wide.translate(_TO_WIDE),
        folded=sum(one < "\x80" for one in wide),
        before=text[max(text.rfind("\n", 0, start - marks) + 1, start - 8, floor) : start],
        after=text[end : end + 8],
        marks=marks,
        page=text,
        traditional=_TRADITIONAL.search(text) is not None,
    )


def _finding(reading: Reading, found: Mended, start: int, end: int) -> Finding:
    text = reading.text
    # The quote begins with the word that was broken; a gloss behind the broken character belongs to it.
    head = cut(text[max(start - 3, 0) : start], found.plain[:3])
    gloss = _GLOSS.match(text, end)
    stop = gloss.end() if gloss else end
    repair = text[start - head : start] + found.plain + text[end:stop]
    return reading.finding(
        FindingKind.GBK_SHIFT,
        Severity.MEDIUM,
        start - head,
        stop,
        score=min(0.6 + found.gain / 100, 0.98),
        evidence={
            "how": found.how,
            "byte": f"{found.byte:02X}" if found.byte is not None else None,
            "bytes_as_served": as_bytes(text[start:end]).hex(" ").upper()[:600],
            "reads_better_by": round(found.gain, 1),
            "than_the_next_reading_by": round(found.margin, 1),
            "best_reading": repair[:400],
        },
        repair=repair if found.margin >= MARGIN else None,
    )
