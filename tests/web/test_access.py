"""What a screen reader, a keyboard and weak eyes need: WCAG 2.2 AA on every page, as axe sees it, and by hand."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from store import Role, Store, open_store
from tests.web.drawn import browser, served
from tests.web.shelf import GONE, HOSTILE, NOW, QUIET
from web import create_app

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}


def at(path: str, **query: object) -> str:
    return f"{path}?{urlencode(query)}" if query else path


PAGES = [
    at("/"),
    at("/changes"),
    at("/changes", kind="edited"),
    at("/findings"),
    at("/findings", open=1, kind="mojibake"),
    at("/pages"),
    at("/sources"),
    at("/source", name="press"),
    at("/search"),
    at("/search", q="学校食堂"),
    at("/search", q="学校食堂", oldest=1),
    at("/health"),
    at("/notifications"),
    at("/notifications", state="dead"),
    at("/events"),
    at("/events", source="press"),
    at("/page", url=QUIET),
    at("/page", url=QUIET, oldest=1),
    at("/page", url=GONE),
    at("/page", url=HOSTILE),
    at("/version", url=QUIET, n=2),
    at("/version", url=HOSTILE, n=2),
    at("/diff", url=QUIET, a=1, b=2),
    at("/diff", url=QUIET, a=1, b=2, view="sides"),
    at("/diff", url=HOSTILE, a=1, b=2),
    at("/finding", id=1),
    at("/finding", id=99999),
    at("/nowhere"),
    at("/page", url="https://unknown.example/"),
]
# Each language and each theme once: colours know nothing of languages.
MANNERS = [("en", "light"), ("zh-Hans", "dark")]


@pytest.fixture(scope="module")
def origin(shelf: Store) -> Iterator[str]:
    with served(create_app(shelf.history, clock=lambda: NOW)) as url:
        yield url


@pytest.fixture(scope="module")
def drawn() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


def broken(page: Page) -> list[str]:
    """What axe has against what is shown, each with the element."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{page.url} {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize(("language", "theme"), MANNERS)
def test_every_page_can_be_read_by_all(drawn: Browser, origin: str, language: str, theme: str) -> None:
    wrong = []
    with drawn.new_context(locale=language, color_scheme=theme) as context:
        page = context.new_page()
        for path in PAGES:
            page.goto(origin + path)
            assert page.locator("html").get_attribute("lang") == language
            wrong += broken(page)
    assert not wrong, "\n".join(wrong)


def test_so_can_a_narrow_screen(drawn: Browser, origin: str) -> None:
    """At 320 CSS pixels, which is also a zoom of 400 %, nothing has to be scrolled sideways."""
    wrong = []
    with drawn.new_context(viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        for path in PAGES:
            page.goto(origin + path)
            wrong += broken(page)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > 320:
                wrong.append(f"{page.url} is {width} wide")
    assert not wrong, "\n".join(wrong)


def test_a_chosen_theme_holds_against_that_of_the_system(drawn: Browser, origin: str) -> None:
    """The switch needs no script."""
    ground = "getComputedStyle(document.body).backgroundColor"
    with drawn.new_context(color_scheme="light", java_script_enabled=True) as context:
        page = context.new_page()
        page.goto(origin)
        light = page.evaluate(ground)
        with page.expect_navigation():
            page.click("nav.switch >> text=Dark")
        dark = page.evaluate(ground)
        assert page.url == origin + "/"
        assert light != dark
        assert broken(page) == []
        page.emulate_media(color_scheme="dark")
        with page.expect_navigation():
            page.click("nav.switch >> text=Light")
        assert page.evaluate(ground) == light
        assert broken(page) == []


def test_the_keyboard_reaches_everything_and_is_seen(drawn: Browser, origin: str) -> None:
    """The first stop skips the navigation; every stop after it has an outline, in the order of the page."""
    with drawn.new_context() as context:
        page = context.new_page()
        page.goto(origin + "/findings")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        box = page.locator(".skip").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.goto(origin + "/findings")
        stops = page.evaluate(
            "Array.from(document.querySelectorAll('a[href],button,input:not([type=hidden]),select,summary,textarea'))"
            ".filter(one => one.checkVisibility()).length"
        )
        tops = []
        for _ in range(stops):
            page.keyboard.press("Tab")
            style = page.evaluate(
                "(({outlineStyle, outlineWidth}) => outlineStyle + ' ' + outlineWidth)"
                "(getComputedStyle(document.activeElement))"
            )
            assert style != "none 0px", page.evaluate("document.activeElement.outerHTML")
            tops.append(page.evaluate("document.activeElement.tagName"))
        assert "SELECT" in tops
        assert tops.count("A") > 10


def test_the_login_form_is_read_by_all_and_says_what_is_wrong(drawn: Browser, tmp_path) -> None:
    with open_store(tmp_path, None) as store:
        store.people.add("lin", Role.EDITOR, "no hash", NOW)
        with served(create_app(store.history, clock=lambda: NOW, people=store.people)) as url:
            for language, theme in MANNERS:
                with drawn.new_context(locale=language, color_scheme=theme) as context:
                    page = context.new_page()
                    page.goto(url + "/changes")
                    assert page.url == url + "/login?next=%2Fchanges"
                    assert broken(page) == []
                    page.keyboard.type("lin")
                    page.keyboard.press("Tab")
                    page.keyboard.type("wrong wrong wrong")
                    page.keyboard.press("Enter")
                    page.wait_for_selector("[role=alert]")
                    assert page.locator("#password").get_attribute("aria-describedby") == "problem"
                    assert page.evaluate("document.activeElement.id") == "password"
                    assert broken(page) == []
