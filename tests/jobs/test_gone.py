"""Gone and back on a running site: removed once confirmed, by a redirect too, and restored when it is there again."""

from __future__ import annotations

import pytest

from tests.jobs.conftest import Desk
from tests.jobs.site import Town, configuration

HOME = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'><title>示例市人民政府</title></head><body>"
    "<div class='nav'><a href='/zwgk/'>政务公开</a></div><h1>示例市人民政府</h1>"
    "<p>欢迎访问示例市人民政府门户网站，这里提供政务公开、办事服务和政民互动的各类信息。</p></body></html>"
)
SHELL = "<!DOCTYPE html><html><head><title>示例市</title></head><body><div id='app'></div></body></html>"


def kinds(desk: Desk, url: str) -> list[str]:
    """What was told of a page, oldest first."""
    return [change["kind"] for change in desk.json("changes", url)][::-1]


def state(desk: Desk, url: str) -> str:
    return next(str(page["state"]) for page in desk.json("pages") if page["url"] == url)


@pytest.mark.parametrize("target", ["/", "/zwgk/index.html"], ids=["home", "column"])
@pytest.mark.parametrize("body", [HOME, SHELL, None], ids=["text", "script", "as it is"])
@pytest.mark.parametrize("status", [301, 302])
def test_a_redirect_to_a_front_page_is_gone_and_no_edit(
    watched: Desk, town: Town, target: str, body: str | None, status: int
) -> None:
    town.outside.page("/", HOME)
    if body is not None:
        town.outside.page(target, body)
    town.outside.redirect(town.path(1), target, status)
    watched("check", town.url(1))
    assert kinds(watched, town.url(1)) == ["created"]
    watched("check", town.url(1))
    assert (kinds(watched, town.url(1)), state(watched, town.url(1))) == (["created", "removed"], "gone")
    town.publish(1)
    watched("check", town.url(1))
    assert (kinds(watched, town.url(1)), state(watched, town.url(1))) == (["created", "removed", "restored"], "live")


@pytest.mark.parametrize("how", ["redirect", "refresh"])
def test_a_page_that_always_led_elsewhere_did_not_move(desk: Desk, town: Town, how: str) -> None:
    """It is read where it leads, from the first visit on, and what changes there changed."""
    town.publish(1)
    town.serve_at(1, "/show/1.html")
    if how == "redirect":
        town.outside.redirect(town.path(1), "/show/1.html", 302)
    else:
        town.outside.page(town.path(1), '<meta http-equiv="refresh" content="0;url=/show/1.html">')
    desk.config.write_text(configuration(town), encoding="utf-8")
    for _ in range(3):
        desk("check", "--all")
    assert (kinds(desk, town.url(1)), state(desk, town.url(1))) == (["created"], "live")
    town.articles[1] = (*town.articles[1], "四、本通知自印发之日起施行。")
    desk("check", "--all")
    assert (kinds(desk, town.url(1)), state(desk, town.url(1))) == (["created", "edited"], "live")
    assert len(desk.json("pages")) == len(town.articles)


def test_a_time_in_the_configuration_holds_a_removal_back(watched: Desk, town: Town) -> None:
    town.outside.page(town.path(1), "gone", status=404)
    watched.config.write_text(configuration(town, more='gone_after = "6h"\n'), encoding="utf-8")
    for _ in range(3):
        watched("check", town.url(1))
    assert (kinds(watched, town.url(1)), state(watched, town.url(1))) == (["created"], "failing")
    watched.config.write_text(configuration(town, more="gone_visits = 5\n"), encoding="utf-8")
    told = []
    for _ in range(2):
        watched("check", town.url(1))
        told.append(kinds(watched, town.url(1))[1:])
    assert told == [[], ["removed"]]


@pytest.mark.parametrize("line", ["gone_visits = 0", "gone_visits = true", 'gone_visits = "2"', "gone_after = 6"])
def test_what_is_no_limit_is_refused_with_what_would_be_right(desk: Desk, town: Town, line: str) -> None:
    desk.config.write_text(configuration(town, more=line + "\n"), encoding="utf-8")
    answered = desk("check")
    assert answered.status == 2
    assert line.split()[0] in answered.err
    assert "write" in answered.err
