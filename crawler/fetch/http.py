"""One request, one answer: conditional headers, a body cap, a deadline over all of it, and every failure as a value.

The URLs are httpx's, and what is below its client, httpcore's connections, is driven directly. The client would come
between with what we do not want: it keeps cookies, and it reads a Location, and fails on it, before anybody here has
said that redirects are to be followed.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import httpcore

from crawler.fetch.face import spent
from crawler.fetch.guard import AddressRefused, Lookup, named, public_addresses
from crawler.fetch.inflate import ACCEPT_ENCODING, BodyCorrupt, BodyReader, BodyTooLarge, BodyTruncated
from crawler.fetch.lean import httpx
from crawler.fetch.wire import HeadFlood, HostConnections, TlsRefused, tls_context
from crawler.model import RENDERED_BY, FailureReason, FetchFailed, FetchRequest, FetchResult, NotModified, Snapshot

# What is received in many small pieces is read by turns with what others send.
PIECES_AT_ONCE = 128
# How h11 words a connection that ended inside a body.
_BROKE_OFF = "peer closed connection without sending complete message body"
# What only we may say of a page.
_OURS = RENDERED_BY.lower()

_Key = tuple[str, str, int, Literal["modern", "legacy"], bool]


@dataclass(slots=True)
class _Host:
    connections: HostConnections
    in_flight: int = 0


class HttpFetcher:
    """Does exactly one exchange a call, over one pool per origin; the least recently used idle pools are closed."""

    def __init__(
        self,
        *,
        user_agent: str,
        lookup: Lookup,
        max_clients: int = 64,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._headers = [
            ("User-Agent", user_agent),
            ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            ("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.6,*;q=0.3"),
            ("Accept-Encoding", ACCEPT_ENCODING),
        ]
        self._lookup = lookup
        self._max_clients = max_clients
        # A stalled network, or a thousand hosts due at once, must not cost more connections than a machine has.
        self._places = asyncio.Semaphore(max_clients)
        self._hosts: OrderedDict[_Key, _Host] = OrderedDict()
        self._monotonic = monotonic

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchResult:
        """See Fetcher. Redirects are not followed; a deadline that has passed is a FetchFailed TIMEOUT.

        Waiting for a place among those under way does not count against it.
        """
        async with self._places:
            return await self._in_time(request, now)

    async def _in_time(self, request: FetchRequest, now: datetime) -> FetchResult:
        began = self._monotonic()
        try:
            async with asyncio.timeout(request.deadline.total_seconds()):
                return await self._exchange(request, now)
        except TimeoutError:
            detail = f"not finished within {request.deadline.total_seconds():g} s"
            return _failed(request, now, FailureReason.TIMEOUT, detail)
        except Exception as exc:
            return _explain(request, now, exc)
        finally:
            spent.set(spent.get() + self._monotonic() - began)

    def pause(self, url: str) -> float:
        """See Fetcher. It is for others to be patient."""
        return 0.0

    async def aclose(self) -> None:
        """See Fetcher."""
        hosts = list(self._hosts.values())
        self._hosts.clear()
        for host in hosts:
            await host.connections.aclose()

    async def _exchange(self, request: FetchRequest, now: datetime) -> FetchResult:
        url = httpx.URL(request.url)
        host = self._host(url, request)
        host.in_flight += 1
        try:
            await self._close_idle()
            host_header = ("Host", url.netloc.decode("ascii"))
            message = httpcore.Request("GET", _wire_url(url), headers=[host_header, *self._sent(request)])
            async with host.connections.answering(message) as response:
                return await _read(request, response, now)
        finally:
            host.in_flight -= 1

    def _sent(self, request: FetchRequest) -> list[tuple[str, str]]:
        if not request.headers:
            return [*self._headers, *_conditions(request)]
        named = {name.lower() for name, _ in request.headers}
        ours = [(name, value) for name, value in self._headers if name.lower() not in named]
        return [*ours, *request.headers, *_conditions(request)]

    def _host(self, url: httpx.URL, request: FetchRequest) -> _Host:
        port = url.port or (443 if url.scheme == "https" else 80)
        private = bool(request.may_be_private) and named(request.may_be_private, url.host, port)
        name = url.raw_host.decode("ascii")
        key = (url.scheme, name, port, request.tls, private)
        known = self._hosts.get(key)
        if known is not None:
            self._hosts.move_to_end(key)
            return known

        async def addresses() -> list[str]:
            return await public_addresses(self._lookup, name, port, may_be_private=private)

        context = tls_context(request.tls) if url.scheme == "https" else None
        origin = httpcore.Origin(url.raw_scheme, url.raw_host, port)
        host = self._hosts[key] = _Host(HostConnections(origin, addresses, context))
        return host

    async def _close_idle(self) -> None:
        surplus = len(self._hosts) - self._max_clients
        if surplus <= 0:
            return
        idle = [key for key, host in self._hosts.items() if not host.in_flight]
        # Taken out all at once, before anything is awaited, so that nobody is given one that is being closed.
        for host in [self._hosts.pop(key) for key in idle[:surplus]]:
            await host.connections.aclose()


def _wire_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _conditions(request: FetchRequest) -> list[tuple[str, str]]:
    """If-None-Match and If-Modified-Since exactly as the server gave them, unless they could not be sent as headers."""
    wanted = (
        ("If-None-Match", request.validators.etag),
        ("If-Modified-Since", request.validators.last_modified),
    )
    return [(name, value) for name, value in wanted if value and value.isascii() and value.isprintable()]


async def _read(request: FetchRequest, response: httpcore.Response, now: datetime) -> FetchResult:
    received = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers)
    headers = tuple((name, value) for name, value in received if name.lower() != _OURS)
    codings = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    body = BodyReader(codings, request.max_bytes)
    # Also a body that is not wanted, or that must not be there, is read to its end: the connection can then be kept.
    async for piece in response.aiter_stream():
        body.feed(piece)
        if body.pieces % PIECES_AT_ONCE == 0:
            await asyncio.sleep(0)
    if response.status == 304:
        if not request.validators:
            return _failed(request, now, FailureReason.PROTOCOL, "304 Not Modified, though nothing was asked of it")
        return NotModified(url=request.url, fetched_at=now, headers=headers)
    return Snapshot(
        url=request.url,
        final_url=request.url,
        status=response.status,
        headers=headers,
        body=body.finish(),
        fetched_at=now,
    )


def _explain(request: FetchRequest, now: datetime, exc: Exception) -> FetchFailed:
    """The reason for an exception of the network's; anything else is a surprise and is raised on."""
    match exc:
        case AddressRefused():
            reason = FailureReason.REFUSED_ADDRESS
        case httpx.InvalidURL() | UnicodeError():
            reason, exc = FailureReason.REFUSED_ADDRESS, ValueError(f"not a URL that can be asked for: {exc}")
        case socket.gaierror():
            reason, exc = FailureReason.DNS, ValueError(f"the name does not resolve: {exc.strerror or exc}")
        case TlsRefused():
            reason = FailureReason.TLS
        case BodyTooLarge():
            reason = FailureReason.TOO_LARGE
        case BodyTruncated():
            reason = FailureReason.TRUNCATED
        case HeadFlood() | BodyCorrupt():
            reason = FailureReason.PROTOCOL
        case httpcore.ConnectError() | httpcore.ConnectTimeout():
            reason = FailureReason.CONNECT
        case httpcore.RemoteProtocolError() if _BROKE_OFF in str(exc):
            reason = FailureReason.TRUNCATED
        case httpcore.ReadError() | httpcore.WriteError():
            reason = FailureReason.TRUNCATED
        case httpcore.RemoteProtocolError() | httpcore.LocalProtocolError():
            reason = FailureReason.PROTOCOL
        case OSError():
            reason = FailureReason.CONNECT
        case _:
            raise exc
    return _failed(request, now, reason, str(exc) or type(exc).__name__)


def _failed(request: FetchRequest, now: datetime, reason: FailureReason, detail: str) -> FetchFailed:
    return FetchFailed(url=request.url, fetched_at=now, reason=reason, detail=detail)
