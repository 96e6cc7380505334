"""`encoding_conflict` and `date_conflict`: a page that contradicts itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from crawler.decode.declarations import encoding_of
from crawler.detect.case import Case, Scope
from crawler.model import Finding, FindingKind, Json, Region, Severity

KINDS = (FindingKind.ENCODING_CONFLICT, FindingKind.DATE_CONFLICT)

_GB = {"gbk", "gb18030"}


def detect(case: Case) -> Iterator[Finding]:
    """The charset first, then the date."""
    yield from _encoding(case)
    yield from _date(case)


def _encoding(case: Case) -> Iterator[Finding]:
    """A declaration that the bytes refute. Of two that disagree only the wrong one is named."""
    document = case.document
    wrong = [(place, label) for place, label in document.declared if _differs(encoding_of(label), document.encoding)]
    if not wrong or document.text.isascii():
        return
    place, label = wrong[0]
    at = document.text.find(label) if document.markup and place != "header" else -1
    scope = Scope(Region.MARKUP if document.markup else Region.PAGE, document.text)
    declared: list[Json] = [f"{where}: {said}" for where, said in document.declared]
    yield scope.finding(
        FindingKind.ENCODING_CONFLICT,
        Severity.MEDIUM if document.replaced else Severity.LOW,
        max(at, 0),
        at + len(label) if at >= 0 else 0,
        score=0.9,
        evidence={
            "declared": declared,
            "encoding": document.encoding,
            "encoding_from": document.encoding_from,
            "replaced": document.replaced,
        },
    )


def _differs(declared: str | None, actual: str) -> bool:
    return declared is not None and declared != actual and not {declared, actual} <= _GB


def _date(case: Case) -> Iterator[Finding]:
    """The date that a reader sees against the one in the page's own meta tags, as extraction noted them."""
    said = case.article.evidence.get("date_conflict")
    if not isinstance(said, Mapping):
        return
    shown, meta = str(said.get("shown") or ""), str(said.get("meta") or "")
    if len(shown) < 10:
        return
    year, month, day = shown[:10].split("-")
    written = re.compile(rf"{year}\D{{1,3}}0?{int(month)}\D{{1,3}}0?{int(day)}(?!\d)")
    for scope in (Scope(Region.PAGE, case.page_text), Scope(Region.MARKUP, case.document.text)):
        if match := written.search(scope.text):
            yield scope.finding(
                FindingKind.DATE_CONFLICT,
                Severity.LOW,
                match.start(),
                match.end(),
                score=0.8,
                evidence={"shown": shown, "meta": meta},
            )
            return
