"""Places that tell of a word taken out or put in the place of another. Data, written by hand from how Chinese is built.

Each clue is a piece of text to look for (`needles`, both scripts), what must stand before it and behind it (patterns
over simplified characters, matched at the border), and what that proves. None names a person, a place or a site.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clue:
    """`before` is searched in the stretch before the needle, `after` matched right behind it; a group named `span` in
    `before`, and whatever `after` consumes, belong to the quote. `repair` is what replaces the needle."""

    needles: tuple[str, ...]
    reason: str
    before: re.Pattern[str] | None = None
    after: re.Pattern[str] | None = None
    repair: str | None = None


def _clue(needles: str, reason: str, *, before: str = "", after: str = "", repair: str | None = None) -> Clue:
    return Clue(
        tuple(needles.split()),
        reason,
        re.compile(rf"(?:{before})\Z") if before else None,
        re.compile(after) if after else None,
        repair,
    )


_HAN = "[\u4e00-\u9fff]"
_NO_PLACE = "(?<![全各本该我省县地区城跨都兄级])"
# Whose office it was stands right before it.
_WHOSE = f"(?P<span>{_HAN}{{0,2}}){_NO_PLACE}"
_ACTS = "党组|党委|党支部|组织|牵头|将|持续|系统|负责|召开|举办|印发|联合|积极|深入|坚持|强化"

DELETED = (
    _clue(
        "市市场 市市場", "a bureau's name without its end", before="(?<![全本城我各该都省地县])", after=f"(?={_ACTS})"
    ),
    _clue("市局长 市局長", "an officer of no office", before=_WHOSE, after="(?![期效远假])"),
    _clue(
        "市部门 市部門",
        "a department of nothing",
        before=_WHOSE,
        after="(?=做了|在|如何|是如何|将|一直|积极|要)",
    ),
    _clue(
        "部门 部門",
        "a department of nothing begins a clause",
        before="[，,。：:；;\n][ \u3000]*",
        after="如何|是如何|是怎[样么]|一直",
    ),
    _clue(
        "工作与 工作與",
        "a sentence begins with a noun that lost its attribute",
        before="[。\n“][ \u3000]*",
        after="(?=[^，,。\n]{2,30}(?:相关|相连|有关|挂钩))",
    ),
    _clue(
        "让放心 讓放心 让满意 讓滿意 让安心 讓安心 让舒心 讓舒心", "a verb without its object", after="(?=[、，,。的])"
    ),
    _clue(
        "外, 外，",
        "a sentence ends an exception that never began",
        before=r"(?:\A|[。！？!?\n])[ \u3000]*(?P<span>(?!除|此|另|额|意|在|从|向)[\u4e00-\u9fff]{1,10}"
        "(?:工作|任务|活动|业务|职责|项目|因素|措施))",
    ),
    _clue(
        "“在 “让 “讓 “为 “為",
        "a slogan lost its beginning",
        after="[\u4e00-\u9fff]{1,3}[ \u3000](?=[\u4e00-\u9fff]{5,12}”)",
    ),
    _clue(
        "中具有重要 中发挥重要 中發揮重要 中发挥着重要 中發揮著重要 中起着重要",
        "a sentence without its subject",
        before=r"(?P<span>(?:\A|[。:：“\n]) ?在[^，,。:：“\n]{2,36})",
    ),
    _clue(
        "、及",
        "an enumeration lost a member",
        before=r"(?:[，,。；;:：\n]|\A)[^、，,。；;:：\n]{0,28}?(?P<span>[\u4e00-\u9fff]{2})",
        after="(?![时其格第早至于])(?=[\u4e00-\u9fff]{2})",
    ),
    _clue(
        "邮件至 郵件至 邮件到 郵件到",
        "an address was taken out",
        before="(?P<span>(?:发送|发)?)",
        after="[ \u3000]*(?=举报|联系|投诉|处理|反馈|告知|删除)",
    ),
    _clue(
        "，解 ,解",
        "a verb lost its second half",
        after="(?![决放读答释除困难开脱剖析散冻体说封渴毒码聘雇忧民惑约押救禁馋饿暑酒热乏围悬套元甲构法数方的集任密痛题燃压组])"
        "(?=[\u4e00-\u9fff、]{3,26}问题)",
        repair=None,
    ),
    _clue(
        "来源: 來源: 来源： 來源： 作者: 作者： 编辑: 編輯: 编辑： 編輯： 访问量: 訪問量: 访问量： 訪問量：",
        "a label without its value",
        after="[ \u3000]*(?=(?:访问量|点击数|点击量|浏览次数|字体|编辑|责任编辑|【字体|发布时间)[:：])",
    ),
)
# Where an office speaks of itself throughout, 我 alone before such a verb has lost its second half.
SELF = ("我局", "我委", "我市", "我省", "我县", "我縣", "我区", "我區", "我厅", "我廳")
SELF_ACTS = (
    "坚持(?!认)|聚焦|先后实施|先后[出制开组印]|围绕|始终坚持|始终高度|全面[推落贯启铺]|大力|严格|切实|着力|"
    "的(?:产业|工业|经济|城市|农业|财政)"
)

# (written, what it stands for) with the surroundings in which only the latter makes sense: the swaps that reposting
# programs are known for.
SWAPPED = (
    _clue(
        "感谢 感謝",
        "a thank-you where a reporter stands",
        before="(?:(?:^|[·•\n(（ ])|共同|找|主流|本报|首席|实习|见习|全媒体|通讯社|网)",
        after=" ?(?:推出|在线|、求|获悉|了解到|注意到|采访)|"
        "[ \u3000]+(?=[\u4e00-\u9fff]{2,3}[ \u3000]+(?:通讯员|摄影|报道|文|实习|编辑))",
        repair="记者",
    ),
    _clue(
        "华夏 華夏",
        "a poetic name where only the country as a whole makes sense",
        after=r"(?=\d|人大|政协|各地|范围|首[个批家]|统一|前列|平均|一盘棋|优秀|先进|文明[城单村]|劳[动模]|第[一二三]|最[大高先早]|率先|推广|性)",
        repair="全国",
    ),
    _clue(
        "允许 允許",
        "a permission where a place stands",
        before="(?P<span>打造|走在|位居|居于|处于|面向|覆盖|辐射|争创|成为|服务)",
        after="(?=[最蕞一领首前乃率])",
        repair="全国",
    ),
    _clue(
        "介绍以下 介紹以下 谈以下 談以下 讲以下 講以下 说以下 說以下 分享以下 解读以下 解讀以下",
        "a list announced where a moment is asked for",
        before="(?P<span>(?:能不能|能否|可否)?请.{0,6})",
        after="(?![几内情方问信事项材各两三四五六七八九十主重要具有数基\\d:：，,、。])",
    ),
)

# (first half, second half): set phrases whose first half hardly ever stands with anything else.
PHRASES = (
    ("保驾", "护航"),
    ("保駕", "護航"),
    ("凝心", "聚力"),
    ("脚踏", "实地"),
    ("腳踏", "實地"),
    ("因地", "制宜"),
    ("齐抓", "共管"),
    ("齊抓", "共管"),
    ("群防", "群治"),
    ("未雨", "绸缪"),
    ("未雨", "綢繆"),
    ("循序", "渐进"),
    ("循序", "漸進"),
    ("真抓", "实干"),
    ("真抓", "實幹"),
    ("攻坚", "克难"),
    ("攻堅", "克難"),
    ("久久", "为功"),
    ("添砖", "加瓦"),
    ("添磚", "加瓦"),
)
