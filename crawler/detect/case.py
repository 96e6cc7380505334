"""What a detector is given: one page as it was read now, and what is known of it from before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from crawler.decode import Document
from crawler.model import Article, Evidence, Finding, FindingKind, Region, Severity


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


# Not slotted: what several detectors ask of a page is found out once and kept here.
@dataclass(frozen=True, kw_only=True)
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

    @cached_property
    def body(self) -> Scope:
        """The text whose damage counts: the article's; the whole page where there is no markup or no article."""
        if self.document.markup and (text := self.article.text):
            return Scope(Region.ARTICLE, text)
        return Scope(Region.PAGE, self.page_text)


Detector = Callable[[Case], Iterable[Finding]]
