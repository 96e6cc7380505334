"""What an archive's index says, in each of its spellings, and what is wrong with a line."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crawler.archives import NotAnIndex, read_index

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
KEY, STAMP, URL = "cn,gov,example)/a.html", "20210615080000", "https://www.example.gov.cn/a.html"
DIGEST = "MSUZ7UE6YJT5IN7DIXLSN5BKGX62NBFL"
ROW = [KEY, STAMP, URL, "text/html", "200", DIGEST, "382"]
HEADER = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
OBJECT = {"urlkey": KEY, "timestamp": STAMP, "url": URL, "mime": "text/html", "status": "200", "digest": DIGEST}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([HEADER, ROW]),
        json.dumps([ROW]),
        json.dumps([[*HEADER[::-1]], [*ROW[::-1]]]),
        json.dumps([HEADER, ROW]) + "\n",
        json.dumps(OBJECT),
        " ".join(ROW),
        f"{KEY} {STAMP} " + json.dumps({name: OBJECT[name] for name in ("url", "mime", "status", "digest")}),
        json.dumps({**OBJECT, "digest": f"sha1:{DIGEST}"}),
        json.dumps({**OBJECT, "digest": "64a99fd09ec267d437e345d726f42a35fda684ab"}),
    ],
)
def test_each_spelling_says_the_same(text: str) -> None:
    index = read_index(text.encode(), NOW)
    (row,) = index.rows
    assert (row.key, row.stamp, row.url, row.mimetype, row.status) == (KEY, STAMP, URL, "text/html", 200)
    assert row.digest == DIGEST
    assert (index.bad, index.resume, index.lines) == ((), "", 1)


@pytest.mark.parametrize("text", ["", "[]", "[[]]", "\n", json.dumps([HEADER])])
def test_an_index_of_nothing(text: str) -> None:
    index = read_index(text.encode(), NOW)
    assert (index.rows, index.bad, index.lines) == ((), (), 0)


@pytest.mark.parametrize(
    "text",
    [json.dumps([HEADER, ROW, [], ["cn%2Cgov+2021%21"]]), " ".join(ROW) + "\n\ncn%2Cgov+2021%21\n"],
)
def test_the_key_to_go_on_by_stands_after_an_empty_entry(text: str) -> None:
    index = read_index(text.encode(), NOW)
    assert (index.resume, len(index.rows)) == ("cn%2Cgov+2021%21", 1)


def test_of_a_revisit_the_status_is_not_known() -> None:
    (row,) = read_index(json.dumps([[*ROW[:3], "warc/revisit", "-", DIGEST, "9"]]).encode(), NOW).rows
    assert (row.status, row.mimetype) == (None, "warc/revisit")


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><html><body>Sorry</body></html>",
        "Internal Server Error",
        '{"message": "Internal Error"}',
        "x" * 100_000,
        "[" * 100_000,
        '{"a":' * 50_000,
        "\x00\xff\xfe",
    ],
)
def test_what_is_no_index(text: str) -> None:
    with pytest.raises(NotAnIndex) as error:
        read_index(text.encode("latin-1"), NOW)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize(
    ("place", "lie", "said"),
    [
        (1, "2021", "is no time"),
        (1, "20210230000000", "is no time"),
        (1, "２０２１０６１５０８００００", "is no time"),
        (1, "00010101000000", "before there was a web"),
        (1, "20270101000000", "is in the future"),
        (2, "javascript:alert(1)", "is no address"),
        (2, "http://[::1", "is no address"),
        (5, "-", "no digest"),
        (5, "", "no digest"),
    ],
)
def test_a_line_that_cannot_be_meant_is_left_out_and_named(place: int, lie: str, said: str) -> None:
    lying = [*ROW[:place], lie, *ROW[place + 1 :]]
    index = read_index(json.dumps([HEADER, ROW, lying, ROW]).encode(), NOW)
    assert (len(index.rows), index.lines) == (2, 3)
    (bad,) = index.bad
    assert said in bad


@pytest.mark.parametrize(
    "entry", [5, None, [ROW], {"timestamp": [STAMP]}, [KEY], [None] * 7, {"original": {}}, [KEY, STAMP, "{}"]]
)
def test_an_entry_of_another_shape_is_named(entry: object) -> None:
    index = read_index(json.dumps([HEADER, ROW, entry]).encode(), NOW)
    assert (len(index.rows), len(index.bad)) == (1, 1)


def test_cut_off_in_the_middle_what_came_before_is_read() -> None:
    text = ",\n".join(json.dumps([KEY, f"202106150800{second:02d}", *ROW[2:]]) for second in range(10))
    index = read_index(f"[{text}"[:-20].encode(), NOW)
    assert (len(index.rows), len(index.bad)) == (9, 1)
