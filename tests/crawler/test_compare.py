"""What counts as a change, what kind it is, how much it weighs, and how it is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.compare import compare, similarity
from crawler.model import Article, Attachment, Change, ChangeKind

BASE = Article(
    title="关于收费标准的通知",
    published="2021-06-15",
    issuer="市发改委",
    paragraphs=("一、收费标准为人均 30 元。", "二、本通知自发布之日起执行。", "三、由市发改委负责解释。"),
    attachments=(Attachment(url="https://e.example/a.pdf", name="附件1"),),
)


def test_the_same_content_is_no_change_whatever_the_white_space() -> None:
    """Layout moves spaces and paragraph boundaries; neither is an edit."""
    respaced = replace(
        BASE, paragraphs=("一、收费标准为人均30元。 ", "二、本通知自发布\u3000之日起执行。三、由市发改委负责解释。")
    )
    assert compare(BASE, respaced, numbers=(1, 2)) is None


def test_a_space_between_latin_words_counts() -> None:
    one, two = Article(paragraphs=("a therapist here",)), Article(paragraphs=("a the rapist here",))
    assert compare(one, two, numbers=(1, 2)) is not None


@pytest.mark.parametrize(
    ("after", "kind", "fields"),
    [
        (replace(BASE, title="关于价格的通知"), ChangeKind.RETITLED, ("title",)),
        (replace(BASE, published="2021-06-16"), ChangeKind.REDATED, ("published",)),
        (replace(BASE, issuer="市政府"), ChangeKind.REISSUED, ("issuer",)),
        (replace(BASE, attachments=()), ChangeKind.ATTACHMENTS, ("attachments",)),
        (replace(BASE, paragraphs=BASE.paragraphs[:2]), ChangeKind.EDITED, ("body",)),
        (replace(BASE, title="x", paragraphs=BASE.paragraphs[:2]), ChangeKind.EDITED, ("title", "body")),
    ],
)
def test_the_kind_is_that_of_the_weightiest_field(after: Article, kind: ChangeKind, fields: tuple[str, ...]) -> None:
    change = compare(BASE, after, numbers=(1, 2))
    assert change is not None
    assert (change.kind, change.fields, change.address) == (kind, fields, "1..2")


def test_what_no_reader_sees_is_no_change() -> None:
    """Author, captions and evidence are kept and make no Version."""
    assert compare(BASE, replace(BASE, captions=("图片",), evidence={"x": 1}), numbers=(1, 2)) is None


def test_typography_alone_is_minor_and_weighs_nothing() -> None:
    after = replace(BASE, paragraphs=("一、收费标准为人均 ３０ 元。", *BASE.paragraphs[1:]))
    change = compare(BASE, after, numbers=(1, 2))
    assert change is not None
    assert (change.minor, change.significance) == (True, 0.0)


def test_the_summary_names_the_figure_and_the_paragraph() -> None:
    after = replace(BASE, paragraphs=("一、收费标准为人均 35 元。", BASE.paragraphs[1]))
    change = compare(BASE, after, numbers=(1, 2))
    assert change is not None
    assert "30→35" in change.summary
    assert "paragraph 3 removed" in change.summary


def test_a_removed_paragraph_outweighs_a_changed_word() -> None:
    word = compare(BASE, replace(BASE, paragraphs=(*BASE.paragraphs[:2], "三、由市发改委解释。")), numbers=(1, 2))
    paragraph = compare(BASE, replace(BASE, paragraphs=BASE.paragraphs[:2]), numbers=(1, 2))
    assert word is not None
    assert paragraph is not None
    assert paragraph.significance > word.significance > 0


def test_similarity_is_one_for_the_same_and_small_for_another_text() -> None:
    assert similarity(BASE, BASE) == 1.0
    assert similarity(BASE, Article(paragraphs=("完全不同的另一篇文章",))) < 0.5


def edited(old: str, new: str) -> Change:
    """The Change of an article whose second paragraph says something else."""
    paragraphs = ("第一段没有变化，仍然是原来的内容。", old)
    change = compare(
        Article(title="通知", paragraphs=paragraphs),
        Article(title="通知", paragraphs=(paragraphs[0], new)),
        numbers=(1, 2),
    )
    assert change is not None
    return change


@pytest.mark.parametrize(
    ("old", "new", "key", "told"),
    [
        ("人均标准为 30 元。", "人均标准为 35 元。", "figures", "30→35"),
        ("会议定于2026年3月1日召开。", "会议定于2026年4月1日召开。", "dates", "3→4"),
        ("会议由副市长李明主持。", "会议由副市长王芳主持。", "names", "李明→王芳"),
        ("由市住建局负责解释。", "由市城管局负责解释。", "offices", "住建→城管"),
        (
            "Signed by Director Jane Smith today.",
            "Signed by Director John Young today.",
            "names",
            "Jane Smith→John Young",
        ),
        ("The limit is 1,957 cases.", "The limit is 2,004 cases.", "figures", "1,957→2,004"),
    ],
)
def test_figures_dates_names_and_offices_are_pulled_out(old: str, new: str, key: str, told: str) -> None:
    """For people in the summary, for programs in the evidence; and they weigh more than another word."""
    change = edited(old, new)
    assert told in change.summary
    assert list(change.evidence) == [key]
    assert change.significance > edited("这里说的是这件事。", "这里说的是那件事。").significance


def test_removed_neighbours_are_told_together_with_how_the_first_begins() -> None:
    paragraphs = tuple(f"第{number}段说的是另外一件事情。" for number in "一二三四五六")
    change = compare(Article(paragraphs=paragraphs), Article(paragraphs=paragraphs[:2]), numbers=(1, 2))
    assert change is not None
    assert change.summary == f"paragraphs 3–6 removed: “{paragraphs[2]}”"


def test_a_figure_is_told_before_other_words() -> None:
    """Four places fit into the line; what people look for must be among them."""
    old = "甲方应当按时支付。乙方应当按时交付。丙方可以到场。丁方不得到场。戊方可以旁听。费用为 30 元。"
    new = "甲方应当及时支付。乙方应当及时交付。丙方必须到场。丁方可以到场。戊方不得旁听。费用为 35 元。"
    assert edited(old, new).summary.startswith("费用为 30→35 元")


def test_of_a_long_title_only_what_differs_is_told() -> None:
    old = "示例市人民政府办公室关于进一步加强全市学校食堂食材采购和食品安全管理工作的紧急通知"
    change = compare(
        Article(title=old, paragraphs=("一",)),
        Article(title=old.replace("紧急", ""), paragraphs=("一",)),
        numbers=(1, 2),
    )
    assert change is not None
    assert change.summary == "title 品安全管理工作的 −紧急 通知"


def test_an_attachment_that_came_is_named_alone() -> None:
    more = replace(BASE, attachments=(*BASE.attachments, Attachment(url="https://e.example/b.pdf", name="附件2")))
    change = compare(BASE, more, numbers=(1, 2))
    assert change is not None
    assert change.summary == "attachment added: 附件2 <https://e.example/b.pdf>"


_LINES = st.lists(st.sampled_from(["一", "一 ", " a", "a", "b c", "b", "c", "", "a b"]), max_size=6).map(tuple)


@given(before=_LINES, after=_LINES)
def test_there_is_a_change_where_the_digests_differ(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """What is compared are the paragraphs between those that stayed; a digest is of all of them."""
    one, two = Article(paragraphs=before), Article(paragraphs=after)
    assert (compare(one, two, numbers=(1, 2)) is None) == (one.digest == two.digest)
