"""A page that answers 200 with what its host says of any address: gone, in words that no list of wordings has."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS, Town
from tests.jobs.test_gone import kinds, state
from tests.outside import Answer, Asked, HungUp

EXCUSE = "哎呀，好像走错了门。您可以回到首页，或者用上方的检索框再试一次，也可以拨打热线电话咨询工作人员。"
NEWS = tuple(f"本市第{n}批便民服务事项清单已经编制完成，涉及户籍、社保、医保等多个领域，即日起施行。" for n in range(9))
SIBLING = re.compile(r"/zwgk/202106/t\d{9}_\d{9}\.html$")


def page(title: str, *paragraphs: str, script: str = "") -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body>"
        "<div class='nav'><a href='/'>首页</a><a href='/zwgk/'>政务公开</a></div>"
        f"<h1>{title}</h1><div class='content'>{body}</div>{script}</body></html>"
    )


def excuse(asked: Asked) -> Answer:
    """It repeats the address, and has a number of its own every time."""
    excuse.count = getattr(excuse, "count", 100) + 1  # type: ignore[attr-defined]
    number = excuse.count  # type: ignore[attr-defined]
    text = page("某市门户", EXCUSE, f"您输入的是 {asked.path}", f"编号 {number}")
    return Answer(body=text.encode(), headers=(("Content-Type", "text/html; charset=utf-8"),))


def serve(town: Town, at: str, respond: Callable[[Asked], Answer]) -> None:
    """What the host answers at `at`, and for every address in the folder of articles that nothing is at."""
    town.outside.answer(at, respond)
    town.outside.otherwise(respond)


def siblings(town: Town) -> list[str]:
    return [path for path in town.outside.paths if SIBLING.search(path)]


def test_what_the_host_says_of_any_address_is_a_removal_once_confirmed(watched: Desk, town: Town) -> None:
    serve(town, town.path(1), excuse)
    watched("check", town.url(1))
    assert (kinds(watched, town.url(1)), state(watched, town.url(1))) == (["created"], "failing")
    assert len(siblings(town)) == 1
    watched("check", town.url(1))
    assert (kinds(watched, town.url(1)), state(watched, town.url(1))) == (["created", "removed"], "gone")
    (check, *_) = watched.json("log", town.url(1))
    assert "does not exist" in str(check)
    town.publish(1)
    watched("check", town.url(1))
    assert (kinds(watched, town.url(1)), state(watched, town.url(1))) == (["created", "removed", "restored"], "live")


def test_a_folder_is_asked_once_for_all_its_pages(watched: Desk, town: Town) -> None:
    for number in (1, 2, 3):
        town.outside.answer(town.path(number), excuse)
    town.outside.otherwise(excuse)
    watched("check", town.url(1), town.url(2), town.url(3))
    assert {state(watched, town.url(number)) for number in (1, 2, 3)} == {"failing"}
    assert len(siblings(town)) == 1


def test_where_the_host_knows_its_addresses_a_page_rewritten_whole_is_content(watched: Desk, town: Town) -> None:
    town.outside.page(town.path(1), page("便民服务事项清单", *NEWS))
    watched("check", town.url(1))
    assert len(siblings(town)) == 1
    assert kinds(watched, town.url(1))[1:] != []
    assert state(watched, town.url(1)) == "live"


def test_another_answer_for_the_sibling_leaves_the_page_its_content(watched: Desk, town: Town) -> None:
    serve(town, "/nowhere.html", excuse)
    town.outside.page(town.path(1), page("便民服务事项清单", *NEWS))
    watched("check", town.url(1))
    assert len(siblings(town)) == 1
    assert state(watched, town.url(1)) == "live"


def test_nobody_is_asked_where_nothing_is_suspected(watched: Desk, town: Town) -> None:
    town.outside.otherwise(excuse)
    town.publish(1, (*PARAGRAPHS[:2], "三、本通知自发布之日起施行，此前规定与本通知不一致的，以本通知为准。"))
    town.publish(2, NEWS)
    watched("check", town.url(1), town.url(2), town.url(3))
    assert kinds(watched, town.url(2)) == ["created", "edited"], "rewritten under its own headline"
    assert siblings(town) == []


def test_a_site_that_says_one_thing_at_every_address_says_nothing_of_a_page(watched: Desk, town: Town) -> None:
    """A notice in unknown words all over a site: neither content nor a deletion, and over when it is over."""
    serve(town, town.path(1), excuse)
    town.outside.answer("/zwgk/index.html", excuse)
    for _ in range(3):
        watched("check", town.url(1))
    assert (kinds(watched, town.url(1)), state(watched, town.url(1))) == (["created"], "failing")
    town.publish(1)
    watched("check", town.url(1))
    assert (kinds(watched, town.url(1)), state(watched, town.url(1))) == (["created"], "live")


def test_where_the_listing_is_not_answered_the_whole_site_may_be_down(watched: Desk, town: Town) -> None:
    serve(town, town.path(1), excuse)
    town.outside.answer("/zwgk/index.html", be_busy)
    for _ in range(3):
        watched("check", town.url(1))
    assert (kinds(watched, town.url(1)), state(watched, town.url(1))) == (["created"], "failing")


def hang_up(asked: Asked) -> Answer:
    raise HungUp


def refuse(asked: Asked) -> Answer:
    return Answer(b"no", 403)


def be_busy(asked: Asked) -> Answer:
    return Answer(b"no", 503)


def challenge(asked: Asked) -> Answer:
    return Answer(page("安全验证", "请完成下方验证后继续访问").encode(), headers=(("Content-Type", "text/html"),))


@pytest.mark.parametrize("respond", [hang_up, refuse, be_busy, challenge])
def test_a_sibling_that_is_not_answered_decides_nothing(
    watched: Desk, town: Town, respond: Callable[[Asked], Answer]
) -> None:
    """Content stays content; a page already missed stays missed, and is not back as its own replacement."""
    town.outside.answer(town.path(1), excuse)
    town.outside.answer(town.path(2), excuse)
    town.outside.otherwise(excuse)
    town.outside.page("/robots.txt", "", content_type="text/plain")
    watched("check", town.url(1))
    town.outside.otherwise(respond)
    watched("check", town.url(1), town.url(2))
    assert (kinds(watched, town.url(1)), state(watched, town.url(1))) == (["created"], "failing")
    assert len(kinds(watched, town.url(2))) == 2
    assert state(watched, town.url(2)) == "live"


def test_a_page_rewritten_after_it_was_missed_is_back_where_no_sibling_is_ever_answered(
    watched: Desk, town: Town
) -> None:
    town.outside.page(town.path(1), "gone", status=404)
    watched("check", town.url(1))
    town.outside.page("/robots.txt", "", content_type="text/plain")
    town.outside.otherwise(refuse)
    town.outside.page(town.path(1), page("便民服务事项清单", *NEWS))
    states = []
    for _ in range(6):
        watched("check", town.url(1))
        states.append(state(watched, town.url(1)))
    assert states == ["failing"] * 5 + ["live"]


def test_foreign_matter_at_every_address_is_told_and_no_deletion(watched: Desk, town: Town) -> None:
    junk = "".join(
        f'<a href="http://s{n}.example.top/">{word}</a> | '
        for n, word in enumerate(["澳门新葡京娱乐场", "真人百家乐", "时时彩计划", "亚洲精品无码", "国产免费视频"])
    )
    hacked = page("澳门新葡京娱乐场", f"{junk} {junk}")
    serve(town, town.path(1), lambda asked: Answer(hacked.encode(), headers=(("Content-Type", "text/html"),)))
    watched("check", town.url(1))
    assert kinds(watched, town.url(1)) == ["created", "injected"]
    assert siblings(town) == []


def test_a_first_visit_that_finds_next_to_nothing_asks_too(watched: Desk, town: Town) -> None:
    town.publish(4)
    serve(town, town.path(4), excuse)
    watched("check", "--all")
    watched("check", town.url(4))
    assert (kinds(watched, town.url(4)), state(watched, town.url(4))) == ([], "gone")


def test_a_board_that_is_at_every_address_is_never_gone(desk: Desk, town: Town) -> None:
    """Its figures move, all of its text once: its host answers any address with it, and it is there."""
    board = {"text": page("疫情数据看板", "今日新增 12 例", "累计治愈 300 例")}

    def answer(asked: Asked) -> Answer:
        return Answer(board["text"].encode(), headers=(("Content-Type", "text/html"),))

    serve(town, "/board/view.html", answer)
    town.outside.answer("/", answer)
    url = town.outside.url("/board/view.html")
    desk.config.write_text(f'[[source]]\nname = "board"\nurl = "{url}"\nhost_delay = "0s"\n', encoding="utf-8")
    desk("check")
    for text in (
        page("疫情数据看板", "今日新增 15 例", "累计治愈 312 例"),
        page("疫情数据看板", *NEWS),
        page("数据总览", "本页改版，按区县列出", "各区数字见下表", "每日十时更新"),
    ):
        board["text"] = text
        desk("check", url)
        assert state(desk, url) == "live"
    assert len(kinds(desk, url)) == 4
    assert "removed" not in kinds(desk, url)


def test_a_history_told_anew_still_knows_what_was_asked_on_its_day(watched: Desk, town: Town) -> None:
    """Beside responses of the past nobody can be asked: what the host said then, and where the article went, holds."""
    serve(town, town.path(1), excuse)
    for _ in range(2):
        watched("check", town.url(1))
    town.copy(2, "/xxgk/2021/tz2.html")
    watched("check", "--all")
    town.outside.page(town.path(2), "gone", status=404)
    for _ in range(2):
        watched("check", town.url(2))
    told = [(kinds(watched, town.url(number)), state(watched, town.url(number))) for number in (1, 2)]
    assert told == [(["created", "removed"], "gone"), (["created", "moved"], "moved")]
    watched("reextract", "--all")
    assert [(kinds(watched, town.url(number)), state(watched, town.url(number))) for number in (1, 2)] == told
