"""What web archives say of a page's past: their index asked and read, and a replay taken back to what was captured.

The Internet Archive's servers and pywb are one shape with differences; what is asked for and how an answer is read is
decided here, and who asks, when, and what is kept of it elsewhere. Nothing here touches the network or a clock.
"""

from __future__ import annotations

from crawler.archives.addresses import address_of, same_address
from crawler.archives.asking import Cursor, Endpoint, Query, after, ask, endpoints, queries
from crawler.archives.collapsing import Collapsing, Seen
from crawler.archives.index import Index, NotAnIndex, Row, read_index, stamp_of
from crawler.archives.replaying import NoCapture, Replayed, original

__all__ = [
    "Collapsing",
    "Cursor",
    "Endpoint",
    "Index",
    "NoCapture",
    "NotAnIndex",
    "Query",
    "Replayed",
    "Row",
    "Seen",
    "address_of",
    "after",
    "ask",
    "endpoints",
    "original",
    "queries",
    "read_index",
    "same_address",
    "stamp_of",
]
