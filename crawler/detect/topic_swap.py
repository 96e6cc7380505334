"""`topic_swap`: the page's text replaced by something else altogether.

Proved by a pair of versions: headline and text both went, and next to nothing of the old text is in the new. Where the
words of administration went with them, the page has probably changed hands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from crawler.detect.case import Case, Scope
from crawler.detect.language.tables import SIMPLIFIED
from crawler.model import Article, Finding, FindingKind, PageKind, Region, Severity, bare_text

KINDS = (FindingKind.TOPIC_SWAP,)

# Less text than this is no text to replace; more need not be read to know (characters).
SHORTEST, READ = 120, 8_000
# Two texts on different things share pairs of characters up to about this share; two on the same thing far more.
UNLIKE = 0.15
_OFFICIAL = re.compile(
    "政府|人民|部门|通知|公告|会议|工作|群众|委员会|党[委组员]|管理|规定|办法|政策|建设|发展|市委|书记|局长|市长|县长|主任|"
    "印发|条例|行政|服务|监督|government|council|department|minister|public|policy",
    re.IGNORECASE,
)
# Official words in a thousand characters that make a text an official one, and what is left of them when they are gone.
OFFICIAL, GONE = 8.0, 0.25
QUOTED = 200


def detect(case: Case) -> Iterator[Finding]:
    """One finding on the headline's first paragraph of the new text, as long as that text stands."""
    if case.previous is None and not case.earlier:
        return
    scope = Scope(Region.ARTICLE, case.article.text)
    for one in case.earlier:
        if one.kind is FindingKind.TOPIC_SWAP and one.quote in scope.text:
            start = scope.text.index(one.quote)
            yield scope.finding(
                one.kind, one.severity, start, start + len(one.quote), score=one.score, evidence=one.evidence
            )
            return
        if one.kind is FindingKind.TOPIC_SWAP and _is_back(case.article, one):
            return
    before = case.previous
    if before is None or not _two_texts(before, case.article):
        return
    likeness = _likeness(before.text[:READ], case.article.text[:READ])
    if likeness >= UNLIKE:
        return
    was, is_now = _official(before.text), _official(case.article.text)
    gone = was >= OFFICIAL and is_now <= GONE * was
    first = case.article.paragraphs[0]
    yield scope.finding(
        FindingKind.TOPIC_SWAP,
        Severity.HIGH if gone and likeness < UNLIKE / 2 else Severity.MEDIUM if gone else Severity.LOW,
        0,
        min(len(first), QUOTED),
        score=min(0.5 + (UNLIKE - likeness) * (2.0 if gone else 1.0), 0.95),
        evidence={
            "similarity": round(likeness, 3),
            "title_before": before.title,
            "title_after": case.article.title,
            "official_words_per_thousand_before": round(was, 1),
            "official_words_per_thousand_after": round(is_now, 1),
        },
    )


def _is_back(article: Article, swap: Finding) -> bool:
    """Whether the text that a swap took away is there again, which ends the swap and is none itself."""
    was = float(str(swap.evidence.get("official_words_per_thousand_before", 0.0)))
    return swap.evidence.get("title_before") == article.title and _official(article.text) >= was / 2


def _two_texts(before: Article, after: Article) -> bool:
    return (
        before.kind is PageKind.ARTICLE
        and after.kind is PageKind.ARTICLE
        and bare_text(before.title or "") != bare_text(after.title or "")
        and min(len(before.text), len(after.text)) >= SHORTEST
    )


def _likeness(one: str, other: str) -> float:
    """The share of character pairs, 0..1, that two texts have in common."""
    pairs, others = (Counter(map("".join, pairwise(text))) for text in (one, other))
    common = sum((pairs & others).values())
    return 2 * common / (pairs.total() + others.total())


def _official(text: str) -> float:
    read = text[:READ].translate(SIMPLIFIED)
    return 1000 * len(_OFFICIAL.findall(read)) / max(len(read), 1)
