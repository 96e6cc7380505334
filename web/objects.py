"""JSON objects of what is no view of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from crawler.diff import diff
from crawler.model import Article, Json, Version
from store.tallies import Watch
from store.views import ChangeView, FindingView, SourceView, iso


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


def health_json(watch: Watch, late: Sequence[SourceView], unindexed: int) -> dict[str, Json]:
    """How the watch itself stands; `late` are the worst of the sources that are overdue."""
    figures = watch.figures
    return {
        "sources": figures.sources,
        "overdue": figures.overdue,
        "longest_overdue": int(figures.longest.total_seconds()),
        "late": [{"name": view.name, "due": iso(view.due)} for view in late],
        "alarms": dict(figures.alarms),
        "notifications": {"waiting": figures.waiting, "dead": figures.dead},
        "dead_letters": [item.as_json() for item in watch.dead],
        "visitors": [{"name": one.name, "hosts": one.hosts, "until": iso(one.until)} for one in watch.visitors],
        "queue": None if watch.jobs is None else _queue_json(watch),
        "unindexed": unindexed,
    }


def _queue_json(watch: Watch) -> dict[str, Json]:
    workers = watch.workers or ()
    return {
        "led": watch.led,
        "jobs": dict(watch.jobs or {}),
        "trouble": [job.as_json() for job in watch.trouble],
        "workers": [{"id": one.id, "heard": iso(one.heard), "lives": one.lives} for one in workers],
    }
