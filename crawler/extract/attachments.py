"""Files linked from inside or right under an article."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from crawler.extract.body import Body
from crawler.extract.hiding import link_text
from crawler.extract.outline import Outline
from crawler.extract.rules import ATTACHMENT_SUFFIXES
from crawler.model import Attachment

# Under the text, files may follow within this many lines.
_REACH: Final = 8
# How the address of a page ends, and most do.
_PAGES: Final = ("html", ".htm", "/", "javascript:;", "javascript:void(0)")


def attachments_in(page: Outline, body: Body, base: str) -> tuple[Attachment, ...]:
    """Each file once, in reading order, with its absolute address and the link's text (else the file's name)."""
    if not body.lines or not page.anchors:
        return ()
    first, last = body.lines[0], body.lines[-1] + _REACH
    found: dict[str, Attachment] = {}
    for link, line in enumerate(page.anchored):
        if first <= line <= last and is_file(href := page.href(link)):
            url = _absolute(base, href)
            if url and url not in found:
                found[url] = Attachment(
                    url=url, name=link_text(page.html, page.anchors[link]) or unquote(url.rpartition("/")[2])
                )
    return tuple(found.values())


def is_file(href: str) -> bool:
    """Whether an address names a document by its suffix, in its path or as a download's file name."""
    if href.endswith(_PAGES):
        return False
    path, _, query = href.split("#", 1)[0].partition("?")
    if (path.rpartition(".")[2].lower() in ATTACHMENT_SUFFIXES and "/" in path.lstrip("./")) or _suffixed(path):
        return True
    return any(_suffixed(part) for part in query.split("&")) if query else False


def _suffixed(text: str) -> bool:
    return "." in text and text.rpartition(".")[2].strip().lower() in ATTACHMENT_SUFFIXES


def _absolute(base: str, href: str) -> str | None:
    try:
        url = urljoin(base, href.strip())
        return url if urlsplit(url).scheme in ("http", "https", "ftp", "file") else None
    except ValueError:
        return None
