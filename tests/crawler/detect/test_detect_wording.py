"""Words taken out, swapped or left over in a copied text: the rows that tell most, and innocents beside them."""

from __future__ import annotations

import pytest

from crawler.detect import detect
from crawler.detect.wording import LONGEST, Bridge, classed, onward, upto, weight
from jobs.demo.site.seeds import seed_text
from tests.crawler.detect.cases import case_of, of_kind

# (source document, kind, a piece of the text that a finding of that kind has to touch)
TELLING = (
    ("zibo-interview", "word_deletion", "淄博市局长苏凯"),
    ("zibo-interview", "word_deletion", "执法监管工作外,"),
    ("zibo-interview", "word_deletion", "“在构建新发展格局"),
    ("zibo-interview", "word_deletion", "工作与企业得发展"),
    ("zibo-interview", "word_deletion", "请问淄博市部门"),
    ("zibo-interview", "word_deletion", "“在身边 贴心惠民"),
    ("zibo-interview", "word_deletion", "市市场党组"),
    ("zibo-interview", "word_deletion", "让放心、让人民满意"),
    ("zibo-interview", "word_deletion", "、及相关区县局"),
    ("zibo-interview", "word_deletion", "部门一直高度"),
    ("zibo-interview", "word_deletion", "淄博工作下一步"),
    ("zibo-interview", "word_spin", "共同感谢推出"),
    ("zibo-interview", "word_spin", "·感谢 马玉姝"),
    ("zibo-interview", "word_spin", "华夏12315平台"),
    ("zibo-interview", "word_spin", "打造允许蕞好"),
    ("zibo-interview", "word_spin", "介绍以下淄博"),
    ("zibo-interview", "inline_noise", "供应资讯"),
    ("zibo-interview", "inline_noise", "专访苏凯_构建"),
    ("zibo-interview", "inline_noise", "找感谢、求报道、求帮助"),
    ("suqian-press-conference", "word_deletion", "解產業集群集聚不夠問題"),
    ("suqian-press-conference", "word_deletion", "我聚焦企業發展中的"),
    ("suqian-press-conference", "word_deletion", "來源:訪問量"),
    ("suqian-press-conference", "glyph_loss", "全民共識三是"),
    ("suqian-press-conference", "glyph_loss", "50.3%20條"),
    ("suqian-press-conference", "glyph_loss", "推進的三化”"),
    ("suqian-press-conference", "glyph_loss", "顯著位置)"),
    ("suqian-press-conference", "glyph_loss", "6+3+X新型"),
    ("suqian-press-conference", "number_damage", "搬遷入園企業 18"),
    ("suqian-press-conference", "char_spin", "保駕復航"),
    ("suqian-press-conference", "duplicate_text", "梳理各各條線"),
    ("suqian-press-conference", "inline_noise", "請輸入關鍵字"),
    ("suqian-press-conference", "inline_noise", "掃一掃在手機打開當前頁"),
    ("weihai-interview", "glyph_loss", "黨建 知識產"),
    ("weihai-interview", "mojibake", "謹(jǐn)?shù)臉?biāo)"),
    ("weihai-interview", "word_deletion", "郵件至 舉報"),
    ("weihai-interview", "inline_noise", "我要報料"),
    ("qingdao-interview", "inline_noise", ">>>对标深圳"),
    ("qingdao-interview", "inline_noise", "□文/图"),
    ("qingdao-interview", "duplicate_text", "青岛市市场监督管理局局长张杰\n\n青岛"),
    ("huzhou-article", "word_deletion", "市市场监督管理局党委理论学习中心组"),
)


@pytest.mark.parametrize(("stem", "kind", "piece"), TELLING, ids=[piece[:12] for _, _, piece in TELLING])
def test_damage_is_found_at_its_place(stem: str, kind: str, piece: str) -> None:
    text = seed_text(stem)
    start = text.index(piece)
    found = of_kind(detect(case_of(text, markup=False)), kind)
    assert any(one.start < start + len(piece) and one.end > start for one in found)


def test_a_character_torn_by_a_gloss_is_mended_from_the_pages_other_glosses() -> None:
    """數(shù) and 標(biāo) elsewhere on the page say which bytes the brackets took."""
    (found,) = of_kind(detect(case_of(seed_text("weihai-interview"), markup=False)), "mojibake")
    assert (found.quote, found.repair) == ("謹(jǐn)?shù)臉?biāo)", "謹的標")


def test_the_bracket_of_a_torn_gloss_has_not_lost_its_other_half() -> None:
    """The gloss took it; the damage is told once, as what it is."""
    text = seed_text("weihai-interview")
    (torn,) = of_kind(detect(case_of(text, markup=False)), "mojibake")
    lost = of_kind(detect(case_of(text, markup=False)), "glyph_loss")
    assert [one.quote for one in lost if one.start < torn.end and one.end > torn.start] == []


@pytest.mark.parametrize(
    ("line", "repair"), [("创新机制，解企业融资难问题。", "解决"), ("創新機制,解企業融資難問題。", "解決")]
)
def test_half_a_verb_is_quoted_bare_and_repaired_in_the_script_of_the_text(line: str, repair: str) -> None:
    (found,) = of_kind(detect(case_of(f"关于年度工作的通知\n{line}\n特此通知。", markup=False)), "word_deletion")
    assert (found.quote, found.repair) == ("解", repair)


def test_an_officer_without_an_office_is_quoted_with_the_place() -> None:
    line = "当天，滨海市局长李某到会。临江市、局长王某致辞。"
    found = of_kind(detect(case_of(f"关于年度工作的通知\n{line}\n特此通知。", markup=False)), "word_deletion")
    assert [one.quote for one in found] == ["滨海市局长", "临江市、局长"]


def test_the_clean_source_document_has_nothing_above_low() -> None:
    assert {finding.severity for finding in detect(case_of(seed_text("huzhou-article"), markup=False))} <= {"low"}


INNOCENT = (
    "全市市场主体持续增长，市场监管部门将加强协同，部门联动更加有力。",
    "各市局长会议召开，市局长期坚持为民服务。省市部门预算公开。",
    "除日常工作外，还开展了专项活动。让放心消费成为风尚。",
    "感谢大家的支持，感谢各位记者朋友。华夏银行支持小微企业，未经允许不得转载。",
    "请介绍以下几个方面的情况：一是组织建设，二是队伍建设；三是作风建设。",
    "我坚持每天读书，我围绕操场跑步。解放思想，解答群众关心的问题。",
    "参加人员：1）工作人员；2）志愿者。“不忘初心 牢记使命”主题教育。",
    "企业40户、个体工商户18户。增长50.3%。20条产业链稳步推进。",
)


@pytest.mark.parametrize("line", INNOCENT)
def test_ordinary_sentences_are_left_alone(line: str) -> None:
    kinds = {"word_deletion", "word_spin", "char_spin", "glyph_loss", "number_damage", "duplicate_text"}
    text = f"关于开展年度工作的通知\n{line}\n特此通知。"
    assert [one for one in detect(case_of(text, markup=False)) if one.kind in kinds] == []


def test_a_pages_own_furniture_is_not_noise() -> None:
    """With markup, buttons and labels are where they belong."""
    body = "<h1>关于开展年度工作的通知</h1><p>我市开展年度工作。</p><p>打印本页</p>"
    source = f"<html><body><p>请输入关键字</p>{body}</body></html>"
    assert of_kind(detect(case_of(source)), "inline_noise") == []


def test_strays_of_the_other_script_are_a_mix_and_a_quotation_is_not() -> None:
    line = "市政府為進一步推動產業發展，說明這個計畫的實施時間，請各機關認真討論並設法落實。"
    strewn = line.replace("說", "说").replace("這", "这")
    found = of_kind(detect(case_of("\n".join([line] * 9 + [strewn] * 2), markup=False)), "script_mix")
    assert [one.repair for one in found] == ["說", "這", "說", "這"]
    quoted = "\n".join([line] * 10 + ["来源网站的说法是：这个问题还没有时间实现"])
    assert of_kind(detect(case_of(quoted, markup=False)), "script_mix") == []


@pytest.mark.parametrize(
    "text", ["Кто бега не любит, тот раз в год без дела сидит.", "Οι δρόμοι της πόλης είναι κλειστοί."]
)
def test_a_text_in_another_alphabet_is_not_shifted(text: str) -> None:
    """GBK has Greek and Cyrillic letters, which no Chinese text has; бега is read one byte later as 咬支鸳."""
    assert not of_kind(detect(case_of(text, markup=False)), "gbk_shift")


@pytest.mark.parametrize(
    ("left", "right"),
    [("", ""), ("中华人民", ""), ("", "和国"), ("在中国共", "党的领导下，"), ("某王", "3日, 他们都在")],
)
def test_a_bridge_weighs_as_the_whole_does(left: str, right: str) -> None:
    """Each character between two sides weighs what the whole text with it does, words across the borders and all."""
    bridge = Bridge(upto(left)[-LONGEST - 1 :], left[-LONGEST:], right[:LONGEST], onward(right)[: LONGEST + 1])
    for middle in "中产共的国工大珺，A":
        whole = weight(left + middle + right)
        # Right behind what is given of the right side a border is not weighed, which may make it a little better.
        assert whole - 1e-9 <= bridge.over(classed(middle)) <= whole + 3.0
        if len(right) < LONGEST:
            assert bridge.over(classed(middle)) == pytest.approx(whole)
