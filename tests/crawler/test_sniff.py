"""What is not a page is named before anything tries to read it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.model import Snapshot
from crawler.sniff import not_a_page


def snapshot(body: bytes, content_type: str | None = None) -> Snapshot:
    headers = (("Content-Type", content_type),) if content_type else ()
    url = "https://e.example/a"
    return Snapshot(
        url=url, final_url=url, status=200, headers=headers, body=body, fetched_at=datetime(2026, 1, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        (b"", "text/html", "empty body"),
        (b" \r\n\t ", None, "empty body"),
        (b"%PDF-1.7 ...", "text/html", "PDF"),
        (b"PK\x03\x04rest", "application/octet-stream", "ZIP"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png", "PNG"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4", "video"),
        (b"whatever it is", "application/msword", "application/msword"),
        (bytes(range(256)) * 8, "text/html", "binary"),
    ],
)
def test_other_things_are_named(body: bytes, content_type: str | None, said: str) -> None:
    assert said in (not_a_page(snapshot(body, content_type)) or "")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<html><body>正文</body></html>".encode("gb18030"), "text/html; charset=gb2312"),
        (b"<!DOCTYPE html><p>a", "application/octet-stream"),
        ("纯文本".encode(), "text/plain"),
        ("<html><body>正文很长的一段</body></html>".encode("utf-16"), "text/html"),
        ("只有文字没有标签的页面".encode(), None),
        (b"\x00<html><body>NUL before it</body>", "text/html"),
    ],
)
def test_pages_are_let_through(body: bytes, content_type: str | None) -> None:
    """Servers call pages anything; what looks like markup is read."""
    assert not_a_page(snapshot(body, content_type)) is None
