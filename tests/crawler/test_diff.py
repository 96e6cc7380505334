"""The diff is exact, reads as phrases, and stays bounded on anything."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.diff import Diff, diff
from crawler.model import Article
from crawler.words import tokens

TEXT = st.text(alphabet="市政府发布通知,2021年3 ab.%", max_size=60)
PARAGRAPHS = st.lists(TEXT, max_size=8)


def article(*paragraphs: str) -> Article:
    return Article(title="标题", paragraphs=paragraphs)


def side(found: Diff, dropped: str, places: str) -> list[str]:
    """One side of a diff rebuilt from its spans, in the order of its paragraphs."""
    kept: dict[int, str] = {}
    for hunk in found.hunks:
        place = getattr(hunk, places)
        text = "".join(span.text for span in hunk.spans if span.op != dropped)
        if hunk.op == "move" and hunk.spans[0].op == dropped:
            continue
        if hunk.op == ("insert" if dropped == "insert" else "delete"):
            continue
        kept[place] = text
    # A hunk over a border of paragraphs holds several of them.
    return [text for place in sorted(kept) for text in kept[place].split("\n")]


@settings(max_examples=300, deadline=None)
@given(before=PARAGRAPHS, after=PARAGRAPHS)
def test_a_diff_turns_the_old_text_into_the_new_one_exactly(before: list[str], after: list[str]) -> None:
    """A diff that loses or invents a character proves nothing."""
    found = diff(article(*before), article(*after))
    assert side(found, "insert", "before") == before
    assert side(found, "delete", "after") == after


def test_numbers_dates_and_words_are_never_split() -> None:
    assert tokens("增长3,500.5万 on 2021-06-15") == ["增", "长", "3,500.5", "万", " ", "on", " ", "2021-06-15"]


def test_a_changed_number_is_shown_whole() -> None:
    found = diff(article("人均30元"), article("人均35元"))
    (hunk,) = found.hunks
    assert [(span.op, span.text) for span in hunk.spans] == [
        ("equal", "人均"),
        ("delete", "30"),
        ("insert", "35"),
        ("equal", "元"),
    ]


def test_a_moved_paragraph_is_a_move_and_counts_as_neither_come_nor_gone() -> None:
    before = article("第一段在这里。", "第二段在这里面。", "第三段完全不同的内容。")
    after = article("第三段完全不同的内容。", "第一段在这里。", "第二段在这里面。")
    found = diff(before, after)
    assert {hunk.op for hunk in found.hunks} == {"equal", "move"}
    assert (found.added, found.removed) == (0, 0)


def test_a_similar_paragraph_is_an_edit_even_where_others_moved_around_it() -> None:
    before = article(
        "第一段说人均30元,别的不变。", "要删除的一段话在此处。", "不动的一段文字。", "会移动到最前面去的一段。"
    )
    after = article("会移动到最前面去的一段。", "第一段说人均35元,别的不变。", "不动的一段文字。")
    ops = [hunk.op for hunk in diff(before, after).hunks]
    assert sorted(ops) == ["delete", "edit", "equal", "move", "move"]


def test_a_lone_character_between_two_changes_reads_as_part_of_the_phrase() -> None:
    found = diff(article("会议由张三同志主持召开"), article("会议由李四同事主持召开"))
    assert [span.text for span in found.hunks[0].spans] == ["会议由", "张三同志", "李四同事", "主持召开"]


def test_a_lone_character_between_two_figures_stays() -> None:
    found = diff(article("定于3月8日举行"), article("定于5月9日举行"))
    assert [span.text for span in found.hunks[0].spans] == ["定于", "3", "5", "月", "8", "9", "日举行"]


def test_a_paragraph_that_went_does_not_take_another_ones_partner() -> None:
    """Paired greedily, the first paragraph would take the second one's partner and leave everything crosswise."""
    before = article(
        "發稿單位：觀光局的新聞稿", "台南市政府觀光局今年規劃系列活動。", "台南市長表示，泥塑是以泥土為材料。"
    )
    after = article("臺南市政府觀光局今年規劃系列活動。", "臺南市長表示，泥塑是以泥土為材料。")
    found = diff(before, after)
    assert [hunk.op for hunk in found.hunks] == ["delete", "edit", "edit"]
    assert found.added == 2


def test_a_split_paragraph_marks_the_border_and_not_its_words() -> None:
    whole = "会议研究了防汛工作，要求各单位落实责任。会议还研究了食堂采购工作，要求每月公示价格。"
    first, second = whole[:20], whole[20:]
    for before, after in (((whole,), (first, second)), ((first, second), (whole,))):
        (hunk,) = diff(article(*before), article(*after)).hunks
        assert [span.text for span in hunk.spans if span.op != "equal"] == ["\n"]


def test_nothing_in_common_is_bounded() -> None:
    """The matrix of two 200,000-character texts would take gigabytes; the answer is one deletion, one insertion."""
    found = diff(article("甲" * 200_000), article("乙" * 200_000))
    assert (found.removed, found.added) == (200_000, 200_000)
