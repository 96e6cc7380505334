"""Whose host is it: enough of a public-suffix rule to tell a page's own site from another's."""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler.urls import registrable_hint


def host_of(address: str) -> str:
    """The host of an address as written, in lower case; empty where there is none."""
    try:
        return (urlsplit(address.strip()).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def site_of(address: str) -> str:
    """The part of a host that one owner holds, near enough: two labels, three under gov.cn, co.uk and the like."""
    return registrable_hint(host_of(address))


def leads_away(address: str, home: str) -> bool:
    """Whether an address names a host that is not `home` (as site_of gives it)."""
    host = host_of(address)
    return bool(host) and registrable_hint(host) != home
