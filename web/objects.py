"""JSON objects of what is no view of the store."""

from __future__ import annotations

from dataclasses import asdict

from crawler.diff import diff
from crawler.model import Article, Json, Version
from store.views import ChangeView, FindingView, iso


def numbered(view: ChangeView | FindingView) -> dict[str, Json]:
    """A Change or a Finding as its listing shows it, and by what it can be asked for alone."""
    return {"id": view.id, **view.as_json()}


def article_json(article: Article) -> dict[str, Json]:
    """What a page says, with the keys of `inspect --json`."""
    return {
        "page_kind": article.kind.value,
        "title": article.title,
        "published": article.published,
        "issuer": article.issuer,
        "author": article.author,
        "document_number": article.document_number,
        "paragraphs": list(article.paragraphs),
        "text": article.text,
        "attachments": [{"url": one.url, "name": one.name} for one in article.attachments],
    }


def version_json(url: str, version: Version) -> dict[str, Json]:
    """One version of a page, whole."""
    return {
        "page": url,
        "version": version.number,
        "seen_at": iso(version.seen_at),
        "digest": version.article.digest,
        "snapshot": version.snapshot_digest,
        "rules": version.rules,
        **article_json(version.article),
    }


def diff_json(url: str, before: Version, after: Version) -> dict[str, Json]:
    """The exact difference of two versions."""
    found = diff(before.article, after.article)
    return {
        "page": url,
        "change": f"{before.number}..{after.number}",
        "added": found.added,
        "removed": found.removed,
        "fields": [asdict(field) for field in found.fields],
        "hunks": [{**hunk._asdict(), "spans": [span._asdict() for span in hunk.spans]} for hunk in found.hunks],
    }
