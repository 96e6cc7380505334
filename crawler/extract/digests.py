"""How a line is named in a SiteProfile."""

from __future__ import annotations

import hashlib


def block_digest(text: str) -> str:
    """The digest of one line as SiteProfile keeps it: exact, as issues of one bulletin differ in digits only."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
