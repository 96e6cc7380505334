"""Document → Article: the text without its frame, and what the page says about it."""

from __future__ import annotations

from crawler.extract.article import extract
from crawler.extract.digests import block_digest
from crawler.extract.profile import SiteProfile, learn
from crawler.extract.rules import RULES
from crawler.extract.visible import HiddenBlock, hidden_blocks, visible_text

__all__ = [
    "RULES",
    "HiddenBlock",
    "SiteProfile",
    "block_digest",
    "extract",
    "hidden_blocks",
    "learn",
    "visible_text",
]
