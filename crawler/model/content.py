"""What a page says, and when it said something else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from crawler.model.kinds import ChangeKind, PageKind
from crawler.model.text import Evidence, bare_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file linked from inside or right under an article."""

    url: str
    name: str


# Not slotted: its digest takes all of it to be read, and is asked for many times.
@dataclass(frozen=True, kw_only=True)
class Article:
    """What a page says. A field that the page does not show is None, never a guess.

    `published` is ISO 8601 as displayed ("2021-06-15", "2021-12-13T20:13"). `captions` stand under pictures and
    are not part of the body. `evidence` keeps what disagreed or was joined, by field.
    """

    kind: PageKind = PageKind.ARTICLE
    title: str | None = None
    published: str | None = None
    issuer: str | None = None
    author: str | None = None
    document_number: str | None = None
    paragraphs: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    kicker: str | None = None
    subtitle: str | None = None
    captions: tuple[str, ...] = ()
    evidence: Evidence = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The paragraphs joined by newlines; offsets of findings in region `article` count code points in it."""
        return "\n".join(self.paragraphs)

    @cached_property
    def digest(self) -> str:
        """sha-256 in hex over what makes a Version (title, body, published, issuer, attachments), white space folded.

        White space is the only thing folded, and paragraph boundaries do not count: re-wrapped text is the same text.
        """
        content = [
            bare_text(self.title or ""),
            bare_text(" ".join(self.paragraphs)),
            self.published or "",
            bare_text(self.issuer or ""),
            sorted([attachment.url, bare_text(attachment.name)] for attachment in self.attachments),
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """An Article that differs from the one before it, numbered from 1 per Page.

    `seen_at` is when it was first seen; `snapshot_digest` names the raw bytes it was read from; `rules` is the
    version of the extraction rules that read it. `link` is that of the digest chain, "" before it is recorded.
    """

    number: int
    seen_at: datetime
    article: Article
    snapshot_digest: str
    rules: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened between two Versions, or to the Page as a whole.

    Where a Page is removed, moved, restored or injected without new content, `before` == `after`.

    `before` and `after` are version numbers (0: there was nothing). `added` and `removed` count characters of text.
    `evidence` holds what the summary names, for programs: files, items of a listing, figures, dates, names.
    `signature` is the same for the same edit of whole paragraphs on another page; "" where the edit is no such one.
    """

    before: int
    after: int
    kind: ChangeKind
    minor: bool = False
    significance: float = 0.0
    fields: tuple[str, ...] = ()
    added: int = 0
    removed: int = 0
    summary: str = ""
    evidence: Evidence = field(default_factory=dict)
    signature: str = ""

    @property
    def address(self) -> str:
        """`a..b`, as `palimpsest diff` takes it."""
        return f"{self.before}..{self.after}"
