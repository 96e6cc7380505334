"""Where the evidence of a Finding stands: the quote in its place, with what is written around it."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.decode import decode
from crawler.extract import visible_text
from crawler.model import Article, Finding, Region, Snapshot

# So many characters on each side; a quote that is longer than LONGEST is shown by its two ends.
AROUND = 240
LONGEST = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A quote with its surroundings. `left_out` characters of the quote are not shown between `quote` and `end`.

    `exact`: it stands where the Finding says; else it was `found` elsewhere in the text, or not at all (`before` and
    `after` are empty then).
    """

    before: str
    quote: str
    left_out: int
    end: str
    after: str
    exact: bool
    found: bool


def place_of(finding: Finding, article: Article | None, snapshot: Snapshot | None) -> Place:
    """Where the quote stands in what the Finding's region names: in the Article, or in the response that showed it."""
    text = _text(finding.region, article, snapshot)
    start = finding.start
    if text is None or not 0 <= start < finding.end or text[start : finding.end] != finding.quote:
        exact = False
        start = -1 if text is None or not finding.quote else text.find(finding.quote)
    else:
        exact = True
    quote, end = finding.quote, ""
    if len(quote) > LONGEST:
        quote, end = finding.quote[: LONGEST // 2], finding.quote[-LONGEST // 2 :]
    left_out = len(finding.quote) - len(quote) - len(end)
    before = after = ""
    if text is not None and start >= 0:
        stop = start + len(finding.quote)
        before = ("…" if start > AROUND else "") + text[max(start - AROUND, 0) : start]
        after = text[stop : stop + AROUND] + ("…" if stop + AROUND < len(text) else "")
    return Place(before=before, quote=quote, left_out=left_out, end=end, after=after, exact=exact, found=start >= 0)


def _text(region: Region, article: Article | None, snapshot: Snapshot | None) -> str | None:
    if region is Region.ARTICLE:
        return None if article is None else article.text
    if region is Region.TITLE:
        return None if article is None else article.title
    if snapshot is None:
        return None
    document = decode(snapshot)
    return document.text if region is Region.MARKUP else visible_text(document)
