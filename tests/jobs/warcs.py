"""WARC files for tests, written by warcio or by hand where they are to be wrong."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.jobs.site import PARAGRAPHS

HOST = "https://www.example.gov.cn"
PAGE = f"{HOST}/zwgk/t20210615_1.html"
HTML = "text/html; charset=utf-8"


def page(*paragraphs: str, views: int = 1, title: str = "关于食材采购的通知") -> bytes:
    """An article; `views` is a counter outside of it."""
    text = "".join(f"<p>{one}</p>" for one in paragraphs or PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body><h1>{title}</h1>"
        f"<div>发布时间：2021-06-15 来源：市教育局 浏览次数：{views}</div>"
        f"<div class='TRS_Editor'>{text}</div></body></html>"
    ).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One record to be written."""

    at: str
    body: bytes = b""
    url: str = PAGE
    status: str = "200 OK"
    type: str = "response"
    http: Sequence[tuple[str, str]] = (("Content-Type", HTML),)
    headers: Sequence[tuple[str, str]] = ()


def written(made: Iterable[Made], *, gzipped: bool = True) -> list[bytes]:
    """Each record as it stands in the file."""
    found = []
    for one in made:
        out = io.BytesIO()
        writer = WARCWriter(out, gzip=gzipped, warc_version="WARC/1.1")
        http = StatusAndHeaders(one.status, list(one.http), protocol="HTTP/1.1") if one.http else None
        headers = {"WARC-Date": one.at, **dict(one.headers)}
        record = RecordBuilder(warc_version="WARC/1.1").create_warc_record(
            one.url,
            one.type,
            payload=io.BytesIO(one.body),
            length=len(one.body),
            http_headers=None if one.type == "resource" else http,
            warc_headers_dict=headers,
            warc_content_type=HTML if one.type == "resource" else "",
        )
        writer.write_record(record)
        found.append(out.getvalue())
    return found


def warc(path: Path, *made: Made) -> Path:
    """A file of these records, gzip'ed where it is called so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(written(made, gzipped=path.suffix == ".gz")))
    return path


def raw(at: str, body: bytes, *, url: str = PAGE, length: int | None = None) -> bytes:
    """A response by hand, without digests, and with whatever length."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: {at}\r\n"
        f"WARC-Target-URI: {url}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http) if length is None else length}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def chunked(body: bytes, size: int = 1000) -> bytes:
    """The body in chunks."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def zipped(data: bytes) -> bytes:
    """A gzip member."""
    return gzip.compress(data, mtime=0)
