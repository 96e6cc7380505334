"""Connections: httpcore's HTTP/1.1 over plain asyncio sockets that go only where guard.py lets them.

One `HostConnections` serves one origin. What is said on a connection is httpcore's; what is ours is the choice of the
address, the TLS context, a limit on what a server may send before its answer begins, and which idle connection is used
again: httpcore's pool looks at all that it has for every request, at both its ends.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal

import certifi
import httpcore

# All that may come before the end of a response's headers, 1xx responses included; one header block may have
# 100 KiB by httpcore's own limit, and one read may bring 64 KiB of body along.
HEAD_LIMIT = 128 * 1024
CONNECT_SECONDS = 15.0
KEEP_ALIVE_SECONDS = 60.0
MAX_ADDRESSES = 4

Addresses = Callable[[], Awaitable[list[str]]]


class TlsRefused(Exception):
    """The TLS handshake failed; the message is the reason as OpenSSL gives it."""


class HeadFlood(Exception):
    """The server sent more than HEAD_LIMIT before its answer began."""


@functools.cache
def tls_context(kind: Literal["modern", "legacy"]) -> ssl.SSLContext:
    """The TLS settings of a source: "modern" is Python's default; "legacy" also takes what servers of 2005 offer.

    Certificates are verified in both, against the system's authorities and certifi's.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    if kind == "legacy":
        # OpenSSL's names: TLS 1.0 and its signatures need security level 0, and servers without RFC 5746 this option.
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return context


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._head_left: int | None = HEAD_LIMIT

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 (httpcore's face)
        try:
            data = await self._reader.read(max_bytes)
        except OSError as exc:
            if self._head_left is not None:
                raise httpcore.ConnectError(f"the server hung up before it answered ({exc})") from exc
            raise httpcore.ReadError(str(exc)) from exc
        if not data and self._head_left == HEAD_LIMIT:
            raise httpcore.ConnectError("the server hung up without a word")
        if self._head_left is not None:
            self._head_left -= len(data)
            if self._head_left < 0:
                raise HeadFlood(f"more than {HEAD_LIMIT:,} bytes before the answer began")
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 (httpcore's face)
        if not buffer:
            return
        self._head_left = HEAD_LIMIT
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as exc:
            raise httpcore.WriteError(str(exc)) from exc

    async def aclose(self) -> None:
        # Aborted, not closed: everything wanted has been read, and a polite TLS goodbye can take the peer's time.
        self._writer.transport.abort()
        with suppress(OSError):
            await self._writer.wait_closed()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 (httpcore's face)
        if info == "is_readable":
            # Asked of idle connections only, where anything to read means that the server has hung up.
            return self._reader.at_eof() or bool(self._reader._buffer)  # type: ignore[attr-defined]
        return None

    def head_is_in(self) -> None:
        """The headers have come: from here on the body's own cap counts."""
        self._head_left = None


class HostConnections:
    """Connections to one origin, kept while idle; the one used last is used first, so that a surplus grows old.

    There are as many as are asked for at once, which pace.py bounds. Raises httpcore's exceptions, TlsRefused,
    HeadFlood, and what `addresses` raises.
    """

    def __init__(self, origin: httpcore.Origin, addresses: Addresses, context: ssl.SSLContext | None) -> None:
        self._origin = origin
        self._addresses = addresses
        self._context = context
        self._idle: list[httpcore.AsyncHTTP11Connection] = []

    @asynccontextmanager
    async def answering(self, request: httpcore.Request) -> AsyncIterator[httpcore.Response]:
        """The answer to a request, its body still to be read; the connection is kept if that is read to its end."""
        connection = await self._kept() or await self._connected()
        try:
            answer = await connection.handle_async_request(request)
            stream = answer.extensions.get("network_stream")
            if isinstance(stream, _Stream):
                stream.head_is_in()
            try:
                yield answer
            finally:
                await answer.aclose()
        finally:
            if connection.is_idle():
                self._idle.append(connection)
            elif not connection.is_closed():
                await connection.aclose()

    async def _kept(self) -> httpcore.AsyncHTTP11Connection | None:
        while self._idle and self._idle[0].has_expired():
            await self._idle.pop(0).aclose()
        while self._idle:
            connection = self._idle.pop()
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    async def _connected(self) -> httpcore.AsyncHTTP11Connection:
        addresses = (await self._addresses())[:MAX_ADDRESSES]
        problem: Exception = OSError("the host has no address")
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    stream = await self._stream(address)
            except ssl.SSLError as exc:
                raise TlsRefused(_reason(exc)) from exc
            except OSError as exc:  # TimeoutError is one
                problem = exc
            else:
                return httpcore.AsyncHTTP11Connection(self._origin, stream, KEEP_ALIVE_SECONDS)
        text = str(problem) or f"no connection within {CONNECT_SECONDS:g} s"
        raise httpcore.ConnectError(text) from problem

    async def _stream(self, address: str) -> _Stream:
        port = self._origin.port
        if self._context is None:
            return _Stream(*await asyncio.open_connection(address, port))
        name = self._origin.host.decode("ascii")
        return _Stream(*await asyncio.open_connection(address, port, ssl=self._context, server_hostname=name))

    async def aclose(self) -> None:
        """Close every connection that is kept."""
        while self._idle:
            await self._idle.pop().aclose()


def _reason(exc: ssl.SSLError) -> str:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"certificate refused: {exc.verify_message}"
    return exc.reason or str(exc)
