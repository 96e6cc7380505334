"""`spam_block`: found with the exact text, whatever the separator, place and hiding; silent on the innocent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.detect import detect
from crawler.detect.language.tables import written_forms
from crawler.model import Region, Severity
from jobs.demo.site.seeds import seed_text
from tests.crawler.detect.cases import (
    ADULT,
    BLOCKS,
    GAMBLING,
    HIDING,
    SEPARATORS,
    block,
    case_of,
    of_kind,
    page,
    text_of,
)

SUQIAN = seed_text("suqian-press-conference")
SPIDER_POOL = SUQIAN[SUQIAN.index("主站蜘蛛池模板") :]


def test_the_block_at_the_end_of_the_press_conference_is_found_whole() -> None:
    """The one injected block among the source documents: 41 items between bars, to the last bar."""
    (found,) = of_kind(detect(case_of(SUQIAN, markup=False)), "spam_block")
    assert (found.start, found.end, found.quote) == (15675, 16219, SPIDER_POOL)
    assert found.severity is Severity.CRITICAL
    assert (found.evidence["items"], found.evidence["separator"]) == (41, "|")


def test_the_clean_article_gives_nothing_above_low() -> None:
    """As text and as a page."""
    for case in (case_of(seed_text("huzhou-article"), markup=False), case_of(page())):
        assert [finding for finding in detect(case) if finding.severity.rank > 0] == []


@pytest.mark.parametrize("place", ["inside", "after"])
@pytest.mark.parametrize("around", ["<p>{}</p>", "<div>{}</div>", *HIDING])
def test_the_block_is_one_finding_wherever_it_stands_on_a_page(place: str, around: str) -> None:
    """In the article or under the footer, seen or hidden in each of nine ways: one block, quoted whole, 41 items."""
    case = case_of(page(**{place: around.format(SPIDER_POOL)}))
    (found,) = of_kind(detect(case), "spam_block")
    assert found.quote.startswith("主站蜘蛛池模板")
    assert found.quote.rstrip(" |").endswith("黄网在线观看视频")
    assert found.evidence["items"] == 41
    assert found.severity.rank >= Severity.HIGH.rank
    assert text_of(case, found.region)[found.start : found.end] == found.quote


def test_links_between_the_items_do_not_hide_the_block() -> None:
    links = "| ".join(f'<a href="http://x{n}.example.top/">{item}</a>' for n, item in enumerate(ADULT))
    (found,) = of_kind(detect(case_of(page(after=f"<div>{links}</div>"))), "spam_block")
    assert found.evidence["items"] == len(ADULT)
    assert found.region is Region.PAGE


@pytest.mark.parametrize(("items", "count", "separator"), BLOCKS)
def test_any_separator_and_length_is_found_with_its_borders(items: tuple[str, ...], count: int, separator: str) -> None:
    """Four items and more, at the end of an article: the finding covers the block and next to nothing else."""
    text = seed_text("huzhou-article") + "\n"
    injected = block(items, count, separator)
    found = of_kind(detect(case_of(text + injected, markup=False)), "spam_block")
    assert len(found) == 1
    both = min(found[0].end, len(text) + len(injected)) - max(found[0].start, len(text))
    either = max(found[0].end, len(text) + len(injected)) - min(found[0].start, len(text))
    assert both / either >= 0.95


@pytest.mark.parametrize("items", [ADULT, GAMBLING])
@pytest.mark.parametrize("separator", SEPARATORS)
def test_two_items_are_enough(items: tuple[str, ...], separator: str) -> None:
    text = f"{seed_text('huzhou-article')}\n{block(items, 2, separator)}\n"
    assert of_kind(detect(case_of(text, markup=False)), "spam_block")


def test_single_items_on_their_own_line_are_found() -> None:
    """One phrase is little; all of these are still found, if not all with alarm."""
    missed = [
        item
        for item in ADULT + GAMBLING
        if not of_kind(detect(case_of(f"{item}\n{seed_text('huzhou-article')}", markup=False)), "spam_block")
    ]
    assert missed == []


def test_traditional_forms_are_the_same_words() -> None:
    traditional = "歐美成人免費觀看視頻|國產精品線上播放|澳門新葡京娛樂場官網|真人百家樂開戶送彩金"
    assert len(written_forms({"国"})) > 1
    (found,) = of_kind(detect(case_of(f"{seed_text('weihai-interview')}\n{traditional}", markup=False)), "spam_block")
    assert found.quote == traditional


@pytest.mark.parametrize(
    "innocent",
    [
        "公安机关严厉打击网络赌博违法犯罪，查处开设赌场案件12起，抓获犯罪嫌疑人35名，涉案资金2000余万元。",
        "百家乐、老虎机、六合彩、时时彩都是赌博，参与网络赌博属于违法行为，公安机关将依法处罚。",
        "扫黄打非办公室查处传播淫秽色情视频的网站，关闭色情网站120个。",
        "不法分子向政府网站植入暗链，以“博彩”“代孕”“发票”为关键词提高搜索引擎排名，请各单位自查。",
        "妇科|男科|儿科|急诊科|体检中心|预约挂号|专家介绍|就诊指南|医保政策",
        "首页|新闻中心|政务公开|在线办事|互动交流|视频新闻|专题专栏|手机版|下载中心|网站地图",
        "双色球|大乐透|福彩3D|七乐彩|开奖公告|彩票知识|公益金使用",
        "市体育局组织足球、篮球、乒乓球比赛，竞猜活动的奖品由体育彩票中心提供。",
    ],
)
def test_texts_about_the_trades_and_ordinary_menus_are_innocent(innocent: str) -> None:
    """The police name the games they fight, and a menu is a run of items too: no alarm."""
    text = f"{seed_text('huzhou-article')}\n{innocent}\n"
    assert [f.quote for f in of_kind(detect(case_of(text, markup=False)), "spam_block") if f.severity.rank > 0] == []


def test_a_taken_over_title_is_named() -> None:
    """The brand of a casino behind the headline in <title>."""
    (found,) = of_kind(detect(case_of(page(title="在湖州看见美丽中国-凯发k8国际"))), "brand_hijack")
    assert found.quote == "凯发k8国际"


@pytest.mark.parametrize("reference", ["&#{};", "&#x{:x};"])
@pytest.mark.parametrize("around", ["<div>{}</div>", '<div style="display:none">{}</div>'])
def test_characters_written_as_numbers_hide_nothing(reference: str, around: str) -> None:
    """Search engines read numeric references; so does the detector, and the quote is the text at its place."""
    numbers = "".join(reference.format(ord(character)) for character in "|".join(GAMBLING[:5]))
    case = case_of(page(after=around.format(numbers)))
    (found,) = of_kind(detect(case), "spam_block")
    assert found.evidence["items"] == 5
    assert text_of(case, found.region)[found.start : found.end] == found.quote


def test_invisible_characters_inside_words_hide_nothing() -> None:
    text = f"{seed_text('huzhou-article')}\n" + "\u200b".join("|".join(GAMBLING[:5]))
    (found,) = of_kind(detect(case_of(text, markup=False)), "spam_block")
    assert found.severity is Severity.CRITICAL
    assert text[found.start : found.end] == found.quote


def test_a_script_that_writes_escaped_characters_is_read() -> None:
    escaped = "".join(f"\\u{ord(character):04x}" for character in "|".join(GAMBLING[:5]))
    (found,) = of_kind(detect(case_of(page(after=f'<script>document.write("{escaped}")</script>'))), "spam_block")
    assert found.region is Region.MARKUP
    assert found.quote in escaped


@pytest.mark.parametrize(
    "item",
    ["鼎盛娱乐官网登录", "金鼎彩票app下载", "办证QQ123123123", "套现加微信tx7890", "催情药飞机@kk9900", "网上真人赌场"],
)
@pytest.mark.parametrize(
    "around", ["<div>{}</div>", '<p style="display:none">{}</p>', '<script>document.write("{}")</script>']
)
def test_one_short_line_of_a_house_or_a_contact_is_enough(item: str, around: str) -> None:
    """Such lines have no two telling pairs side by side: the line itself is read."""
    case = case_of(page(after=around.format(item)))
    (found,) = of_kind(detect(case), "spam_block")
    assert found.quote == item
    assert text_of(case, found.region)[found.start : found.end] == item


@pytest.mark.parametrize(
    "line", ["下载中心", "会员登录", "社保办理电话12333", "政务服务网登录入口", "首页 健康科普 联系我们"]
)
def test_the_ways_into_an_office_are_innocent(line: str) -> None:
    assert of_kind(detect(case_of(page(after=f"<div>{line}</div>"))), "spam_block") == []


def test_a_number_that_ends_a_sentence_belongs_to_no_item() -> None:
    """Text put in right behind a telephone number."""
    text = f"{seed_text('huzhou-article')}\n联系电话：0572-2398765澳门新葡京娱乐场官网"
    (found,) = of_kind(detect(case_of(text, markup=False)), "spam_block")
    assert found.quote == "澳门新葡京娱乐场官网"


def test_all_of_a_hidden_element_is_quoted() -> None:
    """Its first and last words say nothing by themselves, but they were hidden with the others."""
    items = ["山水画廊", *GAMBLING[:4], "风景独好"]
    listed = "".join(f"<li><a href='http://x.example.top/'>{item}</a></li>\n" for item in items)
    case = case_of(page(after=f'<ul style="display:none">{listed}</ul>'))
    (found,) = of_kind(detect(case), "spam_block")
    assert found.quote.startswith(items[0])
    assert found.quote.endswith(items[-1])


def test_two_loud_lines_below_each_other_are_no_alarm() -> None:
    """An old page's own advertisement reads so; only three lines and more are sure."""
    text = f"{seed_text('huzhou-article')}\n拨号上网传奇私服免费玩\n传奇私服发布网天天开新区\n"
    assert [f for f in of_kind(detect(case_of(text, markup=False)), "spam_block") if f.severity.rank > 1] == []


def test_a_line_that_was_not_there_before_is_believed_sooner() -> None:
    """The same words on a page without history, or that had them a Version ago, are too little or less sure."""
    weak, doubtful = "假发便宜", "开锁师傅电话"
    clean, injected = case_of(page()), case_of(page(inside=f"<p>{weak}</p><p>工作人员深入一线开展调研。</p>"))
    assert of_kind(detect(injected), "spam_block") == []
    after = replace(injected, previous=clean.article)
    found = of_kind(detect(after), "spam_block")
    assert [(one.quote, one.evidence["new"]) for one in found] == [(weak, True)]
    held = replace(injected, previous=injected.article, earlier=tuple(found))
    assert [one.quote for one in of_kind(detect(held), "spam_block")] == [weak], "it persists while it is there"
    assert of_kind(detect(replace(injected, previous=injected.article)), "spam_block") == []
    loud = case_of(page(inside=f"<p>{doubtful}</p>"))
    (before,), (now,) = (
        of_kind(detect(replace(loud, previous=previous)), "spam_block") for previous in (None, clean.article)
    )
    assert (before.quote, now.quote) == (doubtful, doubtful)
    assert (before.severity, now.severity) == (Severity.LOW, Severity.MEDIUM)


@pytest.mark.parametrize(
    "line", ["现货白银行情", "外盘期货行情", "信用卡账单分期", "女装专卖店", "全站搜索", "移动端下载", "苹果手机新品"]
)
def test_lines_of_ordinary_words_are_no_items(line: str) -> None:
    """Shops and portals share pairs of characters with the trades, and sometimes a whole word."""
    assert of_kind(detect(case_of(page(after=f"<div>{line}</div>"))), "spam_block") == []


def test_lines_hidden_one_by_one_are_one_run() -> None:
    """Each in an element of its own."""
    hidden = "".join(f'<p style="display:none">{item}</p>' for item in ("金鼎彩票下载", "博狗棋牌登录", "网上真人赌场"))
    assert of_kind(detect(case_of(page(after=hidden))), "spam_block")


def test_ten_thousand_links_and_a_million_characters_are_one_run_each() -> None:
    """Bounded work, and no finding for each link."""
    links = "".join(f'<a href="http://x{n}.example.top/">金鼎彩票下载{n}</a>' for n in range(10_000))
    assert len(of_kind(detect(case_of(page(after=links))), "spam_block")) <= 1
    assert len(of_kind(detect(case_of("金鼎彩票下载|" * 140_000, markup=False)), "spam_block")) == 1


def test_what_stands_beside_the_article_is_not_new() -> None:
    """Only the article is known from before: the rest of the page is no newer than it was."""
    aside = case_of(page(after="<div>开锁师傅电话</div>"))
    (found,) = of_kind(detect(replace(aside, previous=aside.article)), "spam_block")
    assert (found.severity, found.evidence.get("new")) == (Severity.LOW, None)


def test_a_headline_about_police_work_does_not_excuse_what_stands_behind_it() -> None:
    """In a title the page's own words are no context for what was put beside them."""
    title = "市公安局召开打击赌博违法犯罪专项行动通报会"
    (found,) = of_kind(detect(case_of(page(title=f"{title}-金鼎彩票app下载"))), "spam_block")
    assert found.quote == "金鼎彩票app下载"
    assert of_kind(detect(case_of(page(title=title))), "spam_block") == []


# Made up: services that are not loud by themselves, only together.
SERVICES = (
    "驾照销分代办",
    "猎枪专卖",
    "失忆水货到付款",
    "刷单平台",
    "荐股微信群",
    "高仿手表批发",
    "气枪配件",
    "三唑仑购买",
)


HOUSES = (
    "星河娱乐平台登录",
    "飞马会线上官网",
    "彩云彩票平台官网",
    "远航体育赛事直播",
    "雄鹰体育网页版登录",
    "玉麒麟娱乐注册",
)


def test_a_list_behind_a_sentence_is_told_with_its_own_weight() -> None:
    """A colon or a comma before the first item takes nothing from the many that follow between bars."""
    case = case_of(page(inside=f"<p>各县（区）政务服务中心：{'_'.join(HOUSES)}</p>"))
    (found,) = of_kind(detect(case), "spam_block")
    assert found.quote == "_".join(HOUSES)


def test_a_few_characters_written_as_numbers_cut_no_list_in_two() -> None:
    """What a charset lacks is written as a number here and there, in a page that is otherwise plain."""
    items = "|".join(SERVICES).replace("销", "&#38144;")
    case = case_of(page(inside=f'<div style="display:none">{items}</div>'))
    (found,) = of_kind(detect(case), "spam_block")
    assert found.quote == items


def test_one_word_of_reporting_among_many_items_excuses_nothing() -> None:
    """An item may sell what a court would speak of; a sentence about them all is another thing."""
    items = "| ".join(("无犯罪证明代办", *SERVICES))
    (sold,) = of_kind(detect(case_of(page(inside=f"<p>{items}</p>"))), "spam_block")
    told = of_kind(detect(case_of(page(inside=f"<p>警方查处：{items}</p>"))), "spam_block")
    assert sold.severity.rank >= Severity.HIGH.rank
    assert [one for one in told if one.severity.rank > 0] == []


def test_an_unknown_line_in_a_list_does_not_end_it() -> None:
    """Neither that, nor that its first line is told alone, hides the rest of a list of links."""
    lines = (GAMBLING[0], "大家都来看看", *GAMBLING[1:], GAMBLING[0])
    links = "\n".join(f'<li><a href="http://m{n}.example.top/">{line}</a></li>' for n, line in enumerate(lines))
    case = case_of(page(inside=f'<div style="position:absolute;left:-9999px"><ul>{links}</ul></div>'))
    longest = max(of_kind(detect(case), "spam_block"), key=lambda one: len(one.quote))
    assert longest.quote.startswith(GAMBLING[0])
    assert longest.evidence["items"] == len(lines)


def test_items_with_nothing_between_them_are_several() -> None:
    """Each joint costs a little, and the sum still tells."""
    case = case_of(page(inside="<p>风云贯电竞官网入口豪门国际开户巴黎人官方下载豪门国际开户</p>"))
    (found,) = of_kind(detect(case), "spam_block")
    assert found.quote == "风云贯电竞官网入口豪门国际开户巴黎人官方下载豪门国际开户"
