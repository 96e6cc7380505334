"""Hand-wrapped text is joined where that is certain, and nothing else is."""

from __future__ import annotations

from crawler.extract.joining import join_broken

PROSE = (
    "为切实做好今年汛期各项准备工作，确保人民群众生命财产安全，经研究决定，自本月起在全市范围内组织开展"
    "防汛物资储备情况专项检查。各区要高度重视，明确责任分工，于月底前完成自查，并将自查报告及时报送市防办。"
)


def wrapped(text: str, width: int) -> tuple[str, ...]:
    return tuple(text[start : start + width] for start in range(0, len(text), width))


def test_text_wrapped_to_one_width_is_joined_and_the_joins_are_told() -> None:
    lines = wrapped(PROSE, 24)
    paragraphs, joins = join_broken(lines)
    assert "".join(paragraphs) == PROSE
    assert len(paragraphs) == len(lines) - len(joins)
    assert len(joins) >= len(lines) - 2


def test_an_item_after_a_full_line_opens_its_own_paragraph() -> None:
    lines = (*wrapped(PROSE[:72], 24), "二、各单位应当明确专人负责，按时报送。")
    paragraphs, _ = join_broken(lines)
    assert paragraphs[-1] == "二、各单位应当明确专人负责，按时报送。"


def test_ordinary_paragraphs_stay_as_they_are() -> None:
    ordinary = (PROSE, PROSE[:60], PROSE[10:], "完。")
    assert join_broken(ordinary) == (ordinary, ())


def test_a_list_of_titles_of_one_length_is_no_prose() -> None:
    titles = tuple(f"关于印发第{number}批重点建设项目清单及责任分工方案的通知" for number in "一二三四五六")
    assert join_broken(titles) == (titles, ())


def test_a_list_with_a_comma_after_each_item_is_no_prose() -> None:
    """Numbered runs of cases by district: one length, inner punctuation, and each line an item of its own."""
    items = tuple(
        f"第{number}至{number + 90}号样品，抽自示例市{name}辖区内学校食堂，"
        for number, name in ((110, "东"), (310, "西"), (520, "南"), (730, "北"))
    )
    assert join_broken(items) == (items, ())


def test_a_line_that_repeats_is_no_prose() -> None:
    lines = ("示例市地处平原，交通便利，是全国文明城市和卫生",) * 5
    assert join_broken(lines) == (lines, ())


def test_one_broken_sentence_is_not_certain_and_stays() -> None:
    """It is damage, and a finding says so; silently mended, nobody would know."""
    broken = ("会议要求，各部门要高度重视，制定《全市标准质量提升", "方案》，并认真组织实施。")
    assert join_broken(broken) == (broken, ())


def test_latin_words_keep_their_space() -> None:
    lines = (
        "The committee decided, after a long debate",
        "in public, that the budget for the schools",
        "should be kept, and that the report on the",
        "matter be printed.",
    )
    paragraphs, joins = join_broken(lines)
    assert joins == (0, 1, 2)
    assert paragraphs == (" ".join(lines),)


def test_nothing_at_all() -> None:
    assert join_broken(()) == ((), ())
