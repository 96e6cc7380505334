"""How much a decoded text looks like a language that its encoding is used for.

The right reading of a page is mostly common characters; a wrong one spreads evenly over rare ones. That is enough to
refute a declaration without a model.
"""

from __future__ import annotations

import re

from crawler.decode import letters

SAMPLE = 300
WINDOW = 800

# So few characters may come out as common Chinese ones by chance; then it counts whether they stand inside Latin words.
FEW = 60

_ASCII = bytes(range(128))

_TOUCHING = re.compile(r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][A-Za-z]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")

_HAN = frozenset(letters.HAN + letters.HAN_PUNCTUATION)
_COMMON: dict[str, frozenset[str]] = {
    "gb18030": _HAN,
    "big5": _HAN,
    **dict.fromkeys(
        ("euc-jp", "shift_jis", "iso-2022-jp"), frozenset(letters.JAPANESE + letters.HAN + letters.HAN_PUNCTUATION)
    ),
    "euc-kr": frozenset(letters.KOREAN + letters.HAN_PUNCTUATION + letters.LATIN_PUNCTUATION),
    **dict.fromkeys(("windows-1252", "iso-8859-15", "iso-8859-14", "macintosh"), frozenset(letters.WESTERN)),
    **dict.fromkeys(("windows-1250", "iso-8859-2", "iso-8859-16"), frozenset(letters.CENTRAL)),
    **dict.fromkeys(
        ("windows-1257", "iso-8859-4", "iso-8859-10", "iso-8859-13"), frozenset(letters.BALTIC + letters.WESTERN)
    ),
    **dict.fromkeys(("windows-1254", "iso-8859-3"), frozenset(letters.TURKISH)),
    "windows-1258": frozenset(letters.VIETNAMESE),
    **dict.fromkeys(
        ("windows-1251", "iso-8859-5", "koi8-r", "koi8-u", "ibm866", "x-mac-cyrillic"), frozenset(letters.CYRILLIC)
    ),
    **dict.fromkeys(("windows-1253", "iso-8859-7"), frozenset(letters.GREEK)),
    **dict.fromkeys(("windows-1255", "iso-8859-8", "iso-8859-8-i"), frozenset(letters.HEBREW)),
    **dict.fromkeys(("windows-1256", "iso-8859-6"), frozenset(letters.ARABIC)),
    "windows-874": frozenset(letters.THAI),
}

# What no page means to show: replacement, control and private-use characters.
_BAD = re.compile("[\x80-\x9f\ue000-\uf8ff\ufff0-\uffff]")

MULTI_BYTE = frozenset({"gb18030", "big5", "euc-jp", "shift_jis", "iso-2022-jp", "euc-kr"})
_LATIN = frozenset(name for name, common in _COMMON.items() if name not in MULTI_BYTE and common & frozenset("éüöäčđ"))


def sample_of(text: str) -> str:
    """Up to SAMPLE characters beyond ASCII, from the start and three further places of the text."""
    if len(text) > 4 * WINDOW:
        starts = (0, len(text) // 4, len(text) // 2, len(text) * 3 // 4)
        found = _beyond_ascii("".join([text[at : at + WINDOW] for at in starts]))
        if len(found) < SAMPLE // 3:
            found = _beyond_ascii(text)
    else:
        found = _beyond_ascii(text)
    return found[:: -(-len(found) // SAMPLE)] if len(found) > SAMPLE else found


def _beyond_ascii(text: str) -> str:
    # By way of UTF-8, where deleting bytes runs at the speed of C.
    return text.encode("utf-8", "ignore").translate(None, _ASCII).decode("utf-8")


def plausibility(text: str, encoding: str) -> float:
    """0..1: the share of characters beyond ASCII that are common in the encoding's languages, less what is broken.

    UTF-8 and UTF-16 may hold any language: there only broken characters count. 1.0 where there is nothing but ASCII.
    """
    sample = sample_of(text)
    if not sample:
        return 1.0
    bad = len(_BAD.findall(sample)) / len(sample)
    common = _COMMON.get(encoding)
    if common is None:
        return max(0.0, 1.0 - 4 * bad)
    share = sum(map(common.__contains__, sample)) / len(sample)
    if encoding in _LATIN:
        share *= 1.0 - _crowded(text)
    elif encoding not in MULTI_BYTE or len(sample) < FEW:
        share *= 1.0 - _mixed(text)
    return max(0.0, share - 3 * bad)


def same_letters(one: str, other: str) -> bool:
    """Whether two encodings are for the same languages, so that both may read a text equally well."""
    return one in _COMMON and _COMMON[one] == _COMMON.get(other)


def _crowded(text: str) -> float:
    """The share of characters beyond ASCII that stand in runs of four or more: hardly any in Latin writing."""
    runs = [len(run) for run in _BEYOND_ASCII.findall(text[:20000])]
    total = sum(runs)
    return sum(run for run in runs if run > 3) / total if total else 0.0


def _mixed(text: str) -> float:
    """The share of characters beyond ASCII that touch a Latin letter: hardly any in every other writing."""
    head = text[: 4 * WINDOW]
    total = len(_beyond_ascii(head))
    return min(1.0, len(_TOUCHING.findall(head)) / total) if total else 0.0
