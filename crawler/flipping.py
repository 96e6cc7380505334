"""A text that flips A → B → A → B: one note on the Page, not a Change at each turn.

Two servers that do not agree, an A/B test, a cache: a reader of the history wants to know that there are two texts,
once. The second time that B takes the place of A, the note opens as a Finding `flip_flop`. While the page says one of
the two, nothing else is told of it. The note resolves when the page has said the same at SETTLED visits, or says a
third thing; what is there then is compared with the last Version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.diff import diff
from crawler.model import Article, Evidence, Finding, FindingKind, Json, Known, Region, Severity

# Turns further apart than this in all are edits that somebody took back, each of them news.
WINDOW = timedelta(days=14)
# Visits running with the same text after which it stays.
SETTLED = 6
_QUOTE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """What a visit says of a text that flips. `holds`: the note stands, and neither Version nor Change is made."""

    holds: bool = False
    note: Finding | None = None


def flip(known: Known, before: Article | None, article: Article, now: datetime) -> Flip:
    """Whether the Page flips between two texts, `before` the last Version's and `article` today's."""
    if before is None:
        return Flip()
    held = next((one.finding for one in known.open_findings if one.finding.kind is FindingKind.FLIP_FLOP), None)
    if held is not None:
        return _goes_on(held, article)
    if _turns(known, before, article, now):
        return Flip(holds=True, note=_opened(before, article))
    return Flip()


def _turns(known: Known, before: Article, article: Article, now: datetime) -> bool:
    """Whether the Versions are A, B, A, and the page says B again, all of it within the window."""
    last = [version.digest for version in known.recent[:3]]
    if len(last) < 3 or article.digest == before.digest:
        return False
    return last == [before.digest, article.digest, before.digest] and now - known.recent[2].seen_at <= WINDOW


def _opened(before: Article, article: Article) -> Finding:
    sides: dict[str, Json] = {before.digest: _differing(article, before), article.digest: _differing(before, article)}
    evidence: Evidence = {"texts": sides, "now": article.digest, "turns": 3, "stays": 0}
    return _note(evidence)


def _goes_on(held: Finding, article: Article) -> Flip:
    sides, turns, stays = held.evidence.get("texts"), held.evidence.get("turns"), held.evidence.get("stays")
    if not isinstance(sides, dict) or not isinstance(turns, int) or not isinstance(stays, int):
        return Flip()
    if article.digest not in sides:
        return Flip()
    stayed = held.evidence.get("now") == article.digest
    stays = stays + 1 if stayed else 0
    if stays >= SETTLED:
        return Flip()
    evidence = {**held.evidence, "now": article.digest, "turns": turns + (not stayed), "stays": stays}
    return Flip(holds=True, note=_note(evidence))


def _note(evidence: Evidence) -> Finding:
    """The note, quoting what the text of today has and the other has not."""
    sides, now = evidence["texts"], evidence["now"]
    side = sides.get(str(now)) if isinstance(sides, dict) else None
    place = side if isinstance(side, dict) else {}
    quote, start = str(place.get("quote", "")), place.get("start")
    start = start if isinstance(start, int) else 0
    return Finding(
        kind=FindingKind.FLIP_FLOP,
        severity=Severity.MEDIUM,
        region=Region.ARTICLE,
        quote=quote,
        start=start,
        end=start + len(quote),
        score=1.0,
        evidence=evidence,
    )


def _differing(other: Article, article: Article) -> dict[str, Json]:
    """The first words of an article that the other has not, and where they stand in its text."""
    starts = _starts(article.paragraphs)
    for hunk in diff(other, article).hunks:
        if hunk.op not in ("insert", "edit") or hunk.after is None:
            continue
        at = starts[hunk.after]
        for span in hunk.spans:
            if span.op == "insert" and span.text.strip():
                return {"quote": span.text[:_QUOTE], "start": at}
            at += len(span.text) if span.op != "delete" else 0
    return {"quote": article.text[:_QUOTE], "start": 0}


def _starts(paragraphs: Iterable[str]) -> list[int]:
    starts, at = [], 0
    for paragraph in paragraphs:
        starts.append(at)
        at += len(paragraph) + 1
    return starts
