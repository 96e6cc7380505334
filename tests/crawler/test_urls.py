"""Canonical URLs: one spelling a page, nothing lost that a server might look at, never an exception."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.urls import MAX_LENGTH, canonical, host_of, registrable_hint, same_host

BASE = "http://www.example.gov.cn/xwfb/2021/list.shtml?page=2"


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("HTTP://WWW.Example.gov.cn", "http://www.example.gov.cn/"),
        ("http://a.cn:80/x", "http://a.cn/x"),
        ("https://a.cn:443/x", "https://a.cn/x"),
        ("http://a.cn:443/x", "http://a.cn:443/x"),
        ("http://a.cn/x#top", "http://a.cn/x"),
        ("http://a.cn/x?", "http://a.cn/x?"),
        ("http://user:secret@a.cn/x", "http://a.cn/x"),
        ("http://a.cn/a/./b/../c/%2e%2e/d", "http://a.cn/a/d"),
        ("http://a.cn/../../x", "http://a.cn/x"),
        ("  ht\ntp://a.cn/x\ty\r\n ", "http://a.cn/xy"),
        ("http:\\\\a.cn\\x", "http://a.cn/x"),
        ("http://a.cn./x", "http://a.cn/x"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/"),
        ("http://[0:0::1]:8080/x", "http://[::1]:8080/x"),
    ],
)
def test_one_page_has_one_spelling(written: str, spelling: str) -> None:
    assert canonical(written) == spelling


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("http://a.cn/%d5%fe%b8%ae/x.html", "http://a.cn/%D5%FE%B8%AE/x.html"),
        ("http://a.cn/%41%2F%zz%", "http://a.cn/%41%2F%zz%"),
        ("http://a.cn/x?uid=7&b=2&a=1&a=", "http://a.cn/x?uid=7&b=2&a=1&a="),
        ("http://a.cn/x?u=http://b.cn/../y;z", "http://a.cn/x?u=http://b.cn/../y;z"),
        ("http://a.cn//x//y", "http://a.cn//x//y"),
        ("http://a.cn/X;v=1/Y", "http://a.cn/X;v=1/Y"),
    ],
)
def test_nothing_a_server_may_look_at_is_lost(written: str, spelling: str) -> None:
    """An escape made from GBK bytes decoded as UTF-8 would name another page, or none."""
    assert canonical(written) == spelling


def test_text_beyond_ascii_is_escaped_as_utf8_and_the_host_as_idna() -> None:
    assert canonical("http://中国政府.政务/新闻 1?q=政") == (
        "http://xn--fiqs8sirgfmh.xn--zfr164b/%E6%96%B0%E9%97%BB%201?q=%E6%94%BF"
    )


def test_session_ids_in_the_path_go() -> None:
    """They differ on every visit, so each visit would look like a new page."""
    assert canonical("http://a.cn/x.do;jsessionid=0A1B.node1?id=3") == "http://a.cn/x.do?id=3"
    assert canonical("/x;JSESSIONID=1;v=2", "http://a.cn/") == "http://a.cn/x;v=2"


@pytest.mark.parametrize(
    ("reference", "resolved"),
    [
        ("t1.html", "http://www.example.gov.cn/xwfb/2021/t1.html"),
        ("./../t1.html", "http://www.example.gov.cn/xwfb/t1.html"),
        ("/t1.html", "http://www.example.gov.cn/t1.html"),
        ("//other.gov.cn/t", "http://other.gov.cn/t"),
        ("?page=3", "http://www.example.gov.cn/xwfb/2021/list.shtml?page=3"),
        ("#top", "http://www.example.gov.cn/xwfb/2021/list.shtml?page=2"),
        ("http:t1.html", "http://www.example.gov.cn/xwfb/2021/t1.html"),
        ("https://a.cn/x", "https://a.cn/x"),
        ("t1.html?u=a:b", "http://www.example.gov.cn/xwfb/2021/t1.html?u=a:b"),
    ],
)
def test_relative_references_resolve_as_in_a_browser(reference: str, resolved: str) -> None:
    assert canonical(reference, BASE) == resolved


@pytest.mark.parametrize(
    "reference",
    ["", "  ", "mailto:a@b.cn", "javascript:void(0)", "JavaScript:;", "tel:12345", "data:text/html,x", "file:///etc/x"],
)
def test_what_is_no_page_is_none(reference: str) -> None:
    assert canonical(reference, BASE) is None


@pytest.mark.parametrize(
    "broken",
    [
        "http://[::1",
        "http://[::g]/",
        "http://a:99999999/",
        "http://a:8x/",
        "http://",
        "http://a..cn/",
        "http://a b.cn/",
        "http://%ff/",
        "http://" + "a" * 70 + ".cn/",
        "page.html",
        "http://a.cn/" + "x" * 1_000_000,
        "\x00" * 1000,
    ],
)
def test_malformed_addresses_are_none(broken: str) -> None:
    assert canonical(broken) is None


@given(st.text(max_size=80), st.sampled_from([None, BASE, "http://", "x", "https://[::1]:1/a/b"]))
def test_any_text_gives_a_settled_bounded_answer(text: str, base: str | None) -> None:
    """Canonical means that doing it again changes nothing; and no text, however odd, raises."""
    for reference in (text, "http://" + text, "http://a.cn/" + text):
        spelling = canonical(reference, base)
        if spelling is not None:
            assert spelling.isascii()
            assert len(spelling) <= MAX_LENGTH
            assert canonical(spelling) == spelling


def test_hosts_compare_by_name_and_port() -> None:
    assert host_of("https://A.gov.cn:8443/x") == "a.gov.cn:8443"
    assert host_of("nonsense") == ""
    assert same_host("http://a.cn/x", "http://A.cn:80/y")
    assert not same_host("http://a.cn/", "http://a.cn:8080/")
    assert not same_host("nonsense", "nonsense")


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("news.suqian.gov.cn", "suqian.gov.cn"),
        ("www.example.com", "example.com"),
        ("a.b.example.co.uk:8080", "example.co.uk"),
        ("example.gov.cn", "example.gov.cn"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[::1]", "[::1]"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_the_site_of_a_host(host: str, site: str) -> None:
    assert registrable_hint(host) == site
