"""Characters that ordinary text seldom has side by side: what a wrong reading of bytes is full of."""

from __future__ import annotations

import re

from crawler.detect.language.tables import BIGRAMS, written_forms

# The first level of GB 2312, which holds the characters in common use, and whatever else ordinary words are made of.
_FIRST_LEVEL = {
    bytes((lead, trail)).decode("gb2312")
    for lead in range(0xB0, 0xD8)
    for trail in range(0xA1, 0xFF if lead < 0xD7 else 0xFA)
}
_COMMON = written_forms(_FIRST_LEVEL | {one for pair, weight in BIGRAMS.items() if weight < 0 for one in pair})
# Full-width letters, digits and marks, and the marks and signs of ordinary typography.
_MARKS = (
    r"\u00a0-\u00ff\u2010-\u2027\u2030-\u203b\u2103\u2160-\u216b\u2460-\u249b"
    r"\u25a0-\u25cf\u3000-\u3015\uff01-\uff5e"
)
_ASCII_AND_MARKS = f"\x00-\x7f\ufffd\U00010000-\U0010ffff{_MARKS}"
_RARE = f"[^{_ASCII_AND_MARKS}{''.join(sorted(_COMMON))}]"
ODD = re.compile(_RARE)
# Two of them close together, or one beside a mark that may stand for a lost byte: where a look is worth its price.
_NEAR_BY = "[^\x00-\x7f]{0,6}"
ODD_PLACE = re.compile(
    f"{_RARE}(?:(?={_NEAR_BY}(?:{_RARE}|[?\ufffd]))|(?<=[?\ufffd].)|(?<=[?\ufffd]..)|(?<=[?\ufffd]...))"
)
KANA = re.compile("[\u3041-\u30ff]")
