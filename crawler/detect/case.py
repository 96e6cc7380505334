"""What a detector is given: one page as it was read now, and what is known of it from before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from crawler.decode import Document
from crawler.model import Article, Evidence, Finding, FindingKind, Region, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One page to examine.

    `page_text` is the whole visible text of `document`. `previous` is the Article of the Version before, and `earlier`
    the findings that were open before this visit; both are empty where there is no history.
    """

    document: Document
    article: Article
    page_text: str
    previous: Article | None = None
    earlier: tuple[Finding, ...] = ()


Detector = Callable[[Case], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Scope:
    """A text that findings can point into, and the region that names it."""

    region: Region
    text: str

    def finding(
        self,
        kind: FindingKind,
        severity: Severity,
        start: int,
        end: int,
        *,
        score: float,
        evidence: Evidence,
        repair: str | None = None,
    ) -> Finding:
        """A Finding whose quote is this text from `start` to `end`."""
        return Finding(
            kind=kind,
            severity=severity,
            region=self.region,
            quote=self.text[start:end],
            start=start,
            end=end,
            score=round(score, 3),
            evidence=evidence,
            repair=repair,
        )


def body_of(case: Case) -> Scope:
    """The text whose damage counts: the article's; the whole page where there is no markup or no article."""
    if case.document.markup and (text := _joined(case.article.paragraphs)):
        return Scope(Region.ARTICLE, text)
    return Scope(Region.PAGE, case.page_text)


# The same article for one detector after another: joined once.
@lru_cache(maxsize=2)
def _joined(paragraphs: tuple[str, ...]) -> str:
    return "\n".join(paragraphs)
