"""What a host answers for an address that cannot exist, and whether a Page has come to say nothing but that. Pure.

A server that has lost an article may answer 200 with words that no list of wordings has. It gives itself away by its
answer for a sibling: an address of the same shape in the same folder that nothing was ever published at. The sibling is
asked for only where a Page is suspected, and a witness (an address that surely exists) only where both say the same:
where that says it too, or is not served, it is the whole site, and nothing is known of the Page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from crawler import indel
from crawler.extract import visible_text
from crawler.foreign import foreign_matter
from crawler.gone import MISSING_STATUS, is_front
from crawler.model import (
    Article,
    Change,
    FetchResult,
    Finding,
    FindingKind,
    Known,
    PageKind,
    Snapshot,
    Source,
    bare_text,
)
from crawler.reading import Reading, read
from crawler.sniff import not_a_page
from crawler.urls import same_host


class Beside(StrEnum):
    """What the addresses beside a Page say of it.

    OTHER: the host knows its addresses, the Page's content is content. SAME: it answers as it does for what does not
    exist. EVERYWHERE: so does an address that surely exists, or that one is not served at all. UNKNOWN: nobody answered
    in a way that tells.
    """

    OTHER = "other"
    SAME = "same"
    EVERYWHERE = "everywhere"
    UNKNOWN = "unknown"


# A page keeps less than this share of its text: it was replaced. Two answers that share this are one answer.
_REPLACED, _SAME = 0.3, 0.9
# So many characters may be all that a page says which was never more than an excuse; and what of a text is compared.
_LITTLE, _COMPARED = 200, 20_000
_RUN = re.compile(r"\d+")
_SCRIPT = re.compile(r"\.(?:php\d?|jspx?|aspx?|do|action|cgi)$|^[^.]*$", re.IGNORECASE)
# What differs between two answers of one kind: tokens, times, the numbers of requests.
_TOKEN = re.compile(r"[0-9A-Fa-f-]{8,}|\d+")
_SHORTEST_NAME = 4
_LETTERS = str.maketrans("0123456789", "bcdfghjkmq")


def sibling(url: str, number: int) -> str | None:
    """An address beside `url`, of its folder and shape, that nothing is at; None for the front of a site or a column.

    `number` (nine digits) takes the place of all its own, for which of them is looked up is not known.
    """
    parts = urlsplit(url)
    folder, slash, name = parts.path.rstrip("/").rpartition("/")
    values = re.split(r"(?<=[=&])", parts.query)
    if not parts.query and (not name or is_front(name) or (parts.path.endswith("/") and not folder)):
        return None
    query = "".join(_other(value, number) if not value.endswith("=") else value for value in values)
    if query == parts.query or not _SCRIPT.search(name) or _RUN.search(name):
        stem, dot, ending = name.rpartition(".") if _has_ending(name) else (name, "", "")
        name = (_other(stem, number) if _RUN.search(stem) else str(number).translate(_LETTERS)) + dot + ending
    path = folder + slash + name + "/" * parts.path.endswith("/")
    return urlunsplit(parts._replace(path=path, query=query, fragment=""))


def _has_ending(name: str) -> bool:
    ending = name.rpartition(".")[2]
    return "." in name and len(ending) <= 5 and ending.isalnum() and not ending.isdigit()


def _other(text: str, number: int) -> str:
    return _RUN.sub(str(number), text)


def witness(source: Source, url: str) -> str | None:
    """An address that surely exists, to be asked where a Page says what its sibling says: the listing, or the home."""
    if source.kind in (None, "listing") and source.url != url and same_host(source.url, url):
        return source.url
    home = urljoin(url, "/")
    return home if home != url else None


def suspected(
    source: Source,
    known: Known,
    before: Article | None,
    reading: Reading,
    changes: Sequence[Change],
    findings: Sequence[Finding],
) -> bool:
    """Whether a Page that was read may be a stand-in: replaced nearly whole, or next to nothing at the first visit.

    What others wrote is never one, and neither is a page under the headline it had.
    """
    article, page = reading.article, known.page
    if before is not None and article.title and bare_text(article.title) == bare_text(before.title or ""):
        return False
    if sibling(page.url, 0) is None or written_on(findings):
        return False
    if before is None:
        said = len(bare_text(article.text))
        dated = bool(article.published or article.attachments)
        return article.kind is PageKind.ARTICLE and said <= _LITTLE and not dated and page.url != source.url
    removed = max((change.removed for change in changes), default=0)
    kept = len(before.text) - removed
    return removed > 0 and 2 * kept < _REPLACED * (len(before.text) + len(article.text))


def written_on(findings: Sequence[Finding]) -> bool:
    """Whether foreign matter is seen, apart from the replacing itself."""
    return foreign_matter((), [one for one in findings if one.kind is not FindingKind.TOPIC_SWAP]) is not None


def answers(source: Source, said: Snapshot, found: FetchResult) -> Beside:
    """What the answer for another address tells of a page that said this: the same apart from the addresses, or not."""
    if not isinstance(found, Snapshot):
        return Beside.UNKNOWN
    if found.status in MISSING_STATUS:
        return Beside.OTHER
    if found.status != 200 or not_a_page(found):
        return Beside.UNKNOWN
    other = read(source, found)
    if other.article.kind in (PageKind.BLOCKED, PageKind.EMPTY):
        return Beside.UNKNOWN
    a, b = _said(read(source, said), said.url), _said(other, found.url)
    return Beside.SAME if indel.similarity(a, b, floor=_SAME) >= _SAME else Beside.OTHER


def by_witness(source: Source, said: Snapshot, found: FetchResult) -> Beside:
    """What is known of a page that says what its sibling says, once an address that surely exists was asked too.

    A home page that shows nothing without scripts is another answer; one that is not served says that the site is ill.
    """
    is_served = isinstance(found, Snapshot) and found.status == 200
    return Beside.SAME if is_served and answers(source, said, found) is not Beside.SAME else Beside.EVERYWHERE


def _said(reading: Reading, url: str) -> str:
    article = reading.article
    text = "\n".join((article.title or "", *article.paragraphs)) if article.paragraphs else ""
    text = text or visible_text(reading.document)
    for address in _addresses(url):
        text = text.replace(address, "")
    return _TOKEN.sub("0", bare_text(text))[:_COMPARED]


def _addresses(url: str) -> list[str]:
    """The ways in which a page may repeat the address it was asked for, the longest first."""
    parts = urlsplit(url)
    asked = parts.path + (f"?{parts.query}" if parts.query else "")
    name = parts.path.rstrip("/").rpartition("/")[2]
    ways = [url, url.partition("://")[2], asked, parts.path, name, name.partition(".")[0]]
    return [way for one in ways for way in dict.fromkeys((one, unquote(one))) if len(way) >= _SHORTEST_NAME]
