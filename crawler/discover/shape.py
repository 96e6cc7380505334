"""How much a link's address and text look like those of an article rather than of a column, a home page or a menu."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.discover import words

_DATED = re.compile(r"(?:19|20)\d{2}[-/_]?(?:0?[1-9]|1[0-2])(?!\d{3})|t(?:19|20)\d{6}_\d|content_\d{3}|art_\d|/c\d{4,}")
_LONG_HEX = re.compile(r"[0-9a-f]{16}", re.IGNORECASE)
_QUERY_NUMBER = re.compile(
    r"(?:^|[&?;])(?:[\w.]{0,20}id|[\w.]{0,12}no|art|n|p|key|docguid|record\w{0,10})=[\w-]{0,40}\d", re.IGNORECASE
)
_COLUMN_FILE = re.compile(
    r"(?:index|default|list|more|node|channel|col|column|home|main|lanmu)(?:[-_]?\d{0,9})?(?:\.\w{1,6})?", re.IGNORECASE
)
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|rtf)$", re.IGNORECASE)
_MAX_URL = 600


def url_likeness(url: str) -> float:
    """0.0 (a home page or column) to 1.0 (numbered or dated like an article)."""
    parts = urlsplit(url[:_MAX_URL])
    path, query = parts.path, parts.query
    if path in {"", "/"} and not query:
        return 0.0
    last = path.rstrip("/").rpartition("/")[2]
    if _QUERY_NUMBER.search(query):
        return 0.8
    if _COLUMN_FILE.fullmatch(last):
        return 0.3 if _DATED.search(path.rpartition("/")[0]) else 0.0
    if _DATED.search(path) or _LONG_HEX.search(last):
        return 1.0
    if _DOCUMENT.search(last):
        return 0.8
    digits = sum(map(str.isdigit, last))
    if digits >= 4:
        return 0.9
    if last.count("-") + last.count("_") >= 3:
        return 0.7
    if path.endswith("/"):
        return 0.05
    return 0.4 if digits else 0.25


def text_units(text: str) -> float:
    """The length of a text in units of one Han character; a Latin letter counts 0.45."""
    text = text[:400]
    # UTF-8 takes three bytes for a Han character and one for a Latin letter; letters of two bytes count in between.
    wide = (len(text.encode("utf-8", "surrogatepass")) - len(text)) / 2
    return wide + 0.45 * (len(text) - wide)


def text_likeness(text: str) -> float:
    """0.0 (empty, or a menu's label) to 1.0 (as long as a headline)."""
    if is_navigation(text):
        return 0.0
    return min(1.0, max(0.0, (text_units(text) - 4.5) / 7.5))


def is_navigation(text: str) -> bool:
    """True for the texts of links that lead anywhere but to an article: home, more, next page, record numbers."""
    bare = " ".join(text.lower().split()).strip(" >»›→.…·|[]【】")
    return not bare or bare in words.NAVIGATION_TEXTS or text.strip().lower().startswith(words.NAVIGATION_STARTS)
