"""A Page's kept responses → its Versions by today's extraction rules. Pure.

Only what extraction decides is decided anew; what was told of a Page beside its text (removed, moved, restored,
injected) stays. A sight that brought a Version brings one again where the text by today's rules differs at all; one
that brought none does where it differs in what is not masked, for today's rules may read what those of then did not.
"""

from __future__ import annotations

from collections.abc import Iterable

from crawler.compare import compare, created
from crawler.extract import RULES
from crawler.model import (
    Article,
    Change,
    NewVersion,
    Noise,
    PageKind,
    RebuiltVersion,
    Sighting,
    Snapshot,
    Source,
)
from crawler.noise import mask
from crawler.reading import read
from crawler.sniff import not_a_page

_CONTENT = (PageKind.ARTICLE, PageKind.LISTING)


def rebuild(source: Source, noise: Noise, sighted: Iterable[tuple[Sighting, Snapshot]]) -> tuple[RebuiltVersion, ...]:
    """The Versions of a Page from its responses in order; empty where today's rules find no content in any."""
    versions: list[RebuiltVersion] = []
    before: Article | None = None
    seen: tuple[str, Article | None] = ("", None)
    for sighting, snapshot in sighted:
        if seen[0] != sighting.snapshot_digest:
            seen = (sighting.snapshot_digest, _article(source, snapshot))
        article = seen[1]
        if article is None or (before is not None and not _differs(noise, sighting, before, article)):
            continue
        change = _change(noise, sighting, before, article, len(versions))
        version = NewVersion(article=article, rules=RULES)
        versions.append(RebuiltVersion(at=sighting.at, version=version, change=change))
        before = article
    return tuple(versions)


def _article(source: Source, snapshot: Snapshot) -> Article | None:
    if not_a_page(snapshot):
        return None
    article = read(source, snapshot).article
    return article if article.kind in _CONTENT else None


def _differs(noise: Noise, sighting: Sighting, before: Article, article: Article) -> bool:
    if before.digest == article.digest:
        return False
    return sighting.version is not None or sighting.past or mask(before, noise).digest != mask(article, noise).digest


def _change(noise: Noise, sighting: Sighting, before: Article | None, article: Article, number: int) -> Change | None:
    if before is None:
        return created(article)
    numbers = (number, number + 1)
    masked = None if sighting.past else compare(mask(before, noise), mask(article, noise), numbers=numbers)
    return masked or compare(before, article, numbers=numbers)
