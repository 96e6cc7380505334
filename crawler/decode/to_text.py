"""Bytes in a named encoding → text, character for character as browsers decode them.

Python's codecs do the work; error handlers and substitutions make up for where they differ from the WHATWG indexes.
Nothing here raises on any bytes, and no result holds a lone surrogate.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from crawler.decode.charsets import (
    BIG5_MISSING,
    BIG5_PAIRS,
    BIG5_SUBSTITUTES,
    CODECS,
    GB18030_SUBSTITUTES,
)

REPLACEMENT = "\ufffd"

# U+FFFD that the page itself wrote, where an encoding can write it.
_WRITTEN_REPLACEMENT = {
    "utf-8": REPLACEMENT.encode(),
    "gb18030": REPLACEMENT.encode("gb18030"),
    "utf-16le": REPLACEMENT.encode("utf-16-le"),
    "utf-16be": REPLACEMENT.encode("utf-16-be"),
}


def to_text(body: bytes, encoding: str) -> tuple[str, int]:
    """The text of `body` in a WHATWG encoding, and how many U+FFFD stand for bytes that could not be decoded.

    A byte-order mark is not removed. An encoding that cannot be decoded (`replacement`) is read as UTF-8.
    """
    if encoding == "gb18030" and (plain := _of_gbk(body)) is not None:
        return plain, 0
    codec = CODECS.get(encoding, "utf-8")
    try:
        text, replaced = body.decode(codec), 0
    except UnicodeDecodeError:
        text = body.decode(codec, "replace" if _is_garbage(body, codec) else _HANDLERS.get(encoding, "replace"))
        written = _WRITTEN_REPLACEMENT.get(encoding)
        replaced = text.count(REPLACEMENT) - (body.count(written) if written else 0)
    finish = _FINISH.get(encoding)
    return (finish(text, body) if finish else text), max(replaced, 0)


def _of_gbk(body: bytes) -> str | None:
    """The text of bytes that are nothing but what Python and browsers read alike; None where there may be more.

    Python's codec for GBK knows the pairs of the index that gb18030 has and none of those that need a substitute.
    """
    try:
        return body.decode("gbk")
    except UnicodeDecodeError:
        return None


def _is_garbage(body: bytes, codec: str) -> bool:
    """Megabytes that are plainly not text are not worth a Python call for every bad byte."""
    if len(body) < 1 << 20:
        return False
    sample = body[: 1 << 16].decode(codec, "replace")
    return sample.count(REPLACEMENT) * 20 > len(sample)


def cut_tail(body: bytes, encoding: str) -> bytes:
    """`body` without the last character if a cut in transit left only a part of it (UTF-8 and UTF-16)."""
    if encoding.startswith("utf-16"):
        return body[: len(body) & ~1]
    for back in range(1, min(4, len(body) + 1)):
        byte = body[-back]
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return body[:-back] if back < needed else body
        if byte < 0x80:
            break
    return body


# ---- error handlers: (what could not be decoded) → (what a browser shows, where to go on) -------------------------


def _failed(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object, error.start


def _gb18030_error(error: UnicodeError) -> tuple[str, int]:
    body, at = _failed(error)
    if body[at] == 0x80:
        return "€", at + 1
    rest = body[at : at + 4]
    if rest[0] == 0xFF or len(rest) < 2:
        return REPLACEMENT, at + 1
    if not 0x30 <= rest[1] <= 0x39:
        return REPLACEMENT, at + (1 if rest[1] < 0x80 else 2)
    if len(rest) == 2 or (len(rest) == 3 and 0x81 <= rest[2] <= 0xFE):
        return REPLACEMENT, at + len(rest)  # the end of the page inside a four-byte character
    if 0x81 <= rest[2] <= 0xFE and 0x30 <= rest[3] <= 0x39:
        return REPLACEMENT, at + 4
    return REPLACEMENT, at + 1


def _big5_error(error: UnicodeError) -> tuple[str, int]:
    body, at = _failed(error)
    lead = body[at]
    if lead == 0x80 or lead == 0xFF or at + 1 >= len(body):
        return REPLACEMENT, at + 1
    trail = body[at + 1]
    if 0x40 <= trail <= 0x7E or 0xA1 <= trail <= 0xFE:
        pointer = (lead - 0x81) * 157 + trail - (0x40 if trail < 0x7F else 0x62)
        if pointer in BIG5_MISSING:
            return BIG5_MISSING[pointer], at + 2
    return REPLACEMENT, at + (1 if trail < 0x80 else 2)


def _euc_jp_error(error: UnicodeError) -> tuple[str, int]:
    """The rows NEC and IBM added, which Python knows only in Shift_JIS (code page 932)."""
    body, at = _failed(error)
    pair = body[at : at + 2]
    if len(pair) == 2 and pair[0] >= 0xA1 and pair[1] >= 0xA1 and max(pair) <= 0xFE:
        row, cell = pair[0] - 0xA1, pair[1] - 0xA1
        lead = row // 2 + (0x81 if row < 62 else 0xC1)
        trail = cell + (0x9F if row % 2 else 0x40 if cell < 0x3F else 0x41)
        char = bytes((lead, trail)).decode("cp932", "ignore") if lead < 0xF0 else ""
        if len(char) == 1:
            return char, at + 2
    return REPLACEMENT, at + (2 if len(pair) == 2 and pair[0] >= 0x8E and pair[1] >= 0x80 else 1)


def _single_byte_error(error: UnicodeError) -> tuple[str, int]:
    """Browsers map the bytes 80–9F that a Windows code page leaves open to the control characters of that number."""
    body, at = _failed(error)
    return (chr(body[at]) if body[at] < 0xA0 else REPLACEMENT), at + 1


_HANDLERS: dict[str, str] = {}
_OWN: tuple[tuple[str, Callable[[UnicodeError], tuple[str, int]]], ...] = (
    ("gb18030", _gb18030_error),
    ("big5", _big5_error),
    ("euc-jp", _euc_jp_error),
    *((name, _single_byte_error) for name, codec in CODECS.items() if re.fullmatch(r"cp(874|125\d)", codec)),
)
for _name, _handler in _OWN:
    _HANDLERS[_name] = f"palimpsest.{_name}"
    codecs.register_error(_HANDLERS[_name], _handler)


# ---- substitutions: characters that Python's codec has but the index has otherwise --------------------------------

_GB18030_TABLE = str.maketrans(GB18030_SUBSTITUTES)
_BIG5_TABLE = str.maketrans(BIG5_SUBSTITUTES)
_KOI8_U_TABLE = str.maketrans("\u255d\u256c", "\u045e\u040e")
_EUC_JP_TABLE = str.maketrans("〜‖−¢£¬", "～∥－￠￡￢")

# A lead byte with whatever it takes along; an ASCII byte can never be a lead, so taking one along loses nothing.
_BIG5_TOKEN = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xff]")


# The bytes behind the substitutes, a pattern for each first byte: a pattern that begins with one byte is the quickest
# search there is, several times quicker than looking for the characters.
_GB18030_PAIRS = tuple(
    re.compile(pair)
    for pair in (
        rb"\xfe[\x59\x61\x66\x67\x6d\x7e\x90\xa0]",
        rb"\xa6[\xd9-\xdf\xec\xed\xf3]",
        rb"\xa3[\xa0]",
        rb"\xa8[\xbc]",
        rb"\x81[\x35]\xf4\x37",
    )
)


def _finish_gb18030(text: str, body: bytes) -> str:
    if any(pair.search(body) for pair in _GB18030_PAIRS) and any(char in text for char in GB18030_SUBSTITUTES):
        return text.translate(_GB18030_TABLE)
    return text


def _finish_big5(text: str, body: bytes) -> str:
    if any(char in text for char in BIG5_SUBSTITUTES):
        text = text.translate(_BIG5_TABLE)
    if not any(pair in body for pair in BIG5_PAIRS):
        return text
    parts, start = [], 0
    for token in _BIG5_TOKEN.finditer(body):
        if token[0] in BIG5_PAIRS:
            parts += [to_text(body[start : token.start()], "big5")[0], BIG5_PAIRS[token[0]]]
            start = token.end()
    return "".join((*parts, to_text(body[start:], "big5")[0])) if parts else text


def _translated(table: dict[int, int]) -> Callable[[str, bytes], str]:
    def finish(text: str, body: bytes) -> str:
        return text.translate(table)

    return finish


_FINISH: dict[str, Callable[[str, bytes], str]] = {
    "gb18030": _finish_gb18030,
    "big5": _finish_big5,
    "euc-jp": _translated(_EUC_JP_TABLE),
    "koi8-u": _translated(_KOI8_U_TABLE),
}
