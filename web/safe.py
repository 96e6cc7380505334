"""What stands between hostile text and the reader's browser.

Everything that was scraped is hostile. Templates escape it; this module decides which links may be links, and which
headers every response carries. Who may read is the door's to say (web/door).
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

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
    # Nothing is told to others. With `no-referrer` a form of ours would be sent with `Origin: null`, like a stranger's.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


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
