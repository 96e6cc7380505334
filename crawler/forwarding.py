"""Pages that only send their reader on: a refresh or one line of script where a redirect was meant.

Old servers and content systems move pages this way. Only a page with next to nothing of its own is one, and only
within its site: a full page that sends its readers away, or a stub that leads to somebody else's site, is to be read
as it is, for that may be an injection.
"""

from __future__ import annotations

import re
from html import unescape

from crawler.model import Snapshot
from crawler.urls import canonical, host_of, registrable_hint

# A stub is at most so many bytes, with so many characters for its reader ("please wait, you are being redirected").
LONGEST, SAID = 8_192, 200
# Up to this many seconds a refresh is a redirect; after it, a page that renews itself.
SOON = 10
# Scripts are kept: theirs may have the marks of a comment in them.
_HIDDEN = re.compile(
    r"(<script\b[^<>]*>.*?</script\s*>)|<!--.*?-->|<noscript\b.*?</noscript\s*>", re.IGNORECASE | re.DOTALL
)
_UNSPOKEN = re.compile(r"<(script|style|title|head)\b.*?</\1\s*>|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_META = re.compile(r"<meta\b[^<>]*>", re.IGNORECASE)
_REFRESH = re.compile(r"http-equiv\s*=\s*[\"']?refresh\b", re.IGNORECASE)
_CONTENT = re.compile(r"content\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_DELAY_AND_URL = re.compile(r"\s*(\d{1,5})(?:\.\d*)?\s*[;,\s]\s*(?:url\s*=\s*)?[\"']?([^\"']+)[\"']?\s*", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b([^<>]*)>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_GOTO = re.compile(
    r"(?:(?:window|self|top|parent|document)\s*\.\s*){0,3}location(?:\s*\.\s*href)?\s*"
    r"(?:=\s*|\.\s*(?:replace|assign)\s*\(\s*)[\"']([^\"'\\]{1,2000})[\"']\s*\)?\s*;?"
)
# What may stand around that one statement: a comment mark of old, a function called at once or in a moment.
_AROUND = re.compile(
    r"\s|//\s*-->|<!--|-->|;|[(){}\"']|\bfunction\b\s*\w*|=>|window\s*\.\s*onload\s*=|"
    r"(?:window\s*\.\s*)?setTimeout|,\s*\d{1,5}|//[^\n]*|/\*.*?\*/",
    re.DOTALL,
)


def forwarded_to(answer: Snapshot) -> str | None:
    """Where a stub sends its reader, as an absolute URL on the same site without fragment; None for any other page."""
    if answer.status != 200 or len(answer.body) > LONGEST or b"<" not in answer.body:
        return None
    # Only ASCII matters here, and every charset of the web but UTF-16 writes that alike.
    text = _HIDDEN.sub(lambda found: found[1] or " ", answer.body.decode("latin-1"))
    if len("".join(_UNSPOKEN.sub(" ", text).split())) > SAID:
        return None
    target = _by_refresh(text) or _by_script(text)
    if target is None:
        return None
    url = canonical(unescape(target).strip(), answer.url)
    if url is None or url == canonical(answer.url):
        return None
    sites = {registrable_hint(host_of(one)) for one in (url, answer.url)}
    return url if len(sites) == 1 else None


def _by_refresh(text: str) -> str | None:
    for tag in _META.findall(text):
        content = _CONTENT.search(tag) if _REFRESH.search(tag) else None
        found = _DELAY_AND_URL.fullmatch(content[1] or content[2] or "") if content else None
        if found and int(found[1]) <= SOON:
            return found[2]
    return None


def _by_script(text: str) -> str | None:
    """The target of the only statement of the only script."""
    scripts = _SCRIPT.findall(text)
    if len(scripts) != 1 or "src" in scripts[0][0].lower():
        return None
    goto = list(_GOTO.finditer(scripts[0][1]))
    if len(goto) != 1:
        return None
    rest = scripts[0][1][: goto[0].start()] + scripts[0][1][goto[0].end() :]
    return goto[0][1] if not _AROUND.sub("", rest) else None
