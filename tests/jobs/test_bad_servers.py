"""A pass over every bad server at once: it ends, in time, with the right outcome for each, and memory stays flat."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import brotli
import pytest
import zstandard

from tests.jobs.site import Town, configuration
from tests.outside import Outside, Wire

DEADLINE = 3.0
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
MEGABYTE = b"\0" * (1 << 20)


def deflated() -> bytes:
    """512 MB of nothing, half a megabyte long."""
    packer = zlib.compressobj(wbits=31)
    return b"".join(packer.compress(MEGABYTE) for _ in range(512)) + packer.flush()


def pouring(head: bytes, piece: bytes, times: int) -> Callable[[Wire], None]:
    def pour(wire: Wire) -> None:
        wire.send(OK + head)
        for _ in range(times):
            wire.send(piece)

    return pour


def dripping(head: bytes, piece: bytes) -> Callable[[Wire], None]:
    def drip(wire: Wire) -> None:
        wire.send(OK + head)
        while True:
            wire.send(piece)
            wire.pause(0.05)

    return drip


def cut_off(wire: Wire) -> None:
    wire.send(OK + b"Content-Length: 5000\r\n\r\n<p>half of it")
    wire.pause(0.02)
    wire.reset()


def storm(wire: Wire) -> None:
    while True:
        wire.send(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000)


def sized(body: bytes, coding: str) -> bytes:
    return OK + f"Content-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def sent(raw: bytes) -> Callable[[Wire], None]:
    return lambda wire: wire.send(raw)


def bombs() -> dict[str, tuple[Callable[[Wire], None], str]]:
    packed = deflated()
    zeros = zstandard.compress(MEGABYTE * 8) * 64
    return {
        "gzip bomb": (sent(sized(packed, "gzip")), "too_large: a compression bomb"),
        "brotli bomb": (sent(sized(brotli.compress(MEGABYTE * 96, quality=0), "br")), "too_large: a compression bomb"),
        "zstd bomb": (sent(sized(zeros, "zstd")), "too_large: a compression bomb"),
        "bomb in a bomb": (sent(sized(gzip.compress(packed, 1), "gzip, gzip")), "too_large: a compression bomb"),
        "endless body": (pouring(b"\r\n", b"<p>x" * 16_384, 10_000), "too_large: the body is larger than the cap"),
        "sitemap bomb": (
            sent(OK + f"Content-Length: {len(packed)}\r\n\r\n".encode() + packed),
            "gzip data|not well-formed|no article links",
        ),
    }


BAD: dict[str, tuple[Callable[[Wire], None], str]] = {
    "drip": (dripping(b"Content-Length: 100000\r\n\r\n", b"x"), "timeout"),
    "drip of headers": (dripping(b"", b"X: y\r\n"), "timeout"),
    "silence": (lambda wire: wire.hang(), "timeout"),
    # On a busy machine the visit's time may be over before there are too many pieces.
    "tiny chunks": (
        pouring(b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 10_000, 10_000),
        "protocol|timeout",
    ),
    "truncated": (sent(OK + b"Content-Length: 5000\r\n\r\n<p>half of it"), "truncated"),
    "truncated chunks": (sent(OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n<p>half"), "truncated"),
    "truncated gzip": (
        sent(OK + b"Content-Encoding: gzip\r\nContent-Length: 40\r\n\r\n" + gzip.compress(b"<p>" * 9000)[:40]),
        "truncated",
    ),
    "closed mid-body": (cut_off, "truncated"),
    "header flood": (pouring(b"", b"X-Flood: " + b"x" * 1000 + b"\r\n", 50_000), "protocol"),
    "one endless header": (pouring(b"X: ", b"x" * 65_536, 1000), "protocol"),
    "1xx storm": (storm, "protocol"),
    "10,000 cookies": (
        pouring(b"".join(b"Set-Cookie: k%d=%d\r\n" % (n, n) for n in range(10_000)) + b"\r\n", b"<p>x", 1),
        "protocol",
    ),
    "wrong length": (sent(OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n<p>x"), "protocol"),
    "no HTTP": (sent(b"220 ftp ready\r\n"), "protocol"),
    "hangs up": (lambda wire: None, "connect"),
    "redirect loop": (
        sent(b"HTTP/1.1 302 Found\r\nLocation: ?again\r\nContent-Length: 0\r\n\r\n"),
        "too_many_redirects",
    ),
    "301 to a file": (
        sent(b"HTTP/1.1 301 Moved\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"),
        "refused_scheme",
    ),
    "301 to the inside": (
        sent(b"HTTP/1.1 301 Moved\r\nLocation: http://127.1:22/\r\nContent-Length: 0\r\n\r\n"),
        "refused_address",
    ),
}
BARE_LINE_FEEDS = "<html><head><title>通知</title></head><body><h1>关于停水的通知</h1><p>明日停水。</p></body></html>"


@pytest.fixture
def world() -> Iterator[Callable[[], Outside]]:
    """Makes servers, each a host of its own."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Outside())


@pytest.mark.alone
def test_a_pass_over_all_of_them_at_once(tmp_path: Path, town: Town, world: Callable[[], Outside]) -> None:
    """Each is an entry and a page; two passes, for the second meets hosts in trouble."""
    wanted: dict[str, str] = {}
    blocks = [configuration(town)]

    def source(name: str, url: str, said: str) -> None:
        for kind in ("page", "listing"):
            blocks.append(f'[[source]]\nname = "{name}, {kind}"\nurl = "{url}"\nkind = "{kind}"\nhost_delay = "0s"\n')
        wanted[name] = said
        urls[name] = url

    urls: dict[str, str] = {}
    for name, (handler, said) in {**BAD, **bombs()}.items():
        server = world()
        server.raw("/bad.html", handler)
        source(name, server.url("/bad.html"), said)
    for robots in ("hangs", "drips", "loops"):
        server = world()
        server.raw("/robots.txt", {"hangs": lambda wire: wire.hang(), "drips": BAD["drip"][0]}.get(robots, storm))
        server.page("/bad.html", BARE_LINE_FEEDS)
        source(f"robots.txt {robots}", server.url("/bad.html"), "robots_unreachable")
    source("TLS refused", world().url("/bad.html").replace("http:", "https:"), "tls")
    source("no such name", "http://nowhere.invalid/bad.html", "dns|timeout|robots_unreachable")
    source("nobody there", "http://127.0.0.1:9/bad.html", "connect")
    old = world()
    body = BARE_LINE_FEEDS.encode()
    old.raw("/bad.html", sent(b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: %d\n\n" % len(body) + body))
    blocks.append(f'[[source]]\nname = "old"\nurl = "{old.url("/bad.html")}"\nkind = "page"\nhost_delay = "0s"\n')

    config = tmp_path / "sources.toml"
    config.write_text("\n".join(blocks), encoding="utf-8")
    words = [sys.executable, "-m", "tests.jobs.hasty_pass", str(config), str(tmp_path / "data"), str(DEADLINE), "town"]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    passes = json.loads(ran.stdout)
    for one in passes:
        for name, said in wanted.items():
            outcome, detail = one["pages"][urls[name]]
            assert outcome == "failed", (name, outcome, detail)
            assert any(part in detail for part in said.split("|")), (name, detail)
            problem = one["entries"][f"{name}, listing"]
            assert any(part in problem for part in said.split("|")), (name, problem)
        assert {one["pages"][town.url(number)][0] for number in (1, 2, 3)} == {"unchanged"}
    assert [one["pages"][old.url("/bad.html")][0] for one in passes] == ["new", "unchanged"]
    assert passes[-1]["seconds"] < 60
    # An entry may have 64 MB, and one of these pours without end; all the others together take no more than that.
    assert passes[-1]["megabytes"] < 2 * 64
