"""`forged_insertion`: a few words of somebody's own put into a text that was published long ago.

Forgers of standing take a genuine government page and write a person, a title or a company into it; date, headline and
everything around stay. One version does not show it. A pair of versions does: a small piece changed where a private
person's standing is told, and nothing else. Where the whole text was replaced, the same is seen in its last paragraph:
an article of an office that ends in the praise of somebody's product.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawler.detect.case import Case, Scope
from crawler.detect.language.credentials import NAMING, NEWS, OFFICERS, PRAISE, PRIVATE, RANKED
from crawler.detect.language.tables import SIMPLIFIED
from crawler.diff import Hunk, diff
from crawler.model import Article, Finding, FindingKind, Region, Severity, bare_text

KINDS = (FindingKind.FORGED_INSERTION,)

# An editor who corrects a text touches more places than this; a forger one or two.
MOST_PARAGRAPHS = 3
# Pieces closer together (characters that stayed) are one.
GAP = 40
# How far around a piece the words of standing are read.
AROUND = 40
# So many ranks around a piece are one person's list of them, or of several such persons.
RANKS = 3
# Officers named in a piece no longer than this mark it as a correction.
SHORT = 80
# An article that long is not aligned here.
LONGEST = 200_000
# A last paragraph that praises: at least so long, with so many different words of praise, behind so many of news.
TAIL, PRAISES, NEWS_BEFORE = 80, 4, 4


@dataclass(frozen=True, slots=True)
class _Piece:
    """What changed in one place: `start` and `end` in the new paragraph, what came and what went."""

    start: int
    end: int
    came: str
    went: str
    edits: int = 1


def detect(case: Case) -> Iterator[Finding]:
    """Each forged piece of the newest version; those found before, as long as they stand."""
    if case.previous is None and not case.earlier:
        return
    scope = Scope(Region.ARTICLE, case.article.text)
    known = [one for one in case.earlier if one.kind is FindingKind.FORGED_INSERTION and one.quote in scope.text]
    for one in known:
        start = scope.text.index(one.quote)
        yield scope.finding(
            one.kind, one.severity, start, start + len(one.quote), score=one.score, evidence=one.evidence
        )
    if case.previous is None:
        return
    told = {one.quote for one in known}
    forged = [one.quote for one in case.earlier if one.kind is FindingKind.FORGED_INSERTION]
    for finding in _arrived(scope, case.previous, case.article):
        went = str(finding.evidence["removed"])
        # Where a forged piece was taken out again the text is itself again.
        cleaned = len(went) > 1 and any(went in quote or quote in went for quote in forged)
        if finding.quote not in told and not cleaned:
            yield finding


def _arrived(scope: Scope, before: Article, after: Article) -> Iterator[Finding]:
    if _comparable(before, after):
        yield from _forged(scope, before, after)
    elif before.paragraphs and bare_text(before.title or "") != bare_text(after.title or ""):
        yield from _praising_tail(scope, before, after)


def _comparable(before: Article, after: Article) -> bool:
    """Whether these are one text under one headline and one date, with a difference."""
    return (
        before.published == after.published
        and before.paragraphs != after.paragraphs
        and bool(before.paragraphs)
        and bare_text(before.title or "") == bare_text(after.title or "")
        and max(len(before.text), len(after.text)) <= LONGEST
    )


def _forged(scope: Scope, before: Article, after: Article) -> Iterator[Finding]:
    touched = [hunk for hunk in diff(before, after).hunks if hunk.op not in ("equal", "move")]
    came = [hunk for hunk in touched if hunk.after is not None]
    if not came or len(touched) > MOST_PARAGRAPHS:
        return
    for hunk in came:
        number = hunk.after or 0
        paragraph = after.paragraphs[number]
        offset = sum(len(one) + 1 for one in after.paragraphs[:number])
        for piece in _pieces(hunk):
            finding = _judged(scope, piece, paragraph, offset, before)
            if finding is not None:
                yield finding


def _pieces(hunk: Hunk) -> Sequence[_Piece]:
    pieces: list[_Piece] = []
    at = 0
    for span in hunk.spans:
        if span.op == "equal":
            at += len(span.text)
            continue
        inserted = span.text if span.op == "insert" else ""
        deleted = span.text if span.op == "delete" else ""
        last = pieces[-1] if pieces else None
        if last is not None and at - last.end <= GAP:
            pieces[-1] = _Piece(
                last.start, at + len(inserted), last.came + inserted, last.went + deleted, last.edits + 1
            )
        else:
            pieces.append(_Piece(at, at + len(inserted), inserted, deleted))
        at += len(inserted)
    return [piece for piece in pieces if not _slip(piece)]


def _slip(piece: _Piece) -> bool:
    """White space, a number, or one character corrected: what editors do."""
    came, went = bare_text(piece.came), bare_text(piece.went)
    if not came and not went:
        return True
    single = piece.edits <= (2 if came and went else 1) and max(len(came), len(went)) == 1
    return (single and (came + went).isalpha() and came != went) or (came + went).isdigit()


def _judged(scope: Scope, piece: _Piece, paragraph: str, offset: int, before: Article) -> Finding | None:
    came = piece.came.translate(SIMPLIFIED)
    around = paragraph[max(piece.start - AROUND, 0) : piece.end + AROUND].translate(SIMPLIFIED)
    own, near, ranks = PRIVATE.findall(came), PRIVATE.findall(around), RANKED.findall(around)
    if not own and len(came) <= SHORT and OFFICERS.search(came):
        return None
    sure = bool(near) or len(ranks) >= RANKS
    if not sure and not RANKED.search(came) and len(ranks) < RANKS - 1:
        return None
    start, end = piece.start, piece.end
    if end - start < 2:
        # Little or nothing came: the clause it came into is the quote.
        start, end = max(start - 6, 0), min(end + 6, len(paragraph))
    naming = NAMING.findall(came)
    return scope.finding(
        FindingKind.FORGED_INSERTION,
        Severity.MEDIUM if sure else Severity.LOW,
        offset + start,
        offset + end,
        score=min(0.4 + 0.1 * len(own) + 0.05 * len(near) + 0.05 * len(ranks) + 0.1 * len(naming), 0.95),
        evidence={
            "inserted": piece.came[:400],
            "removed": piece.went[:400],
            "published": before.published,
            "published_unchanged": True,
            "titles_inserted": list(dict.fromkeys([*own, *(match[0] for match in RANKED.finditer(came))]))[:8],
            "titles_around": list(dict.fromkeys([*near, *ranks]))[:8],
            "names_or_works_inserted": list(dict.fromkeys(naming))[:8],
        },
    )


def _praising_tail(scope: Scope, before: Article, after: Article) -> Iterator[Finding]:
    """The last paragraph of a text that replaced another: somebody's product praised, behind an office's news."""
    *news, tail = after.paragraphs or ("",)
    plain = tail.translate(SIMPLIFIED)
    own, praise = PRIVATE.findall(plain), list(dict.fromkeys(PRAISE.findall(plain)))
    if len(plain) < TAIL or not own or len(praise) < PRAISES or NEWS.search(plain):
        return
    words = NEWS.findall("\n".join(news).translate(SIMPLIFIED))
    if len(words) < NEWS_BEFORE or tail in before.paragraphs:
        return
    start = len(scope.text) - len(tail)
    yield scope.finding(
        FindingKind.FORGED_INSERTION,
        Severity.MEDIUM,
        start,
        len(scope.text),
        score=min(0.4 + 0.1 * len(own) + 0.05 * len(praise), 0.9),
        evidence={
            "inserted": tail[:400],
            "removed": "",
            "published": after.published,
            "published_unchanged": before.published == after.published,
            "titles_inserted": list(dict.fromkeys(own))[:8],
            "praise": [*praise[:8]],
            "words_of_news_before": len(words),
        },
    )
