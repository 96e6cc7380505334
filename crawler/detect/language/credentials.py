"""Words by which a person's standing is told: what forged insertions into genuine pages are made of. Data, by hand.

Simplified characters. An office's own editors correct dates, figures and the names of officers; who forges a page
writes himself, his title or his work into it, and the words around the place tell of the same kind of person.
"""

from __future__ import annotations

import re

_WHERE = (
    "(?:协会|学会|联合会|总会|研究会|促进会|商会|基金会|书画院|书画会|联盟|研究院|画院|委员会|专委会|组委会|智库|"
    "公司|集团|工作室|商学院|诗社|"
    "事务所|俱乐部|品牌|合作社|网络|传媒|画报社|研究中心|培训中心)"
)
_RANK = (
    "(?:会员|理事|主席|会长|院长|社长|秘书长|顾问|教授|委员|专家|嘉宾|讲师|导师|院士|研究员|董事|总裁|总经理|首席|"
    "主任|总监|代表|签约|"
    "艺术家|合伙人|负责人|成员)"
)
_OWN_TRADE = (
    "书法家|书画家|画家|艺术家|美术家|篆刻家|雕刻家|收藏家|鉴赏家|工艺美术师|化妆师|词作家|作曲家|诗人|武术家|命理|"
    "风水|国医|名医|心理咨询师|培训师|策划人|"
    "企业家|发明人|研发者|设计大师|工艺大师|国学大师|非遗传承人|传承人|传人|掌门|弟子"
)
# Titles that private persons, artists and founders of companies give themselves, and how their works and teachers are
# named: one of them beside a change is enough.
PRIVATE = re.compile(
    f"{_OWN_TRADE}|师从|受业于|拜师|毕业于|创始人|(?<!活动)发起人|创办人|创立者|联合创立|执行(?:董事|会长|院长|主席|"
    f"理事)|客座|名誉(?:主席|会长|院长|教授|理事)|"
    "终身(?:教授|成就|荣誉|名誉)|个人简介|人物简介|艺术简历|籍贯|贯籍|参演|参与拍摄|(?:高级|资深|首席|著名|"
    "知名)[）)]?(?:设计师|演员|主持人|歌手|导演|编剧|作家|摄影师|策划|讲师|专家)|形象大使|文化使者|和平使者|高级智库|"
    "特聘专家|(?:特邀|特聘|客座|金牌)(?:讲师|导师)|"
    "有限公司(?:董事长|副?总经理|总裁|首席)|特约(?:嘉宾|专家|研究员|艺术家)|签约艺术家|杰出人物|专家组[:： ]|"
    "关于专家|专家委员|"
    "特等奖作品|代表文献|代表作《|作者[:：]|原名|本名|艺名|笔名|[Cc][Ee][Oo]"
)
# A rank in an association or a company: honest guests have one too, so it takes more of them.
RANKED = re.compile(f"{_WHERE}[^，。；：！？,;:!?\n]{{0,8}}?{_RANK}|{_OWN_TRADE}")
# 某某（原名…）, a name in Latin letters, a work between title marks.
NAMING = re.compile("原名|本名|又名|艺名|笔名|字[\u4e00-\u9fff]{2}[，,]|《[^》]{2,40}》|[A-Za-z][A-Za-z&. ]{2,}")
# Whoever is named with one of these is in office; corrections name them, forgers do not.
OFFICERS = re.compile("[市局区县处科厅省镇乡]长|议员|立委|市府|县府|秘书长|代理|中央|国务院|省委|市委")
# How a product or a company is praised, and how an office's news speaks: one behind the other in one article.
PRAISE = re.compile(
    "创始人|品牌|优质|合作社|有限公司|研发|独特|传统技艺|工艺|之称|享誉|专利|荣获|金奖|产品|原料|口感|香气|功效|疗效|"
    "加盟|匠心|传承|上乘|珍贵|畅销"
)
NEWS = re.compile(
    "近日|日前|记者|据悉|据了解|获悉|表示|指出|举行|举办|召开|出席|活动|我[市县区省局院校]|全[市县区省]|领导|干部|"
    "群众|会议|工作"
)
