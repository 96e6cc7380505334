"""What a response is before anything is decoded: a page that can be read, or something else, and what."""

from __future__ import annotations

from crawler.model import Snapshot

# First bytes of what servers send under any name; from the WHATWG MIME Sniffing Standard, section 6, and PKWARE's.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "a ZIP archive or Office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b\x08", "gzip data"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"OggS", "audio or video"),
    (b"ID3", "audio"),
)
_READABLE = ("text/", "application/xhtml", "application/xml", "application/rss", "application/atom", "application/json")
_SAMPLE = 1024


def not_a_page(snapshot: Snapshot) -> str | None:
    """Why this body cannot be read as a page, in words for a person; None where it can.

    The bytes decide before the Content-Type does: servers call PDFs text/html and pages application/octet-stream.
    """
    body = snapshot.body
    if not body.strip():
        return "empty body"
    found = next((name for magic, name in _MAGIC if body.startswith(magic)), None)
    if found is None and body[4:8] == b"ftyp":
        found = "audio or video"
    declared = (snapshot.header("content-type") or "").split(";")[0].strip().lower()
    if found:
        return f"not HTML: the body is {found}" + (f", served as {declared}" if declared else "")
    if _looks_like_markup(body):
        return None
    if declared and not declared.startswith(_READABLE):
        return f"not HTML: served as {declared}"
    sample = body[:_SAMPLE]
    if sample.count(0) > len(sample) // 2 + 1 or (_controls(sample) > len(sample) // 10 and not _wide(sample)):
        return "not HTML: binary data"
    return None


def _looks_like_markup(body: bytes) -> bool:
    head = body[:_SAMPLE].replace(b"\x00", b"").lower()
    return any(tag in head for tag in (b"<!doctype", b"<html", b"<head", b"<body", b"<meta", b"<div", b"<title"))


def _controls(sample: bytes) -> int:
    return sum(1 for byte in sample if byte < 9 or 13 < byte < 32)


def _wide(sample: bytes) -> bool:
    """UTF-16 and UTF-32 text is full of zero bytes and says so with its mark."""
    return sample.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"))
