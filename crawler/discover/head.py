"""What a body begins with, in whatever charset: enough to tell XML of one kind from another."""

from __future__ import annotations

import re


def root_name(head: bytes) -> bytes:
    """The lower-case name of the first element of XML, comments, declarations and processing instructions skipped."""
    place = 0
    while True:
        place = head.find(b"<", place)
        if place < 0:
            return b""
        if head.startswith(b"<!--", place):
            end = head.find(b"-->", place)
        elif head.startswith((b"<?", b"<!"), place):
            end = _declaration_end(head, place)
        else:
            match = re.match(rb"<([A-Za-z][\w:.-]{0,60})", head[place : place + 64])
            return match[1].lower() if match else b""
        if end < 0:
            return b""
        place = end + 1


def _declaration_end(head: bytes, place: int) -> int:
    """Where a `<?…>` or `<!DOCTYPE … [ … ]>` ends."""
    end = head.find(b">", place)
    subset = head.find(b"[", place, end) if end >= 0 else -1
    if subset < 0:
        return end
    close = head.find(b"]", subset)
    return head.find(b">", close) if close >= 0 else -1


def readable_head(body: bytes) -> bytes:
    """The beginning of a body as ASCII-compatible bytes, without byte-order mark and leading space."""
    head = body[:65_536]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:2] in {b"<\x00", b"\x00<"}:
        head = head.replace(b"\x00", b"")[2:] if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else head.replace(b"\x00", b"")
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()
