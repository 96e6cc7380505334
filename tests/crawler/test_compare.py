"""What counts as a change, what kind it is, how much it weighs, and how it is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.compare import compare, similarity
from crawler.model import Article, Attachment, ChangeKind

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
