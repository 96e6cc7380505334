"""A WARC record → the capture in it: its HTTP body as a browser would have it, or a reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawler.fetch.inflate import BodyCorrupt, BodyReader, BodyTooLarge, BodyTruncated
from crawler.model import Snapshot
from crawler.sniff import not_a_page
from crawler.urls import canonical
from jobs.backfill.warc_records import Record
from jobs.check import PAGE_BYTES

# As in a visit.
MOST = PAGE_BYTES
# What is text to a browser and no page to a reader.
_NO_PAGES = ("image/", "video/", "audio/", "font/", "text/css", "text/javascript", "text/ecmascript", "text/vtt")
_SCRIPTS = ("javascript", "ecmascript", "font", "wasm")
_REDIRECTS = frozenset({300, 301, 302, 303, 305, 307, 308})


class NotTaken(Exception):
    """A capture that cannot be taken, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a record is a capture of: the address, the time, and the digest that it gives its payload ("" for none)."""

    url: str
    at: datetime
    payload: str


def found_in(record: Record) -> Found | None:
    """What the record captured, None for one that holds no answer of a web server. Raises NotTaken."""
    if record.type not in ("response", "revisit", "resource"):
        return None
    target = record.headers.get("warc-target-uri", "").strip().strip("<>")
    if not target.lower().startswith(("http:", "https:")):
        return None
    url = canonical(target)
    if url is None:
        raise NotTaken(f"{target[:200]!r} is no address that can be tracked")
    at = time_of(record.headers.get("warc-date", ""))
    if at is None:
        raise NotTaken(f"no time at which {url} was captured (WARC-Date: {record.headers.get('warc-date', '')[:60]!r})")
    return Found(url=url, at=at, payload=record.headers.get("warc-payload-digest", "").strip().lower())


def time_of(stamp: str) -> datetime | None:
    """A WARC-Date, to the microsecond; without an offset it is UTC. None where it is no time of a day."""
    if "T" not in stamp.upper():
        return None
    try:
        at = datetime.fromisoformat(stamp.strip().upper())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_other(record: Record, found: Found) -> bool:
    """Whether a record is of no page, as its headers say: a picture, a script, or a redirect again."""
    if urlsplit(found.url).path == "/robots.txt" or (record.type == "response" and record.status == 304):
        return True
    if record.status in _REDIRECTS:
        return True
    declared = _declared(record).split(";")[0].strip().lower()
    return declared.startswith(_NO_PAGES) or (
        declared.startswith("application/") and any(word in declared for word in _SCRIPTS)
    )


def redirected(record: Record) -> str | None:
    """Where a redirect leads, as it is written, "" where it does not say; None for what is no redirect."""
    return _header(record, "location") if record.status in _REDIRECTS else None


def snapshot_of(record: Record, found: Found) -> Snapshot | None:
    """The capture as a visit would have had it; None where its body is no page. Raises NotTaken."""
    if record.cut:
        raise NotTaken(f"{found.url}: larger than the cap of {MOST:,} bytes")
    if reason := record.headers.get("warc-truncated"):
        raise NotTaken(f"{found.url}: was cut off when it was captured ({reason})")
    if record.headers.get("warc-segment-number"):
        raise NotTaken(f"{found.url}: only one segment of a record")
    headers: tuple[tuple[str, str], ...]
    if record.type == "resource":
        headers = (("Content-Type", record.headers.get("content-type", "")),)
        status, body = 200, record.block
    elif record.status is None:
        raise NotTaken(f"{found.url}: its answer has no HTTP status")
    else:
        status, headers, body = record.status, record.http, _body(record, found)
    snapshot = Snapshot(
        url=found.url, final_url=found.url, status=status, headers=headers, body=body, fetched_at=found.at
    )
    return None if status == 200 and body.strip() and not_a_page(snapshot) else snapshot


def _declared(record: Record) -> str:
    if record.type == "resource":
        return record.headers.get("content-type", "")
    return _header(record, "content-type")


def _header(record: Record, name: str) -> str:
    return ", ".join(value for key, value in record.http if key.lower() == name)


def _body(record: Record, found: Found) -> bytes:
    """The body without its transfer-coding and content-codings. Raises NotTaken."""
    body = record.block
    if "chunked" in _header(record, "transfer-encoding").lower():
        # Most tools undo it and leave the header as it was.
        unchunked = dechunked(body)
        body = body if unchunked is None else unchunked
    coding = _header(record, "content-encoding")
    if not coding or not body:
        return body
    try:
        reader = BodyReader(coding, MOST)
        reader.feed(body)
        return reader.finish()
    except BodyTooLarge as error:
        raise NotTaken(f"{found.url}: {error}") from error
    except (BodyCorrupt, BodyTruncated) as error:
        if body.lstrip()[:1] == b"<":
            # This too is undone by some, who leave the header.
            return body
        raise NotTaken(f"{found.url}: {error}") from error


def dechunked(body: bytes) -> bytes | None:
    """A chunked body put together; None where it is not chunked from its beginning to its end."""
    parts: list[bytes] = []
    place = 0
    while True:
        end = body.find(b"\r\n", place, place + 1024)
        size = _chunk_size(body[place:end]) if end >= 0 else None
        if size is None:
            return None
        if size == 0:
            return b"".join(parts)
        start = end + 2
        if body[start + size : start + size + 2] != b"\r\n":
            return None
        parts.append(body[start : start + size])
        place = start + size + 2


def _chunk_size(line: bytes) -> int | None:
    try:
        digits = line.split(b";")[0].strip()
        return int(digits, 16) if digits and not digits.startswith((b"-", b"+")) and b"_" not in digits else None
    except ValueError:
        return None
