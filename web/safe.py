"""What stands between hostile text and the reader's browser, and between strangers and the reading room.

Everything that was scraped is hostile. Templates escape it; this module decides which links may be links, which
headers every response carries, and who may read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# `sandbox` goes only to raw snapshots: they are shown as text, and would still be powerless if a browser disagreed.
# Scripts are ours or none: every answer says `nosniff`, so that nothing kept can pass for one.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
RAW_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
# A page with a frame in it; the frame can be led nowhere but to ourselves, where nothing lets itself be framed but what
# has the policy below it: no script, nothing loaded, no form, no origin, no way to the page around it.
FRAMING_POLICY = f"{PAGE_POLICY}; frame-src 'self'"
FRAMED_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)

SECURITY_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
OPEN_PATHS = frozenset({"/healthz"})


def safe_href(url: str | None) -> str | None:
    """The URL if it may be followed from one of our pages (http or https, with a host), else None.

    White space, control characters and back slashes refuse it: browsers drop or turn them before they read a scheme.
    """
    if not url or any(character <= " " or character in "\\\x7f" for character in url):
        return None
    try:
        parts = urlsplit(url)
        return url if parts.scheme in {"http", "https"} and parts.hostname else None
    except ValueError:
        return None


def local_path(text: str) -> str:
    """The path if a browser that follows it stays here, else "/": what a redirect may be sent to."""
    # White space and back slashes are dropped or turned by browsers, and two slashes name another host.
    odd = any(character <= " " or character in "\\\x7f" for character in text)
    return text if text.startswith("/") and not text.startswith("//") and not odd else "/"


def must_have_token(host: str) -> bool:
    """True unless `host` is loopback: a reading room that others can reach may not start without a token."""
    name = host.strip().removeprefix("[").removesuffix("]").lower()
    if name == "localhost":
        return False
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return True
    mapped = getattr(address, "ipv4_mapped", None)
    return not (mapped or address).is_loopback


def bears(authorization: str | None, token: str) -> bool:
    """Whether an Authorization header carries the token, as Bearer or as the password of Basic. Constant-time."""
    scheme, _, value = (authorization or "").partition(" ")
    # A header arrives as one character per byte, whatever its bytes mean.
    offered = value.strip().encode("latin-1", "replace")
    if scheme.lower() == "basic":
        try:
            offered = base64.b64decode(offered, validate=True).partition(b":")[2]
        except binascii.Error:
            return False
    elif scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(_digest(offered), _digest(token.encode()))


def _digest(secret: bytes) -> bytes:
    """A digest of equal length whatever the secret, so that comparing does not tell how long the token is."""
    return hashlib.sha256(secret).digest()


class Guard:
    """The door: asks for the token, refuses foreign host names, answers HEAD as GET, adds headers to every response.

    Without a token only `hosts` are answered: a page elsewhere that points its own name at loopback reads nothing.
    """

    def __init__(self, app: ASGIApp, token: str | None, hosts: Collection[str]) -> None:
        self.app = app
        self.token = token
        self.hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or passes on to the application."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        inner = {**scope, "method": "GET"} if head else scope

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self.app)(inner, receive, send_guarded)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if scope["path"] in OPEN_PATHS:
            return None
        if self.token is not None:
            if bears(headers.get("authorization"), self.token):
                return None
            challenge = {"WWW-Authenticate": 'Basic realm="Palimpsest", charset="UTF-8"'}
            text = "This reading room asks for its token: send it as a Bearer token, or as the password.\n"
            return PlainTextResponse(text, 401, challenge)
        if host_name(headers.get("host", "")) in self.hosts:
            return None
        text = "Without a token only loopback is served. Open it as localhost, or start it with a token.\n"
        return PlainTextResponse(text, 421)


def host_name(host: str) -> str:
    """The name in a Host header, without port and brackets, in lower case; empty where it cannot be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
