"""OPML, in which feed readers exchange what they read: outlines with the address of a feed, in folders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from crawler.urls import canonical
from jobs.elsewhere.entries import Entry, Found
from jobs.elsewhere.given import Given, text_of

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

# What an outline may say, and what becomes of it; docs/import.md has the same in words.
CARRIED = ("text", "title", "xmlUrl", "htmlUrl", "url")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


class _Refused(Exception):
    """The file says something that no OPML needs to say, and that can be made to cost without end."""


def recognise(given: Given) -> bool:
    """Whether its first element is `<opml>`."""
    first = re.search(r"<[a-zA-Z][a-zA-Z:]*", _COMMENT.sub("", text_of(given.head)))
    return first is not None and first[0].lower() == "<opml"


def read(given: Given) -> Found:
    """An entry an outline; of a file that breaks off, what stands before the break."""
    # Of the standard library, where a system may have left it out.
    from xml.parsers.expat import ExpatError, ParserCreate

    reading = _Reading(given.name)
    parser = ParserCreate("utf-8")
    parser.StartElementHandler = lambda tag, attributes: reading.opened(parser, tag, attributes)
    parser.EndElementHandler = reading.closed
    parser.EntityDeclHandler = _no_entities
    try:
        # Decoded here, since expat knows no GBK; what the file says of its charset holds no longer.
        parser.Parse(_DECLARATION.sub("", given.text).encode("utf-8", "replace"), True)
    except _Refused:
        where = f"{given.name}:{parser.CurrentLineNumber}"
        reading.found.refused(where, "the rest", "it declares entities, and no OPML needs any")
    except ExpatError as error:
        reading.found.refused(f"{given.name}:{error.lineno}", "the rest", f"broken XML ({error})")
    return reading.found


def _address(said: str) -> str:
    """An address that some readers write `feed:https://…` or `feed://…`."""
    rest = said.removeprefix("feed:")
    return "http:" + rest if rest.startswith("//") else rest


def _no_entities(*_: object) -> None:
    raise _Refused


class _Reading:
    """The outlines as they open and close."""

    def __init__(self, name: str) -> None:
        self.found = Found()
        self._name = name
        self._folders: list[str] = []

    def opened(self, parser: XMLParserType, tag: str, attributes: Mapping[str, str]) -> None:
        """One element begins."""
        if tag.lower() != "outline":
            return
        said = {key.lower(): value.strip() for key, value in attributes.items()}
        title = said.get("title") or said.get("text") or ""
        where = f"{self._name}:{parser.CurrentLineNumber}"
        feed, page = said.get("xmlurl"), said.get("htmlurl") or said.get("url")
        self._folders.append("" if feed or page else title)
        if not (feed or page):
            return
        address = _address(feed or page or "")
        if said.get("type", "").lower() == "include":
            self.found.refused(where, f"include of {address}", "other files are not followed; import it by itself")
        elif canonical(address) is None:
            self.found.refused(where, f"{title or 'outline'!r}", f"{address!r} is not an http(s) address")
        else:
            folder = " / ".join(filter(None, self._folders))
            comments = (f"in {folder}",) if folder else ()
            kind = "feed" if feed else None
            self.found.entries.append(Entry(where=where, url=address, name=title, kind=kind, comments=comments))

    def closed(self, tag: str) -> None:
        """One element ends."""
        if tag.lower() == "outline":
            self._folders.pop()
