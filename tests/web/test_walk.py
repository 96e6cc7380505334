"""Somebody walks through the reading room of the demo site in a real browser, with what the tracker really found."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from crawler.model import ChangeKind
from jobs.demo.site import spam_items
from jobs.demo.story import tell_story
from jobs.wiring import utc_now
from store import Role, Store, open_store
from tests.web.drawn import browser, served
from web import create_app
from web.door.passwords import hashed

PASSWORD = "correct horse 电池"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("walk") / "demo"
    assert asyncio.run(tell_story(folder, once=True))
    with open_store(folder) as opened:
        opened.archive.index()
        yield opened


@pytest.fixture(scope="module")
def drawn(store: Store) -> Iterator[Browser]:
    """After the store is filled: while this lives, no other loop can run in its thread."""
    with browser() as opened:
        yield opened


def is_error(said: ConsoleMessage) -> bool:
    """What a browser says of a raw snapshot's scripts and styles is what the frame around it is for."""
    return said.type == "error" and "/raw" not in said.location["url"] + said.text


@contextmanager
def visitor(drawn: Browser, store: Store, locale: str = "en-GB") -> Iterator[Page]:
    """A page of a browser that is at the room's first page; whatever its console says is an error of ours."""
    app = create_app(store.history, clock=utc_now, people=store.people, marks=store.marks)
    with served(app) as origin, drawn.new_context(base_url=origin, locale=locale, accept_downloads=True) as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("console", lambda said: errors.append(said.text) if is_error(said) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(10_000)
        page.goto("/")
        yield page
        assert errors == []


def test_an_edit_is_read_to_its_exact_words(drawn: Browser, store: Store) -> None:
    with visitor(drawn, store) as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("Today")
        page.get_by_role("link", name="Changes", exact=True).click()
        page.get_by_label("kind").select_option("edited")
        page.get_by_role("button", name="Show").click()
        assert "kind=edited" in page.url, "the filter lives in the address"
        expect(page.locator(".list .badge").first).to_be_visible()
        assert set(page.locator(".list .badge").all_inner_texts()) == {"edited"}
        page.locator("main a[href^='/diff']").last.click()
        assert "/diff?" in page.url
        expect(page.locator("ins").first).to_be_visible()
        expect(page.locator("del").first).to_be_visible()
        page.get_by_label("shown").select_option("sides")
        page.get_by_role("button", name="Compare").click()
        assert "view=sides" in page.url
        expect(page.locator("ins").first).to_be_visible()
        again = page.url
        page.goto("/")
        page.goto(again)
        expect(page.locator("ins").first).to_be_visible()


def test_an_injection_is_found_opened_and_acknowledged(drawn: Browser, store: Store) -> None:
    with visitor(drawn, store) as page:
        grave = page.locator(".findings li").filter(has_text="spam block").first
        expect(grave).to_be_visible()
        grave.locator("a[href^='/finding?']").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("spam block")
        assert spam_items()[0] in page.locator(".place mark").first.inner_text()
        page.get_by_label("acknowledge").check()
        page.get_by_label("why").fill("已通知网站管理员 <b>today</b>")
        page.get_by_role("button", name="Note it").click()
        expect(page.locator("#marks ~ ul.list")).to_contain_text("已通知网站管理员 <b>today</b>")
        expect(page.locator("#marks ~ ul.list")).to_contain_text("local")
        (deed,) = [deed for deed in store.people.deeds() if deed.what != "login"]
        assert deed.who == "local"
        page.get_by_role("link", name="the page as received").click()
        expect(page.frame_locator("iframe.raw").locator("body")).to_contain_text("新聞發布會")


def test_what_was_said_is_searched_in_chinese(drawn: Browser, store: Store) -> None:
    with visitor(drawn, store) as page:
        page.get_by_role("searchbox").fill("学校食堂")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=*")
        expect(page.locator("mark").first).to_have_text("学校食堂")
        page.locator(".list .head a").first.click()
        assert "/version?" in page.url
        expect(page.locator("article, .sheet").first).to_contain_text("食堂")


def test_language_and_theme_are_switched_and_kept(drawn: Browser, store: Store) -> None:
    with visitor(drawn, store, "zh-CN") as page:
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        expect(page.get_by_role("heading", level=1)).to_have_text("今日")
        page.get_by_role("link", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Today")
        page.get_by_role("link", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.goto("/findings")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_list_is_taken_along_as_a_file(drawn: Browser, store: Store) -> None:
    with visitor(drawn, store) as page:
        page.goto("/changes?kind=edited")
        with page.expect_download() as csv_file:
            page.get_by_role("link", name="CSV").click()
        rows = list(csv.reader(io.StringIO(Path(csv_file.value.path()).read_text("utf-8-sig"))))
        with page.expect_download() as lines_file:
            page.get_by_role("link", name="JSON lines").click()
        lines = [json.loads(line) for line in Path(lines_file.value.path()).read_text("utf-8").splitlines()]
        assert len(rows) == len(lines) + 1
        assert {line["kind"] for line in lines} == {"edited"}
        assert len(lines) == len(store.history.changes(kind=ChangeKind.EDITED))


def test_every_page_of_the_navigation_opens(drawn: Browser, store: Store) -> None:
    with visitor(drawn, store) as page:
        for name in ("Changes", "Findings", "Pages", "Sources", "Health", "Today"):
            page.get_by_role("link", name=name, exact=True).click()
            expect(page.locator("nav a[aria-current=page]").first).to_have_text(name)
        page.goto("/source?name=demo")
        expect(page.locator("svg").first).to_be_visible()
        page.locator("details summary").first.click()
        expect(page.locator("details table").first).to_be_visible()


def test_a_reader_reads_and_an_editor_writes(drawn: Browser, store: Store) -> None:
    """Last of all: from the first user on the room is closed."""
    hash_ = hashed(PASSWORD)
    store.people.add("lin", Role.EDITOR, hash_, utc_now())
    store.people.add("wu", Role.READER, hash_, utc_now())
    (grave, *_) = store.history.findings(open_only=True, limit=1)
    with visitor(drawn, store) as page:
        for name, writes in (("wu", False), ("lin", True)):
            page.goto(f"/finding?id={grave.id}")
            assert "/login?next=" in page.url
            page.get_by_label("Name").fill(name)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url(f"**/finding?id={grave.id}")
            assert (page.get_by_role("button", name="Note it").count() == 1) is writes
            page.get_by_role("button", name="Log out").click()
            page.wait_for_url("**/login")
