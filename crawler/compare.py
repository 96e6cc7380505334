"""Article × Article → Change | None: whether the content differs, in what way, and how much it weighs."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, zip_longest

from crawler import indel
from crawler.alignment import ends_alike
from crawler.diff import Diff, FieldChange, diff
from crawler.facts import Fact, facts_of
from crawler.listings import Items, compare_items
from crawler.model import Article, Change, ChangeKind, Json, Known, bare_text
from crawler.summary import evidence_of, summarise
from crawler.tables import Cell, cells_changed, is_figure
from crawler.volatile import shape_of
from crawler.words import words


def compare(before: Article, after: Article, *, numbers: tuple[int, int]) -> Change | None:
    """The Change from one Article to the next, addressed by version `numbers`; None where the content is the same.

    Content is title, body, published, issuer and attachments, white space apart (`Article.digest`). Two readings of a
    listing are compared item by item.
    """
    if alike(before, after):
        return None
    items = compare_items(before, after)
    if items is not None:
        return _listing_change(before, after, items, numbers)
    return _article_change(before, after, numbers)


def alike(before: Article, after: Article) -> bool:
    """Whether two Articles have one digest, told from where they differ: most of a page is as it was."""
    gone, come = _between(before, after)
    return (
        (before.published or "") == (after.published or "")
        and _same_content(gone, come)
        and all(
            bare_text(one or "") == bare_text(other or "")
            for one, other in ((before.title, after.title), (before.issuer, after.issuer))
        )
        and _files(before) == _files(after)
    )


def _same_content(gone: Sequence[str], come: Sequence[str]) -> bool:
    """Whether two runs of paragraphs are one text, white space apart where it says nothing."""
    old, new = " ".join(gone), " ".join(come)
    # Without any white space they are compared much sooner, and nearly always differ.
    return "".join(old.split()) == "".join(new.split()) and bare_text(old) == bare_text(new)


def _files(article: Article) -> list[tuple[str, str]]:
    return sorted((attachment.url, bare_text(attachment.name)) for attachment in article.attachments)


def created(article: Article) -> Change:
    """The Change into a Page's first Article."""
    return Change(before=0, after=1, kind=ChangeKind.CREATED, significance=0.1, summary=article.title or "")


def page_change(known: Known, kind: ChangeKind, significance: float, summary: str) -> Change:
    """A Change of the Page as a whole, between no two contents."""
    number = known.latest.number if known.latest else 0
    return Change(before=number, after=number, kind=kind, significance=significance, summary=summary)


def _article_change(before: Article, after: Article, numbers: tuple[int, int]) -> Change:
    found = diff(before, after)
    gone, come = _between(before, after)
    body_differs = not _same_content(gone, come)
    fields = tuple(change.name for change in found.fields) + (("body",) if body_differs else ())
    minor = _same_but_typography(before, after)
    cells, facts = cells_changed(before.paragraphs, after.paragraphs), facts_of(found.hunks)
    return Change(
        before=numbers[0],
        after=numbers[1],
        kind=_kind(fields),
        minor=minor,
        significance=0.0 if minor else significance(found, before, cells, facts),
        fields=fields,
        added=found.added if body_differs else 0,
        removed=found.removed if body_differs else 0,
        summary="typography only" if minor else summarise(found, cells, facts),
        evidence={} if minor else evidence_of(cells, facts),
        signature=_signature(found),
    )


def _listing_change(before: Article, after: Article, items: Items, numbers: tuple[int, int]) -> Change:
    """A listing's Change: its items first, then what differs beside them; minor where only order, pages or days do."""
    # A date or a source that was read off a listing is the first item's, or the day: a listing has none of its own.
    old, new = (
        replace(article, paragraphs=rest, published=None, issuer=None)
        for article, rest in zip((before, after), items.rest, strict=True)
    )
    beside = _article_change(old, new, numbers)
    differs = bool(beside.fields) and not beside.minor
    if not items.told and not differs:
        told = "items in another order only" if items.reordered else "page numbers or days of the listing only"
        return replace(beside, fields=("body",), minor=True, significance=0.0, summary=told, evidence=items.evidence)
    whole = diff(before, after)
    names = tuple(dict.fromkeys((*beside.fields, "body")))
    rest = [beside.summary] if differs else []
    evidence: dict[str, Json] = {**beside.evidence}
    if items.evidence:
        evidence["items"] = items.evidence
    weight = 0.05 + 0.45 * bool(items.left) + 0.3 * bool(items.retitled) + 0.15 * bool(items.entered)
    return replace(
        beside,
        kind=_kind(names),
        minor=False,
        significance=round(min(1.0, max(weight, beside.significance + weight - 0.05 if differs else 0.0)), 3),
        fields=names,
        added=whole.added,
        removed=whole.removed,
        summary=summarise(Diff(fields=(), hunks=()), first=[*items.told, *rest]),
        evidence=evidence,
        signature="",
    )


def _signature(found: Diff) -> str:
    """What is the same where the same happened on another page: whole paragraphs came or went, fields alike changed.

    Nothing where words inside a paragraph differ, or files do: those are a page's own.
    """
    if any(hunk.op in ("edit", "move") for hunk in found.hunks):
        return ""
    if any(change.name == "attachments" for change in found.fields):
        return ""
    lines = [f"{hunk.op} {bare_text(hunk.spans[0].text)}" for hunk in found.hunks if hunk.op in ("insert", "delete")]
    lines += [f"{change.name} {_field_edit(change)}" for change in found.fields]
    text = "\n".join(lines)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32] if lines else ""


def _field_edit(change: FieldChange) -> str:
    """How a field changed, apart from what each page has of its own in it: lost, gained, or these words in or out."""
    if not change.before or not change.after:
        return "lost" if change.before else "gained"
    return "".join(
        f"{span.op} {shape_of(span.text)} " for span in words(change.before, change.after) if span.op != "equal"
    )


def similarity(before: Article, after: Article) -> float:
    """How alike two bodies are, 0..1: the Indel similarity of their first 20,000 characters."""
    return indel.similarity(bare_text(before.text)[:20_000], bare_text(after.text)[:20_000])


def _kind(fields: tuple[str, ...]) -> ChangeKind:
    by_weight = (
        ("body", ChangeKind.EDITED),
        ("title", ChangeKind.RETITLED),
        ("attachments", ChangeKind.ATTACHMENTS),
        ("published", ChangeKind.REDATED),
    )
    return next((kind for name, kind in by_weight if name in fields), ChangeKind.REISSUED)


_PUNCTUATION = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "―": "-", "…": "..."})

# Cut before what nothing before it is composed with.
_FOLDED_AT_ONCE = re.compile(r".{1,500}[^ \u4e00-\u9fff]*", re.DOTALL)


def _same_but_typography(before: Article, after: Article) -> bool:
    """Whether two articles are alike with everything folded that only a typesetter sees: they differ in minor ways."""
    fields = [
        (
            article.title or "",
            article.published or "",
            article.issuer or "",
            "".join(attachment.url + attachment.name for attachment in article.attachments),
        )
        for article in (before, after)
    ]
    if any(one != other and _folded(one) != _folded(other) for one, other in zip(*fields, strict=True)):
        return False
    # Folding is dear, and most paragraphs of most edits did not change at all.
    # Borders of paragraphs may have moved, so characters are compared; no further than to the first that differs.
    sides = (
        chain.from_iterable(_folded(part) for line in lines for part in _FOLDED_AT_ONCE.findall(line))
        for lines in _between(before, after)
    )
    return all(one == other for one, other in zip_longest(*sides))


def _between(before: Article, after: Article) -> tuple[Sequence[str], Sequence[str]]:
    """The paragraphs of two articles without those that they have alike at the beginning and at the end."""
    head, tail = ends_alike(before.paragraphs, after.paragraphs)
    old, new = before.paragraphs, after.paragraphs
    return old[head : len(old) - tail], new[head : len(new) - tail]


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).translate(_PUNCTUATION).split())


def significance(found: Diff, before: Article, cells: Sequence[Cell] = (), facts: Sequence[Fact] = ()) -> float:
    """How much a Change weighs, 0..1: a sum of what people look for, capped at 1 (docs/changes.md has the table).

    Paragraphs removed .35, title .30, figures and dates .25, names and offices .20, attachments .20, published or
    issuer .15, paragraphs added .15, and up to .30 for the share of the body's characters that came or went. A cell of
    a table that holds another figure is a figure, not a paragraph removed and one added.
    """
    ops = {hunk.op for hunk in found.hunks if not (cells and is_figure(hunk.spans[0].text))}
    names = {change.name for change in found.fields}
    kinds = {fact.kind for fact in facts}
    share = (found.added + found.removed) / max(1, len(before.text) + found.added)
    weight = (
        0.35 * ("delete" in ops)
        + 0.30 * ("title" in names)
        + 0.25 * (bool(cells) or bool(kinds & {"figure", "date"}))
        + 0.20 * bool(kinds & {"name", "office"})
        + 0.15 * bool(names & {"published", "issuer"})
        + 0.15 * ("insert" in ops)
        + 0.20 * ("attachments" in names)
        + 0.30 * min(1.0, share)
        + 0.05
    )
    return round(min(1.0, weight), 3)
