"""Characters that ordinary text seldom has side by side: what a wrong reading of bytes is full of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from crawler.detect.language.tables import ORDINARY, written_forms

# The first level of GB 2312, which holds the characters in common use, and whatever else ordinary words are made of.
_FIRST_LEVEL = {
    bytes((lead, trail)).decode("gb2312")
    for lead in range(0xB0, 0xD8)
    for trail in range(0xA1, 0xFF if lead < 0xD7 else 0xFA)
}
_COMMON = written_forms(_FIRST_LEVEL | ORDINARY)
# Full-width letters, digits and marks, and the marks and signs of ordinary typography.
_LATIN_MARKS = r"\u00a0-\u00ac\u00ae-\u00e2\u00ea-\u00ff"
_UNUSUAL_LATIN = r"\u00ad\u00e3-\u00e9"
_MARKS = (
    r"\u2010-\u2027\u2030-\u203b\u2103\u2160-\u216b\u2460-\u249b"
    r"\u25a0-\u25cf\u3000-\u3015\uff01-\uff5e"
)
_USUAL = f"\x00-\x7f\ufffd{_LATIN_MARKS}{_MARKS}{''.join(sorted(_COMMON))}"
_RARE = f"[^{_USUAL}{_UNUSUAL_LATIN}\U00010000-\U0010ffff]"
ODD = re.compile(_RARE)
# Two of them close together, or one beside a mark that may stand for a lost byte: where a look is worth its price.
_NEAR_BY = "[^\x00-\x7f]{0,6}"
_IN_COMPANY = re.compile(f".(?:(?={_NEAR_BY}(?:{_RARE}|[?\ufffd]))|(?<=[?\ufffd].)|(?<=[?\ufffd]..)|(?<=[?\ufffd]...))")
# The same with all that other wrong readings and machines leave: accented vowels, invisible characters, emoji. One
# class: an alternative of two is not searched for at the speed of one.
_UNUSUAL = re.compile(f"[^{_USUAL}]")
# Greek, Cyrillic and kana: GB 2312 has them, and where they stand together they are a text in their own language.
LETTERS = re.compile("[\u0370-\u04ff\u3041-\u30ff]")


@lru_cache(maxsize=2)
def _unusual_places(text: str) -> tuple[int, ...]:
    return tuple([unusual.start() for unusual in _UNUSUAL.finditer(text)])


def unusual(text: str) -> frozenset[str]:
    """The characters in a text that are odd in any Chinese one; found once for all that look for some of them."""
    return frozenset([text[place] for place in _unusual_places(text)])


def odd_places(text: str) -> Iterator[int]:
    """Where an odd character stands near another, or beside a mark that may stand for a lost byte."""
    for place in _unusual_places(text):
        if ODD.match(text, place) and _IN_COMPANY.match(text, place):
            yield place
