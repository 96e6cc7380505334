"""Whose host is it: enough of a public-suffix rule to tell a page's own site from another's."""

from __future__ import annotations

from urllib.parse import urlsplit

# Second-level names under which a country registers sites: example.gov.cn, example.co.uk.
_SECOND_LEVEL = frozenset(
    {"ac", "co", "com", "edu", "gob", "gouv", "gov", "govt", "go", "mil", "ne", "net", "nom", "or", "org"}
)


def host_of(address: str) -> str:
    """The host of an address as written, in lower case; empty where there is none."""
    try:
        return (urlsplit(address.strip()).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def site_of(address: str) -> str:
    """The part of a host that one owner holds, near enough: two labels, three under gov.cn, co.uk and the like."""
    return _owner(host_of(address))


def _owner(host: str) -> str:
    labels = host.split(".")
    long = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3 if long else -2 :])


def leads_away(address: str, home: str) -> bool:
    """Whether an address names a host that is not `home` (as site_of gives it)."""
    host = host_of(address)
    return bool(host) and _owner(host) != home
