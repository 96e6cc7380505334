"""One page, once: the walk. Read it first; everything else prepares it or repeats it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from crawler.conditions import conditions
from crawler.errors import StoreBusy, StoreError
from crawler.extract import RULES
from crawler.judge import judge
from crawler.model import (
    NO_NOISE,
    ORDINARY,
    FailureReason,
    FetchFailed,
    FetchRequest,
    FileVerdict,
    Known,
    Link,
    Noise,
    Page,
    Rhythm,
    Snapshot,
    Source,
    Validators,
    Verdict,
    Version,
)
from crawler.moved import elsewhere, relocated, sought
from crawler.standins import Beside
from crawler.template import shared_change, since, templated
from crawler.urls import host_of
from jobs.batching import Batch
from jobs.probing import Prober
from store import Archive, Recorded

Clock = Callable[[], datetime]

# No page is larger; to be read it takes ten times its bytes and more. A sitemap may have 50 MB; it is read as a stream.
PAGE_BYTES, ENTRY_BYTES = 16 * 1024 * 1024, 64 * 1024 * 1024


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
    page: Page,
    source: Source,
    archive: Archive,
    prober: Prober,
    batch: Batch[Checked],
    clock: Clock,
    *,
    still_here: Callable[[], None],
    notify: bool = True,
    rhythm: Rhythm = ORDINARY,
) -> Checked:
    """Visit a Page, judge what came, and record it whole or not at all. `still_here` is called before asking for more.

    The next visit goes by the `rhythm` of the Source.

    Raises StoreError where the store refuses, of which the Page has a failed Check where that can be recorded; whatever
    the network does is part of the Verdict.
    """
    record = partial(_record, page, source, notify)
    known = replace(archive.latest(page, rules=RULES), rhythm=rhythm)
    now = clock()
    fetched = await prober.fetcher.fetch(request_for(source, page.url, conditions(known, now)), now)
    verdict = judge(source, known, fetched, clock())
    beside = Beside.UNKNOWN
    if verdict.suspect and isinstance(fetched, Snapshot):
        plain = request_for(source, page.url)
        beside = await prober.ask(source, plain, fetched, clock(), before_each=still_here)
        verdict = judge(source, known, fetched, clock(), beside=beside)
    try:
        return await batch.record(verdict, partial(record, known, verdict))
    except StoreBusy:
        # Another process recorded this page while we waited for the network: judge again by what it left.
        known = replace(archive.latest(page, rules=RULES), rhythm=rhythm)
        verdict = judge(source, known, fetched, clock(), beside=beside)
        return await batch.record(verdict, partial(record, known, verdict))
    except StoreError as error:
        # Where only the place for bodies refuses, the Page is seen to be failing.
        lost = FetchFailed(url=page.url, fetched_at=now, reason=FailureReason.STORE, detail=str(error))
        unkept = judge(source, known, lost, clock())
        with contextlib.suppress(StoreError):
            await batch.record(unkept, partial(record, known, unkept))
        raise


def _record(page: Page, source: Source, notify: bool, known: Known, verdict: Verdict, archive: Archive) -> Checked:
    """Records what a visit came to, once what other pages have to say of it is known."""
    if verdict.version is not None and known.latest is None:
        verdict = elsewhere(verdict, archive.twin(page, verdict.version.article.digest))
    if known.latest is not None and (times := sought(known, verdict)) is not None:
        verdict = relocated(known, verdict, archive.came_up(page, known.latest.article.title, *times))
    if (shared := shared_change(verdict)) is not None:
        verdict = templated(verdict, *archive.alike(page, shared, since(verdict.at)))
    # Where nobody is to be told, nothing waits to be found unwanted.
    recorded = archive.record(page, verdict, notify=notify and bool(source.notify))
    if verdict.moved_to:
        archive.admit(source.name, [Link(url=verdict.moved_to)], verdict.at)
    return Checked(
        page=page, verdict=verdict, recorded=recorded, latest=known.latest, noise=verdict.noise or known.noise
    )


def request_for(
    source: Source, url: str, validators: Validators = Validators(), *, max_bytes: int = PAGE_BYTES
) -> FetchRequest:
    """The request that fetches `url` as its Source's configuration wants it."""
    return FetchRequest(
        url=url,
        validators=validators,
        host_delay=source.host_delay,
        tls=source.tls,
        may_be_private=frozenset({host_of(source.url)}),
        render=source.render,
        timezone=source.timezone,
        max_bytes=max_bytes,
    )
