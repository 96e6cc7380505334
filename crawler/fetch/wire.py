"""Connections: httpx's transport seam over plain asyncio sockets that go only where guard.py lets them.

One `HostTransport` serves one origin. Its pool, HTTP/1.1 and keep-alive are httpcore's; what is ours is the choice
of the address, the TLS context, and a limit on what a server may send before its answer begins.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Literal

import certifi
import httpcore
import httpx

# All that may come before the end of a response's headers, 1xx responses included; one header block may have
# 100 KiB by httpcore's own limit, and one read may bring 64 KiB of body along.
HEAD_LIMIT = 128 * 1024
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

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's face)
    ) -> httpcore.AsyncNetworkStream:
        return self  # The connection was made with TLS from its first byte.

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 (httpcore's face)
        if info == "is_readable":
            # Asked of idle connections only, where anything to read means that the server has hung up.
            return self._reader.at_eof() or bool(self._reader._buffer)  # type: ignore[attr-defined]
        if info == "ssl_object":
            return self._writer.get_extra_info("ssl_object")
        return None

    def head_is_in(self) -> None:
        """The headers have come: from here on the body's own cap counts."""
        self._head_left = None


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(self, addresses: Addresses, context: ssl.SSLContext | None) -> None:
        self._addresses = addresses
        self._context = context

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's face)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = (await self._addresses())[:MAX_ADDRESSES]
        problem: Exception = OSError("the host has no address")
        for address in addresses:
            try:
                async with asyncio.timeout(timeout):
                    return await self._connect(address, port, host)
            except ssl.SSLError as exc:
                raise TlsRefused(_reason(exc)) from exc
            except OSError as exc:  # TimeoutError is one
                problem = exc
        text = str(problem) or f"no connection within {timeout:g} s"
        raise httpcore.ConnectError(text) from problem

    async def _connect(self, address: str, port: int, host: str) -> _Stream:
        if self._context is None:
            return _Stream(*await asyncio.open_connection(address, port))
        return _Stream(*await asyncio.open_connection(address, port, ssl=self._context, server_hostname=host))


def _reason(exc: ssl.SSLError) -> str:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"certificate refused: {exc.verify_message}"
    return exc.reason or str(exc)


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._response.aiter_stream():
            yield piece

    async def aclose(self) -> None:
        await self._response.aclose()


class HostTransport(httpx.AsyncBaseTransport):
    """Connections to one origin. Raises httpcore's exceptions, TlsRefused, HeadFlood, and what `addresses` raises."""

    def __init__(self, addresses: Addresses, context: ssl.SSLContext | None, max_connections: int) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=max_connections,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            network_backend=_Backend(addresses, context),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.AsyncBaseTransport."""
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        stream = answer.extensions.get("network_stream")
        if isinstance(stream, _Stream):
            stream.head_is_in()
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()
