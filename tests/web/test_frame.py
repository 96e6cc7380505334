"""The frame around every page: what a reader chooses is remembered, and no address leads anywhere else."""

from __future__ import annotations

import pytest

from tests.web.drawn import browser, served
from tests.web.shelf import NOW, QUIET, asker
from web import create_app
from web.safe import local_path


@pytest.mark.parametrize(
    ("given", "cookie"),
    [
        ({"theme": "dark"}, "palimpsest_theme=dark"),
        ({"lang": "zh-Hans"}, "palimpsest_language=zh-Hans"),
        ({"times": "own"}, "palimpsest_times=own"),
    ],
)
def test_a_choice_is_remembered_and_leads_back(ask, given, cookie):
    """Without a script: a link that sets a cookie and returns to the page it stood on."""
    answer = ask("/reader", back="/changes?kind=edited", **given)
    assert (answer.status_code, answer.headers["location"]) == (303, "/changes?kind=edited")
    assert answer.headers["set-cookie"].startswith(cookie)


@pytest.mark.parametrize(
    "back",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "/\t/evil.example", "\\\\evil", "javascript:1", ""],
)
def test_the_switch_is_no_open_redirect(ask, back):
    """A link into the reading room that leads to somewhere else would lend it our name."""
    assert local_path(back) == "/"
    assert ask("/reader", theme="dark", back=back).headers["location"] == "/"


def test_a_wrong_choice_is_refused(ask):
    """And never becomes a cookie."""
    answer = ask("/reader", theme="x; path=/")
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><script>', "auto")])
def test_the_theme_is_drawn_by_the_server(ask, cookie, theme):
    """So that no page flashes in the wrong one."""
    assert f'data-theme="{theme}"' in ask("/", headers={"Cookie": f"palimpsest_theme={cookie}"}).text


def test_times_are_told_by_both_clocks(ask):
    """The source's is shown and the reader's stands beside it; or the other way round, where the reader wants that."""
    zone = "palimpsest_zone=Europe%2FLisbon"
    shown = ask("/page", url=QUIET, headers={"Cookie": zone}).text
    assert (
        'title="2026-03-02 09:00:00+08:00 Asia/Shanghai · 2026-03-02 01:00:00+00:00 Europe/Lisbon">2026-03-02 09:00<'
        in shown
    )
    assert "Show them in Europe/Lisbon" in shown
    own = ask("/page", url=QUIET, headers={"Cookie": f"{zone}; palimpsest_times=own"}).text
    assert 'Asia/Shanghai">2026-03-02 01:00<' in own


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Nowhere/At_all", "%00", "x" * 5000, ""])
def test_a_zone_that_is_none_is_passed_over(ask, zone):
    """What a cookie says is not believed to be a file name."""
    assert ask("/", headers={"Cookie": f"palimpsest_zone={zone}; palimpsest_times=own"}).status_code == 200


def test_a_source_has_its_own_clock(shelf):
    """Where the configuration says that its site lives elsewhere."""
    ask = asker(create_app(shelf.history, clock=lambda: NOW, zones={"press": "Asia/Urumqi"}))
    assert ">2026-03-02 07:00</time>" in ask("/changes").text


def test_the_browser_tells_its_clock_once_and_is_answered_by_it(app):
    """At first by the script of the frame, then by the server; in the reader's own where that is wished."""
    with served(app) as origin, browser() as drawn:  # noqa: SIM117 - the browser is there before its windows
        with drawn.new_context(timezone_id="Europe/Lisbon", locale="en-GB") as context:
            page = context.new_page()
            page.goto(origin + "/changes?kind=edited")
            time = page.locator("time[title]").first
            assert time.get_attribute("title").endswith(" · 2026-03-02 04:00:00 Europe/Lisbon")
            page.reload()
            assert time.get_attribute("title").endswith(" · 2026-03-02 04:00:00+00:00 Europe/Lisbon")
            assert time.inner_text() == "2026-03-02 12:00"
            page.get_by_role("link", name="Show them in Europe/Lisbon").click()
            assert page.url == origin + "/changes?kind=edited"
            assert time.inner_text() == "2026-03-02 04:00"
