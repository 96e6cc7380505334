"""The digest chain of a Page's Versions, format 1: what a link is made over, to the byte, as docs/proof.md has it.

A format that was ever written is never changed: whoever holds an old link must be able to recompute it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FORMAT = "palimpsest-chain 1"
# What stands in the place of a link before the first.
NOTHING = "0" * 64
# What would break a line or an encoder, and the sign by which it is written.
_UNSAFE = re.compile("[\x00-\x1f\x7f\\\\\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chained:
    """All that the link of one Version is made over.

    `snapshot` is the sha-256 of the body, `response` of `response_bytes`, `article` is `Article.digest`, `reading` the
    sha-256 of `article_bytes`, `before` the link of the Version before, or NOTHING.
    """

    page: str
    version: int
    seen_at: datetime
    rules: str
    snapshot: str
    response: str
    article: str
    reading: str
    before: str

    @property
    def said(self) -> dict[str, str]:
        """What stands in the lines, by their first words, in their order."""
        return {
            "page": _one_line(self.page),
            "version": str(self.version),
            "seen": utc(self.seen_at),
            "rules": _one_line(self.rules),
            "snapshot": self.snapshot,
            "response": self.response,
            "article": self.article,
            "reading": self.reading,
            "before": self.before,
        }

    @property
    def text(self) -> str:
        """The lines that are hashed, each ended with a newline."""
        return "".join(f"{line}\n" for line in (FORMAT, *(f"{name} {value}" for name, value in self.said.items())))

    @property
    def link(self) -> str:
        """The link: sha-256 in hex of `text` in UTF-8."""
        return sha256(self.text.encode())


def sha256(data: bytes) -> str:
    """sha-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def utc(time: datetime) -> str:
    """A time as the chain and every JSON listing write it: ISO 8601 in UTC with a Z, fractions only where there are."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def article_bytes(article: Mapping[str, object]) -> bytes:
    """An Article's JSON as its bytes are hashed: compact, keys sorted, what says nothing left out."""
    return _canonical(article)


def response_bytes(
    *,
    url: str,
    final_url: str,
    redirects: Sequence[str],
    fetched_at: datetime,
    status: int,
    headers: Sequence[Sequence[str]],
) -> bytes:
    """All of a response but its body, as its bytes are hashed; headers in the order received, none left out."""
    return _canonical(
        {
            "fetched_at": utc(fetched_at),
            "final_url": final_url,
            "headers": [[str(name), str(value)] for name, value in headers],
            "redirects": list(redirects),
            "status": status,
            "url": url,
        }
    )


def _canonical(values: Mapping[str, object]) -> bytes:
    """Compact JSON, keys sorted, in UTF-8; all in JSON's escapes where a surrogate is alone, which UTF-8 has not."""
    compact: Any = {"sort_keys": True, "separators": (",", ":"), "default": plain}
    try:
        return json.dumps(values, ensure_ascii=False, **compact).encode()
    except UnicodeEncodeError:
        return json.dumps(values, **compact).encode()


def plain(value: object) -> object:
    """What has no JSON of its own as the store keeps it: what comes back from there must have the same bytes."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def _one_line(text: str) -> str:
    r"""Text on one line: a backslash, a control character or a lone surrogate as \uXXXX."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
