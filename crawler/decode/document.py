"""Bytes → Document: which charset a Snapshot is really in, its text, and its parsed tree.

As browsers do it: byte-order mark, then the Content-Type, then the page's own `<meta>`, labels mapped by the WHATWG
table. But a declaration that its own bytes refute loses: then the content decides, and Document keeps both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from crawler.decode import declarations
from crawler.decode.nesting import flattened
from crawler.decode.plausible import MULTI_BYTE, plausibility, same_letters
from crawler.decode.to_text import REPLACEMENT, cut_tail, to_text
from crawler.model import Snapshot

EncodingSource = Literal["bom", "header", "meta", "content"]

# How much of a body is enough to choose its charset by.
CHOICE_BYTES = 64 * 1024

# A body up to this size is decoded whole before its declaration is doubted.
WHOLE_BYTES = 1024 * 1024

# From here on a declared charset is believed. The right reading of real pages scores 0.48 to 0.85 in Chinese
# and 0.8 to 1.0 in alphabets; a wrong one below 0.25 and 0.5.
BELIEVED_MULTI_BYTE = 0.35
BELIEVED_SINGLE_BYTE = 0.75

# So far above what is believed, a reading needs no second opinion; chardet takes milliseconds.
BEYOND_DOUBT = 1.3

# Among alphabets the wrong one often reads as well as the right one, so chardet is asked; but not for the commonest
# when it reads perfectly.
CERTAIN = {"windows-1252": 0.97, "iso-8859-15": 0.97, "utf-8": BELIEVED_SINGLE_BYTE}

# A text with fewer characters beyond ASCII than this proves nothing about its charset.
TELLING = 12

# What is tried when every declaration is refuted or there is none, besides what chardet says.
_CANDIDATES = ("utf-8", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "windows-1252")

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_SERVED_PLAIN = re.compile(r"\s*text/plain\s*(?:;|$)", re.IGNORECASE)
_TAG = re.compile(rb"<\x00?[a-zA-Z/!?]")
_DECLARATION_WORD = re.compile(rb"charset|encoding", re.IGNORECASE)
_ASCII = bytes(range(128))

# Text, and how many U+FFFD decoding put into it.
_Reading = tuple[str, int]


# Told apart by identity: to compare or to hash one by its text is to read all of it.
@dataclass(frozen=True, kw_only=True, eq=False)
class Document:
    """A Snapshot decoded and parsed, with the evidence for its charset.

    `url` is where the Snapshot came from in the end, the base of its links. `encoding` is the WHATWG name in lower
    case, `gb18030` for all of its subsets. `declared` holds every declaration seen, as written: ("header", "gb2312"),
    ("meta", "utf-8"), ("bom", "utf-8"). `replaced` counts the U+FFFD that decoding put in. `markup` False: plain text,
    with an empty `tree`.
    """

    url: str
    text: str
    encoding: str
    encoding_from: EncodingSource
    declared: tuple[tuple[str, str], ...] = ()
    replaced: int = 0
    markup: bool = True

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """The page parsed, when somebody asks for it. Leaves out tags nested deeper than anything a browser shows."""
        return LexborHTMLParser(flattened(self.text) if self.markup else "")


def decode(snapshot: Snapshot) -> Document:
    """The Document of a Snapshot. Never raises, whatever the bytes."""
    if snapshot.rendered:
        # What its <meta> declares is the charset in which the browser was served.
        return decode_text(snapshot.body.decode("utf-8", "replace"), url=snapshot.final_url)
    return decode_bytes(
        snapshot.body,
        url=snapshot.final_url,
        content_type=snapshot.header("content-type"),
        markup=not _plain(snapshot),
    )


def _plain(snapshot: Snapshot) -> bool:
    """Whether a response is text and no page: served as text/plain, without a tag in it or with word not to look."""
    if not _SERVED_PLAIN.match(snapshot.header("content-type") or ""):
        return False
    sure = (snapshot.header("x-content-type-options") or "").strip().lower() == "nosniff"
    return sure or _TAG.search(snapshot.body) is None


def decode_bytes(body: bytes, *, url: str, content_type: str | None = None, markup: bool = True) -> Document:
    """The Document of bytes as they were served with this Content-Type."""
    mark = declarations.bom(body)
    content = body[mark[1] :] if mark else body
    declared = _declared(body, content_type, mark[0] if mark else None, markup)
    encoding, source, (text, replaced) = _choose(content, declared)
    return Document(
        url=url,
        text=text,
        encoding=encoding,
        encoding_from=source,
        declared=declared,
        replaced=replaced,
        markup=markup,
    )


def decode_text(text: str, *, url: str, markup: bool = True) -> Document:
    """The Document of text that is already decoded. As every decoder leaves it, the text has no lone surrogates."""
    return Document(
        url=url,
        text=text,
        encoding="utf-8",
        encoding_from="content",
        markup=markup,
    )


def valid_selector(css: str) -> bool:
    """Whether `css` is a CSS selector that the parser understands."""
    try:
        LexborHTMLParser("").css(css)
    except (SelectolaxError, UnicodeError, ValueError):
        return False
    return bool(css.strip())


# ---- which charset ------------------------------------------------------------------------------------------------


def _declared(body: bytes, content_type: str | None, mark: str | None, markup: bool) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = [("bom", mark)] if mark else []
    label = declarations.header_label(content_type)
    if label is not None:
        found.append(("header", label))
    if markup:
        found += (("meta", label) for label in declarations.meta_labels(body))
    return tuple(found)


def _usable(declared: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, EncodingSource]]:
    """The declared encodings, the weightiest first. A meta tag that can be read as ASCII cannot mean UTF-16."""
    sources: dict[str, EncodingSource] = {"bom": "bom", "header": "header", "meta": "meta"}
    for source, label in declared:
        encoding = declarations.encoding_of(label)
        if encoding is not None:
            if source == "meta" and encoding.startswith("utf-16"):
                encoding = "utf-8"
            yield encoding, sources[source]


def _choose(body: bytes, declared: tuple[tuple[str, str], ...]) -> tuple[str, EncodingSource, _Reading]:
    """The first declaration that the bytes do not refute, or else what the bytes themselves say."""
    offers: dict[str, EncodingSource] = {}
    for encoding, source in _usable(declared):
        offers.setdefault(encoding, source)
    if body.isascii():
        encoding, source = _of_ascii(body, offers)
        return encoding, source, to_text(body, encoding)
    wide = _looks_utf16(body)
    if wide is not None:
        return wide, offers.get(wide, "content"), to_text(body, wide)
    reading = _utf8(body)
    if reading is not None:
        return "utf-8", offers.get("utf-8", "content"), reading
    for encoding in list(offers)[:1] if len(body) <= WHOLE_BYTES else ():
        # Nearly every page is what it declares to be, and then is decoded once.
        reading = to_text(body, encoding)
        if encoding in MULTI_BYTE and plausibility(reading[0], encoding) >= BELIEVED_MULTI_BYTE:
            return encoding, offers[encoding], reading
    sample = _sample(body)
    readings: dict[str, _Reading] = {}
    encoding = _undoubted(sample, offers, readings) or _by_content(sample, offers, readings)
    whole = readings[encoding] if sample is body else to_text(body, encoding)
    return encoding, offers.get(encoding, "content"), whole


def _of_ascii(body: bytes, offers: dict[str, EncodingSource]) -> tuple[str, EncodingSource]:
    """Bytes without the eighth bit refute nothing, unless they show UTF-16 or the escapes of ISO-2022-JP."""
    wide = _looks_utf16(body)
    if wide is not None:
        return wide, offers.get(wide, "content")
    if b"\x1b$" in body[:CHOICE_BYTES] and "iso-2022-jp" not in offers and to_text(body, "iso-2022-jp")[1] == 0:
        return "iso-2022-jp", "content"
    return next(
        ((name, source) for name, source in offers.items() if not name.startswith("utf-16")), ("utf-8", "content")
    )


def _undoubted(sample: bytes, offers: dict[str, EncodingSource], readings: dict[str, _Reading]) -> str | None:
    """The first declared encoding in which the sample reads as text of its languages, or nothing speaks against it."""
    for encoding in offers:
        if encoding.startswith("utf-16"):
            continue
        text, replaced = readings[encoding] = to_text(sample, encoding)
        score = plausibility(text, encoding)
        if score >= (BELIEVED_MULTI_BYTE if encoding in MULTI_BYTE else CERTAIN.get(encoding, 2.0)):
            return encoding
        if (
            score > (0 if encoding in MULTI_BYTE else 0.5)
            and replaced == 0
            and len(sample.translate(None, _ASCII)) < 2 * TELLING
        ):
            return encoding
    return None


def _by_content(sample: bytes, offers: dict[str, EncodingSource], readings: dict[str, _Reading]) -> str:
    """The encoding in which the sample reads best; a tie goes to what was declared, then to the commoner."""
    declared = [name for name in offers if name in readings]
    fits: dict[str, float] = {}

    def best_of(encodings: Iterable[str]) -> str:
        for encoding in encodings:
            if encoding not in readings:
                readings[encoding] = to_text(sample, encoding)
            if encoding not in fits:
                fits[encoding] = plausibility(readings[encoding][0], encoding) / _believed(encoding)
        return max(fits, key=lambda name: fits[name])

    best = best_of((*declared, *_CANDIDATES))
    if best in MULTI_BYTE and fits[best] >= BEYOND_DOUBT:
        return best
    guess = _chardet(sample)
    if guess:
        best_of([guess])
        if _is_alphabet(guess) and not any(same_letters(guess, name) for name in fits if name != guess):
            fits[guess] *= 1.05  # among alphabets nearly everything looks possible, and chardet knows the words
        best = best_of([])
    if fits[best] == 0:
        clean = (name for name in declared if readings[name][1] == 0)
        return next(clean, guess or next(iter(declared), "windows-1252"))
    return guess if guess and fits[best] < 0.5 else best


def _is_alphabet(encoding: str) -> bool:
    return encoding not in MULTI_BYTE and not encoding.startswith("utf-")


def _believed(encoding: str) -> float:
    return BELIEVED_MULTI_BYTE if encoding in MULTI_BYTE else BELIEVED_SINGLE_BYTE


def _sample(body: bytes) -> bytes:
    """Enough of the body to choose by: all of it, or CHOICE_BYTES from where its characters beyond ASCII begin."""
    if len(body) <= CHOICE_BYTES:
        return body
    first = _BEYOND_ASCII.search(body)
    start = max(0, min(first.start() if first else 0, len(body) - CHOICE_BYTES))
    return body[start : start + CHOICE_BYTES]


def _utf8(body: bytes) -> _Reading | None:
    """The body as UTF-8 if that is what it must be: valid, and enough beyond ASCII that it cannot be chance.

    A character cut at the very end of a body is no error; a few characters that are read better as Chinese are chance.
    """
    whole = cut_tail(body, "utf-8")
    try:
        text = whole.decode("utf-8")
    except UnicodeDecodeError:
        return None
    # A three-byte character adds 2, a two-byte one 1. Six by chance: less than once in 100,000 short texts.
    if len(whole) - len(text) < 6:
        chinese = to_text(body, "gb18030")[0]
        if plausibility(text, "utf-8") * 0.5 < plausibility(chinese, "gb18030"):
            return None
    return (text, 0) if whole is body else (text + REPLACEMENT, 1)


def _looks_utf16(body: bytes) -> str | None:
    """UTF-16 by where the zero bytes of its ASCII characters fall; None if that is not what they show."""
    sample = body[:4096]
    if b"\0" not in sample:
        return None
    high, low = sample[0::2].count(0), sample[1::2].count(0)
    if (high + low) * 100 < len(sample) or min(high, low) * 10 > max(high, low):
        return None
    encoding = "utf-16be" if high > low else "utf-16le"
    text, replaced = to_text(cut_tail(sample, encoding), encoding)
    return encoding if replaced * 20 <= len(text) else None


def _chardet(sample: bytes) -> str | None:
    """What chardet reads from the content alone: it would believe a `charset=`, so that is taken away first."""
    blind = _DECLARATION_WORD.sub(b"xxxxxxxx", sample)
    # Loaded where all else is silent, which is seldom.
    import chardet

    guess = chardet.detect(blind, prefer_superset=True)["encoding"]
    label = (guess or "").lower().replace("_", "-")
    return declarations.encoding_of(label) or declarations.encoding_of(label.replace("cp", "windows-"))
