"""What may be asked at all: schemes, addresses, and where a redirect may lead.

Addresses are checked where a connection is made (`public_addresses`, called by http.py for every new connection),
and the connection goes to the address that was checked: a name that answers differently a second time gains
nothing. Whatever spelling a host has (127.1, 0x7f000001, [::ffff:127.0.0.1]), only the address counts.
"""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from crawler.fetch.face import Fetcher, spent
from crawler.forwarding import forwarded_to
from crawler.model import FailureReason, FetchFailed, FetchRequest, FetchResult, Snapshot, Validators

MAX_REDIRECTS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What a browser takes off a Location header before reading it.
_BLANK = "".join(map(chr, range(0x21)))

_GIVEN = ipaddress.IPv6Network("2000::/3")
_DOCUMENTATION = ipaddress.IPv6Network("3fff::/20")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Lookup = Callable[[str, int], Awaitable[list[str]]]


class AddressRefused(Exception):
    """The host leads to an address that is not on the public internet and that the configuration does not name."""


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order in which to try them. Raises socket.gaierror where there are none."""
    found = await asyncio.get_running_loop().run_in_executor(
        _resolvers(), functools.partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@functools.cache
def _resolvers() -> ThreadPoolExecutor:
    """Threads for look-ups alone: names that take their time must not hold up everything else that needs a thread."""
    return ThreadPoolExecutor(max_workers=16, thread_name_prefix="resolve")


def is_public(address: str) -> bool:
    """Whether an IP address, IPv4 inside IPv6 included, belongs to the public internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        stands_for = ip.ipv4_mapped or _nat64(ip)
        if stands_for is None:
            inside = ip.sixtofour or (ip.teredo and ip.teredo[1])
            return _is_global_unicast(ip) and (inside is None or inside.is_global)
        ip = stands_for
    return ip.is_global and not ip.is_multicast


def _is_global_unicast(ip: ipaddress.IPv6Address) -> bool:
    # The one block that addresses of the internet are given from (RFC 4291). Python calls much beside it global:
    # fec0::/10, IPv4 inside ::/96, what only a translator on the spot understands.
    return ip in _GIVEN and ip not in _DOCUMENTATION and ip.is_global


def _nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None


async def public_addresses(lookup: Lookup, host: str, port: int, *, may_be_private: bool) -> list[str]:
    """The addresses to connect to, all of them checked.

    Raises AddressRefused where any is not public, unless the configuration names the host: a name that mixes
    public and private addresses is an attack or a mistake, and either way not ours to sort out.
    """
    addresses = await lookup(host, port)
    if not may_be_private:
        for address in addresses:
            if not is_public(address):
                raise AddressRefused(
                    f"{host} is at {address}, which is not a public address; if it is meant, name this host as a source"
                )
    return addresses


def named(may_be_private: frozenset[str], host: str, port: int) -> bool:
    """Whether the configuration names this host, as "host" or as "host:port", IPv6 in brackets or not."""
    entries = _plain(may_be_private)
    host = _bare(host)
    return host in entries or f"{host}:{port}" in entries


@functools.lru_cache(maxsize=8)
def _plain(entries: frozenset[str]) -> frozenset[str]:
    return frozenset(map(_bare, entries))


def _bare(host: str) -> str:
    return host.lower().replace("[", "").replace("]", "")


def refusal(url: str, asked: str, now: datetime) -> FetchFailed | None:
    """A FetchFailed for `asked` where `url` is not something to ask for over http or https; otherwise None."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname)
        _ = parts.port
    except ValueError:
        return _failed(asked, now, FailureReason.REFUSED_ADDRESS, f"{url[:200]!r} is not a valid URL")
    if parts.scheme.lower() not in ("http", "https"):
        shown = parts.scheme[:40] or "no scheme"
        return _failed(
            asked, now, FailureReason.REFUSED_SCHEME, f"only http and https are fetched, not {shown} ({url[:200]})"
        )
    if not usable:
        return _failed(asked, now, FailureReason.REFUSED_ADDRESS, f"{url[:200]!r} names no host")
    return None


def redirect_target(answer: Snapshot) -> str | None:
    """Where a response sends its reader, as an absolute URL without fragment; None where it is not a redirect."""
    if answer.status not in REDIRECTS:
        return None
    location = answer.header("location")
    if not location or not location.strip(_BLANK):
        return None
    # Header bytes arrive as Latin-1; sites that do not escape their paths write them in UTF-8.
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(answer.url, location.strip(_BLANK)).partition("#")[0]
    except ValueError:
        return location


async def follow(
    inner: Fetcher, request: FetchRequest, now: datetime, limit: int, *, stubs: bool = False
) -> FetchResult:
    """Fetch and follow at most `limit` redirects, refusing schemes at every hop; one deadline covers all hops.

    `stubs`: pages that only send their reader on count as redirects.
    """
    before = spent.get()
    spent.set(0.0)
    try:
        hop = request
        passed: list[str] = []
        while True:
            refused = refusal(hop.url, request.url, now)
            if refused:
                return refused
            answer = await inner.fetch(hop, now)
            if isinstance(answer, FetchFailed):
                return _lost(answer, request.url, hop.url) if passed else answer
            target = _sent_on(answer, stubs) if isinstance(answer, Snapshot) else None
            if target is None:
                return _arrived(answer, request.url, tuple(passed)) if passed else answer
            passed.append(hop.url)
            if len(passed) > limit:
                return _failed(
                    request.url,
                    now,
                    FailureReason.TOO_MANY_REDIRECTS,
                    f"more than {limit} redirects, the last to {target[:200]}",
                )
            left = request.deadline.total_seconds() - spent.get()
            if left <= 0:
                return _failed(
                    request.url, now, FailureReason.TIMEOUT, f"the redirects took longer than {request.deadline}"
                )
            hop = replace(request, url=target, validators=Validators(), deadline=timedelta(seconds=left))
    finally:
        spent.set(before + spent.get())


def _sent_on(answer: Snapshot, stubs: bool) -> str | None:
    return redirect_target(answer) or (forwarded_to(answer) if stubs else None)


def _arrived(answer: FetchResult, asked: str, passed: tuple[str, ...]) -> FetchResult:
    if isinstance(answer, Snapshot):
        return replace(answer, url=asked, final_url=answer.url, redirects=passed)
    return answer


def _lost(answer: FetchFailed, asked: str, hop: str) -> FetchFailed:
    return replace(answer, url=asked, detail=f"{answer.detail} (redirected to {hop[:200]})")


def _failed(url: str, now: datetime, reason: FailureReason, detail: str) -> FetchFailed:
    return FetchFailed(url=url, fetched_at=now, reason=reason, detail=detail)


class GuardFetcher:
    """The outermost wrapper: refuses what is not http(s) and follows redirects, unless a request is not to."""

    def __init__(self, inner: Fetcher) -> None:
        self._inner = inner

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchResult:
        """See Fetcher."""
        if not request.follow:
            return refusal(request.url, request.url, now) or await self._inner.fetch(request, now)
        return await follow(self._inner, request, now, MAX_REDIRECTS, stubs=not request.part)

    def pause(self, url: str) -> float:
        """See Fetcher."""
        return self._inner.pause(url)

    async def aclose(self) -> None:
        """See Fetcher."""
        await self._inner.aclose()
