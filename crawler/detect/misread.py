"""`mojibake`: text that was decoded wrongly before it was published, and what it said where that can be told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from crawler.detect.case import Case, Scope
from crawler.detect.language.tables import is_common_pair
from crawler.detect.pinyin_gloss import machine_glosses
from crawler.detect.rare import unusual
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.MOJIBAKE,)

# UTF-8 read as GBK: three bytes a character become one and a half, so that every third is one of these rare ones.
_FROM_UTF8 = "".join(bytes([lead, trail]).decode("gbk") for lead in range(0xE4, 0xEA) for trail in range(0x80, 0xC0))
_UTF8_AS_GBK = re.compile(f"(?:[{_FROM_UTF8}][^\x00-\x7f]{{2}}){{2,}}[^\x00-\x7f]{{0,2}}")
# 的 是 国 中 人 在 and the marks ， 。 become these; a quick look for them spares most pages the rest.
_SIGNS = frozenset("鐨鏄鍥涓浜鍦锛銆")
_UTF8_AS_LATIN = re.compile("(?:[\u00e3-\u00e9][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u2122]{2}){3,}")
_PINYIN = "[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}"
_TORN_PIECE = re.compile(rf"([\u4e00-\u9fff]{{0,2}})\?({_PINYIN})\)")
_TORN = re.compile(rf"\?{_PINYIN}\)(?:[\u4e00-\u9fff]{{1,2}}\?{_PINYIN}\))?")
_BEFORE_TORN = re.compile(rf"([\u4e00-\u9fff])(?:\({_PINYIN}\))?\Z")
_LATIN_SIGNS = frozenset(map(chr, range(0xE3, 0xEA)))
_FAMOUS = re.compile("锟斤拷|烫烫烫|屯屯屯|锘挎")
_FAMOUS_SIGNS = "锟烫屯锘"


def detect(case: Case) -> Iterator[Finding]:
    """Shifted places with their repair, then whole misread stretches."""
    scope = case.body
    yield from _glossed_inside(scope)
    for pattern, repair in _misreadings(scope.text):
        for match in pattern.finditer(scope.text):
            proposed = repair(match.group()) if repair else None
            if repair and proposed is None:
                continue
            yield scope.finding(
                FindingKind.MOJIBAKE,
                Severity.MEDIUM,
                match.start(),
                match.end(),
                score=0.9,
                evidence={"read_as": "gbk" if pattern is not _UTF8_AS_LATIN else "windows-1252", "is": "utf-8"},
                repair=proposed,
            )


_Repair = Callable[[str], str | None]


def _misreadings(text: str) -> Iterator[tuple[re.Pattern[str], _Repair | None]]:
    """What is worth looking for in a text, and what undoes it."""
    odd = unusual(text)
    if not odd.isdisjoint(_SIGNS):
        yield _UTF8_AS_GBK, _gbk_to_utf8
    if not odd.isdisjoint(_LATIN_SIGNS):
        yield _UTF8_AS_LATIN, _latin_to_utf8
    if any(sign in text for sign in _FAMOUS_SIGNS):
        yield _FAMOUS, None


def _glossed_inside(scope: Scope) -> Iterator[Finding]:
    """A machine that glosses bytes finds its character across the border of two others and tears both apart.

    謹的標 (D694 B5C4 98CB) holds 94B5, which is 數: with (shù) put behind it, B5 takes the bracket and reads ?, then
    shù). The page's other glosses say what the torn byte was.
    """
    text = scope.text
    torn = list(_TORN.finditer(text)) if "?" in text else []
    if not torn:
        return
    glossed = [(gloss[1].encode("gbk", "ignore"), gloss[2]) for gloss in machine_glosses(text)]
    # Two torn places with one character's bytes between them are one wound.
    for match in torn:
        plain, lead = _mended(match, text, glossed)
        start = match.start() if plain is None else match.start() - lead
        yield scope.finding(
            FindingKind.MOJIBAKE,
            Severity.MEDIUM,
            start,
            match.end(),
            score=0.9 if plain else 0.7,
            evidence={"read_as": "gbk", "is": "a gloss put between the two bytes of a character"},
            repair=plain,
        )


def _mended(match: re.Match[str], text: str, glossed: list[tuple[bytes, str]]) -> tuple[str | None, int]:
    """(what stood there, how many characters before the torn place it begins), or (None, 0)."""
    before = _BEFORE_TORN.search(text, max(match.start() - 9, 0), match.start())
    if before is None:
        return None, 0
    raw = before[1].encode("gbk", "ignore")
    for piece, gloss in _TORN_PIECE.findall(match.group()):
        raw += piece.encode("gbk", "ignore")
        torn = Counter(code[1:] for code, said in glossed if said == gloss and code[:1] == raw[-1:])
        if not torn:
            return None, 0
        raw += torn.most_common(1)[0][0]
    try:
        return raw.decode("gbk"), match.start() - before.start()
    except UnicodeDecodeError:
        return None, 0


def _gbk_to_utf8(text: str) -> str | None:
    raw = text.encode("gb18030", "ignore")
    plain = raw.decode("utf-8", "ignore")
    common = sum(is_common_pair(plain[at : at + 2]) for at in range(len(plain) - 1))
    return plain if len(plain) * 2.5 <= len(raw) and common >= 1 and common * 4 >= len(plain) - 1 else None


def _latin_to_utf8(text: str) -> str | None:
    try:
        return text.encode("cp1252", "ignore").decode("utf-8")
    except UnicodeDecodeError:
        raw = "".join(mark for mark in text if ord(mark) < 256).encode("latin-1")
        plain = raw.decode("utf-8", "ignore")
        return plain or None
