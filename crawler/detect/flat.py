"""A text read another way that can be traced back: without tags, with references decoded, without the invisible."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from crawler.decode import Document
from crawler.detect.language.junk import plausible
from crawler.detect.language.lone import lone_pieces
from crawler.detect.language.marks import INVISIBLE, INVISIBLES, has
from crawler.detect.language.seeds import hints
from crawler.detect.stretches import merged

# A character written as a number: in HTML, in a script string, in an escaped address.
REFERENCE = re.compile(r"&#x[0-9a-fA-F]{2,5};?|&#[0-9]{2,6};?|\\u[0-9a-fA-F]{4}|%u[0-9a-fA-F]{4}")
# The same for Chinese characters alone, with what they begin with and the base of the number.
_HAN_REFERENCES = (
    (b"&#", re.compile(r"&#([2-4][0-9]{4})"), 10),
    (b"&#", re.compile(r"&#[xX]([3-9a-fA-F][0-9a-fA-F]{3})"), 16),
    (b"\\u", re.compile(r"\\u([3-9a-fA-F][0-9a-fA-F]{3})"), 16),
    (b"%u", re.compile(r"%u([3-9a-fA-F][0-9a-fA-F]{3})"), 16),
)
# Fewer of them cannot hide a word.
FEW = 4
# So much around them is read with them.
BESIDE = 600
_REFERENCE_MARKS = (b"&#", b"\\u", b"%u")
_MAY_REFER = re.compile(r"&#|\\u|%u")
_TAG = re.compile(r"<[^<>]{0,4000}>")
_TAG_OR_REFERENCE = re.compile(f"({_TAG.pattern})|{REFERENCE.pattern}")
# Tags that may stand inside a word.
_IN_WORD = re.compile(r"</?(?:b|i|u|em|strong|font|span|big|small|wbr)\b", re.IGNORECASE)
# Tags between the items of one list.
_IN_LIST = re.compile(r"</?(?:a|li|br|dd|dt|td|tr|img|label|option)\b", re.IGNORECASE)
_INVISIBLE = re.compile(f"[{INVISIBLES}]+")
_UNMARKED = bytes(byte for byte in range(256) if byte not in b"".join(_REFERENCE_MARKS))
# ASCII to spaces.
_BLANKED = bytes(32 if byte < 128 else byte for byte in range(256))


@dataclass(slots=True)
class Flat:
    """`text` in pieces of the source; `places` says for each piece where it begins in `text` and in the source.

    `ends` says where a piece ends in the source that is one character here and more there.
    """

    text: str = ""
    places: list[tuple[int, int]] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the source that a stretch of `text` comes from."""
        last = self._place(end - 1)
        return self._place(start), self.ends.get(last, last + 1)

    def _place(self, offset: int) -> int:
        in_flat, in_source = self.places[max(bisect_right(self.places, (offset, len(self.places) << 60)) - 1, 0)]
        return in_source + offset - in_flat


def _flat(source: str, cuts: re.Pattern[str]) -> Flat:
    """The source with what stands `_instead` of each cut; no more breaks together than a blank line takes."""
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    ends: dict[int, int] = {}
    at = size = breaks = 0
    for cut in cuts.finditer(source):
        start = cut.start()
        between = source[at:start]
        if between and not (breaks and between.isspace()):
            places.append((size, at))
            pieces.append(between)
            size += start - at
            breaks = 0
        at = cut.end()
        instead = _instead(cut.group())
        if instead[:1] == "\n":
            instead = instead[breaks:]
            breaks += len(instead)
        elif instead:
            breaks = 0
        if instead:
            places.append((size, start))
            pieces.append(instead)
            ends[start] = at
            size += len(instead)
    places.append((size, at))
    pieces.append(source[at:])
    return Flat("".join(pieces), places, ends)


def _instead(cut: str) -> str:
    """What a cut piece reads as: a break for a tag, a blank line for a box, for a reference its character."""
    if cut[0] == "<":
        return "" if _IN_WORD.match(cut) else "\n" if _IN_LIST.match(cut) else "\n\n"
    return _character(cut) if cut[0] in "&\\%" else ""


def _character(reference: str) -> str:
    if reference[0] != "&":
        number = int(reference[2:], 16)
    elif reference[2] in "xX":
        number = int(reference[3:].rstrip(";"), 16)
    else:
        number = int(reference[2:].rstrip(";"))
    return chr(number) if 0x20 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else " "


def without_tags(source: str) -> Flat:
    """Markup with a line break for each tag, none for those that may stand inside a word, and references decoded."""
    return _flat(source, _TAG_OR_REFERENCE if _MAY_REFER.search(source) else _TAG)


def without_invisible(text: str) -> Flat | None:
    """The text without zero-width and direction characters; None where it has none."""
    if text.isascii() or not has(text, INVISIBLE):
        return None
    return _flat(text, _INVISIBLE)


def reference_stretches(source: str) -> list[tuple[int, int]]:
    """Where Chinese is written as numbers, what stands close together in one stretch; all of it where it is unseen."""
    if has(source, INVISIBLE):
        return [(0, len(source))]
    places = (found.span() for _, references, _ in _HAN_REFERENCES for found in references.finditer(source))
    return [(max(low - BESIDE, 0), high + BESIDE) for low, high in merged(places, apart=2 * BESIDE)]


def _marks_in(raw: bytes) -> list[bytes]:
    """The marks of references that stand in a text often enough to hide a word."""
    # Almost always there are none, and that shows quickest where all other ASCII is gone.
    short = raw.translate(None, _UNMARKED)
    return [mark for mark in _REFERENCE_MARKS if short.count(mark) >= FEW and _count(raw, mark) >= FEW]


def _count(raw: bytes, mark: bytes) -> int:
    """How often a mark stands in a text: cut at its rarer byte, for to search for two takes thrice as long."""
    if mark == b"&#":
        return sum(part.endswith(b"&") for part in raw.split(b"#")[:-1])
    return sum(part.startswith(b"u") for part in raw.split(mark[:1])[1:])


@dataclass(frozen=True, slots=True)
class Suspicions:
    """What deserves a closer look: (text, weight) of what may be a run, and short pieces that may be single items."""

    runs: tuple[tuple[str, float], ...]
    pieces: frozenset[str]


NOTHING = Suspicions((), frozenset())


def suspicions(document: Document) -> Suspicions:
    """The Chinese anywhere in a Document, tags and scripts included, that deserves a closer look.

    Everything that is not ASCII is read in one pass, a line for each run of it. Where nothing comes of it, nothing in
    the visible text, the title, hidden pieces or scripts can.
    """
    text = _squeezed(document.text)
    places = hints(text)
    return Suspicions(tuple(plausible(text, places)), lone_pieces(text, places)) if places else NOTHING


def _squeezed(source: str) -> str:
    raw = source.encode("utf-8", "replace")
    parts = [] if source.isascii() else [_runs(raw)]
    marks = _marks_in(raw)
    for mark, references, base in _HAN_REFERENCES:
        if mark in marks:
            # Run together: what stands between them is markup or more of them.
            parts.append("".join([chr(int(number, base)) for number in references.findall(source)]))
    return "\n".join(parts)


def beyond_ascii(text: str) -> str:
    """What is not ASCII in a text, a line for each run of it, invisible characters left out."""
    return _runs(text.encode("utf-8", "replace"))


def _runs(raw: bytes) -> str:
    runs = b"\n".join(raw.translate(_BLANKED).split()).decode("utf-8")
    return _INVISIBLE.sub("", runs) if has(runs, INVISIBLE) else runs
