"""`brand_hijack` and `defaced`: the page's name taken over, by a trade that wants its reputation or by a vandal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.detect.case import Case, Scope
from crawler.detect.language.junk import junk_runs
from crawler.detect.language.seeds import COMPANY, ENOUGH_IN_SHORT, looks
from crawler.model import Finding, FindingKind, Region, Severity

KINDS = (FindingKind.BRAND_HIJACK, FindingKind.DEFACED)

# The few places that name a page: <title>, and the meta tags that search engines show.
_NAMES = re.compile(
    r"<title[^<>]{0,200}>([^<]{1,600})|<meta\b[^<>]{0,200}?name\s*=\s*[\"']?(?:keywords|description|author|articletitle)[\"']?"
    r"[^<>]{0,100}?content\s*=\s*[\"']([^\"'<>]{1,1500})",
    re.IGNORECASE,
)
_TAG = re.compile("<(?:title|meta|TITLE|META|Title|Meta)")
# Between names that are looked at together: more than any pair of words keeps company over.
_APART = "\n" + " " * 2 * COMPANY
_VANDAL = re.compile(r"\A\W{0,20}(?:h[a4]ck[e3]d|d[e3]fac[e3]d|[o0]wn[e3]d|p[wv]n[e3]d)\W{1,3}by\b", re.IGNORECASE)
# A defaced page is a poster, not an article.
POSTER = 2500
# So far a head reaches where no <body> ends it.
HEAD = 40_000
# What a run in a name must be worth. In prose it must be worth more: a name is short and its words are chosen.
ENOUGH = 8.0


def detect(case: Case) -> Iterator[Finding]:
    """Names in the head of the markup, then in the title as shown."""
    if case.document.markup:
        yield from _named(case)
    else:
        # Without markup the first line is the name, when it is short enough for one.
        page = Scope(Region.PAGE, case.page_text)
        start = len(page.text) - len(page.text.lstrip())
        end = page.text.find("\n", start)
        if 0 < end - start <= 100:
            yield from _hijacked(page, start, end)
    yield from _defaced(case)


def _named(case: Case) -> Iterator[Finding]:
    title, scope = Scope(Region.TITLE, case.article.title or ""), Scope(Region.MARKUP, case.document.text)
    names = [(scope, *span) for span in _names(scope.text)] + [(title, 0, len(title.text))]
    # All of them at once, too far apart to be taken together: in nearly every head there is nothing to look at.
    together = _APART.join(dict.fromkeys([where.text[start:end] for where, start, end in names]))
    if any(looks(together, enough=ENOUGH_IN_SHORT)):
        for where, start, end in names:
            yield from _hijacked(where, start, end)


def _names(source: str) -> Iterator[tuple[int, int]]:
    """(start, end) of what the tags of the head call the page."""
    end = source.find("<body")
    for tag in _TAG.finditer(source, 0, end if end >= 0 else HEAD):
        if match := _NAMES.match(source, tag.start()):
            yield match.span(match.lastindex or 0)


def _hijacked(scope: Scope, start: int, end: int) -> Iterator[Finding]:
    for run in junk_runs(scope.text[start:end], enough=ENOUGH_IN_SHORT):
        if run.score < ENOUGH or run.mean < 1.2 or not run.alone or not run.telling:
            continue
        yield scope.finding(
            FindingKind.BRAND_HIJACK,
            Severity.HIGH if run.score >= 16.0 and len(run.telling) >= 3 else Severity.MEDIUM,
            start + run.start,
            start + run.end,
            score=min(0.5 + run.score / 60.0, 1.0),
            evidence={"log_likelihood_ratio": round(run.score, 1), "telling_pairs": list(run.telling[:12])},
        )


def _defaced(case: Case) -> Iterator[Finding]:
    if len(case.page_text) > POSTER:
        return
    for scope in (Scope(Region.TITLE, case.article.title or ""), Scope(Region.PAGE, case.page_text)):
        if match := _VANDAL.search(scope.text):
            line = scope.text.find("\n", match.end())
            yield scope.finding(
                FindingKind.DEFACED,
                Severity.HIGH,
                match.start(),
                line if line >= 0 else len(scope.text),
                score=0.9,
                evidence={"says": match.group().strip(), "page_characters": len(case.page_text)},
            )
            return
