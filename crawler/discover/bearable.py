"""How much of a feed its reader can bear: feedparser takes minutes for megabytes that nobody wrote in earnest.

The standard library's expat, in C, looks through it first. What is well-formed is read as far as it goes without more
elements, levels or attributes than feeds have. What is not is left to feedparser's lenient parser, which takes seconds
for a megabyte: of that only the beginning is handed on, where the newest items stand.
"""

from __future__ import annotations

import re
from xml.parsers import expat

MAX_BYTES = 16 * 1024 * 1024
MAX_ELEMENTS = 100_000
MAX_DEPTH = 100
MAX_ATTRIBUTES = 100
BROKEN_BYTES = 512 * 1024
_STEP = 64 * 1024
# A tag longer than a server's whole head. Both parsers would hold all of its attributes.
_LONG_TAG = re.compile(rb"<[^<>!?][^<>]{65536}")
_UNREAD = ", the rest was not read"


class _Enough(Exception):
    """Raised inside the parser to stop it."""


class _Scan:
    """Counts what a feed is made of. `ended` is where the last end tag stood, `inside` the elements open there."""

    def __init__(self) -> None:
        self.elements = self.ended = 0
        self.inside: tuple[str, ...] = ()
        self._open: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._stop

    def _start(self, name: str, attributes: list[str]) -> None:
        self.elements += 1
        self._open.append(name)
        if self.elements > MAX_ELEMENTS or len(self._open) > MAX_DEPTH or len(attributes) > 2 * MAX_ATTRIBUTES:
            self._stop()

    def _end(self, name: str) -> None:
        self.ended, self.inside = self.parser.CurrentByteIndex, tuple(self._open)
        self._open.pop()

    def _stop(self, *_: object) -> None:
        raise _Enough


def bearable(body: bytes) -> tuple[bytes, str]:
    """What of a feed can be read in time, all of it for any earnest one; and what is to be said of the rest."""
    long = _LONG_TAG.search(body, 0, MAX_BYTES)
    whole = body[: long.start()] if long else body[:MAX_BYTES]
    scan = _Scan()
    try:
        for start in range(0, len(whole), _STEP):
            scan.parser.Parse(whole[start : start + _STEP], False)
        if len(whole) == len(body):
            scan.parser.Parse(b"", True)
            return body, ""
    except _Enough:
        pass
    except (expat.ExpatError, ValueError, LookupError):
        part = whole[:BROKEN_BYTES]
        return part, ", not well-formed" + (_UNREAD if len(part) < len(body) else "")
    closing = "".join(f"</{name}>" for name in reversed(scan.inside))
    return whole[: scan.ended] + closing.encode(), f", longer than any feed{_UNREAD}"
