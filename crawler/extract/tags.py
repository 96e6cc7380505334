"""What each tag means for the lines of a page, and the little text handling that tags need."""

from __future__ import annotations

import re

from crawler.extract.rules import BLOCK_TAGS, SKIPPED_TAGS, VOID_TAGS

HREF = re.compile(r'\shref="([^"]*)"')

# What a tag means for the lines; an end tag has its own entry. Tags not named here are inline and mean nothing.
OPEN, CLOSE, BREAK, LINK, UNLINK, SKIP, NOSCRIPT, IMAGE, PRE, UNPRE, MARQUEE, UNMARQUEE, VOID = range(1, 14)


def _kinds() -> dict[str, int]:
    kinds = dict.fromkeys(VOID_TAGS, VOID)
    kinds |= dict.fromkeys(BLOCK_TAGS, OPEN) | {f"/{tag}": CLOSE for tag in BLOCK_TAGS}
    kinds |= dict.fromkeys(SKIPPED_TAGS, SKIP)
    kinds |= {"br": BREAK, "hr": BREAK, "a": LINK, "/a": UNLINK, "img": IMAGE, "noscript": NOSCRIPT}
    return kinds | {"pre": PRE, "/pre": UNPRE, "marquee": MARQUEE, "/marquee": UNMARQUEE}


KINDS = _kinds()


def unescape(text: str) -> str:
    """Undo the five references that serialising writes; nothing else can occur in it."""
    if "&" not in text:
        return text
    text = text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    return text.replace("&amp;", "&")
