"""Pages whose scripts want more than to be read: nothing else is reached, and every visit ends, in time."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest

from crawler.decode import decode
from crawler.fetch import browser, parts
from crawler.model import FailureReason, FetchFailed, Snapshot
from tests.chromium import assert_ended, browsers, command, needs_proc
from tests.crawler.fetch.test_fetch_render import shell
from tests.outside import Outside

SAY = "const say = what => document.getElementById('main').append(what + ';');"


@contextmanager
def listening_for_datagrams() -> Iterator[tuple[int, list[bytes]]]:
    """A UDP port on loopback, and what arrives there."""
    heard: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(0.1)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                with suppress(OSError):
                    heard.append(ear.recv(2000))

        listener = threading.Thread(target=listen)
        listener.start()
        try:
            yield ear.getsockname()[1], heard
        finally:
            over.set()
            listener.join()


async def said(draw, path: str, **fields) -> str:
    """What the page says in the end."""
    got = await draw(path, **fields)
    assert isinstance(got, Snapshot), got
    assert got.rendered
    assert "页脚" in decode(got).text, "the page was read to its end"
    return decode(got).text


# ---- where it may not go ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "script",
    [
        "fetch('{there}').then(() => say('got'), () => say('refused'))",
        "fetch('/redirect').then(() => say('got'), () => say('refused'))",
        "fetch('http://169.254.169.254/latest/').then(() => say('got'), () => say('refused'))",
        "fetch('http://[::ffff:127.0.0.1]:{port}/').then(() => say('got'), () => say('refused'))",
        "fetch('file:///etc/passwd').then(() => say('got'), () => say('refused'))",
        "const a = new XMLHttpRequest(); a.open('GET', '{there}', false); "
        "try {{ a.send(); say('got') }} catch {{ say('refused') }}",
        "const a = document.createElement('script'); a.src = '{there}'; a.onload = () => say('got'); "
        "a.onerror = () => say('refused'); document.body.append(a)",
        "const a = document.createElement('iframe'); a.src = '{there}'; a.onload = () => say('refused'); "
        "document.body.append(a)",
        "const a = new Image(); a.src = '{there}'; a.onload = () => say('got'); a.onerror = () => say('refused')",
        "const a = new WebSocket('ws://127.0.0.1:{port}/'); a.onopen = () => say('got'); "
        "a.onerror = () => say('refused')",
        "const a = new Worker(URL.createObjectURL(new Blob([`fetch('{there}').then(() => postMessage('got'), "
        "() => postMessage('refused'))`]))); a.onmessage = event => say(event.data)",
    ],
)
async def test_nothing_on_our_own_network_is_reached(site, draw, script):
    """The source's own host and port are in its configuration; another port of the same machine is not."""
    with Outside() as inside:
        there = inside.url("/secret")
        site.redirect("/redirect", there)
        site.page("/a.html", shell(SAY + script.format(there=there, port=inside.port)))
        assert "refused;" in await said(draw, "/a.html")
        assert inside.connections == 0


async def test_what_goes_around_proxies_reaches_nothing_either(site, draw):
    with Outside() as inside, listening_for_datagrams() as (port, heard):
        script = f"""
            const a = new RTCPeerConnection({{iceServers: [
                {{urls: 'stun:127.0.0.1:{port}'}},
                {{urls: 'turn:127.0.0.1:{port}', username: 'a', credential: 'b'}},
                {{urls: 'turn:127.0.0.1:{inside.port}?transport=tcp', username: 'a', credential: 'b'}}]}});
            a.createDataChannel('a'); a.createOffer().then(offer => a.setLocalDescription(offer));
            try {{ new WebTransport('https://127.0.0.1:{port}/').ready.catch(() => 0) }} catch {{}}
            fetch('/slow').finally(() => say('done'))
        """
        hints = "".join(f"<link rel='{kind}' href='{inside.url()}'>" for kind in ("preconnect", "prefetch", "preload"))
        site.page("/a.html", shell(SAY + script, head=hints))
        site.raw("/slow", lambda wire: wire.pause(2))
        assert "done;" in await said(draw, "/a.html")
        assert inside.connections == 0
        assert heard == []


async def test_a_redirect_to_a_file_is_refused(site, draw):
    site.redirect("/a.html", "file:///etc/passwd")
    got = await draw("/a.html")
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.REFUSED_SCHEME


@pytest.mark.parametrize(
    "script",
    [
        "location.href = '/other'",
        "onload = () => location.replace('/other')",
        "location.reload()",
        "location = 'about:blank'",
        "location = 'file:///etc/passwd'",
        "location = 'mailto:a@example.org'",
        "document.head.insertAdjacentHTML('beforeend', '<meta http-equiv=refresh content=\"0;url=/other\">')",
        "document.body.insertAdjacentHTML('beforeend', '<form id=f method=post action=/other></form>'); f.submit()",
        "document.body.insertAdjacentHTML('beforeend', '<a id=a href=/other></a>'); a.click()",
        "document.body.insertAdjacentHTML('beforeend', '<iframe srcdoc=\"<script>top.location=`/other`<\\/script>\">')",
        "window.open('/other')",
        "alert(1); confirm(2); prompt(3); print(); onbeforeunload = event => event.preventDefault(); window.close()",
        "history.pushState({}, '', '/other')",
        "navigator.serviceWorker.register('/other')",
        "XMLSerializer.prototype.serializeToString = () => 'mine'; "
        "Object.defineProperty(Element.prototype, 'outerHTML', {get: () => 'mine'})",
    ],
)
async def test_the_page_stays_and_is_read_to_its_end(site, draw, script):
    """Wherever its scripts would send a reader: what an injected one wants to hide is read, a challenge stays one."""
    site.page("/a.html", shell(SAY + script + "; say('ran')"))
    assert "ran;" in await said(draw, "/a.html")
    assert site.paths == ["/robots.txt", "/a.html"]


async def test_a_page_that_its_scripts_have_left_is_no_content(site, draw):
    site.page("/a.html", shell("history.pushState({}, '', '/b.html'); history.go(-2); onload = () => history.back()"))
    got = await draw("/a.html", deadline=timedelta(seconds=5))
    assert isinstance(got, FetchFailed), got.body.decode()


# ---- how much and how long ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "script",
    [
        "for (;;);",
        "onload = () => setTimeout(() => { for (;;); }, 50)",
        "fetch('/never')",
        "document.write('<script src=/never></' + 'script>')",
        "const again = () => fetch('/tick').then(() => setTimeout(again, 100)); again()",
    ],
)
async def test_a_page_that_comes_to_no_end_ends_at_the_deadline(site, draw, script):
    site.raw("/never", lambda wire: wire.hang())
    site.page("/tick", "")
    site.page("/a.html", shell(script))
    site.page("/b.html", shell(SAY + "say('well')"))
    assert "well;" in await said(draw, "/b.html")
    began = time.monotonic()
    got = await draw("/a.html", deadline=timedelta(seconds=3))
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.TIMEOUT
    assert time.monotonic() - began < 8
    assert "well;" in await said(draw, "/b.html")


async def test_bodies_over_the_cap_are_failures(site, draw):
    site.page("/large.html", shell("x" * 200_000))
    site.page("/a.html", shell("fetch('/large.html')"))
    for path in ("/large.html", "/a.html"):
        got = await draw(path, max_bytes=100_000)
        assert isinstance(got, FetchFailed)
        assert got.reason is FailureReason.TOO_LARGE
        assert "100,000" in got.detail


async def test_all_parts_together_have_a_cap_too(site, draw, monkeypatch):
    monkeypatch.setattr(parts, "MAX_BYTES", 100_000)
    site.page("/part", "x" * 30_000)
    site.page("/a.html", shell("for (let n = 0; n < 5; n++) fetch('/part?' + n)"))
    got = await draw("/a.html")
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.TOO_LARGE


async def test_a_page_may_not_ask_without_end(site, draw):
    site.page("/part", "")
    site.page("/a.html", shell("setInterval(() => fetch('/part'), 5)"))
    got = await draw("/a.html")
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.TOO_LARGE
    assert len(site.paths) <= parts.MAX_PARTS + 2


async def test_a_page_that_writes_without_measure_is_a_failure(site, draw):
    script = "const a = 'x'.repeat(1 << 20); for (let n = 0; n < 20; n++) document.head.append(new Comment(a))"
    site.page("/a.html", shell(script))
    got = await draw("/a.html")
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.TOO_LARGE


async def test_a_page_that_makes_its_browser_crash_is_a_failure_of_its_own(site, draw):
    """A heap without bounds ends the page, not the machine, and the next page is drawn."""
    site.page("/a.html", shell("const a = []; for (;;) a.push(new Array(1e6).fill(1.5))"))
    site.page("/b.html", shell(SAY + "say('well')"))
    got = await draw("/a.html")
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.RENDER
    assert "crash" in got.detail
    assert "well;" in await said(draw, "/b.html")


# ---- the browser's own life ---------------------------------------------------------------------------------------


@needs_proc
async def test_a_browser_that_was_killed_is_started_anew_and_none_is_left_at_the_end(site, draw):
    site.page("/a.html", shell(SAY + "say('well')"))
    site.page("/b.html", shell("fetch('/never')"))
    site.raw("/never", lambda wire: wire.hang())
    assert "well;" in await said(draw, "/a.html")
    first = {one for one in browsers(os.getpid()) if "--remote-debugging-pipe" in command(one)}
    assert first
    under_way = asyncio.create_task(draw("/b.html"))
    await asyncio.sleep(1)
    for process in first:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    lost = await under_way
    assert isinstance(lost, FetchFailed)
    assert lost.reason is FailureReason.RENDER
    assert "well;" in await said(draw, "/a.html")
    before = browsers(os.getpid())
    await draw.aclose()
    assert_ended(before)


@needs_proc
@pytest.mark.parametrize(("limit", "value"), [("IDLE_SECONDS", 0.1), ("PAGES", 1)])
async def test_a_browser_that_rests_or_has_drawn_enough_ends_and_another_goes_on(site, draw, monkeypatch, limit, value):
    monkeypatch.setattr(browser, limit, value)
    site.page("/a.html", shell(SAY + "say('well')"))
    assert "well;" in await said(draw, "/a.html")
    first = browsers(os.getpid())
    assert first
    if limit == "IDLE_SECONDS":
        await asyncio.sleep(1)
        assert_ended(first)
    assert "well;" in await said(draw, "/a.html")
    assert_ended(first)


async def test_a_visit_that_is_stopped_takes_its_page_along(site, draw):
    site.page("/a.html", shell("fetch('/never')"))
    site.page("/b.html", shell(SAY + "say('well')"))
    site.raw("/never", lambda wire: wire.hang())
    under_way = asyncio.create_task(draw("/a.html"))
    await asyncio.sleep(2)
    assert "/never" in site.paths
    under_way.cancel()
    with pytest.raises(asyncio.CancelledError):
        await under_way
    assert "well;" in await said(draw, "/b.html")
