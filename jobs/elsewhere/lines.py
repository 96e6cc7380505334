"""A plain list of addresses: one a line, `#` before what is none; what stands after an address is kept as a comment."""

from __future__ import annotations

import re

from crawler.urls import canonical
from jobs.elsewhere.entries import Entry, Found
from jobs.elsewhere.given import Given

_ADDRESS = re.compile(r"https?://\S+$", re.IGNORECASE)
# Of the lines of a list, so many at least are addresses; else it is a text in which addresses occur.
_SHARE = 0.5


def recognise(given: Given) -> bool:
    """Whether most lines that say something are addresses, and one at least of the kind that is watched."""
    if b"\x00" in given.head[:1024] and not given.head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    said = [line for line in map(_without_comment, given.text.splitlines()) if line]
    addresses = [line for line in said if "://" in line.split()[0]]
    return any(map(_ADDRESS.match, (line.split()[0] for line in addresses))) and len(addresses) >= _SHARE * len(said)


def read(given: Given) -> Found:
    """An entry a line, found out at the first visit; lines that are no http(s) address are refused by number."""
    found = Found()
    for number, line in enumerate(given.text.split("\n"), 1):
        said = _without_comment(line)
        if not said:
            continue
        where = f"{given.name}:{number}"
        address, *rest = said.split(maxsplit=1)
        if not _ADDRESS.match(address) or canonical(address) is None:
            found.refused(where, _short(said), "not an http(s) address")
            continue
        found.entries.append(Entry(where=where, url=address, comments=tuple(rest)))
    return found


def _without_comment(line: str) -> str:
    """What a line says; a `#` inside an address belongs to it."""
    return re.sub(r"(^|\s)#.*", "", line.strip("\ufeff \t\r\x0b\x0c\u3000")).strip()


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")
