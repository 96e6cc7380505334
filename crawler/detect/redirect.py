"""`redirect_or_cloak`: a page that sends its reader elsewhere, or shows some visitors something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from crawler.detect.case import Case, Scope
from crawler.detect.sites import host_of, leads_away, site_of
from crawler.model import Finding, FindingKind, Region, Severity

KINDS = (FindingKind.REDIRECT_OR_CLOAK,)

# Up to this many seconds a refresh is a redirect; after it, a page that renews itself.
SOON = 10
# One statement of a script is looked at in this many characters.
NEAR = 600
_META = re.compile(r"<meta\b[^<>]{0,300}?http-equiv\s*=\s*[\"']?refresh[^<>]{0,600}>", re.IGNORECASE)
_REFRESH = re.compile(r"content\s*=\s*[\"']?\s*(\d{1,5})[^;,]{0,5}[;,]\s*url\s*=\s*[\"']?([^\"'<>\s]+)", re.IGNORECASE)
_SHIELD = re.compile(r"<!--|<noscript", re.IGNORECASE)
_UNSHIELD = re.compile(r"-->|</noscript", re.IGNORECASE)
_GOTO = re.compile(
    r"(?:\b(?:window|self|top|parent|document)\s*\.\s*)?\blocation(?:\s*\.\s*(?:href|replace|assign))?\s*(?:=|\()\s*"
    r"[\"'](https?://[^\"'\s]{4,300}|//[^\"'\s]{4,300})[\"']"
)
_ENGINES = re.compile(r"baidu|sogou|google|haosou|so\.com|bing|yisou|sm\.cn|360spider|shenma", re.IGNORECASE)
_REFERRER = re.compile(r"document\s*\.\s*referrer")
_SPIDERS = re.compile(
    r"baiduspider|googlebot|360spider|sogou\s?(?:web\s)?spider|bingbot|yisouspider|bytespider", re.IGNORECASE
)
_NUMBER = r"(?:0x[0-9a-f]{1,4}|\d{1,5})"
_CODES = re.compile(rf"String\s*\.\s*fromCharCode\s*\(\s*((?:{_NUMBER}\s*,\s*){{7,}}{_NUMBER})\s*\)", re.IGNORECASE)
_ESCAPED = re.compile(
    r"(?:%[0-9a-f]{2}){12,}|(?:%u[0-9a-f]{4}){8,}|(?:\\x[0-9a-f]{2}){12,}|(?:\\u00[0-9a-f]{2}){12,}", re.IGNORECASE
)
_WRITES = re.compile(
    r"<\s*script|<\s*iframe|document\s*\.\s*write|location\s*(?:\.href)?\s*=|createElement", re.IGNORECASE
)


def detect(case: Case) -> Iterator[Finding]:
    """Refreshes, scripts that leave at once, visitors told apart, and scripts that hide what they write."""
    if not case.document.markup:
        return
    scope = Scope(Region.MARKUP, case.document.text)
    home = site_of(case.document.url)
    yield from _refreshes(case, scope, home)
    for start, end in _scripts(scope.text):
        body = scope.text[start:end]
        yield from _leaving(scope, body, start, home)
        yield from _decoded(scope, body, start)


def _found(scope: Scope, start: int, end: int, severity: Severity, score: float, **evidence: str | int) -> Finding:
    return scope.finding(FindingKind.REDIRECT_OR_CLOAK, severity, start, end, score=score, evidence=dict(evidence))


def _refreshes(case: Case, scope: Scope, home: str) -> Iterator[Finding]:
    if "efresh" not in scope.text and "REFRESH" not in scope.text:
        return
    for tag in _META.finditer(scope.text):
        target = _REFRESH.search(tag.group())
        if not target or int(target[1]) > SOON or not leads_away(target[2], home):
            continue
        if _shielded(scope.text, tag.start()):
            continue
        full = len(case.article.text) >= 200
        severity = Severity.HIGH if full else Severity.MEDIUM
        yield _found(
            scope, tag.start(), tag.end(), severity, 0.9 if full else 0.6,
            how="meta refresh", after_seconds=int(target[1]), to=host_of(target[2]),
        )  # fmt: skip


def _shielded(source: str, at: int) -> bool:
    """Whether a place is in a comment or <noscript>: what only old browsers or those without scripts obey."""
    before = source[max(at - 400, 0) : at]
    shield = list(_SHIELD.finditer(before))
    return bool(shield) and not _UNSHIELD.search(before, shield[-1].end())


def _scripts(source: str) -> Iterator[tuple[int, int]]:
    lowered = source.lower() if source.isascii() else _lowered(source)
    at = 0
    while (opening := lowered.find("<script", at)) >= 0:
        start = lowered.find(">", opening) + 1
        if start <= 0:
            return
        end = lowered.find("</script", start)
        at = end = len(source) if end < 0 else end
        if end > start:
            yield start, end


def _lowered(source: str) -> str:
    # str.lower() may change the length (İ); offsets must hold.
    lowered = source.lower()
    return lowered if len(lowered) == len(source) else source


def _leaving(scope: Scope, body: str, offset: int, home: str) -> Iterator[Finding]:
    if "location" not in body:
        return
    for goto in _GOTO.finditer(body):
        if not leads_away(goto[1], home) or _shielded(scope.text, offset):
            continue
        near = body[max(goto.start() - NEAR, 0) : goto.start()]
        to = host_of(goto[1])
        start, end = offset + goto.start(), offset + goto.end()
        if _REFERRER.search(near) and _ENGINES.search(near):
            yield _found(scope, start, end, Severity.HIGH, 0.95, how="search visitors are sent away", to=to)
        elif _SPIDERS.search(near):
            yield _found(scope, start, end, Severity.HIGH, 0.9, how="crawlers are told from readers", to=to)
        elif len(body.strip()) <= goto.end() - goto.start() + 12:
            yield _found(scope, start, end, Severity.HIGH, 0.9, how="a script that only leaves", to=to)


def _decoded(scope: Scope, body: str, offset: int) -> Iterator[Finding]:
    """Text that is written as numbers although plain letters would do, and turns out to write a script or a frame."""
    kinds: list[tuple[re.Pattern[str], Callable[[str], str]]] = []
    if "fromCharCode" in body:
        kinds.append((_CODES, _from_codes))
    if any(mark in body for mark in ("%3C", "%3c", "%64", "%u00", "\\x3", "\\x6", "\\x2", "\\u00")):
        kinds.append((_ESCAPED, _from_escapes))
    for pattern, decode in kinds:
        for match in pattern.finditer(body):
            plain = decode(match[match.lastindex or 0])
            if not _WRITES.search(plain) or "mailto:" in plain:
                continue
            sure = bool(re.search(r"<\s*(?:script|iframe)", plain, re.IGNORECASE))
            yield _found(
                scope, offset + match.start(), offset + match.end(),
                Severity.HIGH if sure else Severity.MEDIUM, 0.9 if sure else 0.6,
                how="a script written as numbers", decoded=plain[:300],
            )  # fmt: skip


def _from_codes(codes: str) -> str:
    numbers = (int(code.strip(), 16 if code.strip()[:2].lower() == "0x" else 10) for code in codes.split(","))
    return "".join(chr(number) for number in numbers if number < 0x110000)


def _from_escapes(escaped: str) -> str:
    if escaped.startswith("%") and escaped[1:2] not in "uU":
        return unquote(escaped, errors="replace")
    return re.sub(r"(?:%u|\\u|\\x)([0-9a-fA-F]{2,4})", lambda found: chr(int(found[1], 16)), escaped)
