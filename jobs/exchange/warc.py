"""Snapshots as a WARC 1.1 that other tools replay: each record a gzip member of its own, the same bytes every time.

What is not kept is not made up: the reason phrase is the standard's, a request says in its own header that it was put
together afterwards, and redirects, whose answers are not kept, are named in a metadata record.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import uuid
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import BinaryIO, TypeVar
from urllib.parse import quote, urlsplit

from crawler.model import Snapshot
from crawler.urls import canonical

_SAME_BODY = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_SAME_AS_BEFORE = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
# Of a body whose coding and chunks are undone, these would not be true.
_OF_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
RENAMED = "X-Archive-Orig-"
_REBUILT = "put together afterwards: the request line, Host and User-Agent; what else was sent is not kept"
_BREAKS = re.compile(r"[\r\n\0]+")
_NOT_IN_URIS = re.compile(r"[^!-~]")
_RESERVED = "%!#$&'()*+,/:;=?@[]~-._"
# Addresses whose last body is remembered; what an export brings of one page it brings together.
_REMEMBERED = 4096
_ENOUGH = 6

Fields = Iterable[tuple[str, str]]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class _Written:
    """A response record that a later one may refer to."""

    id: str
    uri: str
    date: str
    digest: str


class WarcOut:
    """Writes records to a binary stream. Holds no body, and remembers only what revisits refer to."""

    def __init__(self, stream: BinaryIO, *, user_agent: str | None = None) -> None:
        """`user_agent` is what requests were made with; None leaves the line out."""
        self._stream = stream
        self._user_agent = user_agent
        self._last: OrderedDict[str, _Written] = OrderedDict()
        self._bodies: OrderedDict[tuple[str, str], _Written] = OrderedDict()
        self.records = 0

    def info(self, fields: Mapping[str, str], *, at: datetime, filename: str = "") -> None:
        """The record that says who wrote this file, when, and what for; to be written first."""
        named = [("WARC-Filename", filename)] if filename else []
        self._write("warcinfo", date_of(at), _lines(fields.items()), "application/warc-fields", named)

    def snapshot(self, snapshot: Snapshot, *, extra: Mapping[str, str] | None = None, ours: bool = True) -> None:
        """One Snapshot: its response, or a revisit where that address gave the same body in a record before.

        `extra` are headers of the record, those that name a Version. `ours`: the request was made by us,
        and is written too; a capture that others made has no request that we know.
        """
        uri, date, digest = uri_of(snapshot.final_url), date_of(snapshot.fetched_at), f"sha256:{snapshot.digest}"
        told = [("WARC-Target-URI", uri), ("WARC-Payload-Digest", digest)]
        told += [("Palimpsest-Page", uri_of(snapshot.url)), *(extra or {}).items()]
        before = self._bodies.get((uri, digest)) if snapshot.body else None
        http = "application/http; msgtype=response"
        if before is None:
            written = self._write("response", date, http_head(snapshot) + snapshot.body, http, told)
        else:
            told += [("WARC-Profile", _SAME_BODY), *_referring(before)]
            written = self._write("revisit", date, http_head(snapshot), http, told)
        self._remember(uri, before or _Written(written, uri, date, digest))
        if ours and not snapshot.rendered:
            sent = [("WARC-Target-URI", uri), ("WARC-Concurrent-To", written), ("Palimpsest-Rebuilt", _REBUILT)]
            self._write("request", date, self._request(uri), "application/http; msgtype=request", sent)
        if snapshot.redirects or snapshot.url != snapshot.final_url:
            self._led_on(snapshot, written)

    def not_modified(self, url: str, at: datetime, *, extra: Mapping[str, str] | None = None) -> bool:
        """A visit that was told that the last response of `url` still holds; False where none is written yet."""
        uri = uri_of(url)
        before = self._last.get(uri)
        if before is None:
            return False
        told = [("WARC-Target-URI", uri), ("WARC-Profile", _SAME_AS_BEFORE), *_referring(before)]
        told += [("WARC-Payload-Digest", before.digest), ("Palimpsest-Page", uri), *(extra or {}).items()]
        # Without a block, which the standard allows: a bare 304 would be replayed as an empty page.
        self._write("revisit", date_of(at), b"", "application/http; msgtype=response", told)
        return True

    def _led_on(self, snapshot: Snapshot, response: str) -> None:
        """Which addresses led to the one that answered: known, though what each of them said is not kept."""
        way = [("redirected", uri_of(url)) for url in dict.fromkeys((snapshot.url, *snapshot.redirects))]
        fields = _lines([*way, ("answered", uri_of(snapshot.final_url))])
        about = [("WARC-Target-URI", uri_of(snapshot.url)), ("WARC-Refers-To", response)]
        self._write("metadata", date_of(snapshot.fetched_at), fields, "application/warc-fields", about)

    def _request(self, uri: str) -> bytes:
        parts = urlsplit(uri)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"GET {target} HTTP/1.1", f"Host: {parts.netloc.rpartition('@')[2]}"]
        if self._user_agent:
            lines.append(f"User-Agent: {self._user_agent}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def _remember(self, uri: str, written: _Written) -> None:
        _hold(self._last, uri, written)
        _hold(self._bodies, (uri, written.digest), written)

    def _write(self, kind: str, date: str, block: bytes, media_type: str, fields: Fields) -> str:
        """Writes one record and returns its id, which is made of what it says: written again it is the same."""
        fields = list(fields)
        block_digest = f"sha256:{hashlib.sha256(block).hexdigest()}"
        name = "\n".join([kind, date, block_digest, *(f"{key}: {value}" for key, value in fields)])
        record_id = f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>"
        head = [("WARC-Type", kind), ("WARC-Record-ID", record_id), ("WARC-Date", date), *fields]
        head += [("WARC-Block-Digest", block_digest), ("Content-Type", media_type), ("Content-Length", str(len(block)))]
        record = b"WARC/1.1\r\n" + _lines(head) + b"\r\n" + block + b"\r\n\r\n"
        self._stream.write(gzip.compress(record, _ENOUGH, mtime=0))
        self.records += 1
        return record_id


def _hold(held: OrderedDict[Key, _Written], key: Key, written: _Written) -> None:
    held[key] = written
    held.move_to_end(key)
    if len(held) > _REMEMBERED:
        held.popitem(last=False)


def _referring(before: _Written) -> list[tuple[str, str]]:
    return [
        ("WARC-Refers-To", before.id),
        ("WARC-Refers-To-Target-URI", before.uri),
        ("WARC-Refers-To-Date", before.date),
    ]


def http_head(snapshot: Snapshot) -> bytes:
    """Status line and headers as received, those of the wire renamed, the length that of the body as it is kept."""
    try:
        phrase = HTTPStatus(snapshot.status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {snapshot.status} {phrase}"]
    for name, value in snapshot.headers:
        shown = RENAMED + name if name.lower() in _OF_THE_WIRE else name
        lines.append(f"{_one_line(shown)}: {_one_line(value)}")
    lines.append(f"Content-Length: {len(snapshot.body)}")
    text = "\r\n".join(lines) + "\r\n\r\n"
    try:
        # As they were received: each character stands for a byte.
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def uri_of(url: str) -> str:
    """The URL as records carry it: itself where it is ASCII, otherwise as it is sent."""
    if not _NOT_IN_URIS.search(url):
        return url
    return canonical(url) or quote(url, safe=_RESERVED, errors="replace")


def date_of(at: datetime) -> str:
    """A time as WARC 1.1 has it, to the microsecond where there is a part of a second."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _one_line(text: str) -> str:
    return _BREAKS.sub(" ", text)


def _lines(fields: Fields) -> bytes:
    return "".join(f"{_one_line(name)}: {_one_line(value)}\r\n" for name, value in fields).encode("utf-8", "replace")
