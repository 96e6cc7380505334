"""`gbk_shift` and `mojibake`: text that was decoded wrongly before it was published, and what it said.

`gbk_shift`: in GBK two bytes make a character; where one byte was lost, every following pair is read one byte late,
until an ASCII byte falls into place. 海”建設 (BAA3 A1B1 BDA8 D44F) without its first byte reads ！苯ㄔO. Proved by
encoding what is served and decoding it with each possible lost byte; what then reads as ordinary Chinese is proposed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from operator import add

from crawler.detect.case import Case, Scope, body_of
from crawler.detect.language.tables import is_common_pair
from crawler.detect.pinyin_gloss import machine_glosses
from crawler.model import Finding, FindingKind, Severity

KINDS = (FindingKind.GBK_SHIFT, FindingKind.MOJIBAKE)

# A lost byte shows as ? or U+FFFD before characters that no reader expects: bopomofo, box lines, rare Han, kana.
_SHIFT = re.compile(r"[?\ufffd]{1,2}(?=([!-~\u2000-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffee]{1,12}))")
_ODD = re.compile(r"[\u3041-\u3129\u0391-\u0451\u2460-\u249b\u2500-\u266f\u2160-\u217b\ue000-\uf8ff]")
_TRAIL = re.compile(r"[@-~]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# Half-width forms that a converter made of full-width ones: their bytes are those of the full-width character.
_WIDE = {narrow: narrow + 0xFEE0 for narrow in range(0x21, 0x7F)}
# What a reading must be worth (a word of two characters that the page uses elsewhere is worth two or three), and how
# much worse the next best one must be.
ENOUGH, MARGIN = 3, 2
# A place costs milliseconds; damaged pages have a few, and made-up ones may have thousands.
MOST = 100
_LEADS = [bytes([lead]) for lead in range(0x81, 0xFF)]
# UTF-8 read as GBK: three bytes a character become one and a half, so that every third is one of these rare ones.
_FROM_UTF8 = "".join(bytes([lead, trail]).decode("gbk") for lead in range(0xE4, 0xEA) for trail in range(0x80, 0xC0))
_UTF8_AS_GBK = re.compile(f"(?:[{_FROM_UTF8}][^\x00-\x7f]{{2}}){{2,}}[^\x00-\x7f]{{0,2}}")
# 的 是 国 中 人 在 and the marks ， 。 become these; a quick look for them spares most pages the rest.
_SIGNS = "鐨鏄鍥涓浜鍦锛銆"
_UTF8_AS_LATIN = re.compile("(?:[\u00e3-\u00e9][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u2122]{2}){3,}")
_PINYIN = "[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}"
_TORN_PIECE = re.compile(rf"([\u4e00-\u9fff]{{0,2}})\?({_PINYIN})\)")
_TORN = re.compile(rf"\?{_PINYIN}\)(?:[\u4e00-\u9fff]{{1,2}}\?{_PINYIN}\))?")
_BEFORE_TORN = re.compile(rf"([\u4e00-\u9fff])(?:\({_PINYIN}\))?\Z")
_LATIN_SIGN = re.compile("[\u00e3-\u00e9]")
_FAMOUS = re.compile("锟斤拷|烫烫烫|屯屯屯|锘挎")


def detect(case: Case) -> Iterator[Finding]:
    """Shifted places with their repair, then whole misread stretches."""
    scope = body_of(case)
    yield from _shifted(scope)
    yield from _glossed_inside(scope)
    for pattern, repair in ((_UTF8_AS_GBK, _gbk_to_utf8), (_UTF8_AS_LATIN, _latin_to_utf8), (_FAMOUS, None)):
        if pattern is _UTF8_AS_LATIN and not _LATIN_SIGN.search(scope.text):
            continue
        if pattern is _UTF8_AS_GBK and not any(sign in scope.text for sign in _SIGNS):
            continue
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


def _shifted(scope: Scope) -> Iterator[Finding]:
    text = scope.text
    if "?" not in text and "\ufffd" not in text:
        return
    pairs: set[str] = set()
    done = looked = 0
    for match in _SHIFT.finditer(text):
        if match.start() < done or not (_ODD.search(match[1]) or _rare(match[1][:3])):
            continue
        looked += 1
        if looked > MOST:
            return
        if not pairs:
            pairs = set(map(add, text, text[1:]))
        best = _redecoded(text, pairs, match.start(), match.end())
        if best is None:
            continue
        end, plain, lead, gain = best
        start = match.start() - 1 if match.start() and _HAN.match(text[match.start() - 1]) else match.start()
        done = end
        stop = _word_end(text, end)
        yield scope.finding(
            FindingKind.GBK_SHIFT,
            Severity.MEDIUM,
            start,
            stop,
            score=min(0.6 + gain / 10, 0.98),
            evidence={
                "lost_byte": lead.hex().upper(),
                "bytes_as_served": _bytes_of(text[match.end() : end]).hex(" ").upper(),
                "proof": gain,
            },
            repair=text[start : match.start()] + plain + text[end:stop],
        )


def _word_end(text: str, end: int) -> int:
    # A gloss put behind the broken character belongs to it.
    gloss = re.match(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}\)", text[end : end + 9])
    return end + gloss.end() if gloss else end


def _rare(text: str) -> bool:
    return bool(text) and not any(is_common_pair(text[at : at + 2]) for at in range(len(text) - 1))


def _bytes_of(text: str) -> bytes:
    return (text[:-1].translate(_WIDE) + text[-1:]).encode("gbk", "ignore")


def _redecoded(text: str, pairs: set[str], start: int, after: int) -> tuple[int, str, bytes, int] | None:
    """(end of what was shifted, what it says, the lost byte, proof), or None where nothing or several things fit."""
    before = text[start - 1 : start] if start else ""
    found: list[tuple[int, int, str, bytes]] = []
    for end in range(after + 2, min(after + 13, len(text) + 1)):
        served = text[after:end]
        if "\n" in served:
            break
        # An ASCII byte is read alone: the first one completes a pair and ends the shift.
        if not _TRAIL.match(served[-1]):
            continue
        raw = _shift_bytes(served)
        if raw is None or len(raw) % 2 == 0:
            continue
        for lead in _LEADS:
            try:
                plain = (lead + raw).decode("gbk")
            except UnicodeDecodeError:
                continue
            gain = _sense(before + plain + text[end : end + 1], len(before), pairs) - _common(served)
            if gain >= ENOUGH:
                found.append((gain, end, plain, lead))
        if found:
            break
    found.sort(reverse=True)
    if not found or (len(found) > 1 and found[0][0] - found[1][0] < MARGIN):
        return None
    gain, end, plain, lead = found[0]
    return end, plain, lead, gain


def _sense(reading: str, begin: int, pairs: set[str]) -> int:
    """How much of a reading is ordinary Chinese, and above all words that the same page uses elsewhere (`pairs`)."""
    sense = 0
    for at in range(len(reading) - 1):
        pair = reading[at : at + 2]
        if _HAN.match(pair[0]) and _HAN.match(pair[1]):
            elsewhere, common = pair in pairs, is_common_pair(pair)
            inner = begin <= at < len(reading) - 2
            sense += 2 * elsewhere + common - (inner and not elsewhere and not common)
    return sense


def _shift_bytes(served: str) -> bytes | None:
    try:
        return served[:-1].translate(_WIDE).encode("gbk") + served[-1].encode("ascii")
    except UnicodeEncodeError:
        return None


def _common(text: str) -> int:
    return sum(is_common_pair(text[at : at + 2]) for at in range(len(text) - 1))
