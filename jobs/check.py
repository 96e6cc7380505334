"""One page, once: the walk. Read it first; everything else prepares it or repeats it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from crawler.errors import StoreBusy
from crawler.extract import RULES
from crawler.fetch import Fetcher
from crawler.judge import elsewhere, judge
from crawler.model import (
    NO_NOISE,
    FetchRequest,
    FetchResult,
    FileVerdict,
    Known,
    Link,
    Noise,
    Page,
    Source,
    Validators,
    Verdict,
    Version,
)
from crawler.template import shared_change, since, templated
from crawler.urls import host_of
from store import Archive, Recorded

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What one Check came to, for those who watch: the Verdict and what of it was new to the store.

    `latest` is the Version that was in force before, `noise` what is known of the Source's; `files` what came of the
    attachments that were asked for after it.
    """

    page: Page
    verdict: Verdict
    recorded: Recorded
    latest: Version | None = None
    noise: Noise = NO_NOISE
    files: tuple[FileVerdict, ...] = ()


async def check_page(
    page: Page, source: Source, archive: Archive, fetcher: Fetcher, clock: Clock, *, notify: bool = True
) -> Checked:
    """Visit a Page, judge what came, and record it in one transaction.

    Raises StoreError where the store refuses; whatever the network does is part of the Verdict.
    """
    known = archive.latest(page, rules=RULES)
    fetched = await fetcher.fetch(request_for(source, page.url, known.validators), clock())
    try:
        return _record(page, source, archive, known, fetched, clock(), notify)
    except StoreBusy:
        # Another process recorded this page while we waited for the network: judge again by what it left.
        known = archive.latest(page, rules=RULES)
        return _record(page, source, archive, known, fetched, clock(), notify)


def _record(
    page: Page, source: Source, archive: Archive, known: Known, fetched: FetchResult, now: datetime, notify: bool
) -> Checked:
    verdict = judge(source, known, fetched, now)
    if verdict.version is not None and known.latest is None:
        verdict = elsewhere(verdict, archive.twin(page, verdict.version.article.digest))
    if (shared := shared_change(verdict)) is not None:
        verdict = templated(verdict, *archive.alike(page, shared, since(verdict.at)))
    recorded = archive.record(page, verdict, notify=notify)
    if verdict.moved_to:
        archive.admit(source.name, [Link(url=verdict.moved_to)], now)
    return Checked(
        page=page, verdict=verdict, recorded=recorded, latest=known.latest, noise=verdict.noise or known.noise
    )


def request_for(source: Source, url: str, validators: Validators = Validators()) -> FetchRequest:
    """The request that fetches `url` as its Source's configuration wants it."""
    return FetchRequest(
        url=url,
        validators=validators,
        host_delay=source.host_delay,
        tls=source.tls,
        may_be_private=frozenset({host_of(source.url)}),
    )
