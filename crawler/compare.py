"""Article × Article → Change | None: whether the content differs, in what way, and how much it weighs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from rapidfuzz.distance import Indel

from crawler.diff import Diff, Hunk, diff
from crawler.model import Article, Change, ChangeKind, bare_text

_SUMMARY_PARTS = 4
_PART_LENGTH = 40
# What a digit string becomes matters more to readers than any other word.
_FIGURE = re.compile(r"\d")
# Characters of context shown on either side of a changed word in a summary.
_CONTEXT = 4


def compare(before: Article, after: Article, *, numbers: tuple[int, int]) -> Change | None:
    """The Change from one Article to the next, addressed by version `numbers`; None where the content is the same.

    Content is title, body, published, issuer and attachments, white space apart (`Article.digest`).
    """
    if before.digest == after.digest:
        return None
    found = diff(before, after)
    body_differs = bare_text(" ".join(before.paragraphs)) != bare_text(" ".join(after.paragraphs))
    fields = tuple(change.name for change in found.fields) + (("body",) if body_differs else ())
    minor = _typography(before) == _typography(after)
    return Change(
        before=numbers[0],
        after=numbers[1],
        kind=_kind(fields),
        minor=minor,
        significance=0.0 if minor else significance(found, before),
        fields=fields,
        added=found.added if body_differs else 0,
        removed=found.removed if body_differs else 0,
        summary="typography only" if minor else summarise(found),
    )


def similarity(before: Article, after: Article) -> float:
    """How alike two bodies are, 0..1: the Indel similarity of their first 20,000 characters."""
    return Indel.normalized_similarity(bare_text(before.text)[:20_000], bare_text(after.text)[:20_000])


def _kind(fields: tuple[str, ...]) -> ChangeKind:
    by_weight = (
        ("body", ChangeKind.EDITED),
        ("title", ChangeKind.RETITLED),
        ("attachments", ChangeKind.ATTACHMENTS),
        ("published", ChangeKind.REDATED),
    )
    return next((kind for name, kind in by_weight if name in fields), ChangeKind.REISSUED)


_PUNCTUATION = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "―": "-", "…": "..."})


def _typography(article: Article) -> tuple[str, ...]:
    """The content with everything folded that only a typesetter sees; two articles alike in it differ in minor ways."""
    attachments = "".join(attachment.url + attachment.name for attachment in article.attachments)
    parts = (article.title or "", article.text, article.published or "", article.issuer or "", attachments)
    return tuple("".join(unicodedata.normalize("NFKC", part).translate(_PUNCTUATION).split()) for part in parts)


def significance(found: Diff, before: Article) -> float:
    """How much a Change weighs, 0..1: a sum of what people look for, capped at 1 (docs/changes.md has the table).

    Paragraphs removed .35, title .30, figures .25, published or issuer .15, paragraphs added .15, attachments .20,
    and up to .30 for the share of the body's characters that came or went.
    """
    ops = {hunk.op for hunk in found.hunks}
    names = {change.name for change in found.fields}
    changed = "".join(
        span.text for hunk in found.hunks if hunk.op == "edit" for span in hunk.spans if span.op != "equal"
    )
    share = (found.added + found.removed) / max(1, len(before.text) + found.added)
    weight = (
        0.35 * ("delete" in ops)
        + 0.30 * ("title" in names)
        + 0.25 * bool(_FIGURE.search(changed))
        + 0.15 * bool(names & {"published", "issuer"})
        + 0.15 * ("insert" in ops)
        + 0.20 * ("attachments" in names)
        + 0.30 * min(1.0, share)
        + 0.05
    )
    return round(min(1.0, weight), 3)


def summarise(found: Diff) -> str:
    """The Diff in one line a person can read: `人均 30→35 元; paragraph 4 removed`."""
    parts = [f"{change.name} {_short(change.before)}→{_short(change.after)}" for change in found.fields]
    for hunk in found.hunks:
        if hunk.op == "edit":
            parts.extend(_edits(hunk))
        elif hunk.op in ("insert", "delete"):
            place = hunk.after if hunk.op == "insert" else hunk.before
            verb = "added" if hunk.op == "insert" else "removed"
            parts.append(f"paragraph {(place or 0) + 1} {verb}")
        elif hunk.op == "move" and hunk.spans[0].op == "insert":
            parts.append(f"paragraph {(hunk.before or 0) + 1} moved")
    shown = parts[:_SUMMARY_PARTS]
    more = len(parts) - len(shown)
    return "; ".join(shown) + (f"; {more} more" if more else "")


def _short(text: str | None) -> str:
    if not text:
        return "(none)"
    return text if len(text) <= _PART_LENGTH else text[: _PART_LENGTH - 1] + "…"


def _edits(hunk: Hunk) -> Iterator[str]:
    """Each changed place of one paragraph as `context old→new context`."""
    spans = hunk.spans
    place = 0
    while place < len(spans):
        if spans[place].op == "equal":
            place += 1
            continue
        old = spans[place].text if spans[place].op == "delete" else ""
        end = place + 1 if old else place
        new = spans[end].text if end < len(spans) and spans[end].op == "insert" else ""
        end = end + 1 if new else end
        left = spans[place - 1].text[-_CONTEXT:] if place else ""
        right = spans[end].text[:_CONTEXT] if end < len(spans) else ""
        middle = f"{_short(old)}→{_short(new)}" if old and new else (f"−{_short(old)}" if old else f"+{_short(new)}")
        yield " ".join(part for part in (left.strip(), middle, right.strip()) if part)
        place = end
