"""A hostile site is really visited, and every page of the reading room is opened in a real browser: nothing fires."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from playwright.sync_api import ElementHandle

from crawler.model import Source
from jobs.wiring import sweeper
from store import Store, open_store
from tests.outside import Outside
from tests.web.drawn import Watched, browser, served, watched
from tests.web.hostile import LINKS, PAYLOADS, build
from web import create_app

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
# Of one address with the same questions, so many with other answers are opened.
OF_A_KIND = 20
ASKED = ("q", "source", "kind", "url", "name", "state", "severity", "since", "until", "sort", "cursor", "view", "next")


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """What two visits to all pages of the hostile site brought."""
    clock = Clock()

    async def visit(opened: Store, site: Outside) -> None:
        source = Source(name="<script>alert(1)</script>", url=site.url("/xwfb/"), host_delay=timedelta(0))
        async with sweeper(opened, [source], clock=clock, notify=False) as sweep:
            for round_ in (0, 1):
                build(site, round_)
                await sweep.run(everything=True)
                clock.now += timedelta(hours=6)

    with Outside() as site, open_store(tmp_path_factory.mktemp("xss"), None) as opened:
        asyncio.run(visit(opened, site))
        opened.archive.index()
        yield opened


@pytest.fixture(scope="module")
def seen(store: Store) -> Iterator[Watched]:
    app = create_app(store.history, clock=Clock(), people=store.people, marks=store.marks)
    with served(app) as origin, browser() as drawn, drawn.new_context(locale="en-GB") as context:
        yield watched(context, origin)


def test_the_site_was_read_as_it_is(store: Store) -> None:
    """The payloads came through to where they are shown: else nothing would be tried below."""
    pages = store.history.pages(limit=1000)
    assert len(pages) > len(PAYLOADS)
    titles = "".join(view.title or "" for view in pages)
    assert titles.count("<script>") >= 3
    changes = store.history.changes(limit=1000)
    assert Counter(view.kind.value for view in changes)["created"] > len(PAYLOADS)
    assert len({view.page for view in changes if view.change.before}) >= 10
    assert store.history.findings(limit=1000)


def test_nothing_fires_on_any_page_that_can_be_reached(seen: Watched) -> None:
    """From the first page on every link to our own pages is followed: a new page is tried from its first day."""
    waiting, known, kinds = ["/"], {"/"}, Counter[str]()
    opened: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        if not seen.go(path):
            continue
        seen.look(path)
        opened.add(urlsplit(path).path)
        for link in links(seen):
            if link not in known and kinds[kind_of(link)] < OF_A_KIND:
                known.add(link)
                kinds[kind_of(link)] += 1
                waiting.append(link)
    assert seen.wrong == []
    assert {
        "/",
        "/changes",
        "/findings",
        "/pages",
        "/sources",
        "/page",
        "/version",
        "/diff",
        "/raw",
        "/finding",
    } <= opened


def links(seen: Watched) -> list[str]:
    """The addresses of ours that what is shown leads to, by link, form or frame."""
    found = seen.page.evaluate(
        "Array.from(document.querySelectorAll('a[href],iframe[src],link[rel=alternate]'), one => one.href || one.src)"
    )
    # A feed or a list of JSON leads nowhere further, and is opened all the same.
    return [one[len(seen.origin) :].partition("#")[0] for one in found if one.startswith(seen.origin + "/")]


def kind_of(path: str) -> str:
    parts = urlsplit(path)
    names = sorted(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    shape = re.sub(r"/[^/]*(http|\d{5,}).*", "/*", parts.path)
    return f"{shape}?{names}" if shape != "/reader" else shape


@pytest.mark.parametrize("path", ["/", "/changes", "/findings", "/pages", "/sources", "/search", "/page", "/login"])
def test_nothing_fires_that_is_asked_for(seen: Watched, path: str) -> None:
    """What a link from elsewhere puts into a question is shown again in filters, pagers and refusals."""
    for payload in (*PAYLOADS[:6], PAYLOADS[12], LINKS[0]):
        for names in (ASKED[:1], ASKED[1:]):
            query = urlencode(dict.fromkeys(names, payload), errors="replace")
            seen.go(f"{path}?{query}")
            seen.look(path)
    seen.go("/" + quote(PAYLOADS[0]))
    seen.look("an address")
    assert seen.wrong == []


def test_nothing_fires_in_what_is_replayed(seen: Watched, store: Store) -> None:
    """Opened by itself, a page of theirs comes from our own origin."""
    theirs = 0
    for view in store.history.pages(limit=1000):
        for one in store.history.mementos.of(view.url, limit=2).rows:
            shown = seen.go(f"/memento/{one.at:%Y%m%d%H%M%S}/{view.url}")
            seen.look(f"memento of {view.url}")
            theirs += shown and not seen.page.query_selector("link[href^='/static/']")
    assert theirs > len(PAYLOADS)
    for view in store.history.pages(limit=3):
        for path in ("timemap/link", "timemap/json"):
            seen.go(f"/{path}/{view.url}")
            seen.look(path)
    for path in ("changes", "findings", "pages", "search?q=%E9%80%9A%E7%9F%A5"):
        seen.go(f"/api/v1/{path}")
        seen.look(path)
    for form in ("atom", "json"):
        seen.go(f"/feeds/changes.{form}")
        seen.look(form)
    assert seen.wrong == []


def test_nothing_fires_inside_of_the_frame(seen: Watched, store: Store) -> None:
    """Nor asks for, says or opens anything, left alone or under mouse and keyboard; that it was tried can be seen."""
    tried, drawn = set[str](), 0
    for view in store.history.pages(limit=1000):
        for number in range(1, min(view.versions, 2) + 1):
            asked, before = urlencode({"url": view.url, "n": number}), len(seen.refused)
            assert seen.go(f"/raw/view?{asked}")
            for frame in seen.page.query_selector_all("iframe"):
                drawn += 1
                # Long enough for what refreshes at once.
                seen.page.wait_for_timeout(50)
                assert seen.page.frames[1].url == f"{seen.origin}/raw/html?{asked}"
                meddle(seen, frame)
                assert seen.page.url == f"{seen.origin}/raw/view?{asked}"
            seen.look(f"/raw/view of {view.url}")
            tried |= {asked for url, text in seen.refused[before:] if asked in url + text and "script" in text}
    assert seen.wrong == []
    assert drawn > len(PAYLOADS)
    # Most payloads are a script or its like: that they were there shows in what the browser did not let them do.
    assert len(tried) > len(PAYLOADS) // 2


def meddle(seen: Watched, frame: ElementHandle) -> None:
    """Moves about in a frame with the mouse and from link to link.

    Nothing is followed: where a policy refuses to, the browser now and then never says that the click is over.
    """
    frame.scroll_into_view_if_needed()
    frame.focus()
    box = frame.bounding_box()
    assert box is not None
    for place in range(1, 9):
        seen.page.mouse.move(box["x"] + 30 * place, box["y"] + 20 * place)
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Tab")


def test_no_link_to_a_payload_can_be_followed(seen: Watched, store: Store) -> None:
    """Neither with the mouse nor with the keyboard: what is no http address is no link at all."""
    schemes = Counter[str]()
    for view in store.history.pages(limit=1000):
        for path in (f"/page?{urlencode({'url': view.url})}", f"/version?{urlencode({'url': view.url, 'n': 1})}"):
            seen.go(path)
            found = seen.page.evaluate(
                "Array.from(document.querySelectorAll('a,area,form,button'), one => one.href || one.action || '')"
            )
            schemes.update(urlsplit(one).scheme for one in found if one)
    assert set(schemes) <= {"http", "https"}
    assert seen.wrong == []


def test_the_test_itself_would_see_it(seen: Watched) -> None:
    """On a page that does let payloads run, every watch strikes."""
    page = seen.page
    before = list(seen.wrong)
    page.goto("about:blank")
    page.set_content(f"<body>{PAYLOADS[2]}{PAYLOADS[0]}</body>")
    page.wait_for_function("window.__fired === 1")
    seen.look("a page without a policy")
    told = "\n".join(seen.wrong[len(before) :])
    del seen.wrong[len(before) :]
    for sign in ("a payload fired", "asked for http://evil.invalid", "about:blank: fired"):
        assert sign in told


def test_the_test_itself_would_see_what_a_frame_does(seen: Watched) -> None:
    """One that lets payloads run, in a page that shows nothing of it itself."""
    page, before = seen.page, len(seen.wrong)
    page.goto("about:blank")
    page.set_content(f'<iframe srcdoc="{escape(PAYLOADS[0])}"></iframe>')
    page.wait_for_function("window.frames[0].__fired === 1")
    page.wait_for_timeout(50)
    seen.look("a page with a frame")
    page.set_content('<iframe src="http://evil.invalid/"></iframe>')
    page.wait_for_timeout(50)
    told = "\n".join(seen.wrong[before:])
    del seen.wrong[before:]
    assert "a page with a frame: a payload fired" not in told
    for sign in (
        "about:srcdoc: a frame asked for",
        "about:blank: fired",
        "said fired",
        "asked for http://evil.invalid/",
    ):
        assert sign in told
