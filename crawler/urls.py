"""Canonical URLs: one spelling for one page, and nothing lost that a server might look at.

Parsed leniently, as browsers do, but percent-escapes are never decoded or encoded anew: a path escaped from GBK bytes
stays what it is.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

import idna

# Longer than any address a server accepts; what is longer is data, not a page.
MAX_LENGTH = 8 * 1024

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PORT = re.compile(r"[0-9]{0,5}")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_SESSION = re.compile(r";jsessionid(?:=[^;/?#]*)?", re.IGNORECASE)
_CONTROL_OR_SPACE = "".join(map(chr, range(0x21)))
_DEFAULT_PORTS = {"http": "80", "https": "443"}

# What may stand in a URL as it is; everything else is escaped from its UTF-8 bytes. `%` is handled by itself.
_PATH_SAFE = frozenset(range(0x21, 0x7F)) - frozenset(b'"#<>?`{}^')
_QUERY_SAFE = frozenset(range(0x21, 0x7F)) - frozenset(b"\"#<>'")

# Second levels under which sites register at the third.
_SECOND_LEVELS = frozenset(
    (
        "ac",
        "co",
        "com",
        "edu",
        "go",
        "gob",
        "gouv",
        "gov",
        "govt",
        "gv",
        "ltd",
        "mil",
        "ne",
        "net",
        "nom",
        "or",
        "org",
        "sch",
    )
)


def canonical(url: str, base: str | None = None) -> str | None:
    """The one absolute http(s) spelling of `url`, resolved against `base`; None if it names no page to track.

    Fragment, default port, session id and credentials go; host in lower-case ASCII; dot segments resolved; escapes in
    upper case but otherwise untouched; the query keeps its order and every parameter. Never raises.
    """
    reference = _cleaned(url)
    if len(reference) > 8 * MAX_LENGTH:
        return None
    scheme, rest = _split_scheme(reference)
    if scheme is None or (rest[:1] not in ("/", "\\") and _same_scheme(scheme, base)):
        joined = _resolve(rest, base, scheme)
        if joined is None:
            return None
        scheme, authority, path, query = joined
    elif scheme in _DEFAULT_PORTS:
        authority, path, query = _split(rest.lstrip("/\\"))
    else:
        return None
    host = _host(authority, scheme)
    if host is None:
        return None
    path = _escaped(_without_dots(_SESSION.sub("", path.replace("\\", "/"))), _PATH_SAFE)
    result = f"{scheme}://{host}{path or '/'}" + ("" if query is None else "?" + _escaped(query, _QUERY_SAFE))
    return result if len(result) <= MAX_LENGTH else None


def as_sent(reference: str, encoding: str) -> str:
    """A reference of a page in this charset as browsers send it: its query escaped from the bytes of that charset.

    The path is UTF-8 everywhere, and so is the query of pages in UTF-8 and UTF-16.
    """
    if reference.isascii() or encoding.startswith("utf-"):
        return reference
    before, mark, query = reference.partition("?")
    try:
        raw = query.encode(encoding, "xmlcharrefreplace")
    except (LookupError, UnicodeError):
        return reference
    return before + mark + "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in raw)


def host_of(url: str) -> str:
    """`host` or `host:port` of a URL, in its canonical spelling; "" if it has none."""
    spelling = canonical(url)
    return spelling.split("/", 3)[2] if spelling else ""


def same_host(a: str, b: str) -> bool:
    """Whether two URLs are on the same host and port; False if either has none."""
    host = host_of(a)
    return bool(host) and host == host_of(b)


def registrable_hint(host: str) -> str:
    """The name under which a site is registered, good enough for grouping: `news.suqian.gov.cn` → `suqian.gov.cn`.

    Approximate: the last two labels, three under second levels such as gov.cn or co.uk. No list of suffixes is kept.
    """
    if host.count(":") > 1 and not host.startswith("["):
        return host  # an IPv6 address as `urlsplit` gives it, without its brackets
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    labels = [label for label in name.lower().strip(".").split(".") if label]
    if name.startswith("[") or (labels and labels[-1].isdigit()):
        return name
    under_second_level = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3:] if under_second_level else labels[-2:])


# ---- taking apart -------------------------------------------------------------------------------------------------


def _cleaned(text: str) -> str:
    """As browsers do: control characters and spaces around it go, tabs and newlines inside it too."""
    return text.strip(_CONTROL_OR_SPACE).translate({9: None, 10: None, 13: None})


def _split_scheme(reference: str) -> tuple[str | None, str]:
    found = _SCHEME.match(reference)
    return (found[1].lower(), reference[found.end() :]) if found else (None, reference)


def _same_scheme(scheme: str, base: str | None) -> bool:
    """`http:page.html` is a relative address in browsers when the base has the same scheme."""
    return base is not None and _split_scheme(_cleaned(base))[0] == scheme


def _split(rest: str) -> tuple[str, str, str | None]:
    """What follows `//` → (authority, path, query); the fragment is dropped."""
    rest = rest.partition("#")[0]
    before, mark, query = rest.partition("?")
    cut = min((at for at in (before.find("/"), before.find("\\")) if at >= 0), default=len(before))
    return before[:cut], before[cut:], query if mark else None


def _resolve(reference: str, base: str | None, scheme: str | None) -> tuple[str, str, str, str | None] | None:
    """A relative reference against the base → (scheme, authority, path, query); None without a usable base."""
    if base is None or not (reference or scheme is None):
        return None
    base_scheme, base_rest = _split_scheme(_cleaned(base))
    if base_scheme not in _DEFAULT_PORTS or not reference:
        return None
    authority, base_path, base_query = _split(base_rest.lstrip("/\\"))
    if reference[:2].replace("\\", "/") == "//":
        return base_scheme, *_split(reference.lstrip("/\\"))
    without_fragment = reference.partition("#")[0]
    path, mark, query = without_fragment.partition("?")
    if not path:
        return base_scheme, authority, base_path, query if mark else base_query
    if path[0] not in "/\\":
        path = base_path.replace("\\", "/").rpartition("/")[0] + "/" + path
    return base_scheme, authority, path, query if mark else None


def _host(authority: str, scheme: str) -> str | None:
    """`host[:port]` in its canonical spelling, credentials dropped; None if it is no host."""
    name = authority.rpartition("@")[2]
    bracket = name.rfind("]")
    colon = name.find(":", bracket + 1)
    name, port = (name, "") if colon < 0 else (name[:colon], name[colon + 1 :])
    if not _PORT.fullmatch(port) or int(port or 0) > 65535:
        return None
    host = _host_name(name)
    if host is None:
        return None
    port = port.lstrip("0") or ("0" if port else "")
    return host if port in ("", _DEFAULT_PORTS[scheme]) else f"{host}:{port}"


@lru_cache(maxsize=4096)
def _host_name(name: str) -> str | None:
    if name.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(name[1:-1]).compressed}]" if name.endswith("]") else None
        except ValueError:
            return None
    if not name or len(name) > 1000:
        return None
    lower = name.lower()
    if not lower.isascii() or "%" in lower:
        try:
            lower = idna.encode(_unescaped(lower), uts46=True, transitional=False).decode("ascii")
        except (idna.IDNAError, UnicodeError, ValueError):
            return None
    lower = lower[:-1] if lower.endswith(".") else lower
    fits = len(lower) <= 253 and all(0 < len(label) <= 63 for label in lower.split("."))
    return lower if fits and re.fullmatch(r"[a-z0-9._~-]+", lower) else None


def _unescaped(host: str) -> str:
    return (
        _ESCAPE.sub(lambda found: chr(int(found[0][1:], 16)), host).encode("latin-1").decode("utf-8")
        if host.isascii()
        else host
    )


# ---- putting together ---------------------------------------------------------------------------------------------


def _without_dots(path: str) -> str:
    """`.` and `..` segments resolved; `..` at the root stays at the root."""
    if "." not in path and "%2" not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        plain = segment.lower().replace("%2e", ".")
        if plain == "..":
            del kept[-1:]
        elif plain != ".":
            kept.append(segment)
    last = segments[-1].lower().replace("%2e", ".")
    return "/" + "/".join(kept) + ("/" if last in (".", "..") and kept else "")


def _escaped(text: str, safe: frozenset[int]) -> str:
    """Everything unsafe escaped, escapes that are there kept with their hex in upper case."""
    text = _ESCAPE.sub(lambda found: found[0].upper(), text) if "%" in text else text
    if text.isascii() and all(ord(char) in safe for char in set(text)):
        return text
    return "".join(chr(byte) if byte in safe else f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))
