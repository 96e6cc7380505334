"""Sitemaps and sitemap indexes, plain or gzip'ed, read as a stream within fixed bounds."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from crawler.discover.admit import admit, resolve
from crawler.discover.discovery import Discovery
from crawler.discover.head import readable_head, root_name
from crawler.model import Link, Snapshot, Source
from crawler.urls import same_host

# The protocol's own limits (sitemaps.org): what is beyond them is not read.
MAX_URLS = 50_000
MAX_BYTES = 50 * 1024 * 1024
_STEP = 64 * 1024
_GZIP = b"\x1f\x8b"
_MAX_TEXT = 4_096


@dataclass(slots=True)
class _Reading:
    """What a sitemap has given so far. `trouble` says why reading stopped before the end."""

    root: str = ""
    path: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    size: int = 0
    loc: str = ""
    lastmod: str = ""
    title: str = ""
    entries: list[Link] = field(default_factory=list)
    trouble: str = ""


class _Refused(Exception):
    """Raised inside the parser to stop it."""


def recognise_sitemap(snapshot: Snapshot) -> bool:
    """True if the bytes, inflated where they are gzip'ed, are a sitemap or a sitemap index."""
    head = readable_head(b"".join(_pieces(snapshot.body, 65_536)))
    return root_name(head).rpartition(b":")[2] in {b"urlset", b"sitemapindex"}


def read_sitemap(snapshot: Snapshot, source: Source) -> Discovery:
    """The URLs of a sitemap as links, or the children of a sitemap index as `next`; what is too long is cut."""
    reading = _Reading()
    _parse(snapshot.body, reading)
    base = snapshot.final_url
    note = f"; {reading.trouble}" if reading.trouble else ""
    if reading.root == "sitemapindex":
        own = resolve(base, base)
        children = (resolve(entry.url, base) for entry in reading.entries)
        unique = dict.fromkeys(url for url in children if url and url != own)
        here = tuple(url for url in unique if same_host(url, base))
        note = f", {len(unique) - len(here)} more on other hosts{note}" if len(here) < len(unique) else note
        return Discovery(kind="sitemap", next=here, why=f"a sitemap index of {len(here)} sitemaps{note}")
    links = admit(reading.entries, base=base, source=source)
    return Discovery(kind="sitemap", links=links, why=f"a sitemap of {len(links)} pages{note}")


def _pieces(body: bytes, limit: int) -> Iterator[bytes]:
    """The body, inflated where it is gzip'ed, in pieces of at most 64 KiB and `limit` bytes together."""
    if not body.startswith(_GZIP):
        for start in range(0, min(len(body), limit), _STEP):
            yield body[start : min(start + _STEP, limit)]
        return
    inflater = zlib.decompressobj(wbits=31)
    size = place = 0
    rest = b""
    while size < limit and not inflater.eof and (rest or place < len(body)):
        if not rest:
            rest, place = body[place : place + _STEP], place + _STEP
        try:
            piece = inflater.decompress(rest, min(_STEP, limit - size))
        except zlib.error:
            return
        rest = inflater.unconsumed_tail
        size += len(piece)
        yield piece


def _parse(body: bytes, reading: _Reading) -> None:
    parser = expat.ParserCreate(namespace_separator=None)
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: _start(reading, name)
    parser.EndElementHandler = lambda name: _end(reading, name)
    parser.CharacterDataHandler = lambda data: _data(reading, data)
    parser.EntityDeclHandler = _refuse_entities
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        size = 0
        for piece in _pieces(body, MAX_BYTES + 1):
            size += len(piece)
            parser.Parse(piece, False)
        if size > MAX_BYTES:
            reading.trouble = "longer than 50 MB, the rest was not read"
        else:
            parser.Parse(b"", True)
    except _Refused as refused:
        reading.trouble = str(refused)
    except (expat.ExpatError, ValueError, LookupError) as error:
        reading.trouble = f"not well-formed ({error}), the rest was not read"


def _refuse_entities(*_: object) -> None:
    raise _Refused("it declares entities, which no sitemap needs, the rest was not read")


def _start(reading: _Reading, name: str) -> None:
    local = name.rpartition(":")[2].lower()
    if not reading.root:
        reading.root = local
    if len(reading.path) > 50:
        raise _Refused("nested too deeply, the rest was not read")
    reading.path.append(local)
    reading.text.clear()
    reading.size = 0


def _data(reading: _Reading, data: str) -> None:
    if reading.size < _MAX_TEXT:
        reading.text.append(data[:_MAX_TEXT])
        reading.size += len(data)


def _end(reading: _Reading, name: str) -> None:
    depth = len(reading.path)
    if reading.path:
        reading.path.pop()
    local = name.rpartition(":")[2].lower()
    text = "".join(reading.text).strip()
    if depth == 3 and local == "loc":
        reading.loc = text
    elif depth == 3 and local == "lastmod":
        reading.lastmod = text
    elif local == "title" and not reading.title:
        reading.title = text
    elif depth == 2 and local in {"url", "sitemap"}:
        if reading.loc:
            link = Link(url=reading.loc, title=reading.title or None, date_text=reading.lastmod or None)
            reading.entries.append(link)
        reading.loc = reading.lastmod = reading.title = ""
        if len(reading.entries) >= MAX_URLS:
            raise _Refused("more than 50,000 entries, the rest was not read")
    reading.text.clear()
