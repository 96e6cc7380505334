"""`redirect_or_cloak`: a page that sends its reader elsewhere, or shows some visitors something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import unquote

from crawler.detect.case import Case, Scope
from crawler.detect.sites import host_of, leads_away, site_of
from crawler.model import Finding, FindingKind, Region, Severity

KINDS = (FindingKind.REDIRECT_OR_CLOAK,)

# Up to this many seconds a refresh is a redirect; after it, a page that renews itself.
SOON = 10
# One statement of a script is looked at in this many characters.
NEAR = 600
# A script is looked at from its tag on; one that is longer than this is a library.
LONGEST_SCRIPT = 40_000
_META = re.compile(r"<meta\b[^<>]{0,300}?http-equiv\s*=\s*[\"']?refresh[^<>]{0,600}>", re.IGNORECASE)
_TAG_REACH = 400
# REFRESH or SCRIPT: what pages in small letters are spared a search for. One letter is looked for faster than a word.
_CAPITALS = re.compile("R(?=EFRESH|IPT)")
_SCRIPT_TAG = re.compile("<(/?)(?:script|SCRIPT)")
_REFRESH = re.compile(r"content\s*=\s*[\"']?\s*(\d{1,5})[^;,]{0,5}[;,]\s*url\s*=\s*[\"']?([^\"'<>\s]+)", re.IGNORECASE)
_SHIELD = re.compile(r"<!--|<noscript", re.IGNORECASE)
_UNSHIELD = re.compile(r"-->|</noscript", re.IGNORECASE)
_OWNER = re.compile(r"(?:\b(?:window|self|top|parent|document)\s*\.\s*){1,3}\Z")
_GOTO = re.compile(
    r"\blocation(?:\s*\.\s*(?:href|replace|assign))?\s*(?:=|\()\s*"
    r"[\"'](https?://[^\"'\s]{4,300}|//[^\"'\s]{4,300})[\"']"
)
_ENGINES = re.compile(r"baidu|sogou|google|haosou|so\.com|bing|yisou|sm\.cn|360spider|shenma", re.IGNORECASE)
_REFERRER = re.compile(r"document\s*\.\s*referrer")
_SPIDERS = re.compile(
    r"baiduspider|googlebot|360spider|sogou\s?(?:web\s)?spider|bingbot|yisouspider|bytespider", re.IGNORECASE
)
_NUMBER = r"(?:0[xX][0-9a-fA-F]{1,4}|\d{1,5})"
_CODES = re.compile(rf"fromCharCode\s*\(\s*((?:{_NUMBER}\s*,\s*){{7,}}{_NUMBER})\s*\)")
# Each begins with a plain character, which a search skips to quickly. Fewer escaped characters hide nothing.
_ESCAPED = (
    re.compile(r"%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2}){11,}|%u[0-9a-fA-F]{4}(?:%u[0-9a-fA-F]{4}){7,}"),
    re.compile(r"\\x[0-9a-fA-F]{2}(?:\\x[0-9a-fA-F]{2}){11,}|\\u00[0-9a-fA-F]{2}(?:\\u00[0-9a-fA-F]{2}){11,}"),
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
    capitals = _CAPITALS.search(scope.text) is not None
    yield from _refreshes(case, scope, home, capitals)
    scripts = _scripts(scope.text, capitals)
    written = "\n".join([scope.text[low:high] for low, high in scripts])
    if "location" in written:
        yield from _leaving(scope, home, scripts)
    if "fromCharCode" in written or any(escaped.search(written) for escaped in _ESCAPED):
        yield from _decoded(scope, scripts)


def _scripts(source: str, capitals: bool) -> list[tuple[int, int]]:
    """(start, end) of the stretches of the markup that scripts stand in: from where one opens to where one closes."""
    found: list[tuple[int, int]] = []
    if capitals:
        opened = -1
        for tag in _SCRIPT_TAG.finditer(source):
            if not tag[1] and opened < 0:
                opened = tag.start()
            elif tag[1] and opened >= 0:
                found.append((opened, tag.start()))
                opened = -1
        return [*found, (opened, len(source))] if opened >= 0 else found
    at = source.find("<script")
    while at >= 0:
        end = source.find("</script", at)
        found.append((at, end if end >= 0 else len(source)))
        at = source.find("<script", end) if end >= 0 else -1
    return found


def _places(source: str, piece: str, start: int = 0, end: int | None = None) -> Iterator[int]:
    at = source.find(piece, start, end)
    while at >= 0:
        yield at
        at = source.find(piece, at + 1, end)


def _found(scope: Scope, start: int, end: int, severity: Severity, score: float, **evidence: str | int) -> Finding:
    return scope.finding(FindingKind.REDIRECT_OR_CLOAK, severity, start, end, score=score, evidence=dict(evidence))


def _refreshes(case: Case, scope: Scope, home: str, capitals: bool) -> Iterator[Finding]:
    for tag in _meta_refreshes(scope.text, capitals):
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


def _meta_refreshes(source: str, capitals: bool) -> Iterator[re.Match[str]]:
    places = [at - 1 for at in _places(source, "efresh") if source[at - 1 : at] in ("r", "R")]
    for at in [*places, *_places(source, "REFRESH")] if capitals else places:
        opening = source.rfind("<", max(at - _TAG_REACH, 0), at)
        tag = _META.match(source, opening) if opening >= 0 else None
        if tag is not None:
            yield tag


def _shielded(source: str, at: int) -> bool:
    """Whether a place is in a comment or <noscript>: what only old browsers or those without scripts obey."""
    before = source[max(at - 400, 0) : at]
    shield = list(_SHIELD.finditer(before))
    return bool(shield) and not _UNSHIELD.search(before, shield[-1].end())


def _script_around(source: str, at: int) -> tuple[int, int] | None:
    """(start, end) of the script that a place stands in, without its tags; None outside scripts and in long ones."""
    low = max(at - LONGEST_SCRIPT, 0)
    before = source[low:at]
    opening = max(before.rfind("<script"), before.rfind("<SCRIPT"))
    closing = max(before.rfind("</script"), before.rfind("</SCRIPT"))
    start = before.find(">", opening) + 1 if opening > closing else 0
    if start <= 0:
        return None
    ends = [end for end in (source.find("</script", at), source.find("</SCRIPT", at)) if end >= 0]
    return low + start, min(ends, default=len(source))


def _leaving(scope: Scope, home: str, scripts: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    source = scope.text
    for at in (at for low, high in scripts for at in _places(source, "location", low, high)):
        goto = _GOTO.match(source, at)
        if goto is None or not leads_away(goto[1], home):
            continue
        around = _script_around(source, at)
        if around is None or _shielded(source, around[0]):
            continue
        begin = _whole_target(source, at, around[0])
        near = source[max(begin - NEAR, around[0]) : begin]
        to = host_of(goto[1])
        if _REFERRER.search(near) and _ENGINES.search(near):
            yield _found(scope, begin, goto.end(), Severity.HIGH, 0.95, how="search visitors are sent away", to=to)
        elif _SPIDERS.search(near):
            yield _found(scope, begin, goto.end(), Severity.HIGH, 0.9, how="crawlers are told from readers", to=to)
        elif len(source[around[0] : around[1]].strip()) <= goto.end() - begin + 12:
            yield _found(scope, begin, goto.end(), Severity.HIGH, 0.9, how="a script that only leaves", to=to)


def _whole_target(source: str, at: int, floor: int) -> int:
    """Where `window.top.location` begins."""
    owner = _OWNER.search(source[max(at - 40, floor) : at])
    return at - len(owner.group()) if owner else at


def _decoded(scope: Scope, scripts: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """Text that is written as numbers although plain letters would do, and turns out to write a script or a frame."""
    source = scope.text
    for low, high in scripts:
        for match, decode in _numbers(source, low, high):
            plain = decode(match[match.lastindex or 0])
            if not _WRITES.search(plain) or "mailto:" in plain or _script_around(source, match.start()) is None:
                continue
            sure = bool(re.search(r"<\s*(?:script|iframe)", plain, re.IGNORECASE))
            yield _found(
                scope, match.start(), match.end(),
                Severity.HIGH if sure else Severity.MEDIUM, 0.9 if sure else 0.6,
                how="a script written as numbers", decoded=plain[:300],
            )  # fmt: skip


def _numbers(source: str, low: int, high: int) -> Iterator[tuple[re.Match[str], Callable[[str], str]]]:
    """What is written as numbers in a stretch of the markup, and what makes text of it."""
    if source.find("fromCharCode", low, high) >= 0:
        for match in _CODES.finditer(source, low, high):
            yield match, _from_codes
    for escaped in _ESCAPED:
        for match in escaped.finditer(source, low, high):
            yield match, _from_escapes


def _from_codes(codes: str) -> str:
    numbers = (int(code.strip(), 16 if code.strip()[:2].lower() == "0x" else 10) for code in codes.split(","))
    return "".join(chr(number) for number in numbers if number < 0x110000)


def _from_escapes(escaped: str) -> str:
    if escaped.startswith("%") and escaped[1:2] not in "uU":
        return unquote(escaped, errors="replace")
    return escaped.replace("%u", "\\u").encode().decode("unicode_escape")
