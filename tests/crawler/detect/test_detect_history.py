"""What only a pair of versions shows: a forged clause, and a text that became another."""

from __future__ import annotations

from dataclasses import replace

from crawler.detect import Case, detect
from crawler.model import Article, Finding, Severity
from tests.crawler.detect.cases import case_of, of_kind, page

GUEST = "<p>活动由市书画院主办，书画院会员张某某出席活动并致辞，现场群众反响热烈。</p>"


def visit(source: str, previous: Case | None = None, earlier: tuple[Finding, ...] = ()) -> Case:
    """The Case of a visit after another one."""
    return replace(case_of(source), previous=previous.article if previous else None, earlier=earlier)


def test_a_title_written_into_an_old_article_is_flagged_with_its_words() -> None:
    first = visit(page(inside=GUEST))
    forged = visit(page(inside=GUEST.replace("张某某", "、某联盟终身客座教授张某某")), first)
    (found,) = of_kind(detect(forged), "forged_insertion")
    assert found.quote == "、某联盟终身客座教授"
    assert found.severity == Severity.MEDIUM
    assert found.evidence["published_unchanged"] is True
    assert "教授" in str(found.evidence["titles_inserted"])


def test_a_forged_clause_stays_open_until_its_words_are_gone() -> None:
    first = visit(page(inside=GUEST))
    forged = visit(page(inside=GUEST.replace("张某某", "、某联盟终身客座教授张某某")), first)
    held = tuple(of_kind(detect(forged), "forged_insertion"))
    again = visit(page(inside=GUEST.replace("张某某", "、某联盟终身客座教授张某某")), forged, held)
    assert [one.fingerprint for one in of_kind(detect(again), "forged_insertion")] == [held[0].fingerprint]
    assert of_kind(detect(visit(page(inside=GUEST), again, held)), "forged_insertion") == []


def test_corrections_of_editors_are_no_forgery() -> None:
    first = visit(page(inside=GUEST))
    for before, after in (("热烈", "十分热烈"), ("张某某", "张某木"), ("现场", "现场来的")):
        assert of_kind(detect(visit(page(inside=GUEST.replace(before, after)), first)), "forged_insertion") == []
    added = page(inside=GUEST.replace("张某某", "张某某、市文化局局长李某某"))
    assert of_kind(detect(visit(added, first)), "forged_insertion") == []


def test_without_history_nothing_is_forged_or_swapped() -> None:
    kinds = {finding.kind for finding in detect(visit(page(inside=GUEST)))}
    assert kinds.isdisjoint({"forged_insertion", "topic_swap"})


OFFICIAL = Article(
    title="市人民政府关于加强行政服务工作的通知",
    paragraphs=("各部门：为加强行政服务工作管理，市人民政府印发本办法，请各部门按照规定组织实施，做好监督工作。" * 4,),
)
SHOP = Article(
    title="轻便跑鞋怎么选",
    paragraphs=(
        "这双鞋子轻便透气，鞋底柔软，颜色有黑白红三种，穿上跑步不累脚，喜欢就赶快下单吧，包邮到家七天可退。" * 4,
    ),
)


def test_a_text_that_became_another_is_a_swap_and_says_what_went() -> None:
    case = replace(visit(page()), article=SHOP, previous=OFFICIAL)
    (found,) = of_kind(detect(case), "topic_swap")
    assert found.severity == Severity.HIGH
    assert float(str(found.evidence["similarity"])) < 0.15
    again = replace(case, previous=SHOP, earlier=(found,))
    assert [one.fingerprint for one in of_kind(detect(again), "topic_swap")] == [found.fingerprint]


def test_the_return_of_the_text_that_went_is_no_swap() -> None:
    case = replace(visit(page()), article=SHOP, previous=OFFICIAL)
    held = tuple(of_kind(detect(case), "topic_swap"))
    back = replace(case, article=OFFICIAL, previous=SHOP, earlier=held)
    assert of_kind(detect(back), "topic_swap") == []
    headline_only = replace(back, article=replace(OFFICIAL, paragraphs=("今夏流行的连衣裙有红黄蓝绿四种花色。" * 8,)))
    assert of_kind(detect(headline_only), "topic_swap") != []


def test_a_rewritten_text_under_a_new_headline_is_no_swap() -> None:
    longer = replace(
        OFFICIAL, title="新的标题", paragraphs=(*OFFICIAL.paragraphs, "本办法自发布之日起施行，由市政府办公室解释。")
    )
    assert of_kind(detect(replace(visit(page()), article=longer, previous=OFFICIAL)), "topic_swap") == []
