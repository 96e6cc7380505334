"""Archives that others can read: checked, indexed and rewritten with warcio, which knows nothing of ours."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker
from warcio.indexer import Indexer
from warcio.recompressor import Recompressor

from crawler.model import RENDERED_BY, Snapshot
from jobs.exchange.warc import WarcOut

AT = datetime(2024, 3, 1, 8, 0, 0, 250000, tzinfo=UTC)
URL = "https://www.example.gov.cn/zwgk/t1.html"
BODY = "<html><body><p>食堂</p></body></html>".encode("gb18030")


def snapshot(body: bytes = BODY, **other: Any) -> Snapshot:
    fields: dict[str, Any] = {
        "url": URL,
        "final_url": URL,
        "status": 200,
        "headers": (("Content-Type", "text/html; charset=gbk"), ("ETag", '"a"')),
        "fetched_at": AT,
    }
    return Snapshot(body=body, **{**fields, **other})


def written(*snapshots: Snapshot, **how: Any) -> bytes:
    stream = io.BytesIO()
    out = WarcOut(stream, user_agent="palimpsest/9 (tests)")
    out.info({"software": "Palimpsest", "format": "WARC File Format 1.1"}, at=AT)
    for one in snapshots:
        out.snapshot(one, **how)
    return stream.getvalue()


def records(data: bytes) -> list[tuple[Any, bytes]]:
    return [(record, record.content_stream().read()) for record in ArchiveIterator(io.BytesIO(data))]


def of_type(data: bytes, kind: str) -> list[tuple[Any, bytes]]:
    return [(record, body) for record, body in records(data) if record.rec_type == kind]


def checked(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every digest holds, and each record has one that was looked at."""
    status = Checker(SimpleNamespace(inputs=[str(path)], verbose=True)).process_all()
    said = capsys.readouterr().out
    assert status == 0, said
    assert "fail" not in said
    assert "no digest to check" not in said


SNAPSHOTS = {
    "plain": snapshot(),
    "empty": snapshot(b""),
    "not found": snapshot(b"<h1>404</h1>", status=404),
    "a status nobody knows": snapshot(status=799),
    "names outside ASCII": snapshot(url="https://例子.测试/通知 一.html", final_url="https://例子.测试/通知 一.html"),
    "escaped": snapshot(
        url="https://www.example.gov.cn/%E9%80%9A?a=%B9", final_url="https://www.example.gov.cn/%E9%80%9A?a=%B9"
    ),
    "bytes in a header": snapshot(headers=(("X-Title", "\xcd\xa8\xd6\xaa"), ("Content-Type", "text/html"))),
    "characters in a header": snapshot(headers=(("X-Title", "通知"),)),
    "lines in a header": snapshot(headers=(("X-Title", "a\r\nContent-Length: 3\r\n\r\nb"),)),
    "packed on the wire": snapshot(
        headers=(("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("Content-Length", "7"))
    ),
    "sent on": snapshot(redirects=(URL,), final_url="https://www.example.gov.cn/new.html"),
    "large": snapshot(bytes(range(256)) * 20_000),
    "looks like an archive": snapshot(b"WARC/1.1\r\nWARC-Type: response\r\n\r\n\r\n\r\n" + bytes([31, 139, 8, 0])),
}


@pytest.mark.parametrize("kept", SNAPSHOTS.values(), ids=SNAPSHOTS.keys())
def test_what_is_kept_is_read_back_byte_for_byte(
    kept: Snapshot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(written(kept))
    checked(path, capsys)
    ((record, body),) = of_type(path.read_bytes(), "response")
    assert body == kept.body
    assert record.http_headers.get_statuscode() == str(kept.status)
    assert record.http_headers.get_header("Content-Length") == str(len(kept.body))
    assert record.rec_headers.get_header("WARC-Payload-Digest") == f"sha256:{kept.digest}"
    assert record.rec_headers.get_header("WARC-Date") == "2024-03-01T08:00:00.250000Z"
    assert record.rec_headers.get_header("WARC-Target-URI").isascii()


def test_other_tools_index_it_and_write_it_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, again = tmp_path / "a.warc.gz", tmp_path / "b.warc.gz"
    path.write_bytes(written(*SNAPSHOTS.values()))
    Indexer(["offset", "warc-type"], [str(path)], str(tmp_path / "index")).process_all()
    kinds = [json.loads(line)["warc-type"] for line in (tmp_path / "index").read_text("utf-8").splitlines()]
    assert kinds.count("response") + kinds.count("revisit") == len(SNAPSHOTS)
    Recompressor(str(path), str(again)).recompress()
    assert "No Errors Found" in capsys.readouterr().out
    assert [body for _, body in records(again.read_bytes())] == [body for _, body in records(path.read_bytes())]


def test_the_same_bytes_at_the_same_address_are_a_revisit() -> None:
    later = snapshot(fetched_at=AT + timedelta(days=1), headers=(("ETag", '"b"'),))
    elsewhere = replace(later, url=URL + "?2", final_url=URL + "?2")
    data = written(snapshot(), later, elsewhere)
    (first, _), (other, _) = of_type(data, "response")
    ((revisit, _),) = of_type(data, "revisit")
    head = revisit.rec_headers
    assert head.get_header("WARC-Profile").endswith("/1.1/revisit/identical-payload-digest")
    assert head.get_header("WARC-Refers-To-Target-URI") == URL
    assert head.get_header("WARC-Refers-To-Date") == first.rec_headers.get_header("WARC-Date")
    assert head.get_header("WARC-Refers-To") == first.rec_headers.get_header("WARC-Record-ID")
    assert revisit.http_headers.get_header("ETag") == '"b"'
    assert other.rec_headers.get_header("WARC-Target-URI") == URL + "?2"


def test_a_server_that_said_not_modified_is_a_revisit_of_the_last_response() -> None:
    stream = io.BytesIO()
    out = WarcOut(stream)
    assert not out.not_modified(URL, AT)
    out.snapshot(snapshot())
    assert out.not_modified(URL, AT + timedelta(hours=1))
    ((revisit, _),) = of_type(stream.getvalue(), "revisit")
    assert revisit.rec_headers.get_header("WARC-Profile").endswith("/server-not-modified")
    assert revisit.rec_headers.get_header("WARC-Refers-To-Date") == "2024-03-01T08:00:00.250000Z"
    assert revisit.rec_headers.get_header("Content-Length") == "0"


def test_a_request_says_that_it_was_put_together_afterwards() -> None:
    ((request, _),) = of_type(written(snapshot(url=URL + "?a=1", final_url=URL + "?a=1")), "request")
    assert "afterwards" in request.rec_headers.get_header("Palimpsest-Rebuilt")
    assert (request.http_headers.protocol, request.http_headers.statusline) == ("GET", "/zwgk/t1.html?a=1 HTTP/1.1")
    assert request.http_headers.headers == [("Host", "www.example.gov.cn"), ("User-Agent", "palimpsest/9 (tests)")]
    response = of_type(written(snapshot()), "response")[0][0]
    assert of_type(written(snapshot()), "request")[0][0].rec_headers.get_header(
        "WARC-Concurrent-To"
    ) == response.rec_headers.get_header("WARC-Record-ID")


def test_no_request_is_made_up_for_what_others_captured_or_a_browser_drew() -> None:
    assert of_type(written(snapshot(), ours=False), "request") == []
    drawn = snapshot(headers=((RENDERED_BY, "Chromium"), ("Content-Type", "text/html; charset=utf-8")))
    assert of_type(written(drawn), "request") == []
    assert of_type(written(drawn), "response")[0][0].http_headers.get_header(RENDERED_BY) == "Chromium"


def test_where_a_page_was_sent_on_the_way_is_named_and_no_answer_invented() -> None:
    data = written(SNAPSHOTS["sent on"])
    ((response, _),) = of_type(data, "response")
    ((way, fields),) = of_type(data, "metadata")
    assert response.rec_headers.get_header("WARC-Target-URI") == "https://www.example.gov.cn/new.html"
    assert response.rec_headers.get_header("Palimpsest-Page") == URL
    assert way.rec_headers.get_header("WARC-Target-URI") == URL
    assert way.rec_headers.get_header("WARC-Refers-To") == response.rec_headers.get_header("WARC-Record-ID")
    assert fields.decode() == f"redirected: {URL}\r\nanswered: https://www.example.gov.cn/new.html\r\n"


def test_headers_of_the_wire_are_renamed_and_what_names_a_version_stands_in_the_record() -> None:
    data = written(SNAPSHOTS["packed on the wire"], extra={"Palimpsest-Version": "3", "Palimpsest-Link": "ab\r\nc: d"})
    ((response, _),) = of_type(data, "response")
    assert response.http_headers.get_header("Content-Encoding") is None
    assert response.http_headers.get_header("X-Archive-Orig-Content-Encoding") == "gzip"
    assert response.http_headers.get_header("X-Archive-Orig-Content-Length") == "7"
    assert response.rec_headers.get_header("Palimpsest-Version") == "3"
    assert response.rec_headers.get_header("Palimpsest-Link") == "ab c: d"


def test_bytes_of_a_header_outside_ascii_are_as_received() -> None:
    raw = written(SNAPSHOTS["bytes in a header"])
    assert b"X-Title: \xcd\xa8\xd6\xaa\r\n" in gzip.decompress(raw)


def test_the_same_snapshots_make_the_same_bytes() -> None:
    assert written(*SNAPSHOTS.values()) == written(*SNAPSHOTS.values())
