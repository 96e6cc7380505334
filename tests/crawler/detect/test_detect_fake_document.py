"""Forged official documents: found by what they offer under which frame; genuine documents and warnings are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.detect import detect
from crawler.model import Finding, Severity
from tests.crawler.detect.cases import case_of, of_kind, page, text_of

LOTTERY = (
    "关于落实“新澳天天开好彩”开奖资料查询工作的通知",
    "特区政策〔2024〕第18号",
    "各有关单位：",
    "为进一步规范澳门彩票管理，现将今晚开奖结果查询的有关事项通知如下。",
    "一、购彩者可在官方渠道查询“新澳天天开好彩”的开奖号码和正版资料大全。",
    "二、一肖一码期期必中，中奖者凭彩票兑奖。",
    "三、各单位要贯彻落实本通知，做好解释工作。",
)
GAMBLING = (
    "关于线上娱乐城便民服务的公告",
    "办公室文件 文号：政办〔2023〕7号",
    "各有关单位：",
    "一、经官方授权，真人百家乐投注平台即日起向市民开放，注册送彩金88元。",
    "二、老虎机、百家乐返水秒到账，提款不限次数。",
)
SUBSIDY = (
    "关于发布2024年第四季度个人劳动补贴申领的通知",
    "财社〔2024〕61号",
    "各有关单位：",
    "一、请用微信扫描下方二维码领取劳动补贴，逾期视为自动放弃。",
    "二、填写银行卡号、身份证号、银行卡余额和短信验证码，限今日办理。",
    "三、余额不足的，可用余额达标后再填写短信验证码。",
)
PAPERS = (
    "关于提供票据服务的通知",
    "税服〔2022〕12号",
    "一、代开各类发票，代开增值税发票，验票后付款。",
    "二、办证刻章，加微信：fp20220001，学信网可查。",
    "三、请各单位贯彻落实。",
)
MONEY = (
    "关于民族资产解冻大业的通知",
    "国务院办公室文件 〔2023〕1号",
    "一、凡缴纳解冻费的会员，民族资产解冻后返还百万元，稳赚不赔。",
    "二、下载app并充值激活费，推荐奖励另发，名额有限。",
)
FORGED = {"lottery": LOTTERY, "gambling": GAMBLING, "subsidy": SUBSIDY, "papers": PAPERS, "money": MONEY}

# Shorter ones, of which one name is all there is.
BRIEF = {
    "draws of an island": (
        "香港特别行政区政府文件",
        "港办〔2024〕12号",
        "各部门：",
        "为做好香港开奖结果的公布，现将有关事项通知如下。",
        "一、市民可在官方平台查询香港六合彩开奖记录。",
        "二、请各部门做好宣传。",
    ),
    "a payment for everybody": (
        "关于申领第三季度个人劳动补贴的通知",
        "人社部发〔2024〕36号",
        "请用手机扫描下方二维码申领，限今日办理，逾期视为放弃。",
        "财政部　国家税务局",
    ),
    "a betting application": (
        "关于做好体育平台注册服务的通知",
        "体办〔2023〕15号",
        "各有关单位：",
        "一、注册即送888彩金，最高返水百分之二。",
        "二、请组织职工下载竞猜app。",
    ),
}

GENUINE = {
    "a regulator of casinos": (
        "澳門特別行政區政府公告",
        "第12/2023號",
        "一、根據法律的規定，娛樂場角子機、老虎機及百家樂賭枱的數目如下。",
        "二、三間娛樂場的百家樂賭枱共一千張，由政府公佈。",
    ),
    "an inspection of places of amusement": (
        "关于2020年消防监督检查结果的通告",
        "消〔2020〕7号",
        "各有关单位：",
        "一、金海岸娱乐城、银座娱乐城、星光娱乐城投注册资本以外的整改均已完成。",
        "二、请贯彻落实。",
    ),
    "a statement that a document is forged": (
        "关于不法分子假借本局名义发文的声明",
        "近日，有人假借市财政局名义发布《关于发放综合补贴的通知》（财社〔2024〕88号），称扫描二维码可领取个人综合补贴，"
        "逾期视为放弃，并索要银行卡余额和短信验证码。",
        "一、该文件系伪造。",
        "二、请勿点击。",
    ),
    "unemployment pay that is claimed with an application": (
        "关于领取失业补助金的通告",
        "人社发〔2020〕40号",
        "一、请扫描二维码下载手机应用，输入短信验证码登录，填写银行卡号。",
        "二、申领截止12月31日，逾期不予受理。生活补贴发放后，社保卡账户余额、卡内余额可在网上查询。",
    ),
    "rules for machines and loans": (
        "关于进一步规范经营的通知",
        "文旅发〔2019〕129号",
        "各有关单位：",
        "一、不得设置百家乐、老虎机等机型。",
        "二、银行不得承诺保本高收益，荐股微信群以稳赚不赔为饵，投资者应远离。",
    ),
    "a lottery of the state": (
        "关于双色球派奖活动的公告",
        "财综〔2024〕5号",
        "一、双色球今晚开奖，今晚开奖号码由公证处公证，开奖资料可查询。",
        "二、中奖者请凭福利彩票兑奖，投注单价二元。",
    ),
    "the licensed draw of Hong Kong": (
        "香港賽馬會六合彩開獎結果公告",
        "各有關部門：",
        "一、獎券基金由六合彩撥款，六合彩開獎號碼由賽馬會公佈，投注者可兌獎。",
        "二、香港六合彩開獎結果如下，請貫徹落實。",
        "根據《獎券規例》的規定公告。",
    ),
    "a grant that is claimed with a code": (
        "关于申领2024年高校毕业生一次性求职补贴的通知",
        "人社发〔2024〕36号",
        "各有关单位：",
        "一、请扫描二维码填写银行卡号和身份证号，逾期视为放弃。",
        "二、求职补贴由财政局拨付，限30日内办理。",
    ),
    "a lottery office's results": (
        "关于2024年第10期中国福利彩票双色球开奖结果的公告",
        "各有关单位：",
        "一、本期开奖号码已由公证处公证，一等奖2注。",
        "二、中奖者请在60日内到福利彩票中心兑奖，逾期视为弃奖。",
        "根据《彩票管理条例》的规定，彩票公益金用于社会福利事业。",
    ),
    "a warning of forged subsidies": (
        "关于警惕假冒“劳动补贴”文件的通告",
        "人社〔2024〕5号",
        "一、近日有不法分子以申领个人劳动补贴为名，诱骗群众扫描二维码，填写银行卡余额和短信验证码。",
        "二、我局从未印发此类文件，请勿扫码，如已受骗请立即向公安机关报案，逾期视为放弃等说法均为诈骗。",
    ),
    "a raid on tips": (
        "公安局关于一起网络赌博案的通报",
        "一、经查，嫌疑人王某建立网站发布“一肖一码”“天天开好彩”等资料，收取会员费。",
        "二、“新澳门六合彩”网站的投注平台服务器在境外。民警将其抓获，法院判处有期徒刑三年。",
        "三、“今晚开奖”“特码资料”都是骗局。",
    ),
    "a forwarded notice with attachments": (
        "转发省财政厅关于印发《农业生产社会化服务补贴资金管理办法》的通知",
        "财农〔2021〕33号",
        "各县（市、区）财政局：",
        "一、请认真贯彻落实。扫描二维码可查看申报指南，填写身份证号、银行卡号，逾期未报的视为放弃。",
        "附件：农业生产社会化服务补贴资金管理办法",
    ),
    "a guide to certificates": (
        "关于办理学位证遗失补办的通知",
        "教学〔2020〕8号",
        "一、补办毕业证明书的，可在学信网查询，学信网可查。",
        "二、税务部门提醒：发票应当按规定开具，代开发票请到办税服务厅。",
        "各有关单位请贯彻执行。",
    ),
    "an invoice office": (
        "国家税务总局关于临时代开增值税发票有关事项的公告",
        "国家税务总局公告2020年第3号",
        "一、纳税人可到主管税务机关申请代开普通发票、代开增值税专用发票。",
        "二、代开发票的，应当提交申请表。自然人代开发票按规定缴税，代开普通发票不收费。",
        "三、本公告自发布之日起施行。",
    ),
    "an English notice": (
        "Notice on the Lottery Grants Programme",
        "No. 12 (2023)",
        "1. Applications for lottery grants close on Friday.",
        "2. Betting duty is paid by operators under the Act.",
    ),
}


def read(lines: tuple[str, ...]) -> tuple[Finding, ...]:
    return tuple(of_kind(detect(case_of("\n".join(lines), markup=False)), "fake_document"))


@pytest.mark.parametrize("trade", FORGED)
def test_a_document_that_offers_what_no_office_offers_is_forged(trade: str) -> None:
    """One finding, at least high, that names the ware where it stands and the parts of the frame with their words."""
    text = "\n".join(FORGED[trade])
    (found,) = read(FORGED[trade])
    assert found.severity.rank >= Severity.HIGH.rank
    assert text[found.start : found.end] == found.quote
    frame = found.evidence["frame"]
    assert isinstance(frame, dict)
    assert all(str(piece) in text for piece in frame.values())
    assert len(frame) >= 2
    assert found.evidence["names"]


@pytest.mark.parametrize("what", BRIEF)
def test_a_brief_forgery_is_found_and_said_with_less_certainty(what: str) -> None:
    (found,) = read(BRIEF[what])
    assert found.severity == Severity.MEDIUM


@pytest.mark.parametrize("kind", GENUINE)
def test_genuine_documents_and_warnings_are_no_forgeries(kind: str) -> None:
    assert read(GENUINE[kind]) == ()


def test_an_offer_without_an_officials_frame_is_somebody_elses_page() -> None:
    assert read(("今晚开奖结果一肖一码期期必中", "新澳天天开好彩，正版资料大全，管家婆精准资料")) == ()


def test_a_forgery_in_traditional_characters_with_glosses_is_quoted_as_served() -> None:
    """The marks that the reposting machine put inside of the words hide nothing."""
    text = (
        "關(guān)于“新澳門天天開(kāi)好彩”開(kāi)獎(jiǎng)資料的通知\n特區(qū)政策〔2024〕第18號(hào)\n"
        "一、購(gòu)彩者可查詢今晚開(kāi)獎(jiǎng)結(jié)果。\n二、新澳門天天開(kāi)好彩由政府推出，中獎(jiǎng)者可兌獎(jiǎng)。\n"
    )
    (found,) = of_kind(detect(case_of(text, markup=False)), "fake_document")
    assert found.quote == "新澳門天天開(kāi)好彩"
    frame = found.evidence["frame"]
    assert isinstance(frame, dict)
    assert all(str(piece) in text for piece in frame.values())
    assert text[found.start : found.end] == found.quote


def test_what_arrived_with_a_version_is_critical_and_stays_so() -> None:
    """The clean page before proves that somebody put it there; the next visit knows that from the open finding."""
    first = case_of(page())
    forged = page(inside="".join(f"<p>{line}</p>" for line in LOTTERY))
    case = replace(case_of(forged), previous=first.article)
    (found,) = of_kind(detect(case), "fake_document")
    assert found.severity == Severity.CRITICAL
    assert text_of(case, found.region)[found.start : found.end] == found.quote
    again = replace(case_of(forged), previous=case.article, earlier=(found,))
    (held,) = of_kind(detect(again), "fake_document")
    assert (held.fingerprint, held.severity) == (found.fingerprint, Severity.CRITICAL)
    assert of_kind(detect(replace(first, previous=case.article, earlier=(held,))), "fake_document") == []
