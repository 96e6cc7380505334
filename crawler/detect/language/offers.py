"""What forged official documents offer, how they imitate an office, and how one who warns of them speaks.

Simplified characters; data, written by hand from how the trades name their wares. None names a site or a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade. `gates`: one of these stands in or near every name, in either script (looked for first, being cheap).

    `names` are wares that no office has; `words`, which honest pages use too, only add to them. `by_name`: a name is
    enough, and so are `sets`, all of them found, without a name; else both are needed. `licensed` are names that do not
    count in a text that tells, in either script, of the `licensee` who may use them.
    """

    name: str
    gates: str
    names: re.Pattern[str]
    words: re.Pattern[str]
    sets: tuple[re.Pattern[str], ...] = ()
    by_name: bool = True
    licensed: re.Pattern[str] | None = None
    licensee: re.Pattern[str] = re.compile("")


_COUNT = "[一二三四五六七八九十两平0-9]"
_DAILY = "六?(?:开好彩|彩|六|开奖|中彩|好彩)"
_ISLAND = "(?:新?[澳奥]门?|香港|港[澳彩])"
LOTTERY = Trade(
    name="lottery tips",
    gates="开奖 開獎 彩票 好彩 天彩 肖 特码 特碼 六彩 合彩",
    names=re.compile(
        f'{_ISLAND}[“"「《]天天{_DAILY}[”"」》]|{_ISLAND}?天天{_DAILY}|开好彩|六开彩|六[合和]彩|[“"]好彩[”"]|'
        f"新[澳奥](?:门)?(?:天天|今晚|最[精新]|正版|资料|彩|开奖|六|精准|内部|历史|免费)|"
        f"{_ISLAND}(?:今晚|最精准|正版|精准|免费|内部|王中王|一肖|一码|六|码会|马会|挂牌|历史开奖|开奖(?:结果|资料|"
        f"记录|直播|号码))|"
        f"{_COUNT}肖(?:{_COUNT}码|中特|期期|必中|一?待)|{_COUNT}码(?:{_COUNT}肖|中特|必中|期期)|(?:期期|{_COUNT}码|"
        f"肖|百分百)必中|"
        "特肖|平特一?[肖尾]|必中特码|(?:开|出)特码|特码(?:资料|诗|预测|大全)|管家婆(?:一|精准|资料|彩图|期期)|白小姐|"
        "曾道[人长]|跑狗[图论]|"
        "(?:正版|免费|精准|内部|彩票?|开奖|六合)资料(?:大全|免费|查询|公开|网站?)|今晚(?:上|"
        "\\d{1,2}点\\d{0,2})?.{0,6}开(?:奖|什么|码)"
    ),
    words=re.compile(
        "彩票游戏|开奖(?:号码|结果|信息|时间|资料|记录|直播)|[购买]彩(?:者|民众|票)|彩民|中奖(?:号码|概率|规则|者)|"
        "投注|兑奖|"
        f"{_ISLAND}.{{0,12}}彩票|博彩"
    ),
    sets=(
        re.compile("(?:澳门|香港)(?:特别行政区|特区|政府|市民|居民)"),
        re.compile("彩(?:票|金|市)"),
        re.compile("开奖|彩票"),
    ),
    # The state's own lotteries, whose draws and funds its offices report.
    licensed=re.compile("香港六|六合彩|香港(?:今晚|开奖).*|今晚.*|(?:彩票?|开奖)资料.*"),
    licensee=re.compile("[赛賽][马馬][会會]|[奖獎]券|[赌賭]博[条條]例|福利彩票|体育彩票|福彩|体彩|双色球|大乐透"),
)
GAMBLING = Trade(
    name="gambling",
    gates="彩金 娱乐城 娛樂城 投注 百家乐 百家樂 老虎机 老虎機",
    names=re.compile(
        # A bare 娱乐城 is inspected, a 百家乐 regulated.
        "(?:线上|网上|在线|真人|现金|博彩|新?葡京)[\u4e00-\u9fff]{0,2}娱乐城|娱乐城(?:官网|注册|开户|网址|平台|app|送)|"
        "(?:注册|首存|开户|首充|存款)[即就]?(?:送|赠)(?:彩金|\\d+|体验金|礼金)|送彩金|"
        "体验金|真人(?:百家乐|视讯|荷官|娱乐)|"
        "(?:投注|博彩|线上娱乐|棋牌娱乐|真钱)(?:平台|网站|网址|官网|入口|客户端|app|APP)|时时彩|"
        "(?:皇冠|体育)投注|(?:pk|PK)拾"
    ),
    words=re.compile(
        "开户|注册账号|下载[\u4e00-\u9fff]{0,6}(?:app|APP|客户端)|彩金|官网入口|最高返[水点]|返水|提款|秒到账|投注|优惠活动|"
        "百家乐|老虎机|娱乐城"
    ),
)
SUBSIDY = Trade(
    name="subsidy by QR code",
    gates="余额 餘額 验证码 驗證碼 CVV 个人劳动 個人勞動 个人综合 個人綜合 薪资补 薪資補 国民补 國民補",
    names=re.compile("(?:银行卡|可用)余额|(?:支付|取款|银行卡|交易)密码|CVV|(?:个人(?:劳动|综合)|薪资|国民)补[贴助]"),
    words=re.compile(
        "逾期(?:视为|未|不予|将)|视为(?:自动)?放弃|(?:截止|限)(?:今日|当[天日]|\\d{1,2}小时)|立即[申扫办领]|"
        "银行卡(?:号|信息)|身份证号|(?:短信|动态|手机)验证码|(?:卡内|账户)余额|"
        "(?:劳动|薪资|工资|综合|国民)补[贴助]"
    ),
    sets=(
        re.compile("扫(?:描|码|一扫)|二维码|点击(?:链接|下方)"),
        re.compile("补[贴助]|津贴|退税|抚恤"),
        re.compile("逾期|视为(?:自动)?放弃|(?:截止|限)(?:今日|当[天日])|小时内|尽快"),
    ),
    by_name=False,
)
_CONTACT = (
    "(?:加|联系)?(?:微信|QQ|qq|VX|vx|薇信|电微)(?:号|同号)?[:： ]?[a-zA-Z0-9_-]{5,}|验[票证]后付款|先(?:办|开)后付|"
    "货到付款|保真|包过|价格优惠"
)
PAPERS = Trade(
    name="forged papers",
    gates="代开 代開 办证 辦證 刻章 刻公章 可查",
    names=re.compile(
        "代开(?:各[类种地行]|正规|增值税|普通|真)?.{0,4}(?:发票|票据|税票)|刻(?:章|公章)|办证(?:刻章|公司|电话|联系)|"
        "(?:网上|官网)可查|"
        "(?:办理|代办|专业办|定做|制作)(?:各[类种])?(?:假|真实|高仿)(?:毕业证|文凭|证件|学历证|学位证|身份证|驾驶证|"
        "房产证|结婚证)"
    ),
    words=re.compile(_CONTACT),
    # An office gives out invoices and certificates too, but not for a chat address.
    sets=(re.compile(_CONTACT),),
    by_name=False,
)
MONEY = Trade(
    name="money schemes",
    gates="解冻 解凍 稳赚 穩賺 保本 内幕 荐股 黑户",
    names=re.compile(
        "民族(?:大业|资产)|(?:资产|资金|账户)解冻(?:大[会业]|委员会|项目|费)|解冻(?:民族)?资产|稳赚不赔|稳赚|"
        "零风险高(?:收益|回报)|"
        "保本(?:保息)?高(?:收益|息|回报)|日(?:收益|返利|息)[率 ]*\\d|翻倍(?:收益|返还)|"
        "无(?:需)?抵押(?:无担保)?.{0,4}(?:秒批|秒放|秒到|下款)|黑户(?:可|也能)|"
        "荐股(?:群|微信)|内幕(?:消息|股票)"
    ),
    words=re.compile(
        "(?:加|入|进|扫码)群|加微信|(?:下载|注册)(?:app|APP|软件|平台)|充值|会员费|激活(?:费|金)|"
        "推荐(?:人|码|奖励)|名额有限|秒到账"
    ),
)
TRADES = (LOTTERY, GAMBLING, SUBSIDY, PAPERS, MONEY)

# What makes a text look like an office's document, by what a reader would call it.
FRAME: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "a headline of documents",
        re.compile(
            "关于.{2,80}的(?:通知|公告|通告|通报|意见|指导意见|批复|复函|函|决定|办法|说明)|实施(?:方案|细则)|"
            "管理(?:办法|条例|规定)|"
            "政策(?:文件|解读|研究|措施)|解答.{0,4}(?:解释|落实)"
        ),
    ),
    (
        "a document number",
        re.compile(
            "[〔\\[【（(]\\s?(?:19|20)\\d\\d\\s?[〕\\]】）)].{0,6}?[第\\d][\\dN×X]*\\s?[号期]|"
            "[发文][文件] ?[编字文]?号[:：]"
        ),
    ),
    (
        "labels of an issuing office",
        re.compile(
            "(?:发文|成文|印发|发布)(?:单位|机关|机构|日期|时间)|发文字号|签发人|主题词|主送|抄送|(?:文件)?密级|"
            "紧急程度|公文种类|登记编号|特区政府文件|"
            "(?:政府|办公室|委员会|研究室|[局厅部委])文件"
        ),
    ),
    ("addressees", re.compile("各(?:有关|相关|市|县|区|地区|部门|单位|机构|省).{0,30}?(?:[:：]\\s|[:：]\\Z)")),
    (
        "numbered sections",
        re.compile("(?:^|\n)[>\\s　]{0,12}(?:[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）])"),
    ),
    (
        "words of office",
        re.compile(
            "官方(?:政策|授权|认定|认证|渠道|公告|通知|文件)|政策文件|政府(?:门户|特?制定|推出|通过立法|出台|发布|"
            "高度)|特制定|特(?:此|发布)?.{0,4}通知|"
            "贯彻(?:落实|执行)|(?:根据|依照|依据|严格遵守).{2,40}(?:条例|规定|管理办法|法律|法规)|(?:政府|财政|人社|"
            "社会保障|人民|税务|民政)[\u4e00-\u9fff]{0,4}[部局厅]|"
            "现将有关|立法|国务院|监督管理"
        ),
    ),
)
# Sections are a frame from two on.
LEAST_SECTIONS = 2

# Whoever warns of an offer, or tells of a raid, cannot go without these.
WARNING = re.compile(
    "诈骗|骗局|骗子|骗术|骗取|受骗|被骗|上当|谨防|防骗|反诈|警惕|切勿|不要(?:轻信|点击|扫描|相信)|勿信|谣言|辟谣|"
    "造谣|不实|假冒|冒充|冒用|虚假|仿冒|钓鱼|"
    "从未(?:发布|印发|开展)|民警|警方|公安机关|派出所|抓获|嫌疑人|涉案|涉赌|涉嫌|赌博|开设赌场|判处|有期徒刑|拘留|"
    "法院|检察|取缔|打击|严禁|禁止|查获|查处|捣毁|破获|"
    "禁赌|非法彩票|私彩|地下|黑彩|害人|沉迷|假借|伪造|冒名|不法|不得|请勿|远离|为饵|诱饵|诱骗|规管|郑重声明"
)
# Those a forged document borrows as well, to sound like an office.
BORROWED = re.compile("警惕|谨防|严禁|禁止|打击|查处|虚假|不实|切勿|法院|检察|沉迷|地下|不得|请勿|规管|郑重声明")
