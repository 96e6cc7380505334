"""What differs by itself is learned and masked, what flips is noted once, a template is one event; an edit is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS, Town, configuration
from tests.outside import Outside

FIRST, *REST = PARAGRAPHS
COUNTER = "本文已被转发{0}次"


def visit(desk: Desk, town: Town, paragraphs: tuple[str, ...], number: int = 2, tail: str = "") -> list[str]:
    """The page says this at one more visit; the kinds of Change that it made."""
    town.publish(number, paragraphs, tail=tail)
    before = len(desk.json("changes", town.url(number)))
    assert desk("check", town.url(number)).status == 0
    changes = desk.json("changes", town.url(number))
    return [change["kind"] for change in changes[: len(changes) - before]]


def masks(desk: Desk) -> list[Any]:
    return [line for line in desk.json("explain") if line["what"] == "mask" and line["masked"]]


def test_a_counter_in_the_text_is_learned_and_masked(watched: Desk, town: Town) -> None:
    told = [visit(watched, town, (*PARAGRAPHS, COUNTER.format(100 + n))) for n in range(8)]
    assert told[:1] == [["edited"]]
    assert sum(map(len, told)) <= 3
    assert told[3:] == [[]] * 5
    (mask,) = masks(watched)
    assert (mask["source"], mask["kind"], mask["shape"]) == ("town", "figure", "本文已被转发#次")
    assert "visits" in mask["why"]


def learned(desk: Desk, town: Town) -> None:
    for n in range(6):
        visit(desk, town, (*PARAGRAPHS, COUNTER.format(100 + n)))


def test_an_edit_beside_a_masked_counter_is_told_without_it(watched: Desk, town: Town) -> None:
    learned(watched, town)
    edited = (FIRST, REST[0].replace("30", "35"), REST[1], COUNTER.format(999))
    assert visit(watched, town, edited) == ["edited"]
    summary = watched.json("changes", town.url(2))[0]["summary"]
    assert "30→35" in summary
    assert "999" not in summary


def test_a_masked_place_that_says_something_unlike_is_told(watched: Desk, town: Town) -> None:
    learned(watched, town)
    assert visit(watched, town, (*PARAGRAPHS, "本文已被有关部门要求删除，共3次")) == ["edited"]


def test_a_masked_place_that_comes_to_rest_at_another_figure_is_told(watched: Desk, town: Town) -> None:
    """A figure that was masked and stops moving is a figure again: late, and not lost."""
    learned(watched, town)
    told = [visit(watched, town, (*PARAGRAPHS, COUNTER.format(777))) for _ in range(6)]
    assert sum(map(len, told)) == 1
    assert masks(watched) == []
    assert "777" in watched.json("changes", town.url(2))[0]["summary"]


def test_what_one_page_taught_holds_for_the_source(watched: Desk, town: Town) -> None:
    learned(watched, town)
    visit(watched, town, (*PARAGRAPHS, COUNTER.format(5)), number=1)
    assert visit(watched, town, (*PARAGRAPHS, COUNTER.format(6)), number=1) == []


def test_a_figure_that_moves_now_and_then_is_never_masked(watched: Desk, town: Town) -> None:
    told = []
    for n in (30, 35, 35, 35, 40, 40, 40, 45, 45, 50):
        told += visit(watched, town, (FIRST, f"收费标准为人均{n}元", *REST))
    assert told == ["edited"] * 5
    assert masks(watched) == []


def test_random_recommendations_under_a_heading_are_masked(watched: Desk, town: Town) -> None:
    def page(n: int) -> tuple[str, ...]:
        items = (f"第{n}{k}批项目集中开工仪式举行" for k in "甲乙丙")
        return (*PARAGRAPHS, "猜你喜欢", *items, "以上内容仅供参考，请以文件为准。")

    told = [visit(watched, town, page(n)) for n in range(8)]
    assert told[4:] == [[]] * 4
    assert any(mask["kind"] == "block" and mask["place"] == "猜你喜欢" for mask in masks(watched))
    assert visit(watched, town, (*page(9)[:-1], "本通知自即日起废止，不再执行。", page(9)[-1])) == ["edited"]


def test_lines_under_a_heading_that_are_edited_now_and_then_are_told(watched: Desk, town: Town) -> None:
    told = []
    for n, who in enumerate("甲乙乙乙丙丙丙丁丁丁戊"):
        # Other bytes, so that no 304 spares the page from being read.
        told += visit(
            watched, town, (*PARAGRAPHS, "附件目录", f"食材采购公示表（{who}）", "二〇二一年六月"), tail=f"<!-- {n} -->"
        )
    assert told == ["edited"] * 5
    assert masks(watched) == []


def test_a_session_token_in_a_files_address_is_masked(watched: Desk, town: Town, outside: Outside) -> None:
    def tail(n: int) -> str:
        return f'<p>附件：<a href="/zwgk/202106/a.pdf?sid=8f3a{n}">附件1</a></p>'

    outside.page("/zwgk/202106/a.pdf", b"%PDF-1.7 one", content_type="application/pdf")
    told = [visit(watched, town, PARAGRAPHS, tail=tail(n)) for n in range(8)]
    assert told[4:] == [[]] * 4
    outside.page("/zwgk/202106/a.pdf", b"%PDF-1.7 another", content_type="application/pdf")
    assert visit(watched, town, PARAGRAPHS, tail=tail(9)) == ["attachments"]
    assert "replaced behind the same link" in watched.json("changes", town.url(2))[0]["summary"]
    assert any(mask["kind"] == "query" and mask["shape"] == "sid" for mask in masks(watched))


OTHER = (FIRST, "一、各学校可以自行决定是否公示食材采购情况，人均标准另行通知。", REST[1])


def test_a_text_that_flips_becomes_one_note(watched: Desk, town: Town) -> None:
    told = [visit(watched, town, OTHER if n % 2 == 0 else PARAGRAPHS) for n in range(10)]
    assert told[:2] == [["edited"], ["edited"]]
    assert told[2:] == [[]] * 8
    (note,) = watched.json("findings", "--open", "--kind", "flip_flop")
    assert note["page"] == town.url(2)
    assert note["evidence"]["turns"] >= 8
    assert any(line["what"] == "note" for line in watched.json("explain", "town"))


def test_a_third_text_ends_the_note_and_is_told(watched: Desk, town: Town) -> None:
    for n in range(5):
        visit(watched, town, OTHER if n % 2 == 0 else PARAGRAPHS)
    assert visit(watched, town, (FIRST, "全文已删除，请勿转载。", REST[1])) == ["edited"]
    assert watched.json("findings", "--open", "--kind", "flip_flop") == []


def test_a_text_that_stays_ends_the_note_and_is_the_version(watched: Desk, town: Town) -> None:
    for n in range(3):
        visit(watched, town, OTHER if n % 2 == 0 else PARAGRAPHS)
    told = [visit(watched, town, OTHER) for _ in range(8)]
    assert sum(map(len, told)) == 1
    assert watched.json("findings", "--open", "--kind", "flip_flop") == []
    assert watched.json("show", town.url(2))[0]["paragraphs"] == list(OTHER)


@pytest.fixture
def many(desk: Desk, town: Town) -> Desk:
    """Eight articles, visited once."""
    for number in range(1, 9):
        town.publish(number, (*PARAGRAPHS, f"四、本通知第{number}条由市教育局负责解释，自发布之日起执行。"))
    desk.config.write_text(configuration(town), encoding="utf-8")
    assert desk("check").status == 0
    return desk


def reframe(town: Town, line: str, numbers: range) -> None:
    for number in numbers:
        town.publish(number, (*town.articles[number], line))


def test_the_same_lines_on_many_pages_are_one_event_of_the_source(many: Desk, town: Town) -> None:
    line = "温馨提示：本站内容仅供参考，转载请注明出处。"
    reframe(town, line, range(1, 9))
    assert many("check", "--all").status == 0
    edited = many.json("changes", "--kind", "edited")
    assert len(edited) == 8
    assert all(change["minor"] and change["summary"].startswith("template of the source") for change in edited)
    (event,) = [one for one in many.json("explain", "town") if one["what"] == "template"]
    assert (event["source"], event["pages"]) == ("town", 8)
    assert line[:10] in event["summary"]


def test_a_template_is_told_once_and_not_for_every_page(many: Desk, town: Town, outside: Outside) -> None:
    """What waited to be told of its first pages is taken back when it turns out to be the template's."""
    outside.page("/told", b"")
    more = f'notify = ["webhook+{outside.url("/told")}"]\n'
    many.config.write_text(configuration(town, more=more), encoding="utf-8")
    reframe(town, "温馨提示：本站内容仅供参考，转载请注明出处。", range(1, 9))
    assert many("check", "--all").status == 0
    (told,) = [json.loads(asked.body) for asked in outside.requests if asked.path == "/told"]
    assert [item["what"] for item in told["items"]] == ["event"]
    assert told["subject"].startswith("town: template of the source")


def test_the_same_words_in_every_title_are_one_event_too(
    many: Desk, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Town, "title", staticmethod(lambda number: f"【归档】关于规范食堂采购管理工作的第{number}号通知")
    )
    reframe(town, "", range(1, 9))
    assert many("check", "--all").status == 0
    retitled = many.json("changes", "--kind", "retitled")
    assert len(retitled) == 8
    assert all(change["minor"] for change in retitled)
    assert [one["pages"] for one in many.json("explain") if one["what"] == "template"] == [8]


def test_the_same_name_replaced_on_many_pages_is_told_of_each(many: Desk, town: Town) -> None:
    """Words inside a paragraph are a page's own, however many say the same."""
    for number, paragraphs in town.articles.items():
        town.publish(number, (paragraphs[0], paragraphs[1].replace("食材", "原料"), *paragraphs[2:]))
    assert many("check", "--all").status == 0
    assert [change["minor"] for change in many.json("changes", "--kind", "edited")] == [False] * 8


def visit_each(desk: Desk, town: Town) -> None:
    """One after the other, as the politeness of a host wants it."""
    for number in town.articles:
        assert desk("check", town.url(number)).status == 0


def test_the_same_figure_changed_on_many_pages_is_an_edit_of_each_and_no_counter(many: Desk, town: Town) -> None:
    reframe(town, "收费标准：每生每月30元", range(1, 9))
    visit_each(many, town)
    before = len(many.json("changes"))
    for number, paragraphs in town.articles.items():
        town.publish(number, (*paragraphs[:-1], "收费标准：每生每月35元"))
    visit_each(many, town)
    assert len(many.json("changes")) == before + 8
    assert masks(many) == []


def test_figures_changed_on_many_pages_at_once_are_all_told_by_the_next_visit(many: Desk, town: Town) -> None:
    """Each its own: from the third page on they look like counters. They stand still, and every page is told of."""
    for number, paragraphs in town.articles.items():
        town.publish(number, (*paragraphs, f"收费标准：每生每月{30 + number}元"))
    visit_each(many, town)
    for number, paragraphs in town.articles.items():
        town.publish(number, (*paragraphs[:-1], f"收费标准：每生每月{50 + 2 * number}元"))
    for _ in range(3):
        visit_each(many, town)
    assert masks(many) == []
    for number in town.articles:
        assert f"{50 + 2 * number}元" in many.json("show", town.url(number))[0]["paragraphs"][-1]
        assert str(50 + 2 * number) in many.json("changes", town.url(number))[0]["summary"]


def test_the_same_lines_on_two_pages_are_two_changes(many: Desk, town: Town) -> None:
    reframe(town, "本通知已于本月废止。", range(1, 3))
    assert many("check", "--all").status == 0
    assert [change["minor"] for change in many.json("changes", "--kind", "edited")] == [False, False]


def test_an_edit_among_many_changed_templates_is_told(many: Desk, town: Town) -> None:
    reframe(town, "温馨提示：本站内容仅供参考，转载请注明出处。", range(1, 9))
    paragraphs = town.articles[4]
    town.publish(4, (paragraphs[0], paragraphs[1].replace("30", "35"), *paragraphs[2:]))
    assert many("check", "--all").status == 0
    told = [change for change in many.json("changes", "--kind", "edited") if not change["minor"]]
    assert [(change["page"], "30→35" in change["summary"]) for change in told] == [(town.url(4), True)]
