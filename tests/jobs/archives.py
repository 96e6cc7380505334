"""What archives hold in the tests: captures as WARC files for a real pywb, and a fake of what pywb never does."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.outside import Answer, Asked, Outside

SITE = "https://www.example.gov.cn"
PAGE = f"{SITE}/zwgk/t20210615_1.html"
HEADER = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
_WORDS = {200: "OK", 301: "Moved Permanently", 302: "Found", 404: "Not Found", 503: "Service Unavailable"}


def article(*paragraphs: str, views: int = 1) -> bytes:
    """A page as a site serves it."""
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>通知</title></head><body><h1>关于食材采购的通知</h1>"
        f"<div>发布时间：2021-06-15 来源：市教育局 浏览次数：{views}</div>"
        f"<div class='TRS_Editor'>{text}</div></body></html>"
    ).encode()


@dataclass(frozen=True)
class Kept:
    """One capture: when, of what, and what was answered."""

    stamp: str
    body: bytes = b""
    url: str = PAGE
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    mimetype: str = "text/html"

    @property
    def at(self) -> datetime:
        return datetime.strptime(self.stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)

    @property
    def digest(self) -> str:
        """The sha-1 of the payload, as indexes spell it."""
        return base64.b32encode(hashlib.sha1(self.body).digest()).decode()

    @property
    def row(self) -> list[str]:
        """Its line of the index."""
        parts = urlsplit(self.url)
        host = ",".join(reversed((parts.hostname or "").removeprefix("www.").split(".")))
        query = f"?{parts.query}" if parts.query else ""
        key = f"{host}){parts.path}{query}"
        return [key, self.stamp, self.url, self.mimetype, str(self.status), self.digest, str(len(self.body))]


def warc(path: Path, captures: Sequence[Kept]) -> Path:
    """A WARC file of these captures; a body that one has had before becomes a revisit record."""
    had: dict[tuple[str, str], Kept] = {}
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for one in captures:
            headers = StatusAndHeaders(
                f"{one.status} {_WORDS[one.status]}",
                [("Content-Type", one.mimetype), ("Content-Length", str(len(one.body))), *one.headers],
                protocol="HTTP/1.1",
            )
            dated = f"{one.at:%Y-%m-%dT%H:%M:%SZ}"
            before = had.setdefault((one.url, one.digest), one)
            if before is one:
                record = writer.create_warc_record(
                    one.url,
                    "response",
                    payload=BytesIO(one.body),
                    http_headers=headers,
                    warc_headers_dict={"WARC-Date": dated},
                )
            else:
                record = writer.create_revisit_record(
                    one.url, f"sha1:{one.digest}", before.url, f"{before.at:%Y-%m-%dT%H:%M:%SZ}", http_headers=headers
                )
                record.rec_headers.replace_header("WARC-Date", dated)
            writer.write_record(record)
            # A copy that was made to take its digest.
            record.raw_stream.close()
    return path


def zipped(stamp: str, body: bytes) -> Kept:
    """A capture that was sent compressed, and kept so."""
    return Kept(stamp, gzip.compress(body, mtime=0), headers=(("Content-Encoding", "gzip"),))


@dataclass
class WebArchive:
    """The Internet Archive's way of answering, on loopback: an index in arrays, a key to go on by, replays.

    `page` is how many captures one answer lists at most. Everything may be changed while it runs.
    """

    outside: Outside
    captures: list[Kept] = field(default_factory=list)
    page: int = 1000

    def __post_init__(self) -> None:
        self.outside.answer("/cdx/search/cdx", self.index)
        self.outside.otherwise(self.replay)

    @property
    def base(self) -> str:
        """What `wayback:` is given."""
        return self.outside.url("").rstrip("/")

    @property
    def questions(self) -> list[dict[str, str]]:
        """What the index was asked, in order."""
        asked = [one for one in self.outside.requests if one.path.startswith("/cdx/")]
        return [{name: value[0] for name, value in parse_qs(urlsplit(one.path).query).items()} for one in asked]

    @property
    def replays(self) -> list[str]:
        """The stamps of the captures that were asked for, in order."""
        return [one.path.split("/")[2][:14] for one in self.outside.requests if one.path.startswith("/web/")]

    def index(self, asked: Asked) -> Answer:
        """An answer to a question about the index."""
        words = {name: value[0] for name, value in parse_qs(urlsplit(asked.path).query).items()}
        rows = [one.row for one in sorted(self.captures, key=lambda one: (one.row[0], one.stamp)) if fits(one, words)]
        begin = int(words.get("resumeKey", "0"))
        most = min(self.page, int(words.get("limit", "150000")))
        told: list[list[str]] = [HEADER, *rows[begin : begin + most]]
        if begin + most < len(rows) and words.get("showResumeKey") == "true":
            told += [[], [str(begin + most)]]
        return said(told)

    def replay(self, asked: Asked) -> Answer:
        """A capture, nearest in time to what was asked."""
        stamp, _, url = asked.path.removeprefix("/web/").partition("id_/")
        of = [one for one in self.captures if one.url == url]
        if not asked.path.startswith("/web/") or not of:
            return Answer(b"<html>The Wayback Machine has not archived that URL.", 404)
        nearest = min(of, key=lambda one: abs(int(one.stamp) - int(stamp)))
        if nearest.stamp != stamp:
            return Answer(status=302, headers=(("Location", f"/web/{nearest.stamp}id_/{url}"),))
        return replayed(nearest)


def replayed(capture: Kept) -> Answer:
    """A capture as the Internet Archive replays it."""
    kept = tuple((f"x-archive-orig-{name.lower()}", value) for name, value in capture.headers)
    dated = format_datetime(capture.at, usegmt=True)
    return Answer(
        body=capture.body,
        status=capture.status,
        headers=(
            ("Content-Type", capture.mimetype),
            ("Server", "nginx"),
            ("Set-Cookie", "archive=1"),
            ("Memento-Datetime", dated),
            ("Link", f'<{capture.url}>; rel="original"'),
            *kept,
        ),
    )


def fits(capture: Kept, words: dict[str, str]) -> bool:
    """Whether a question is about a capture."""
    asked = Kept(capture.stamp, url=words["url"]).row[0]
    key = capture.row[0]
    about = {"exact": key == asked, "prefix": key.startswith(asked), "host": key.split(")")[0] == asked.split(")")[0]}
    return about[words.get("matchType", "exact")] and (
        words.get("from", "") <= capture.stamp <= words.get("to", "9" * 14)
    )


def said(rows: Sequence[Sequence[str]]) -> Answer:
    """Rows of an index, one on each line as the Internet Archive writes them."""
    text = "[" + ",\n".join(json.dumps(row) for row in rows) + "]"
    return Answer(body=text.encode(), headers=(("Content-Type", "application/json"),))
