"""What only a pair of versions shows: a forged clause, and a text that became another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.detect import Case, detect
from crawler.model import Article, Finding, Severity
from tests.crawler.detect.cases import case_of, of_kind, page, text_of

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


HOST = "活动由市图书馆主办，某某文化传播有限公司执行董事贾某某主讲，现场迎来近六十位读者。"
SINGER = "出席活动的有歌唱协会会长许某某，高级化妆师、亚洲形象大使段某，市总工会有关负责人参加。"
PAINTER = "现场展出画家于某的作品，于某师从李某某、王某某，笔墨浑厚，受到观众好评。"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HOST, HOST.replace("贾某某", "贾某某（原名贾某）")),
        (HOST, HOST.replace("贾某某", "林木森")),
        (HOST.replace("贾某某", "贾某某 Jasmine "), HOST),
        (HOST, HOST.replace("执行董事", "董事长")),
        (SINGER, SINGER.replace("段某，", "段某、")),
        (PAINTER, PAINTER.replace("李某某、", "李某某、孙某某、")),
    ],
    ids=["a second name", "another name", "a name less", "another rank", "a comma", "a teacher more"],
)
def test_any_edit_of_a_private_persons_standing_is_flagged(before: str, after: str) -> None:
    """However small: nobody but the person named cares for it, and date, headline and all else stay."""
    first = visit(page(inside=f"<p>{before}</p>"))
    second = visit(page(inside=f"<p>{after}</p>"), first)
    (found,) = of_kind(detect(second), "forged_insertion")
    assert found.severity == Severity.MEDIUM
    assert text_of(second, found.region)[found.start : found.end] == found.quote


NEWS = Article(
    title="我县茶旅线路入选全国名单",
    paragraphs=(
        "近日，全国自驾游大会举行，记者从会上获悉，我县选送的线路入选。",
        "县文旅集团负责人表示，将继续开展活动，县领导出席会议并讲话。",
    ),
)
PRAISE = (
    "云雾坑是名茶的重要产区，也是云雾坑品牌所在地，选料上乘，工艺独特，香气浓郁，素有茶王之称，产品畅销海内外，"
    "创始人为林某某，由其合作社研发，原料珍贵，匠心传承，品质优质，深受茶客喜爱，值得品鉴收藏。"
)


def test_a_replaced_text_that_ends_in_praise_of_a_product_is_forged_there() -> None:
    """The news is an office's, the last paragraph somebody's own; the news alone is a replaced text and no more."""
    document = visit(page())
    forged = replace(document, article=replace(NEWS, paragraphs=(*NEWS.paragraphs, PRAISE)), previous=OFFICIAL)
    (found,) = of_kind(detect(forged), "forged_insertion")
    assert (found.quote, found.severity) == (PRAISE, Severity.MEDIUM)
    assert of_kind(detect(replace(document, article=NEWS, previous=OFFICIAL)), "forged_insertion") == []


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
    for longer in ("、市文化局局长李某某", "、鸿某生物科技有限公司", "及获奖选手", "，执行情况良好"):
        added = page(inside=GUEST.replace("张某某", f"代表{longer}").replace("书画院会员", ""))
        plain = visit(page(inside=GUEST.replace("张某某", "代表").replace("书画院会员", "")))
        assert of_kind(detect(visit(added, plain)), "forged_insertion") == []
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
