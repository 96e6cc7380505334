"""robots.txt, obeyed: RFC 9309's rules for what counts as an answer, rules.py's for what the answer says.

What a robots.txt comes to:

    200 with rules                      the rules, for a day
    200 with HTML; 4xx but 429; more    no rules, for a day: the site has none
    than five redirects, or one to
    something other than http(s)
    5xx, 429, time-out, garbled         everything refused (ROBOTS_UNREACHABLE), asked again after minutes; rules
                                        less than a day and a half old stay in force instead
    no name, no connection, TLS         the host cannot be reached at all: the page fails for that very reason
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crawler.fetch.face import Fetcher
from crawler.fetch.guard import follow
from crawler.fetch.pace import host_key
from crawler.fetch.rules import NO_RULES, Rules, parse_rules
from crawler.model import FailureReason, FetchFailed, FetchRequest, FetchResult, NotModified, Snapshot

MAX_REDIRECTS = 5
MAX_BYTES = 5 * 1024 * 1024
DEADLINE = timedelta(seconds=30)
FRESH = timedelta(hours=24)
STALE = timedelta(hours=36)
# How long a failure is remembered, so that one pass over a site in trouble asks once and not for every page.
BRIEFLY = timedelta(minutes=5)
MAX_CRAWL_DELAY = timedelta(seconds=60)
MAX_SITES = 1024

# The page's own request would end the same way, and these say more than "robots.txt cannot be had".
_HOST_IS_OUT_OF_REACH = frozenset(
    {
        FailureReason.DNS,
        FailureReason.CONNECT,
        FailureReason.TLS,
        FailureReason.REFUSED_ADDRESS,
    }
)
_SITE_HAS_NONE = frozenset({FailureReason.TOO_MANY_REDIRECTS, FailureReason.REFUSED_SCHEME})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a site's robots.txt came to, and until when that holds. `failed` set: nothing may be fetched."""

    rules: Rules
    read_at: datetime
    until: datetime
    failed: FetchFailed | None = None


class RobotsFetcher:
    """Lets through to `inner` what robots.txt allows `agent`, with its crawl-delay as the host's delay."""

    def __init__(self, inner: Fetcher, *, agent: str) -> None:
        self._inner = inner
        self._agent = agent
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._asking: dict[str, asyncio.Task[_Known]] = {}

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchResult:
        """See Fetcher. A page that may not be fetched is a FetchFailed ROBOTS or ROBOTS_UNREACHABLE.

        The parts of a page are not asked about: robots.txt says which addresses a robot may go to by itself, and
        these are what any reader of a page that may be read is sent.
        """
        if request.part:
            return await self._inner.fetch(request, now)
        known = await self._site(request, now)
        if known.failed:
            return replace(known.failed, url=request.url, fetched_at=now)
        if not known.rules.allow(request.url):
            return FetchFailed(
                url=request.url,
                fetched_at=now,
                reason=FailureReason.ROBOTS,
                detail=f"robots.txt of {host_key(request.url)} asks {self._agent} not to fetch this",
            )
        delay = known.rules.crawl_delay
        if delay:
            request = replace(request, host_delay=max(request.host_delay, min(delay, MAX_CRAWL_DELAY)))
        return await self._inner.fetch(request, now)

    def pause(self, url: str) -> float:
        """See Fetcher."""
        return self._inner.pause(url)

    async def aclose(self) -> None:
        """See Fetcher."""
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)
        await self._inner.aclose()

    async def _site(self, request: FetchRequest, now: datetime) -> _Known:
        parts = urlsplit(request.url)
        site = f"{parts.scheme.lower()}://{parts.netloc.rpartition('@')[2].lower()}"
        key = f"{request.tls} {site}"
        known = self._known.get(key)
        if known and known.read_at <= now < known.until:
            return known
        # One question for everybody who waits, in a task of its own: one waiter's cancellation is not the others'.
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._ask(site, request, known, now))
            self._asking[key] = task
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return await asyncio.shield(task)

    async def _ask(self, site: str, request: FetchRequest, before: _Known | None, now: datetime) -> _Known:
        question = FetchRequest(
            url=f"{site}/robots.txt",
            host_delay=request.host_delay,
            tls=request.tls,
            may_be_private=request.may_be_private,
            max_bytes=MAX_BYTES,
            deadline=min(request.deadline, DEADLINE),
        )
        known = self._read(await follow(self._inner, question, now, MAX_REDIRECTS), before, now)
        key = f"{request.tls} {site}"
        self._known[key] = known
        self._known.move_to_end(key)
        if len(self._known) > MAX_SITES:
            self._known.popitem(last=False)
        return known

    def _read(self, answer: FetchResult, before: _Known | None, now: datetime) -> _Known:
        if isinstance(answer, Snapshot) and 200 <= answer.status < 300:
            return _Known(rules=parse_rules(answer.body, self._agent), read_at=now, until=now + FRESH)
        refused = isinstance(answer, Snapshot) and answer.status < 500 and answer.status != 429
        if refused or (isinstance(answer, FetchFailed) and answer.reason in _SITE_HAS_NONE):
            return _Known(rules=NO_RULES, read_at=now, until=now + FRESH)
        return _unreachable(answer, before, now)


def _unreachable(answer: FetchResult, before: _Known | None, now: datetime) -> _Known:
    until = now + BRIEFLY
    if isinstance(answer, FetchFailed) and answer.reason in _HOST_IS_OUT_OF_REACH:
        # Another source may name the very host that this one may not reach: that is not the site's answer.
        until = now if answer.reason is FailureReason.REFUSED_ADDRESS else until
        return _Known(rules=NO_RULES, read_at=now, until=until, failed=answer)
    if before and not before.failed and now - before.read_at < STALE:
        return replace(before, until=until)
    failed = FetchFailed(
        url=answer.url,
        fetched_at=now,
        reason=FailureReason.ROBOTS_UNREACHABLE,
        detail=f"robots.txt cannot be had ({_why(answer)}), so nothing is fetched until it can",
        retry_after=answer.retry_after if isinstance(answer, FetchFailed) else None,
    )
    return _Known(rules=NO_RULES, read_at=now, until=until, failed=failed)


def _why(answer: FetchResult) -> str:
    match answer:
        case FetchFailed():
            return answer.detail
        case Snapshot():
            return f"status {answer.status}"
        case NotModified():
            return "status 304"
