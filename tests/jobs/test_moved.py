"""An article that is lost at one address and found at another of its source has moved, in either order."""

from __future__ import annotations

from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS, Town
from tests.jobs.test_gone import kinds, state
from tests.outside import Answer

NEW = "/xxgk/2021/tz1.html"


def lose(town: Town, number: int) -> None:
    town.unlisted.add(number)
    town.list_them()
    town.outside.page(town.path(number), "gone", status=404)


def visit(desk: Desk, url: str, times: int = 2) -> list[str]:
    for _ in range(times):
        desk("check", url)
    return kinds(desk, url)


def test_the_new_address_found_first(watched: Desk, town: Town) -> None:
    new = town.copy(1, NEW)
    watched("check", "--all")
    lose(town, 1)
    assert visit(watched, town.url(1), 1) == ["created"]
    assert visit(watched, town.url(1), 1) == ["created", "moved"]
    (moved, _) = watched.json("changes", town.url(1))
    assert (moved["summary"], moved["change"], moved["minor"]) == (f"moved to {new}", "1..1", False)
    assert state(watched, town.url(1)) == "moved"
    assert visit(watched, town.url(1), 3) == ["created", "moved"], "told once"
    town.publish(1)
    assert visit(watched, town.url(1), 1) == ["created", "moved", "restored"]


def test_the_old_address_lost_before_the_new_is_found(watched: Desk, town: Town) -> None:
    lose(town, 1)
    town.copy(1, NEW)
    watched("check", "--all")
    assert kinds(watched, town.url(1)) == ["created"]
    assert visit(watched, town.url(1), 1) == ["created", "moved"]


def test_a_removal_already_told(watched: Desk, town: Town) -> None:
    lose(town, 1)
    assert visit(watched, town.url(1)) == ["created", "removed"]
    town.copy(1, NEW)
    watched("check", "--all")
    visit(watched, town.url(1), 1)
    assert (kinds(watched, town.url(1)), state(watched, town.url(1))) == (["created", "removed", "moved"], "moved")


def test_a_redirect_to_the_column_and_a_soft_404_are_losses_too(watched: Desk, town: Town) -> None:
    town.copy(1, NEW)
    town.copy(2, "/xxgk/2021/tz2.html")
    watched("check", "--all")
    town.outside.redirect(town.path(1), "/zwgk/index.html")
    town.outside.page(town.path(2), "<html><body><h1>提示信息</h1><p>您访问的页面不存在</p></body></html>")
    for number in (1, 2):
        assert visit(watched, town.url(number)) == ["created", "moved"]


def test_what_is_at_no_live_address_is_removed(watched: Desk, town: Town) -> None:
    """A second address that is lost as well, and another article under the same title, are no new places."""
    town.copy(1, NEW)
    town.articles[2] = tuple(f"{PARAGRAPHS[0]}（第{n}次修订）" for n in range(3))
    other = town.copy(2, "/xxgk/2021/tz2.html")
    town.publish(2)
    watched("check", "--all")
    town.outside.page(NEW, "gone", status=404)
    visit(watched, town.outside.url(NEW))
    for number in (1, 2):
        lose(town, number)
        assert visit(watched, town.url(number))[-1] == "removed"
    assert state(watched, other) == "live"


def test_an_address_that_was_there_before_is_none_to_move_to(watched: Desk, town: Town) -> None:
    """Of two addresses the later is lost: the article is where it always was, and this address is gone."""
    new = town.copy(1, NEW)
    watched("check", "--all")
    town.outside.answer(NEW, lambda asked: Answer(b"gone", 404))
    assert visit(watched, new) == ["created", "removed"]
