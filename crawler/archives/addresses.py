"""When two URLs are one to an archive."""

from __future__ import annotations

from crawler.urls import canonical


def same_address(a: str, b: str) -> bool:
    """Whether two URLs are one address, whatever their schemes, and whether or not with `www.`."""
    return address_of(a) == address_of(b)


def address_of(url: str) -> str:
    """A URL without what archives take for the same: its scheme, `www.` and a default port; escapes are evened out."""
    address = (canonical(url) or url).split("://", 1)[-1]
    host, slash, path = address.partition("/")
    return f"{host.removeprefix('www.').removesuffix(':80').removesuffix(':443')}{slash}{path}"
