"""The frame and the lists in a real browser: readable by everybody, in either theme, at any width; nothing fires."""

from __future__ import annotations

import pytest

from tests.web.browser import browser, served
from tests.web.shelf import SCRIPT

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

PATHS = (
    "/?since=365d",
    "/changes",
    "/findings",
    "/pages?order=last_checked",
    "/sources",
    "/source?name=press",
    "/search?q=script",
    "/search",
    "/health",
    "/no/such/place",
)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@pytest.fixture(scope="module")
def room(app):
    """The origin of a reading room of hostile pages."""
    with served(app) as origin:
        yield origin


@pytest.fixture(scope="module")
def chrome():
    with browser() as opened:
        yield opened


@pytest.fixture
def opened(chrome):
    """Opens a page as a reader with these wishes would; what it logged as an error stands in `errors`."""
    contexts, errors = [], []

    def open_page(url, *, checked=False, **wishes):
        context = chrome.new_context(bypass_csp=checked, timezone_id="Europe/Lisbon", **wishes)
        contexts.append(context)
        page = context.new_page()
        page.on("dialog", lambda dialog: (errors.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(url)
        return page

    open_page.errors = errors
    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "wishes", [{"color_scheme": "light", "locale": "en-GB"}, {"color_scheme": "dark", "locale": "zh-CN"}]
)
def test_everybody_can_read_it(room, opened, path, wishes):
    """WCAG 2.2 AA as far as a machine can tell: contrast, names, order, the size of what is touched."""
    page = opened(room + path, checked=True, **wishes)
    found = axe.Axe().run(page, options={"runOnly": list(RULES)}).response["violations"]
    assert not [(one["id"], one["nodes"][0]["html"], one["nodes"][0].get("failureSummary")) for one in found]


@pytest.mark.parametrize("path", PATHS)
def test_it_fits_a_narrow_screen(room, opened, path):
    """At 320 pixels nothing has to be scrolled sideways but tables and charts within themselves."""
    page = opened(room + path, viewport={"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("path", PATHS[:-1])
def test_nothing_that_was_scraped_fires(room, opened, path):
    """No dialog, no error, no request but to ourselves; the policy had nothing to refuse."""
    asked = []
    page = opened(room + path)
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.wait_for_load_state("networkidle")
    assert not opened.errors
    assert {url.startswith(room) for url in asked} == {True}


def test_a_reader_filters_searches_and_switches(room, opened):
    """By the keyboard and the links that are there: what was chosen stays with the next page."""
    page = opened(room, locale="en-GB")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_label("kind of change").select_option("removed")
    page.get_by_role("button", name="Show").click()
    assert "kind=removed" in page.url
    assert page.get_by_label("kind of change").input_value() == "removed"
    page.get_by_role("link", name="Dark").click()
    assert "kind=removed" in page.url
    assert page.locator("html").get_attribute("data-theme") == "dark"
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(22, 22, 26)"
    page.get_by_role("link", name="简体中文").click()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.get_by_role("searchbox").fill("学校食堂")
    page.keyboard.press("Enter")
    assert page.locator("h1").inner_text() == "搜索"
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_the_clock_of_the_reader_is_told_beside_that_of_the_source(room, opened):
    """At first by the script of the frame, then by the server, and by the reader's alone where that is wished."""
    page = opened(room + "/changes", locale="en-GB")
    assert "Europe/Lisbon" in page.locator("time[title]").first.get_attribute("title")
    page.get_by_role("link", name="Show them in Europe/Lisbon").or_(page.locator("body")).first.wait_for()
    page.reload()
    assert "Asia/Shanghai" in page.locator("time[title]").first.get_attribute("title")
    before = page.locator("time[title]").first.inner_text()
    page.get_by_role("link", name="Show them in Europe/Lisbon").click()
    assert page.url == room + "/changes"
    assert page.locator("time[title]").first.inner_text() != before


def test_a_list_is_downloaded(room, opened):
    """As a file with a name, not shown."""
    page = opened(room + "/findings", locale="en-GB")
    with page.expect_download() as waited:
        page.get_by_role("link", name="JSON lines").click()
    assert waited.value.suggested_filename == "findings.jsonl"
    assert SCRIPT.replace('"', '\\"') in waited.value.path().read_text("utf-8")
